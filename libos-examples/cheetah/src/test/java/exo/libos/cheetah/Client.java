// SPDX-License-Identifier: Apache-2.0
package exo.libos.cheetah;

import exo.api.Env;
import exo.api.mem.Window;
import exo.api.net.Ipv4Address;
import exo.api.net.PacketBinding;
import exo.api.net.Station;
import exo.api.upcall.UpcallHandler;
import exo.libos.net.NetStack;
import exo.libos.net.StackConfig;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/** A client with a stack of its own on the same wire, run by the thread of the test. */
final class Client implements UpcallHandler, AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final long STEP_NANOS = 5_000_000;

    private final Env env;
    private final Window window;
    private final NetStack stack;
    private final Ipv4Address server;
    private final int port;
    private final List<Conversation> conversations = new ArrayList<>();

    Client(Env env, Station station, Ipv4Address server, int port) {
        this.env = env;
        this.server = server;
        this.port = port;
        StackConfig config = StackConfig.network(24).maxConnections(128);
        int pages = NetStack.pages(config, station.mtu(), env.memory().pageBytes());
        window = env.memory().bindWindow(pages);
        stack = NetStack.open(env, station, window, 0, config, System::nanoTime);
        env.upcalls().handler(this);
    }

    @Override
    public void onPackets(PacketBinding binding) {
        stack.receive();
    }

    MemorySegment memory() {
        return window.segment();
    }

    void flush() {
        stack.flush();
    }

    /** {@return a connection that is being made} */
    Conversation begin() {
        Conversation conversation = new Conversation(this);
        conversation.over(stack.connect(server, port, conversation));
        conversations.add(conversation);
        stack.flush();
        return conversation;
    }

    /** {@return a connection that is made} */
    Conversation open() {
        return begin().awaitConnected();
    }

    /** Serves the stack until the condition holds. */
    void until(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            long now = System.nanoTime();
            if (now > end) {
                throw new AssertionError("not within " + PATIENCE + ": " + what);
            }
            env.upcalls().await(Math.min(stack.nextDeadlineNanos(), now + STEP_NANOS));
            stack.expireTimers();
            stack.flush();
        }
    }

    /** Lets the stack work until nothing is left to be acknowledged. */
    void pause() {
        until("all is acknowledged",
                () -> conversations.stream().allMatch(Conversation::isAcknowledged));
    }

    /** Closes this side of every connection. */
    void closeAll() {
        conversations.forEach(Conversation::shut);
    }

    @Override
    public void close() {
        stack.close();
        window.close();
    }
}
