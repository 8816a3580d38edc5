// SPDX-License-Identifier: Apache-2.0
package exo.testkit.self;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/**
 * A platform thread beside the test's own. What it throws is thrown again at whoever waits for its
 * end, as the cause of an {@link AssertionError}.
 *
 * <p><b>Lifetime.</b> It runs until its code returns, but does not keep the JVM alive.
 * <b>Thread-safety.</b> Any thread.
 */
public final class SideThread {
    /** How long {@link #join} and {@link #await} wait: longer than any test that passes. */
    public static final Duration PATIENCE = Duration.ofMinutes(1);

    /** What such a thread does. */
    @FunctionalInterface
    public interface Body {
        /**
         * Runs on the thread.
         *
         * @throws Exception if the test is to fail
         */
        void run() throws Exception;
    }

    private final FutureTask<?> task;
    private final Thread thread;

    private SideThread(Body body) {
        task = new FutureTask<>(() -> {
            body.run();
            return null;
        });
        thread = Thread.ofPlatform().daemon().name("side").unstarted(task);
    }

    /**
     * Starts a thread.
     *
     * @param body what it does
     * @return the thread, which runs
     */
    public static SideThread start(Body body) {
        SideThread side = new SideThread(body);
        side.thread.start();
        return side;
    }

    /**
     * Waits until somebody has opened a latch; meant for code of a side thread, or of a libOS, that
     * cannot throw what {@link CountDownLatch#await()} does.
     *
     * @param latch the latch
     * @throws AssertionError if it stays shut for {@link #PATIENCE}, or the thread is interrupted
     */
    public static void await(CountDownLatch latch) {
        try {
            if (!latch.await(PATIENCE.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new AssertionError("nobody opened the latch within " + PATIENCE);
            }
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted at a latch", e);
        }
    }

    /** {@return whether it runs or waits still} */
    public boolean isAlive() {
        return thread.isAlive();
    }

    /** {@return whether it waits for something, without a limit of time} */
    public boolean isWaiting() {
        return thread.getState() == Thread.State.WAITING;
    }

    /** {@return whether it waits for somebody to leave a monitor} */
    public boolean isBlocked() {
        return thread.getState() == Thread.State.BLOCKED;
    }

    /** Interrupts it. */
    public void interrupt() {
        thread.interrupt();
    }

    /**
     * {@return whether it ends within a time}
     *
     * @param time how long to wait
     * @throws AssertionError if it has ended by throwing, or the caller is interrupted
     */
    public boolean endsWithin(Duration time) {
        try {
            if (!thread.join(time)) {
                return false;
            }
            task.get();
            return true;
        } catch (ExecutionException e) {
            throw new AssertionError("a side thread failed: " + e.getCause(), e.getCause());
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted while a side thread ran", e);
        }
    }

    /**
     * Waits for its end.
     *
     * @throws AssertionError if it does not end within {@link #PATIENCE}, has ended by throwing, or
     *         the caller is interrupted
     */
    public void join() {
        if (!endsWithin(PATIENCE)) {
            AssertionError late = new AssertionError("a side thread did not end; it is here:");
            late.setStackTrace(thread.getStackTrace());
            throw late;
        }
    }
}
