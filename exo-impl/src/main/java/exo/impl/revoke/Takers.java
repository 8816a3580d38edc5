// SPDX-License-Identifier: Apache-2.0
package exo.impl.revoke;

import exo.impl.audit.Failures;
import exo.impl.cap.Charge;
import exo.impl.cap.Revocable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Takes frames by force from holders whose devices may hang.
 *
 * <p>A frame that a device uses is nobody else's before the device is done, and to find out that it
 * is takes a host call that returns no sooner. So whatever comes to that is taken by a thread of
 * the kernel's, at most one for each holder, and whoever needs the frames waits for it no longer
 * than devices take that answer. From then on the holder is <i>held up</i> until the thread is
 * done; what it takes goes to the pool then, for whoever needs it.
 *
 * <p><b>Locking.</b> This object guards the table; nothing is locked inside it. Any thread, holding
 * no lock.
 */
final class Takers implements AutoCloseable {
    /** To end the queue of a device that answers took 40 ms, at times 200 ms. */
    private static final long PATIENCE_NANOS = 300_000_000;

    private final Map<Holder, Taking> underWay = new HashMap<>(); // guarded by this

    /** Frames that are being taken from a holder. */
    private static final class Taking extends FutureTask<Long> {
        private final long heldUpNanos = System.nanoTime() + PATIENCE_NANOS;

        Taking(Revocable frames, long most) {
            super(() -> frames.take(most));
        }

        boolean isHeldUp() {
            return !isDone() && System.nanoTime() - heldUpNanos >= 0;
        }

        /**
         * {@return how many were taken; 0 if that is not known at a moment}
         *
         * @param endNanos the moment
         */
        long await(long endNanos) {
            boolean interrupted = false;
            try {
                while (true) {
                    try {
                        return get(endNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
                    } catch (InterruptedException e) {
                        interrupted = true; // force is not hurried: what is wanted must come
                    }
                }
            } catch (TimeoutException e) {
                return 0;
            } catch (ExecutionException e) {
                if (e.getCause() instanceof Error broken) {
                    throw broken;
                }
                throw new IllegalStateException("frames could not be taken", e.getCause());
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }

    /**
     * Takes frames, and returns when they are free, or when the holder is held up.
     *
     * @param holder from whom
     * @param most how many are wanted, at least 1
     * @return how many were taken by then
     */
    long take(Holder holder, long most) {
        Revocable frames = holder.revocable(Charge.FRAMES);
        if (holder.isCaller()) {
            return frames.take(most); // an own queue is drained, not destroyed, by its own thread
        }
        long taken = frames.takeAtOnce(most);
        if (taken >= most) {
            return taken;
        }
        Taking taking = begin(holder, new Taking(frames, most - taken));
        return taken + taking.await(taking.heldUpNanos);
    }

    /** {@return what is being taken from a holder: what began before, if that is not over} */
    private Taking begin(Holder holder, Taking fresh) {
        synchronized (this) {
            Taking old = underWay.get(holder);
            if (old != null && !old.isDone()) {
                return old;
            }
            underWay.put(holder, fresh);
        }
        // It inherits nothing of the caller's, which might be code of a libOS.
        Thread taker = new Thread(null, () -> {
            fresh.run();
            forget(holder, fresh);
        }, "exo-taker-" + holder.name(), 0, false);
        taker.setDaemon(true);
        try {
            taker.start();
        } catch (OutOfMemoryError e) { // no thread to be had
            fresh.run();
            forget(holder, fresh);
        }
        return fresh;
    }

    private synchronized void forget(Holder holder, Taking over) {
        underWay.remove(holder, over);
    }

    /**
     * {@return whether a device that hangs keeps frames that are being taken}
     *
     * @param holder from whom
     */
    synchronized boolean isHeldUp(Holder holder) {
        Taking taking = underWay.get(holder);
        return taking != null && taking.isHeldUp();
    }

    /** Waits until everything that is being taken is free. */
    @Override
    public void close() {
        List<Taking> left;
        synchronized (this) {
            left = new ArrayList<>(underWay.values());
        }
        Failures.forAll(left, taking -> taking.await(System.nanoTime() + Long.MAX_VALUE / 2));
    }
}
