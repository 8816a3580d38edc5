// SPDX-License-Identifier: Apache-2.0
package exo.bench.mem;

import exo.api.Env;
import exo.api.EnvControl;
import exo.api.EnvExit;
import exo.api.EnvSpec;
import exo.api.Exokernel;
import exo.api.HostConfig;
import exo.api.mem.MemoryConfig;
import exo.api.mem.Window;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.concurrent.Semaphore;

/**
 * Two environments between which runs of frames go to and fro: one releases them, the other
 * allocates them.
 *
 * <p>The kernel gives out the lowest run that is free, so the frames that were just released are
 * those that the other gets, which is checked. They were used, so they are zeroed on the way.
 *
 * <p>Each environment has a thread of its own and times its half; what it costs to hand over from
 * thread to thread is not counted. While one works the other sleeps.
 *
 * <p>Confined to the thread that made it, which is the first environment's.
 */
final class Mover implements AutoCloseable {
    static final int RUN = 64;
    static final int RUNS = 16;
    private static final int PAGES = RUN * RUNS;
    private static final long PAGE_BYTES = 4096;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** What one environment asks the other to do. */
    private enum Order {
        ALLOCATE,
        RELEASE,
        END
    }

    private final Exokernel kernel;
    private final Side here;
    private final EnvControl other;
    // Semaphores, since a queue would keep the waiting side spinning on the other processor.
    private final Semaphore ordered = new Semaphore(0);
    private final Semaphore answered = new Semaphore(0);
    private Order order; // published by ordered
    // What the other environment found, published by answered.
    private long nanos;
    private int[] frames = new int[0];
    private RuntimeException failure;
    private long releasing;
    private long allocating;
    private int moved;

    /** One environment's half. */
    private static final class Side {
        private final Window window;
        private final int[] frames = new int[PAGES];

        Side(Env env) {
            window = env.memory().bindWindow(PAGES);
        }

        /** {@return how many nanoseconds it took} */
        long release() {
            long start = System.nanoTime();
            for (int page = 0; page < PAGES; page += RUN) {
                window.releasePages(page, RUN);
            }
            return System.nanoTime() - start;
        }

        /** {@return how many nanoseconds it took} The pages are written afterwards. */
        long allocate() {
            long start = System.nanoTime();
            for (int page = 0; page < PAGES; page += RUN) {
                window.allocPages(page, RUN);
            }
            long took = System.nanoTime() - start;
            MemorySegment memory = window.segment();
            for (int page = 0; page < PAGES; page++) {
                frames[page] = window.frame(page);
                if (memory.get(ValueLayout.JAVA_LONG, page * PAGE_BYTES) != 0) {
                    throw new IllegalStateException("page " + page + " was not zeroed");
                }
                memory.set(ValueLayout.JAVA_LONG, page * PAGE_BYTES, 1);
            }
            return took;
        }
    }

    /** Boots the kernel; the frames are in the first environment. */
    Mover() {
        // Both have all of them guaranteed, so that neither waits for the other.
        kernel = Exokernel.boot(
                HostConfig.minimal().memory(MemoryConfig.frames(2 * PAGES)));
        here = new Side(kernel.rootEnv());
        here.allocate();
        other = kernel.rootEnv()
                .createEnv(EnvSpec.named("other").frames(PAGES), this::serve);
    }

    private void serve(Env env) throws InterruptedException {
        Side there = new Side(env);
        ordered.acquire();
        while (order != Order.END) {
            try {
                nanos = order == Order.RELEASE ? there.release() : there.allocate();
                frames = there.frames;
            } catch (RuntimeException e) {
                failure = e;
            }
            answered.release();
            ordered.acquire();
        }
    }

    /** {@return how many nanoseconds the other environment took} */
    private long ask(Order wanted) throws InterruptedException {
        order = wanted;
        ordered.release();
        answered.acquire();
        if (failure != null) {
            throw new IllegalStateException("the other environment failed", failure);
        }
        return nanos;
    }

    /**
     * Moves all runs to the other environment and back.
     *
     * @throws InterruptedException if the thread was interrupted
     * @throws IllegalStateException if other frames came than were released
     */
    void move() throws InterruptedException {
        releasing += here.release();
        allocating += ask(Order.ALLOCATE);
        checkSame(here.frames, frames);
        releasing += ask(Order.RELEASE);
        allocating += here.allocate();
        checkSame(frames, here.frames);
        moved += 2 * RUNS;
    }

    private static void checkSame(int[] released, int[] came) {
        for (int page = 0; page < PAGES; page++) {
            if (released[page] != came[page]) {
                throw new IllegalStateException("frame " + came[page] + " came for frame "
                        + released[page]);
            }
        }
    }

    /** {@return what it took to release a run, in nanoseconds, since it was asked for last} */
    double releaseNanos() {
        return (double) releasing / moved;
    }

    /** {@return what it took to allocate a run, in nanoseconds} */
    double allocateNanos() {
        return (double) allocating / moved;
    }

    /** Forgets what was timed. */
    void forget() {
        releasing = 0;
        allocating = 0;
        moved = 0;
    }

    @Override
    public void close() {
        try {
            order = Order.END;
            ordered.release();
            if (other.awaitExit(PATIENCE)
                    .map(EnvExit::reason)
                    .orElse(EnvExit.Reason.FAILED) != EnvExit.Reason.RETURNED) {
                throw new IllegalStateException("the other environment did not return");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            kernel.close();
        }
    }
}
