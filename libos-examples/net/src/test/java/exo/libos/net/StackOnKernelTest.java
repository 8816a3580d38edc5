// SPDX-License-Identifier: Apache-2.0
package exo.libos.net;

import exo.api.Env;
import exo.api.EnvControl;
import exo.api.EnvExit;
import exo.api.EnvSpec;
import exo.api.Exokernel;
import exo.api.HostConfig;
import exo.api.Rights;
import exo.api.mem.MemoryConfig;
import exo.api.mem.Window;
import exo.api.net.Ipv4Address;
import exo.api.net.MacAddress;
import exo.api.net.NetConfig;
import exo.api.net.NetDevice;
import exo.api.net.PacketBinding;
import exo.api.net.Station;
import exo.api.upcall.UpcallHandler;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The stack on a real kernel's wire: two environments on two threads. */
class StackOnKernelTest {
    private static final MacAddress MAC_A = MacAddress.parse("02:00:00:00:00:0a");
    private static final MacAddress MAC_B = MacAddress.parse("02:00:00:00:00:0b");
    private static final Ipv4Address IP_A = Ipv4Address.parse("10.0.0.1");
    private static final Ipv4Address IP_B = Ipv4Address.parse("10.0.0.2");
    private static final StackConfig CONFIG = StackConfig.network(24)
            .maxConnections(16)
            .buffers(1 << 16, 1 << 16, 8);
    private static final long BYTES = 24L << 20;
    private static final int PAGE = 4096;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private Exokernel kernel;

    private Env boot(int mtu) {
        kernel = Exokernel.boot(HostConfig.minimal()
                .memory(MemoryConfig.frames(8192))
                .net(new NetConfig.Wire("wire0", mtu)));
        return kernel.rootEnv();
    }

    @AfterEach
    void closeKernel() {
        kernel.close();
    }

    /** A loop around a stack, and one connection that sends pages or takes bytes. */
    private static final class Side implements TcpHandler, UpcallHandler {
        private static final int USER_PAGES = 16;
        private final NetStack stack;
        private final Env env;
        private final Window window;
        private final long userOffset;
        private long sent;
        private long acknowledged;
        private long got;
        private CloseReason reason;
        private boolean stop;

        Side(Env env, int mtu) {
            this.env = env;
            int pages = NetStack.pages(CONFIG, mtu, PAGE);
            this.window = env.memory().bindWindow(pages + USER_PAGES);
            window.allocPages(pages, USER_PAGES);
            this.userOffset = (long) pages * PAGE;
            for (long i = 0; i < (long) USER_PAGES * PAGE; i += 8) {
                window.segment().set(ValueLayout.JAVA_LONG, userOffset + i, i);
            }
            Station station = env.keys().find("station", Station.class);
            this.stack = NetStack.open(env, station, window, 0, CONFIG, System::nanoTime);
            env.upcalls().handler(this);
        }

        void turn() {
            env.upcalls().await(stack.nextDeadlineNanos());
            stack.expireTimers();
            stack.flush();
        }

        @Override
        public void onPackets(PacketBinding binding) {
            stack.receive();
        }

        @Override
        public void onStopRequest() {
            stop = true;
        }

        @Override
        public void onConnected(TcpConnection connection) {
            pump(connection);
        }

        @Override
        public void onSent(TcpConnection connection, long tag) {
            assertEquals(acknowledged, tag);
            acknowledged++;
            pump(connection);
        }

        private void pump(TcpConnection connection) {
            while (sent < BYTES && connection.localPort() != 80) {
                long place = sent % ((long) USER_PAGES * PAGE);
                if (connection.trySendPages(userOffset + place, PAGE, sent / PAGE) != 0) {
                    return;
                }
                sent += PAGE;
            }
            if (connection.localPort() != 80) {
                connection.shutOutput();
            }
        }

        @Override
        public void onReceive(TcpConnection connection) {
            while (connection.available() > 0) {
                int length = connection.inputLength();
                check(connection.inputOffset(), length);
                got += length;
                connection.consume(length);
            }
            if (connection.isInputShut()) {
                connection.shutOutput();
            }
        }

        private void check(long from, int length) {
            MemorySegment memory = window.segment();
            long limit = (long) USER_PAGES * PAGE;
            long first = (8 - (got & 7)) & 7;
            for (long i = first; i + 8 <= length; i += 8) {
                long value = memory.get(ValueLayout.JAVA_LONG_UNALIGNED, from + i);
                if (value != (got + i) % limit) {
                    throw new AssertionError("wrong at " + (got + i));
                }
            }
        }

        @Override
        public void onClosed(TcpConnection connection, CloseReason why) {
            reason = why;
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {576, 1500, 9000})
    void shouldCarryPagesBetweenEnvironments(int mtu) throws InterruptedException {
        Env root = boot(mtu);
        NetDevice wire = root.keys().find("wire0", NetDevice.class);
        Station mine = root.net().allocStation(wire, MAC_A, IP_A, "station");
        Station other = root.net().allocStation(wire, MAC_B, IP_B, "other");
        assertTrue(mine.isLive());
        long[] taken = new long[1];
        EnvControl server = root.createEnv(EnvSpec.named("server")
                .frames(3000)
                .grant("station", other, Rights.READ_WRITE), env -> {
                    Side side = new Side(env, mtu);
                    side.stack.listen(80, side);
                    while (!side.stop && side.reason == null) {
                        side.turn();
                    }
                    taken[0] = side.got;
                    side.stack.close();
                });
        Side client = new Side(root, mtu);
        client.stack.connect(IP_B, 80, client);
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (client.reason == null && System.nanoTime() < deadline) {
            client.turn();
        }
        EnvExit exit = server.awaitExit(PATIENCE).orElseThrow();
        assertEquals(EnvExit.Reason.RETURNED, exit.reason(), () -> exit.toString());
        assertEquals(CloseReason.FINISHED, client.reason);
        assertEquals(BYTES, taken[0]);
        assertEquals(BYTES / PAGE, client.acknowledged);
        client.stack.close();
    }

    @Test
    void shouldEndConnectionsWhenTheStationIsRevoked() {
        Env root = boot(1500);
        NetDevice wire = root.keys().find("wire0", NetDevice.class);
        Station original = root.net().allocStation(wire, MAC_A, IP_A, "original");
        Station derived = root.keys().derive(original, Rights.READ_WRITE, "station");
        assertTrue(derived.isLive());
        Side side = new Side(root, 1500);
        side.stack.connect(IP_B, 80, side);
        side.turn();
        root.keys().revoke(original);
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (side.reason == null && System.nanoTime() < deadline) {
            side.turn();
        }
        assertEquals(CloseReason.ABORTED, side.reason);
        assertTrue(side.stack.isDown());
        assertEquals(0, side.stack.connectionCount());
        side.stack.close();
        side.stack.close(); // idempotent
    }

    @Test
    void shouldRefuseAStationWithoutAddress() {
        Env root = boot(1500);
        NetDevice wire = root.keys().find("wire0", NetDevice.class);
        Station any = root.net().allocStation(wire, MAC_A, Ipv4Address.ANY, "station");
        assertTrue(any.isLive());
        assertThrows(IllegalArgumentException.class, () -> new Side(root, 1500));
    }
}
