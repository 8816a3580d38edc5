// SPDX-License-Identifier: Apache-2.0
package exo.impl.revoke;

import exo.impl.cap.Invariant;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import java.util.function.LongUnaryOperator;

/** Takes until enough is back. */
final class Force {
    private static final long LOOK_NANOS = 50_000;
    /** No kernel call lasts that long: it zeroes and maps at most a pool of frames. */
    private static final long LONGEST_CALL_NANOS = 60_000_000_000L;

    private Force() {}

    /**
     * Takes again and again, as what is charged is either held, or the call that allocates or frees
     * it is under way; until that is over nobody may be given it.
     *
     * @param outstanding how much is still wanted
     * @param take takes at most so much, and says how much it was
     * @return how much was taken
     */
    static long until(LongSupplier outstanding, LongUnaryOperator take) {
        long taken = 0;
        long giveUp = System.nanoTime() + LONGEST_CALL_NANOS;
        long before = outstanding.getAsLong();
        while (before > 0) {
            taken += take.applyAsLong(before);
            long after = outstanding.getAsLong();
            if (after > 0 && after >= before) {
                Invariant.check(System.nanoTime() - giveUp < 0, "what is charged can be taken");
                LockSupport.parkNanos(LOOK_NANOS);
            }
            before = after;
        }
        return taken;
    }
}
