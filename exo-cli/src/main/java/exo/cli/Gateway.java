// SPDX-License-Identifier: Apache-2.0
package exo.cli;

import exo.api.Env;
import exo.api.LibOs;
import exo.api.mem.Window;
import exo.api.net.Ipv4Address;
import exo.api.net.PacketBinding;
import exo.api.net.Station;
import exo.api.upcall.UpcallHandler;
import exo.api.upcall.Upcalls;
import exo.libos.net.NetStack;
import exo.libos.net.StackConfig;
import exo.libos.net.TcpConnection;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/**
 * Carries the connections of a socket of the host to a server on the wire, byte for byte.
 *
 * <p>It is the only part of the project that uses sockets of the host, and it is a libOS like any
 * other: an environment with a station and a TCP stack of its own, and no capability for what the
 * server holds. One thread waits in a selector, which the kernel wakes for frames.
 *
 * <p>Each host connection becomes one TCP connection on the wire. What one side does not take holds
 * the other back: a full buffer stops reading from the other side. An end of one direction is
 * passed on as an end, a reset as a reset. When no connection can be had on the wire, or
 * the host has no descriptor left, the gateway stops accepting for the moment, so that the host's
 * own backlog fills.
 */
final class Gateway implements LibOs {
    /** Most connections carried at once. */
    static final int MAX_CONNECTIONS = 4096;
    static final String STATION = "station";
    private static final int RECEIVE_BYTES = 1 << 16;
    private static final int SEND_BYTES = 1 << 15;
    private static final int BUFFERS = 256;
    private static final int SMALLEST_PAGE_BYTES = 4096;
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final long ACCEPT_AGAIN_NANOS = 100 * NANOS_PER_MILLI;

    private final ServerSocketChannel listener;
    private final Ipv4Address server;
    private final int port;
    private final ByteBuffer scratch = ByteBuffer.allocateDirect(RECEIVE_BYTES);
    private final MemorySegment scratchMemory = MemorySegment.ofBuffer(scratch);

    private NetStack stack; // the gateway's thread only, as the rest
    private Selector selector;
    private SelectionKey accepting;
    private boolean stopping;
    private long acceptAgainAt = Upcalls.NEVER;

    /**
     * Makes a gateway.
     *
     * @param listener the socket of the host, bound; the gateway closes it
     * @param server the address of the server on the wire
     * @param port its port
     */
    Gateway(ServerSocketChannel listener, Ipv4Address server, int port) {
        this.listener = listener;
        this.server = server;
        this.port = port;
    }

    /** The configuration of its stack. */
    private static final StackConfig STACK = StackConfig.network(NetChoice.ON_WIRE_PREFIX)
            .maxConnections(MAX_CONNECTIONS)
            .buffers(RECEIVE_BYTES, SEND_BYTES, BUFFERS);

    /** How many frames its environment needs. */
    static final int FRAMES = NetStack.pages(STACK, NetChoice.WIRE_MTU, SMALLEST_PAGE_BYTES);

    @Override
    public void run(Env env) throws IOException {
        Station station = env.keys().find(STATION, Station.class);
        try (ServerSocketChannel socket = listener;
                Selector opened = Selector.open();
                Window window = env.memory().bindWindow(FRAMES);
                NetStack tcp = NetStack.open(env, station, window, 0, STACK, System::nanoTime)) {
            stack = tcp;
            selector = opened;
            socket.configureBlocking(false);
            accepting = socket.register(selector, SelectionKey.OP_ACCEPT);
            env.upcalls().handler(new Events());
            env.upcalls().wakeThrough(selector);
            loop(env.upcalls());
            closeAll();
        }
    }

    private final class Events implements UpcallHandler {
        @Override
        public void onPackets(PacketBinding binding) {
            stack.receive();
        }

        @Override
        public void onStopRequest() {
            stopping = true;
        }
    }

    private void loop(Upcalls upcalls) throws IOException {
        while (!stopping) {
            select();
            upcalls.poll();
            stack.expireTimers();
            if (acceptAgainAt != Upcalls.NEVER && System.nanoTime() - acceptAgainAt >= 0) {
                resumeAccepting();
            }
            for (SelectionKey key : selector.selectedKeys()) {
                serve(key);
            }
            selector.selectedKeys().clear();
            stack.flush();
        }
    }

    private void select() throws IOException {
        long deadline = Math.min(stack.nextDeadlineNanos(), acceptAgainAt);
        if (deadline == Upcalls.NEVER) {
            selector.select();
            return;
        }
        long nanos = deadline - System.nanoTime();
        if (nanos <= 0) {
            selector.selectNow();
        } else {
            selector.select(nanos / NANOS_PER_MILLI + 1);
        }
    }

    private void serve(SelectionKey key) throws IOException {
        if (key.attachment() == null) {
            accept();
        } else if (key.isValid()) {
            ((GatewayLink) key.attachment()).ready();
        }
    }

    private void accept() throws IOException {
        while (true) {
            if (stack.connectionCount() >= MAX_CONNECTIONS) {
                accepting.interestOps(0);
                return;
            }
            SocketChannel channel;
            try {
                channel = listener.accept();
            } catch (IOException e) {
                // The host has no descriptor left, mostly. Those who are connected go on; a
                // descriptor may come free anywhere in the process, so it is tried again by time.
                accepting.interestOps(0);
                acceptAgainAt = System.nanoTime() + ACCEPT_AGAIN_NANOS;
                return;
            }
            if (channel == null) {
                return;
            }
            admit(channel);
        }
    }

    private void admit(SocketChannel channel) throws IOException {
        try {
            new GatewayLink(this, channel).connect(selector);
        } catch (IOException e) {
            // The client has gone already: nobody else is concerned.
            channel.close();
        }
    }

    private void resumeAccepting() {
        acceptAgainAt = Upcalls.NEVER;
        if (accepting.isValid()) {
            accepting.interestOps(SelectionKey.OP_ACCEPT);
        }
    }

    /** {@return a connection to the server} */
    TcpConnection connect(GatewayLink link) {
        return stack.connect(server, port, link);
    }

    /** {@return a buffer for the moment, empty} */
    ByteBuffer scratch() {
        return scratch.clear();
    }

    /** {@return the memory of that buffer} */
    MemorySegment scratchMemory() {
        return scratchMemory;
    }

    /** Takes note that a connection is over, so that another can be accepted. */
    void closed() {
        resumeAccepting();
    }

    private void closeAll() {
        for (SelectionKey key : selector.keys()) {
            if (key.attachment() instanceof GatewayLink link) {
                link.abort();
            }
        }
        stack.flush();
    }
}
