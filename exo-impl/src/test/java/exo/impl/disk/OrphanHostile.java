// SPDX-License-Identifier: Apache-2.0
package exo.impl.disk;

import exo.api.Quota;
import exo.api.Rights;
import exo.api.disk.DiskConfig;
import exo.api.mem.MemoryConfig;
import exo.api.mem.Window;
import exo.host.BlockFile;
import exo.impl.cap.BarePrincipal;
import exo.impl.cap.CapabilityTable;
import exo.impl.cap.Ledger;
import exo.impl.cap.Lineage;
import exo.impl.info.FrameObserver;
import exo.impl.mem.FramePool;
import exo.impl.mem.KernelMemory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** A queue that is aborted at the moment its thread ends. */
class OrphanHostile {
    private final CapabilityTable table = new CapabilityTable();
    private volatile Runnable atLedger = () -> {};

    private final class Fake extends BarePrincipal {
        Fake() {
            super(Quota.LEAST.withObjects(20).withFrames(16));
        }

        @Override
        public Ledger ledger() {
            atLedger.run();
            return super.ledger();
        }
    }

    private static long files() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
            return files.count();
        }
    }

    @Test
    void shouldCloseAQueueWhoseThreadEndsWhileItIsAborted() throws Exception {
        Fake owner = new Fake();
        FramePool pool = new FramePool(MemoryConfig.frames(16), FrameObserver.NONE);
        KernelMemory memory = new KernelMemory(pool, table, owner);
        KernelDisk disk = new KernelDisk(table, owner, memory.spills());
        Device device = new Device(DiskConfig.temporary("disk0", 16 << 20),
                BlockFile.temporary(16 << 20));
        KernelBlockDevice node = new KernelBlockDevice(
                Lineage.original(table, null, owner, "disk0"), device);
        table.adopt(node);
        long before = files();
        CountDownLatch bound = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        Thread thread = Thread.ofPlatform().start(() -> {
            Window window = memory.bindWindow(4, Rights.READ_WRITE);
            disk.bindQueue(node, window, 4);
            bound.countDown();
            try {
                end.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            disk.closeThread(); // as EnvLife.threadEnding does
            disk.closeOrphans();
        });
        bound.await();
        Thread self = Thread.currentThread();
        atLedger = () -> {
            if (Thread.currentThread() == self) {
                end.countDown();
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }
        };
        disk.abort(); // as EnvLife.finish does
        thread.join();
        assertEquals(before, files(), "the ring is open for ever");
    }
}
