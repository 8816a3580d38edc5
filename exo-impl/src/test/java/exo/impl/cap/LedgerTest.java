// SPDX-License-Identifier: Apache-2.0
package exo.impl.cap;

import exo.api.ErrorCode;
import exo.api.KernelPanic;
import exo.api.Quota;
import exo.api.ResourceException;
import exo.testkit.Await;
import exo.testkit.self.SideThread;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class LedgerTest {
    private final Ledger ledger = new Ledger("tested", new Quota(10, 0, 0, 20, 30, 40, 50));

    @Test
    void shouldAcceptChargesUpToTheLimitAndRefuseOneMore() {
        ledger.charge(Charge.FRAMES, 9);
        ledger.charge(Charge.FRAMES, 1);
        ResourceException e = assertThrows(ResourceException.class,
                () -> ledger.charge(Charge.FRAMES, 1));
        assertEquals(ErrorCode.QUOTA, e.code());
        assertTrue(e.getMessage().contains("10 of 10"), e.getMessage());
        assertEquals(10, ledger.used(Charge.FRAMES));
    }

    @Test
    void shouldChargeAQuotaWhollyOrNotAtAll() {
        ledger.charge(Charge.THREADS, 50);
        assertThrows(ResourceException.class, () -> ledger.charge(new Quota(1, 0, 0, 1, 1, 1, 1)));
        assertEquals(0, ledger.used(Charge.FRAMES));
        ledger.release(Charge.THREADS, 1);
        ledger.charge(new Quota(1, 0, 0, 1, 1, 1, 1));
        assertEquals(1, ledger.used(Charge.FRAMES));
        ledger.release(new Quota(1, 0, 0, 1, 1, 1, 1));
        assertEquals(0, ledger.used(Charge.BLOCKS));
    }

    @Test
    void shouldPanicWhenMoreIsReleasedThanWasCharged() {
        assertThrows(KernelPanic.class, () -> ledger.release(Charge.SLOTS, 1));
    }

    @Test
    void shouldWaitForReleasesAfterTheLimitWasLowered() throws InterruptedException {
        ledger.charge(Charge.FRAMES, 8);
        assertEquals(0, ledger.lowerLimit(Charge.FRAMES, 2));
        assertEquals(3, ledger.lowerLimit(Charge.FRAMES, 3));
        assertThrows(ResourceException.class, () -> ledger.charge(Charge.FRAMES, 1));
        assertFalse(ledger.awaitWithinLimit(Charge.FRAMES, System.nanoTime() + 1_000_000));
        Thread owner = Thread.currentThread();
        SideThread releaser = SideThread.start(() -> {
            Await.until("the owner waits", SideThread.PATIENCE,
                    () -> owner.getState() == Thread.State.TIMED_WAITING);
            ledger.release(Charge.FRAMES, 3);
        });
        assertTrue(ledger.awaitWithinLimit(Charge.FRAMES,
                System.nanoTime() + SideThread.PATIENCE.toNanos()));
        releaser.join();
        assertEquals(ErrorCode.OUT_OF_RANGE, assertThrows(ResourceException.class,
                () -> ledger.lowerLimit(Charge.FRAMES, 6)).code());
        assertEquals(5, ledger.limit(Charge.FRAMES));
    }

    @Test
    void shouldMakeExtraFramesGuaranteedWhenTheLimitRises() {
        Ledger lent = new Ledger("lent", Quota.LEAST.withFrames(4).withExtraFrames(6));
        assertEquals(5, lent.chargeFrames(9));
        lent.raiseLimit(Charge.FRAMES, 3);
        assertEquals(2, lent.extraFrames());
        assertEquals(7, lent.used(Charge.FRAMES));
        assertEquals(2, lent.used(Charge.EXTRA_FRAMES));
        lent.raiseLimit(Charge.FRAMES, 3);
        assertEquals(0, lent.extraFrames());
        assertEquals(9, lent.used(Charge.FRAMES));
        assertEquals(10, lent.limit(Charge.FRAMES));
        lent.releaseFrames(9);
        assertEquals(0, lent.used(Charge.FRAMES));
    }

    @Test
    void shouldNotGiveBackWhatChildrenHave() {
        Ledger parent = new Ledger("parent", new Quota(10, 5, 0, 0, 0, 1, 1));
        Quota child = Quota.LEAST.withFrames(10);
        parent.charge(Charge.FRAMES, child.frames());
        assertEquals(3, parent.chargeFrames(3), "all of them are extra");
        parent.lowerLimit(Charge.FRAMES, 2);
        parent.releaseFrames(1);
        assertEquals(2, parent.extraFrames());
        assertEquals(10, parent.used(Charge.FRAMES));
        parent.releaseFrames(2);
        parent.release(Charge.FRAMES, child.frames());
        assertEquals(0, parent.used(Charge.FRAMES));
        assertEquals(0, parent.used(Charge.EXTRA_FRAMES));
    }

    @Test
    void shouldGuaranteeWhatWasExtraWhenChildrenReturnTheirFrames() {
        Ledger parent = new Ledger("parent", new Quota(10, 5, 0, 0, 0, 1, 1));
        parent.charge(Charge.FRAMES, 8);
        assertEquals(4, parent.chargeFrames(6));
        parent.release(Charge.FRAMES, 3);
        assertEquals(1, parent.extraFrames());
        assertEquals(1, parent.used(Charge.EXTRA_FRAMES));
        assertEquals(10, parent.used(Charge.FRAMES));
        assertEquals(5, parent.ownFrames());
        parent.release(Charge.FRAMES, 5);
        assertEquals(0, parent.extraFrames());
        assertEquals(6, parent.ownFrames());
        parent.releaseFrames(6);
        assertEquals(0, parent.used(Charge.FRAMES));
    }

    @Test
    void shouldNotWaitWhenInterrupted() {
        ledger.charge(Charge.FRAMES, 1);
        ledger.lowerLimit(Charge.FRAMES, ledger.limit(Charge.FRAMES));
        for (long nanos : new long[]{500_000, 20_000_000_000L}) {
            Thread.currentThread().interrupt();
            assertThrows(InterruptedException.class,
                    () -> ledger.awaitWithinLimit(Charge.FRAMES, System.nanoTime() + nanos));
            assertFalse(Thread.interrupted());
        }
    }

    @Test
    void shouldWaitUntilTheDeadline() throws InterruptedException {
        ledger.charge(Charge.FRAMES, 1);
        ledger.lowerLimit(Charge.FRAMES, ledger.limit(Charge.FRAMES));
        for (long nanos : new long[]{1_000, 300_000, 1_500_000}) {
            long deadline = System.nanoTime() + nanos;
            assertFalse(ledger.awaitWithinLimit(Charge.FRAMES, deadline));
            assertTrue(System.nanoTime() - deadline >= 0, "not before");
        }
    }
}
