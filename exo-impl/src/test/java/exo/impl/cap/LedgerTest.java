// SPDX-License-Identifier: Apache-2.0
package exo.impl.cap;

import exo.api.ErrorCode;
import exo.api.KernelPanic;
import exo.api.Quota;
import exo.api.ResourceException;
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
        assertFalse(ledger.awaitUsedAtMost(Charge.FRAMES, 5, System.nanoTime() + 1_000_000));
        Thread.ofPlatform().start(() -> ledger.release(Charge.FRAMES, 3));
        assertTrue(ledger.awaitUsedAtMost(Charge.FRAMES, 5,
                System.nanoTime() + 20_000_000_000L));
        assertEquals(ErrorCode.OUT_OF_RANGE, assertThrows(ResourceException.class,
                () -> ledger.lowerLimit(Charge.FRAMES, 6)).code());
        assertEquals(5, ledger.limit(Charge.FRAMES));
    }
}
