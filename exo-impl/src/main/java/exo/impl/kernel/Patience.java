// SPDX-License-Identifier: Apache-2.0
package exo.impl.kernel;

import java.time.Duration;

/** How long somebody is willing to wait, in nanoseconds that can be added to the clock. */
final class Patience {
    /** Longer than any process runs, and far from where a sum of nanoseconds overflows. */
    private static final Duration LONGEST = Duration.ofDays(36_500);

    private Patience() {}

    /** {@return the duration, but at least zero and at most a hundred years} */
    static Duration within(Duration asked) {
        if (asked.isNegative()) {
            return Duration.ZERO;
        }
        return asked.compareTo(LONGEST) > 0 ? LONGEST : asked;
    }

    /** {@return the duration in nanoseconds, at most a hundred years} */
    static long nanos(Duration asked) {
        return within(asked).toNanos();
    }
}
