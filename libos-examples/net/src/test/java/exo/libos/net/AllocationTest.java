// SPDX-License-Identifier: Apache-2.0
package exo.libos.net;

import com.sun.management.ThreadMXBean;
import exo.api.Env;
import exo.api.Exokernel;
import exo.api.HostConfig;
import exo.api.Rights;
import exo.api.mem.MemoryConfig;
import exo.api.mem.Window;
import exo.api.net.Ipv4Address;
import exo.api.net.MacAddress;
import exo.api.net.NetConfig;
import exo.api.net.NetDevice;
import exo.api.net.Station;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertTrue;

/** That frames and connections cost no allocation: two stacks on a kernel's wire, one thread. */
class AllocationTest {
    private static final int PAGE = 4096;
    private static final int REQUEST = 100;
    private static final StackConfig CONFIG = StackConfig.network(24)
            .maxConnections(8)
            .buffers(1 << 14, 1 << 14, 4)
            .waiting(8, 8)
            .times(TcpTimes.DEFAULT.timeWait(1_000_000));

    static {
        // The module under test needs neither; this test does.
        ModuleLayer boot = AllocationTest.class.getModule().getLayer();
        for (String name : new String[]{"java.management", "jdk.management"}) {
            AllocationTest.class.getModule().addReads(boot.findModule(name).orElseThrow());
        }
    }

    private long answered;
    private long closed;

    /** Answers each request with a head that is copied and a page that is not. */
    private static final class Server implements TcpHandler {
        private final Window window;
        private final long page;

        Server(Window window, long page) {
            this.window = window;
            this.page = page;
        }

        @Override
        public void onReceive(TcpConnection connection) {
            while (connection.available() >= REQUEST) {
                connection.consume(REQUEST);
                connection.trySend(window.segment(), page, 200);
                connection.trySendPages(page, PAGE, 1);
            }
            if (connection.isInputShut()) {
                connection.shutOutput();
            }
        }
    }

    private final class Client implements TcpHandler {
        private final Window window;
        private long got;

        Client(Window window) {
            this.window = window;
        }

        @Override
        public void onConnected(TcpConnection connection) {
            connection.trySend(window.segment(), 0, REQUEST);
        }

        @Override
        public void onReceive(TcpConnection connection) {
            got += connection.available();
            connection.consume(connection.available());
            if (got == 200 + PAGE) {
                got = 0;
                answered++;
                if (answered % 20 == 0) {
                    connection.shutOutput();
                } else {
                    connection.trySend(window.segment(), 0, REQUEST);
                }
            }
        }

        @Override
        public void onClosed(TcpConnection connection, CloseReason reason) {
            closed += reason == CloseReason.FINISHED ? 1 : 0;
        }
    }

    @Test
    void shouldAllocateNothingForFramesAndConnections() {
        try (Exokernel kernel = Exokernel.boot(HostConfig.minimal()
                .memory(MemoryConfig.frames(4096))
                .net(NetConfig.wire("wire0")))) {
            Env root = kernel.rootEnv();
            NetDevice wire = root.keys().find("wire0", NetDevice.class);
            int pages = NetStack.pages(CONFIG, 1500, PAGE);
            Window window = root.memory().bindWindow(2 * pages + 1);
            window.allocPages(2 * pages, 1);
            NetStack[] two = new NetStack[2];
            for (int i = 0; i < 2; i++) {
                Station station = root.net()
                        .allocStation(wire, new MacAddress(0x0200_0000_0001L + i),
                                new Ipv4Address(0x0a00_0001 + i), "station" + i);
                assertTrue(station.rights().contains(Rights.READ_WRITE));
                two[i] = NetStack.open(root, station, window, i * pages, CONFIG,
                        System::nanoTime);
            }
            two[1].listen(80, new Server(window, 2L * pages * PAGE));
            Client client = new Client(window);
            // Frames alone, measured between two connections, and then connections too.
            exchange(two, client, 20_000);
            ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            long before = threads.getCurrentThreadAllocatedBytes();
            exchange(two, client, 20_000);
            long bytes = threads.getCurrentThreadAllocatedBytes() - before;
            assertTrue(closed >= 1999, () -> "only " + closed + " connections");
            // A connection costs the address object that connect takes; a frame costs nothing.
            assertTrue(bytes < 20_000 * 4, () -> bytes + " bytes for 20,000 answers");
            two[0].close();
            two[1].close();
            window.releasePages(0, 2 * pages + 1);
        }
    }

    private void exchange(NetStack[] two, Client client, int requests) {
        long until = answered + requests;
        long open = closed;
        Ipv4Address server = new Ipv4Address(0x0a00_0002);
        two[0].connect(server, 80, client);
        while (answered < until) {
            for (int i = 0; i < 2; i++) {
                two[i].receive();
                two[i].expireTimers();
                two[i].flush();
            }
            if (closed > open && answered < until) {
                open = closed;
                two[0].connect(server, 80, client);
            }
        }
    }
}
