// SPDX-License-Identifier: Apache-2.0
package exo.testkit;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for a condition by asking again and again, with a deadline. */
public final class Await {

    private static final long FIRST_PAUSE_NANOS = 50_000;
    private static final long LONGEST_PAUSE_NANOS = 10_000_000;

    private Await() {}

    /**
     * Returns as soon as the condition holds.
     *
     * @param what the condition in words, for the message
     * @param deadline how long to wait
     * @param condition asked by the calling thread, first at once
     * @throws AssertionError if the deadline passes, or the thread is interrupted, before it holds
     */
    public static void until(String what, Duration deadline, BooleanSupplier condition) {
        long start = System.nanoTime();
        long pauseNanos = FIRST_PAUSE_NANOS;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - start >= deadline.toNanos()) {
                throw new AssertionError("not within " + deadline + ": " + what);
            }
            LockSupport.parkNanos(pauseNanos);
            if (Thread.currentThread().isInterrupted()) {
                throw new AssertionError("interrupted while waiting for: " + what);
            }
            pauseNanos = Math.min(pauseNanos * 2, LONGEST_PAUSE_NANOS);
        }
    }
}
