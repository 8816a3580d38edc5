// SPDX-License-Identifier: Apache-2.0
package exo.impl.revoke;

import java.time.Duration;

/** How long somebody is willing to wait, in nanoseconds that can be added to the clock. */
public final class Patience {
    /** Longer than any process runs, and far from where a sum of nanoseconds overflows. */
    private static final Duration LONGEST = Duration.ofDays(36_500);

    private Patience() {}

    /**
     * {@return the duration, but at least zero and at most a hundred years}
     *
     * @param asked the duration
     */
    public static Duration within(Duration asked) {
        if (asked.isNegative()) {
            return Duration.ZERO;
        }
        return asked.compareTo(LONGEST) > 0 ? LONGEST : asked;
    }

    /**
     * {@return the duration in nanoseconds, at least 0 and at most a hundred years}
     *
     * @param asked the duration
     */
    public static long nanos(Duration asked) {
        return within(asked).toNanos();
    }
}
