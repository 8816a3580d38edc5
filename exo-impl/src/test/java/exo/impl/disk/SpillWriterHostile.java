// SPDX-License-Identifier: Apache-2.0
package exo.impl.disk;

import exo.api.Quota;
import exo.api.Rights;
import exo.api.disk.DiskConfig;
import exo.api.disk.SpillArea;
import exo.api.mem.MemoryConfig;
import exo.api.mem.Window;
import exo.host.BlockFile;
import exo.impl.cap.BarePrincipal;
import exo.impl.cap.CapabilityTable;
import exo.impl.cap.Charge;
import exo.impl.cap.Lineage;
import exo.impl.info.FrameObserver;
import exo.impl.mem.FramePool;
import exo.impl.mem.KernelMemory;
import exo.testkit.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Does the writer of spilled pages go on if it cannot tell somebody that one is written? */
class SpillWriterHostile {
    private static final Duration LONG = Duration.ofSeconds(10);
    private static final int PAGES = 4;

    private final CountDownLatch allWait = new CountDownLatch(1);
    private final List<Integer> told = Collections.synchronizedList(new ArrayList<>());
    private final List<Throwable> reported = Collections.synchronizedList(new ArrayList<>());
    private final Thread.UncaughtExceptionHandler usual = Thread
            .getDefaultUncaughtExceptionHandler();

    @AfterEach
    void restoreHandler() {
        Thread.setDefaultUncaughtExceptionHandler(usual);
    }

    /** Throws when it is told of its first page, when all wait to be written. */
    private final class Thrower extends BarePrincipal {
        Thrower() {
            super(Quota.LEAST.withObjects(20).withFrames(2 * PAGES).withBlocks(100));
        }

        @Override
        public void spilled(SpillArea area, int place, BooleanSupplier over) {
            told.add(place);
            if (place == 0) {
                try {
                    allWait.await();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
                throw new OutOfMemoryError("Java heap space");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldWriteThePagesThatComeAfterOneThatFailed(boolean handlerThrows) throws Exception {
        Thread.setDefaultUncaughtExceptionHandler((thread, e) -> {
            reported.add(e);
            if (handlerThrows) {
                throw new IllegalStateException("a defect of the handler");
            }
        });
        CapabilityTable table = new CapabilityTable();
        Thrower owner = new Thrower();
        FramePool pool = new FramePool(MemoryConfig.frames(2 * PAGES), FrameObserver.NONE);
        KernelMemory memory = new KernelMemory(pool, table, owner);
        KernelDisk disk = new KernelDisk(table, owner, memory.spills());
        Device device = new Device(DiskConfig.temporary("disk0", 16 << 20),
                BlockFile.temporary(16 << 20));
        KernelBlockDevice node = new KernelBlockDevice(
                Lineage.original(table, null, owner, "disk0"), device);
        table.adopt(node);
        Window window = memory.bindWindow(PAGES, Rights.READ_WRITE);
        window.allocPages(0, PAGES);
        SpillArea area = disk.bindSpill(disk.allocExtent(node, "", 64), 0, PAGES, PAGES);
        assertEquals(PAGES, memory.repossess(PAGES));
        allWait.countDown();
        Thread closer = Thread.ofPlatform().daemon().start(area::close);
        assertTrue(closer.join(LONG), "it waits for pages that nobody writes");
        for (int place = 0; place < PAGES; place++) {
            assertEquals(SpillArea.State.WRITTEN, area.state(place));
        }
        Await.until("told of all", LONG, () -> told.size() == PAGES);
        assertEquals(1, reported.size(), "a failure is not kept from the embedder");
        assertEquals(0, owner.ledger().used(Charge.FRAMES));
        window.close();
        pool.close();
        device.close();
    }
}
