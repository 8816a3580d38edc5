// SPDX-License-Identifier: Apache-2.0
package exo.impl.revoke;

import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import java.util.function.LongUnaryOperator;

/** Takes until enough is back. */
final class Force {
    private static final long FIRST_PAUSE_NANOS = 50_000;
    private static final long LAST_PAUSE_NANOS = 1_000_000;

    private Force() {}

    /**
     * Takes again and again, as what is charged is either held, or the call that allocates or frees
     * it is under way; until that is over nobody may be given it. That lasts as long as a device
     * does that hangs.
     *
     * @param outstanding how much is still wanted
     * @param take takes at most so much, and says how much it was
     * @return how much was taken
     */
    static long until(LongSupplier outstanding, LongUnaryOperator take) {
        long taken = 0;
        long before = outstanding.getAsLong();
        long pause = FIRST_PAUSE_NANOS;
        while (before > 0) {
            taken += take.applyAsLong(before);
            long after = outstanding.getAsLong();
            if (after > 0 && after >= before) {
                LockSupport.parkNanos(pause);
                pause = Math.min(2 * pause, LAST_PAUSE_NANOS);
            } else {
                pause = FIRST_PAUSE_NANOS;
            }
            before = after;
        }
        return taken;
    }
}
