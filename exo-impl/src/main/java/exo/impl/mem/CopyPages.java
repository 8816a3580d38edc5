// SPDX-License-Identifier: Apache-2.0
package exo.impl.mem;

import exo.api.Blame;
import exo.api.ErrorCode;
import exo.api.ResourceException;
import exo.host.HostException;
import exo.impl.info.Runs;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Copy-on-write in one window: pages that were frozen, views of frozen frames, and how both get
 * frames of their own.
 *
 * <p><b>Why settling is by the owner.</b> What was written to a view lies in memory of the process
 * that only the page itself shows. To move it to a frame is to copy it and then to map the frame,
 * and what is stored in between is lost. Only the libOS can know that nobody stores; so nobody else
 * settles, and a view whose frozen frame becomes the page's own again (THAWED) stays private until
 * the owner comes by.
 *
 * <p><b>Locking.</b> All of it is under the window's lock. Frames that were set aside are turned
 * into frames under it too, so that a repossession sees either a view or a page of its own.
 */
final class CopyPages {
    /** So many pages are copied while the lock is held: force waits some ten microseconds. */
    private static final int SETTLED_AT_ONCE = 64;

    private final ShownPages pages;
    private final PageTable table;
    private final long owner; // the number of the environment

    CopyPages(ShownPages pages, long owner) {
        this.pages = pages;
        this.owner = owner;
        this.table = pages.table();
    }

    /** {@return the frames of pages that can be frozen} The owner thread. */
    int[] freezable(int firstPage, int pageCount) {
        int[] frames = new int[pageCount];
        for (int i = 0; i < pageCount; i++) {
            int page = firstPage + i;
            if (table.pins(page) != 0) {
                throw new ResourceException(ErrorCode.BUSY, Blame.CALLER, "page " + page,
                        "a transfer on it is under way, or a packet ring lies on it",
                        "take the completion, or close the binding, first");
            }
            frames[i] = ownFrame(page);
        }
        return frames;
    }

    /** {@return the frame that a page shows, if it is the environment's own and in use} */
    int ownFrame(int page) {
        byte shown = table.state(page);
        if (PageTable.isUnsettled(shown)) {
            throw new ResourceException(ErrorCode.UNSETTLED, Blame.CALLER, "page " + page,
                    "it is a copy-on-write view without a frame of its own",
                    "give it one by Window.settle first");
        }
        int frame = table.frame(page);
        if (shown != PageTable.OWN || table.isIdle(page) || frame == PageTable.NO_FRAME) {
            throw pages.stale(page);
        }
        return frame;
    }

    /** Refuses pages that are no longer the environment's own, or do not show these frames. */
    void checkShown(int firstPage, int[] frames) {
        synchronized (pages) {
            int lost = firstLost(firstPage, frames);
            if (lost >= 0) {
                throw pages.stale(lost);
            }
        }
    }

    /** {@return the first page that is not the environment's own, or -1} Holds the lock. */
    private int firstLost(int firstPage, int[] frames) {
        for (int i = 0; i < frames.length; i++) {
            if (table.state(firstPage + i) != PageTable.OWN
                    || table.frame(firstPage + i) != frames[i]) {
                return firstPage + i;
            }
        }
        return -1;
    }

    /**
     * Turns pages into views of their frames. The owner thread.
     *
     * @throws HostException if the host refuses it; the pages are the environment's own as before,
     *         though some may be unsettled, as after any failure
     */
    void freeze(int firstPage, int[] frames) {
        synchronized (pages) {
            pages.checkOpen();
            checkShown(firstPage, frames);
            pages.carryWrites(firstPage, frames.length);
            int done = 0;
            try {
                while (done < frames.length) {
                    done += pages.mapRun(firstPage, frames, done, true);
                }
            } catch (RuntimeException | Error e) {
                for (int i = 0; i < done; i++) {
                    table.change(firstPage + i, frames[i], PageTable.THAWED);
                }
                throw e;
            } finally {
                pages.follow(firstPage, frames.length);
            }
            for (int i = 0; i < frames.length; i++) {
                table.change(firstPage + i, frames[i], PageTable.VIEW);
            }
        }
    }

    /** Gives unsettled pages frames of their own. The owner thread. */
    void settle(int firstPage, int pageCount) {
        settle(firstPage, pageCount, true);
    }

    /** Ends what {@link #thaw} began, if nobody but the caller writes. The owner thread. */
    void settleThawed(int firstPage, int pageCount) {
        settle(firstPage, pageCount, false);
    }

    private void settle(int firstPage, int pageCount, boolean views) {
        int end = firstPage + pageCount;
        for (int page = firstPage; page < end; page += SETTLED_AT_ONCE) {
            synchronized (pages) {
                pages.checkOpen();
                settleSome(page, Math.min(end, page + SETTLED_AT_ONCE), views);
            }
        }
    }

    /** Holds the lock. */
    private void settleSome(int firstPage, int endPage, boolean views) {
        int page = firstPage;
        while (page < endPage) {
            byte kind = table.state(page);
            int next = page + 1;
            while (next < endPage && table.state(next) == kind) {
                next++;
            }
            if (kind == PageTable.THAWED || (views && kind == PageTable.VIEW)) {
                settleSame(page, next - page, kind);
            }
            page = next;
        }
    }

    private void settleSame(int firstPage, int pageCount, byte kind) {
        int[] frames;
        if (kind == PageTable.VIEW) {
            frames = pages.pool().allocForCopies(pageCount, owner);
        } else {
            frames = new int[pageCount];
            Arrays.setAll(frames, i -> table.frame(firstPage + i));
        }
        int done = 0;
        try {
            pages.carryWrites(firstPage, pageCount);
            while (done < pageCount) {
                copy(firstPage, frames, done);
                int run = pages.mapRun(firstPage, frames, done, false);
                for (int i = done; i < done + run; i++) {
                    table.change(firstPage + i, frames[i], PageTable.OWN);
                }
                done += run;
            }
        } catch (HostException e) {
            setAsideAgain(frames, done, kind);
            throw Faults.memory(e, "pages of a window");
        } catch (RuntimeException | Error e) {
            setAsideAgain(frames, done, kind);
            throw e;
        } finally {
            pages.follow(firstPage, done);
        }
    }

    /** Sets the frames aside again that views did not get. */
    private void setAsideAgain(int[] frames, int done, byte kind) {
        if (kind == PageTable.VIEW) {
            pages.pool().setAsideAgain(Arrays.copyOfRange(frames, done, frames.length));
        }
    }

    /** Copies what pages show into the run of consecutive frames that begins at an index. */
    private void copy(int firstPage, int[] frames, int start) {
        MemorySegment.copy(pages.mapping().segment(), pages.bytes(firstPage + start),
                pages.pool().mapping().segment(), pages.bytes(frames[start]),
                pages.bytes(Runs.length(frames, start)));
    }

    /**
     * Gives frozen frames back to the pages they were made from, as far as these still are views of
     * them. Any thread.
     *
     * @return the frames that no page wants
     */
    int[] thaw(int firstPage, int[] frames) {
        int[] unwanted = new int[frames.length];
        int count = 0;
        synchronized (pages) {
            pages.awaitTakers(); // a page that is being taken still shows its frame
            for (int i = 0; i < frames.length; i++) {
                int page = firstPage + i;
                if (table.state(page) == PageTable.VIEW && table.frame(page) == frames[i]) {
                    table.change(page, frames[i], PageTable.THAWED);
                } else {
                    unwanted[count++] = frames[i];
                }
            }
        }
        return Arrays.copyOf(unwanted, count);
    }
}
