// SPDX-License-Identifier: Apache-2.0
package exo.libos.cheetah;

import exo.api.Env;
import exo.api.EnvControl;
import exo.api.EnvExit;
import exo.api.EnvSpec;
import exo.api.Exokernel;
import exo.api.HostConfig;
import exo.api.Rights;
import exo.api.disk.BlockDevice;
import exo.api.disk.DiskConfig;
import exo.api.disk.DiskConfig.QueueBackend;
import exo.api.disk.Extent;
import exo.api.disk.ExtentQueue;
import exo.api.mem.MemoryConfig;
import exo.api.mem.Window;
import exo.api.net.Ipv4Address;
import exo.api.net.MacAddress;
import exo.api.net.NetConfig;
import exo.api.net.NetDevice;
import exo.api.net.Station;
import exo.api.upcall.Upcalls;
import exo.libos.fs.ImportProgress;
import exo.libos.fs.Importer;
import exo.libos.net.StackConfig;
import exo.testkit.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A kernel with a web server in one environment and a client in the root environment. */
final class WebBench implements AutoCloseable {
    static final int CACHE_PAGES = 256;
    static final int PORT = 8080;
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int IMPORT_PAGES = 1024;
    private static final int BLOCKS = 8192;
    private static final Ipv4Address SERVER = Ipv4Address.parse("10.0.0.1");
    private static final Ipv4Address CLIENT = Ipv4Address.parse("10.0.0.2");

    final Exokernel kernel;
    final Env root;
    final Cheetah server;
    final EnvControl control;
    final Client client;
    final Extent extent;
    final Station station;
    private volatile Thread serverThread; // written by the server when it is ready

    WebBench(QueueBackend backend, SiteSource site, UnaryOperator<CheetahConfig> change) {
        kernel = Exokernel.boot(HostConfig.minimal()
                .memory(MemoryConfig.frames(4096).lock(MemoryConfig.Lock.NONE))
                .disk(DiskConfig.temporary("disk0", 64 << 20).queue(backend))
                .net(NetConfig.wire("wire0")));
        root = kernel.rootEnv();
        extent = root.disk()
                .allocExtent(root.keys().find("disk0", BlockDevice.class), "", BLOCKS);
        importSite(site);
        NetDevice wire = root.keys().find("wire0", NetDevice.class);
        station = root.net()
                .allocStation(wire, MacAddress.parse("02:00:00:00:00:01"), SERVER, "s");
        Station other = root.net()
                .allocStation(wire, MacAddress.parse("02:00:00:00:00:02"), CLIENT, "c");
        AtomicBoolean ready = new AtomicBoolean();
        CheetahConfig config = change
                .apply(CheetahConfig.on(StackConfig.network(24).maxConnections(128))
                        .port(PORT)
                        .cachePages(CACHE_PAGES)
                        .limits(Limits.standard().maxConnections(100)))
                .onReady(cheetah -> {
                    serverThread = Thread.currentThread();
                    ready.set(true);
                });
        server = new Cheetah(config);
        control = root.createEnv(EnvSpec.named("web")
                .frames(config.pages(station.mtu(), root.memory().pageBytes()))
                .grant(Cheetah.STATION, station, Rights.READ_WRITE)
                .grant(Cheetah.SITE, extent, Rights.READ), server);
        Await.until("the server listens", PATIENCE, () -> ready.get() || control.isEnded());
        client = new Client(root, other, SERVER, PORT);
    }

    private void importSite(SiteSource site) {
        try (Window window = root.memory().bindWindow(IMPORT_PAGES)) {
            Importer.of(root, extent, window, 0, IMPORT_PAGES).run(site, ImportProgress.NONE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Flips a bit of a file on the disk; the position is a multiple of the page size. */
    void damage(byte[] content, int position) {
        int pageBytes = root.memory().pageBytes();
        int blocks = pageBytes / extent.blockBytes();
        byte[] page = Arrays.copyOfRange(content, position, position + pageBytes);
        try (Window window = root.memory().bindWindow(1)) {
            window.allocPages(0, 1);
            MemorySegment memory = window.segment();
            try (ExtentQueue queue = root.disk().bindQueue(extent, window, 1)) {
                int bound = queue.bind(extent);
                long block = 0;
                do {
                    assertTrue(block < extent.blockCount(), "the file is on the disk");
                    assertEquals(0, queue.tryRead(bound, block, blocks, window.page(0), 0));
                    await(queue);
                    block++;
                } while (memory.mismatch(MemorySegment.ofArray(page)) >= 0);
                memory.set(JAVA_BYTE, 100, (byte) (memory.get(JAVA_BYTE, 100) ^ 1));
                assertEquals(0, queue.tryWrite(bound, block - 1, blocks, window.page(0), 0));
                await(queue);
            }
        }
    }

    private static void await(ExtentQueue queue) {
        queue.submit();
        queue.await(1, Upcalls.NEVER);
        assertTrue(queue.next());
        assertTrue(queue.result() >= 0);
    }

    Thread serverThread() {
        return serverThread;
    }

    CheetahCounters counters() {
        return server.counters();
    }

    /** Waits until no connection is open at the server. */
    void awaitNoConnection() {
        client.until("no connection is open", () -> counters().open() == 0);
    }

    /** Waits until the server has ended, and serves the client meanwhile. */
    EnvExit awaitExit() {
        client.until("the server has ended", control::isEnded);
        try {
            return control.awaitExit(PATIENCE).orElseThrow();
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted", e);
        }
    }

    /** Stops the server and checks that it went in peace. */
    void stop() {
        if (!control.isEnded()) {
            control.requestStop();
        }
        client.closeAll();
        EnvExit exit = awaitExit();
        exit.failure().ifPresent(failure -> {
            throw new AssertionError("the server failed: " + failure, failure);
        });
        assertTrue(counters().open() == 0, counters().toString());
    }

    @Override
    public void close() {
        kernel.close();
    }
}
