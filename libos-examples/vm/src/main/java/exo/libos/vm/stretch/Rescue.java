// SPDX-License-Identifier: Apache-2.0
package exo.libos.vm.stretch;

import exo.api.Env;
import exo.api.ErrorCode;
import exo.api.RepossessedException;
import exo.api.ResourceException;
import exo.api.Rights;
import exo.api.disk.Extent;
import exo.api.disk.SpillArea;
import exo.api.mem.Window;
import exo.api.upcall.Repossession.Spill;
import exo.api.upcall.Upcalls;
import exo.libos.vm.io.PageQueue;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * Pages of a driver that the kernel took by force and kept in a spill area. The thread of the
 * driver.
 */
final class Rescue implements AutoCloseable {
    private static final int NONE = -1;
    private static final int SCARCE = 4;
    private static final long PAUSE_NANOS = 50_000;
    private static final long PATIENCE_NANOS = 1_000_000_000;

    private final Window window;
    private final SpillArea area;
    private final PageQueue queue;
    private final int[] places; // by page
    private final BitSet unwanted = new BitSet(); // places to be freed when they are written

    /** Binds an area that covers an extent. */
    Rescue(Env env, Extent extent, Window window, int bufferCount) {
        this.window = window;
        this.queue = new PageQueue(env, extent, window, 1);
        this.places = new int[window.pageCount()];
        Arrays.fill(places, NONE);
        int room = (int) Math.min(PageQueue.slots(env, extent), SpillArea.MAX_PLACES);
        try {
            this.area = env.disk().bindSpill(extent, 0, room, bufferCount);
        } catch (RuntimeException e) {
            queue.close();
            throw e;
        }
    }

    /**
     * Asks the kernel what became of a page that was taken.
     *
     * @return whether its content is kept, and can be read
     */
    boolean tryFind(int page) {
        sweep();
        Optional<Spill> kept = whatBecameOf(page).filter(spill -> spill.area().equals(area));
        kept.ifPresent(spill -> places[page] = spill.place());
        return kept.isPresent();
    }

    private Optional<Spill> whatBecameOf(int page) {
        long giveUp = System.nanoTime() + PATIENCE_NANOS;
        while (System.nanoTime() - giveUp < 0) {
            try {
                window.protect(page, 1, Rights.READ_WRITE);
                return Optional.empty(); // it shows a frame: nothing became of it
            } catch (RepossessedException e) {
                return e.entry().spill();
            } catch (ResourceException e) {
                LockSupport.parkNanos(this, PAUSE_NANOS); // it is being taken this moment
            }
        }
        return Optional.empty();
    }

    /**
     * Reads what was kept of a page into its new frame.
     *
     * @return 0, or a refusal; {@link ErrorCode#REPOSSESSED} if the kernel could not write it
     */
    int read(int page) {
        int place = places[page];
        while (area.state(place) == SpillArea.State.WRITING) {
            LockSupport.parkNanos(this, PAUSE_NANOS);
        }
        if (area.state(place) != SpillArea.State.WRITTEN) {
            return ErrorCode.REPOSSESSED.refusal();
        }
        int refusal = queue.tryRead(place, window.page(page), page);
        while (refusal == 0) {
            if (queue.await(Upcalls.NEVER) && queue.next()) {
                return queue.result();
            }
            refusal = queue.isDead() ? ErrorCode.REVOKED.refusal() : 0;
        }
        if (refusal == ErrorCode.REVOKED.refusal() && queue.tryRevive()) {
            return ErrorCode.STALE.refusal(); // the frame was taken at once: try another
        }
        return refusal;
    }

    /** What was kept of a page, if anything, is not wanted any more. */
    void forget(int page) {
        if (places[page] != NONE) {
            unwanted.set(places[page]);
            places[page] = NONE;
        }
        sweep();
    }

    /**
     * {@return places that hold something and are nobody's as far as is known} What the kernel
     * keeps of a page that is released at the same moment is never asked for. A page that was taken
     * and not found yet may have one of them, so all such must be found before {@link #free}.
     */
    BitSet unclaimed() {
        BitSet found = new BitSet();
        for (int place = 0; place < area.placeCount(); place++) {
            SpillArea.State state = area.state(place);
            found.set(place, state == SpillArea.State.WRITTEN || state == SpillArea.State.FAILED);
        }
        return found;
    }

    /** Frees those of the places that nobody has claimed. */
    void free(BitSet unclaimed) {
        for (int place : places) {
            if (place != NONE) {
                unclaimed.clear(place);
            }
        }
        unclaimed.stream().forEach(area::free);
        unwanted.andNot(unclaimed);
    }

    /** {@return whether there is so little room that it is worth looking for unclaimed places} */
    boolean isScarce() {
        return area.freeCount() <= area.placeCount() / SCARCE;
    }

    /** Frees places that are not wanted, as far as they are written. */
    private void sweep() {
        for (int place = unwanted.nextSetBit(0); place >= 0; place = unwanted.nextSetBit(
                place + 1)) {
            if (area.state(place) != SpillArea.State.WRITING) {
                area.free(place);
                unwanted.clear(place);
            }
        }
    }

    @Override
    public void close() {
        queue.close();
        area.close();
    }
}
