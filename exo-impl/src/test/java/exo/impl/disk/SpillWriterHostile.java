// SPDX-License-Identifier: Apache-2.0
package exo.impl.disk;

import exo.api.Quota;
import exo.api.Rights;
import exo.api.disk.SpillArea;
import exo.api.mem.Window;
import exo.impl.cap.BarePrincipal;
import exo.impl.cap.Charge;
import exo.testkit.Await;
import exo.testkit.self.SideThread;
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
                SideThread.await(allWait);
                throw new OutOfMemoryError("Java heap space");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldWriteThePagesThatComeAfterOneThatFailed(boolean handlerThrows) {
        Thread.setDefaultUncaughtExceptionHandler((thread, e) -> {
            reported.add(e);
            if (handlerThrows) {
                throw new IllegalStateException("a defect of the handler");
            }
        });
        Thrower owner = new Thrower();
        try (BareDisk bare = new BareDisk(owner, 2 * PAGES)) {
            spill(owner, bare);
        }
    }

    private void spill(Thrower owner, BareDisk bare) {
        Window window = bare.memory.bindWindow(PAGES, Rights.READ_WRITE);
        window.allocPages(0, PAGES);
        SpillArea area = bare.disk
                .bindSpill(bare.disk.allocExtent(bare.node, "", 64), 0, PAGES, PAGES);
        assertEquals(PAGES, bare.memory.repossess(PAGES));
        allWait.countDown();
        SideThread closer = SideThread.start(area::close);
        assertTrue(closer.endsWithin(LONG), "it waits for pages that nobody writes");
        for (int place = 0; place < PAGES; place++) {
            assertEquals(SpillArea.State.WRITTEN, area.state(place));
        }
        Await.until("told of all", LONG, () -> told.size() == PAGES);
        assertEquals(1, reported.size(), "a failure is not kept from the embedder");
        assertEquals(0, owner.ledger().used(Charge.FRAMES));
        window.close();
    }
}
