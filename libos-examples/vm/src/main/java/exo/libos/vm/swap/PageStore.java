// SPDX-License-Identifier: Apache-2.0
package exo.libos.vm.swap;

import exo.api.Env;
import exo.api.ErrorCode;
import exo.api.ExoException;
import exo.api.Rights;
import exo.api.disk.Extent;
import exo.api.mem.Frames;
import exo.api.mem.Window;
import exo.api.upcall.Upcalls;
import exo.libos.vm.io.PageQueue;

/**
 * Moves frames of others to and from slots of an extent. Confined to the server's thread.
 *
 * <p>It has two windows, since what was shared for reading can only be mapped into one that is
 * bound for reading. Both show void between two calls.
 */
final class PageStore implements AutoCloseable {
    private static final int DEPTH = 32;
    private static final int BUSY = ErrorCode.BUSY.refusal();
    private static final int REVOKED = ErrorCode.REVOKED.refusal();

    private final Lane out;
    private final Lane in;
    private final int slotCount;

    PageStore(Env env, Extent extent) {
        slotCount = (int) Math.min(Integer.MAX_VALUE, PageQueue.slots(env, extent));
        out = Lane.bind(env, extent, true);
        in = Lane.bind(env, extent, false);
    }

    int slotCount() {
        return slotCount;
    }

    /** {@return 0 if the frames are in the slots, or a refusal} */
    int write(Frames frames, int[] slots, long deadlineNanos) {
        return out.move(frames, slots, deadlineNanos);
    }

    /** {@return 0 if the slots are in the frames, or a refusal; some may be then} */
    int read(Frames frames, int[] slots, long deadlineNanos) {
        return in.move(frames, slots, deadlineNanos);
    }

    @Override
    public void close() {
        out.close();
        in.close();
    }

    /** A window and the queue on it, for one direction. */
    private record Lane(Window window, PageQueue queue, boolean isOut) {
        static Lane bind(Env env, Extent extent, boolean isOut) {
            Window window = env.memory()
                    .bindWindow(SwapClient.MAX_PAGES, isOut ? Rights.READ : Rights.READ_WRITE);
            return new Lane(window, new PageQueue(env, extent, window, DEPTH), isOut);
        }

        int move(Frames frames, int[] slots, long deadlineNanos) {
            try {
                window.map(0, frames, 0, slots.length);
            } catch (ExoException e) {
                return e.code().refusal(); // taken back already, or granted with too few rights
            }
            int refusal = moveAll(slots, deadlineNanos);
            window.releasePages(0, slots.length);
            return refusal;
        }

        /** Nothing is under way when it returns. */
        private int moveAll(int[] slots, long deadlineNanos) {
            int refusal = 0;
            int entered = 0;
            while (queue.inFlight() > 0 || (refusal == 0 && entered < slots.length)) {
                while (refusal == 0 && entered < slots.length && queue.inFlight() < DEPTH) {
                    refusal = System.nanoTime() - deadlineNanos >= 0
                            ? BUSY
                            : enter(slots[entered], entered);
                    entered += refusal == 0 ? 1 : 0;
                }
                // The device has its own time, and the kernel cuts off what the client takes back.
                if (queue.inFlight() > 0 && !queue.await(Upcalls.NEVER) && queue.isDead()) {
                    return queue.tryRevive() ? BUSY : REVOKED;
                }
                while (queue.next()) {
                    refusal = refusal == 0 ? queue.result() : refusal;
                }
            }
            return refusal;
        }

        private int enter(int slot, int page) {
            int refusal = tryEnter(slot, page);
            return refusal == REVOKED && queue.tryRevive() ? tryEnter(slot, page) : refusal;
        }

        private int tryEnter(int slot, int page) {
            long name = window.page(page);
            return isOut ? queue.tryWrite(slot, name, page) : queue.tryRead(slot, name, page);
        }

        void close() {
            queue.close();
            window.close();
        }
    }
}
