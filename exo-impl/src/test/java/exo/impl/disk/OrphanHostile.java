// SPDX-License-Identifier: Apache-2.0
package exo.impl.disk;

import exo.api.Quota;
import exo.api.Rights;
import exo.api.mem.Window;
import exo.impl.cap.BarePrincipal;
import exo.impl.cap.Ledger;
import exo.testkit.self.OwnProcess;
import exo.testkit.self.SideThread;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** A queue that is aborted at the moment its thread ends. */
class OrphanHostile {
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

    @Test
    void shouldCloseAQueueWhoseThreadEndsWhileItIsAborted() {
        try (BareDisk bare = new BareDisk(new Fake(), 16)) {
            long before = OwnProcess.openFiles();
            CountDownLatch bound = new CountDownLatch(1);
            CountDownLatch end = new CountDownLatch(1);
            SideThread thread = SideThread.start(() -> {
                Window window = bare.memory.bindWindow(4, Rights.READ_WRITE);
                bare.disk.bindQueue(bare.node, window, 4);
                bound.countDown();
                SideThread.await(end);
                bare.disk.closeThread(); // as EnvLife.threadEnding does
                bare.disk.closeOrphans();
            });
            SideThread.await(bound);
            Thread self = Thread.currentThread();
            atLedger = () -> {
                if (Thread.currentThread() == self) {
                    end.countDown();
                    thread.join();
                }
            };
            bare.disk.abort(); // as EnvLife.finish does
            thread.join();
            assertEquals(before, OwnProcess.openFiles(), "the ring is open for ever");
            atLedger = () -> {};
        }
    }
}
