// SPDX-License-Identifier: Apache-2.0
package exo.impl.mem;

import exo.api.Blame;
import exo.api.ErrorCode;
import exo.api.ExoException;
import exo.api.RepossessedException;
import exo.api.ResourceException;
import exo.api.upcall.Repossession;
import exo.host.HostException;
import exo.host.Mapping;
import exo.host.WriteTracking;
import exo.impl.info.Runs;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * What the pages of one window show: its address range and its page table, changed together.
 *
 * <p><b>Locking.</b> This object is the window's lock; no libOS reaches it. The owner thread holds
 * it to map and unmap, repossessors to take by force. Under it only the pool and the host's mapping
 * are touched. The hot paths take no lock; see {@link PageTable}.
 *
 * <p><b>Repossession.</b> Whoever takes pages announces it under the lock, lets go of it while
 * transfers are drained, and takes it again to make the pages void. {@code takers} counts those in
 * between; the pages concerned are {@link PageTable#isBeingTaken being taken}.
 */
class ShownPages { // not final: in a test the host refuses
    /** What is mapped anew in the middle of a mapping leaves two more than there were. */
    private static final int PIECES = 2;

    private final FramePool pool;
    private final Mapping mapping;
    private final PageTable table;
    private final boolean writable;
    /** How many pages go last, over all windows of the environment. */
    private final AtomicInteger lastCount;
    /** Null while writes are not followed. Owner thread only. */
    private WriteTracking.Scan scan;
    private long[] written = new long[1]; // owner thread only; scratch
    private boolean closed; // guarded by this; read by the owner thread, which alone closes it
    private int takers; // guarded by this
    /** How pages were lost that show void since. Guarded by this. */
    private final Map<Integer, Repossession> losses = new HashMap<>();

    ShownPages(FramePool pool, Mapping mapping, PageTable table, boolean writable,
            AtomicInteger lastCount) {
        this.pool = pool;
        this.mapping = mapping;
        this.table = table;
        this.writable = writable;
        this.lastCount = lastCount;
    }

    FramePool pool() {
        return pool;
    }

    PageTable table() {
        return table;
    }

    Mapping mapping() {
        return mapping;
    }

    long bytes(int pages) {
        return (long) pages * pool.pageBytes();
    }

    // ---- open or closed ------------------------------------------------------------------------

    boolean isClosed() {
        return closed;
    }

    /** Refuses to go on after the window was closed, by force perhaps. Holds the lock. */
    void checkOpen() {
        if (closed) {
            throw new IllegalStateException("the window is closed");
        }
    }

    /** Whether the window was open until now. */
    synchronized boolean tryClose() {
        boolean first = !closed;
        closed = true;
        return first;
    }

    /** Undoes {@link #tryClose}, after which not all could be given back. */
    synchronized void reopen() {
        closed = false;
    }

    // ---- repossessions under way ---------------------------------------------------------------

    /** Holds the lock. */
    void takerComes() {
        takers++;
    }

    /** Holds the lock. */
    void takerGoes() {
        takers--;
        notifyAll(); // pairs with the wait in awaitTakers
    }

    /** Waits until no repossession is under way. Holds the lock, and gives it up meanwhile. */
    void awaitTakers() {
        boolean interrupted = false;
        while (takers > 0) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true; // what the caller is about to do is not left half done
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    // ---- showing -------------------------------------------------------------------------------

    /**
     * Maps frames to pages that show void, or fails with no effect; but if the host refuses to undo
     * what it did, some pages show their frames. Holds the lock; the owner thread.
     *
     * @param how {@link PageTable#OWN} or {@link PageTable#SHARED}, or {@link PageTable#VIEW} for
     *        private views
     */
    void show(int firstPage, int[] frames, byte how) {
        checkOpen();
        int done = 0;
        try {
            while (done < frames.length) {
                done += mapRun(firstPage, frames, done, how == PageTable.VIEW);
            }
            table.pruneIdle();
            for (int i = 0; i < frames.length; i++) {
                table.map(firstPage + i, frames[i], how);
                forgetLoss(firstPage + i);
            }
            follow(firstPage, frames.length);
        } catch (HostException e) {
            hide(firstPage, frames, done, how, e);
            throw Faults.memory(e, "pages of a window");
        } catch (RuntimeException | Error e) {
            hide(firstPage, frames, done, how, e);
            throw e;
        }
    }

    /**
     * Makes pages void again that could not all be shown. If the host refuses that, those that are
     * mapped are in use: what they show must not be anybody else's. Holds the lock; the owner
     * thread.
     */
    private void hide(int firstPage, int[] frames, int done, byte how, Throwable failure) {
        boolean gone = true;
        try {
            mapVoid(firstPage, frames.length);
        } catch (HostException e) {
            gone = false;
            failure.addSuppressed(e);
        }
        for (int i = 0; i < done; i++) {
            boolean noted = isShown(firstPage + i, frames[i]);
            if (gone && noted) {
                table.unmap(firstPage + i);
            } else if (!gone && !noted) {
                table.map(firstPage + i, frames[i], how);
            }
        }
    }

    private boolean isShown(int page, int frame) {
        return PageTable.isShown(table.state(page)) && table.frame(page) == frame;
    }

    /** {@return those of some frames that the pages they were meant for do not show} */
    synchronized int[] hidden(int firstPage, int[] frames) {
        return IntStream.range(0, frames.length)
                .filter(i -> !isShown(firstPage + i, frames[i]))
                .map(i -> frames[i])
                .toArray();
    }

    /**
     * Maps the run of consecutive frames that begins at an index. Holds the lock.
     *
     * @return how long the run is
     */
    int mapRun(int firstPage, int[] frames, int start, boolean privately) {
        int count = Runs.length(frames, start);
        long at = bytes(firstPage + start);
        long length = bytes(count);
        pool.budget().add(PIECES);
        if (privately) {
            mapping.mapPrivate(at, length, pool.memory(), bytes(frames[start]));
        } else {
            mapping.mapShared(at, length, pool.memory(), bytes(frames[start]), writable);
        }
        return count;
    }

    /** Makes pages void, in one host call. Holds the lock. */
    void mapVoid(int firstPage, int pageCount) {
        pool.budget().addAnyway(PIECES);
        mapping.mapVoid(bytes(firstPage), bytes(pageCount));
    }

    /** Makes pages void by the owner's will, who may be refused it. Holds the lock. */
    void releaseVoid(int firstPage, int pageCount, boolean refusable) {
        if (refusable && pageCount < table.pageCount()) { // all of them are one piece then
            pool.budget().add(PIECES);
            mapping.mapVoid(bytes(firstPage), bytes(pageCount));
        } else {
            mapVoid(firstPage, pageCount);
        }
    }

    /** Ends the mark of a page that shows void from now on. Holds the lock. */
    void unmark(int page) {
        if (table.marks().last(page, false)) {
            lastCount.decrementAndGet();
        }
    }

    /** Notes how a page was lost, for {@link #stale}. Holds the lock. */
    void lost(int page, Repossession entry) {
        losses.put(page, entry);
    }

    /** Forgets how a page was lost: it is released, or shows a frame again. Holds the lock. */
    void forgetLoss(int page) {
        if (!losses.isEmpty()) {
            losses.remove(page);
        }
    }

    /** {@return why a page that shows no frame of the environment cannot be used} */
    synchronized ExoException stale(int page) {
        Repossession entry = losses.get(page);
        return entry != null
                ? new RepossessedException(entry)
                : new ResourceException(ErrorCode.STALE, Blame.CALLER, "page " + page,
                        "it does not show a frame that this environment may use so",
                        "allocate or map it first");
    }

    /** {@return how many pages do not go last} The owner thread. */
    synchronized int unmarked(int firstPage, int pageCount) {
        checkCharged(firstPage, pageCount);
        int count = 0;
        for (int page = firstPage; page < firstPage + pageCount; page++) {
            count += table.marks().isLast(page) ? 0 : 1;
        }
        return count;
    }

    /**
     * Marks pages as such that go last, or not. The room was made before. The owner thread.
     *
     * @return how many were marked otherwise before
     */
    synchronized int mark(int firstPage, int pageCount, boolean goesLast) {
        checkCharged(firstPage, pageCount);
        int changed = 0;
        for (int page = firstPage; page < firstPage + pageCount; page++) {
            changed += table.marks().last(page, goesLast) ? 1 : 0;
        }
        return changed;
    }

    private void checkCharged(int firstPage, int pageCount) {
        checkOpen();
        for (int page = firstPage; page < firstPage + pageCount; page++) {
            if (!PageTable.isCharged(table.state(page))) {
                throw stale(page);
            }
        }
    }

    // ---- writes --------------------------------------------------------------------------------

    /** Begins or ends to follow writes. The owner thread. */
    void followWrites(WriteTracking tracking, boolean on) {
        synchronized (this) {
            checkOpen();
            if (scan != null) {
                scan = null;
                tracking.untrack(mapping, 0, mapping.bytes());
            }
            if (!on) {
                return;
            }
            for (int page = 0; page < table.pageCount(); page++) {
                table.marks().takeWritten(page);
            }
            trackShown(tracking);
            scan = tracking.scan(mapping);
        }
    }

    private void trackShown(WriteTracking tracking) {
        int page = 0;
        while (page < table.pageCount()) {
            int end = page;
            while (end < table.pageCount() && PageTable.isShown(table.state(end))) {
                table.marks().followed(end++, true);
            }
            if (end > page) {
                tracking.track(mapping, bytes(page), bytes(end - page));
            }
            page = Math.max(end, page + 1);
        }
    }

    boolean followsWrites() {
        return scan != null;
    }

    /** Follows the writes to pages that were just mapped. Holds the lock; the owner thread. */
    void follow(int firstPage, int pageCount) {
        if (scan == null) {
            return;
        }
        boolean followed = true;
        try {
            pool.tracking().track(mapping, bytes(firstPage), bytes(pageCount));
        } catch (HostException e) {
            followed = false; // the pages then count as written always: never a write too few
        }
        for (int page = firstPage; page < firstPage + pageCount; page++) {
            table.marks().followed(page, followed);
        }
    }

    /**
     * Notes which pages were written before they are mapped in another way, which makes the host
     * forget it. Holds the lock; the owner thread.
     */
    void carryWrites(int firstPage, int pageCount) {
        if (scan == null) {
            return;
        }
        int words = (pageCount + 63) >> 6;
        written = words <= written.length ? written : new long[words];
        Arrays.fill(written, 0, words, 0);
        scan.collect(firstPage, pageCount, written);
        for (int i = 0; i < pageCount; i++) {
            if ((written[i >> 6] & 1L << i) != 0) {
                table.marks().written(firstPage + i);
            }
        }
    }

    /** Tells which pages were written, and forgets it. The owner thread. */
    void collectWritten(int firstPage, int pageCount, long[] bits) {
        synchronized (this) {
            checkOpen();
            scan.collect(firstPage, pageCount, bits);
        }
        for (int i = 0; i < pageCount; i++) {
            if (!PageTable.isShown(table.state(firstPage + i))) {
                bits[i >> 6] &= ~(1L << i);
            } else if (table.marks().takeWritten(firstPage + i)) {
                bits[i >> 6] |= 1L << i;
            }
        }
    }
}
