// SPDX-License-Identifier: Apache-2.0
package exo.libos.vm.stretch;

import exo.api.Blame;
import exo.api.Env;
import exo.api.ErrorCode;
import exo.api.RepossessedException;
import exo.api.ResourceException;
import exo.api.ResourceKind;
import exo.api.Rights;
import exo.api.mem.MissHandler;
import exo.api.mem.Pages;
import exo.api.mem.SoftTlb;
import exo.api.mem.Window;
import exo.api.upcall.Repossession;
import exo.api.upcall.RevokeRequest;
import exo.api.upcall.UpcallHandler;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;

/**
 * What stands behind stretches: it decides which frames their pages show, and when.
 *
 * <p><b>Shape.</b> A driver has a range of virtual pages, numbered from 0. {@link #bindStretch}
 * cuts stretches out of it. Virtual page {@code n} is page {@code n} of the driver's window: a
 * window is only an address range, and pages without a frame cost nothing, so the range may be far
 * larger than the frames behind it.
 *
 * <p><b>Faults.</b> A stretch asks the kernel's software TLB before each access. What that does not
 * know, the kernel hands back to the libOS, on the thread that accesses: {@link #fault} finds the
 * page a frame, and {@link #show} makes it accessible. A libOS may write drivers of its own this
 * way; those that ship are {@link NailedDriver}, {@link PhysicalDriver}, {@link PagedDriver} and
 * {@link NullDriver}.
 *
 * <p><b>Upcalls.</b> A driver is an {@link UpcallHandler} for what concerns it: requests for
 * frames, frames that were taken, completions of its queue. A libOS with one driver and nothing
 * else may install it as the handler; others call these three methods from their own handler.
 *
 * <p><b>Thread-safety.</b> The thread that made the driver, which owns its window. Requests for
 * frames arrive at the first thread of the environment: make drivers there, or hand the requests
 * over.
 *
 * @see "Hand: Self-Paging in the Nemesis Operating System, OSDI 1999, sections 4 and 5: stretches
 *         and stretch drivers"
 * @see "Nemesis, StretchDriver.if: Bind, Map, Fault, Lock. Departure: a driver owns one range and
 *         one window, and there are no handlers of faults beside it"
 */
public abstract class StretchDriver implements UpcallHandler, AutoCloseable {
    private static final int MAX_TLB_ENTRIES = 1 << 16;
    private static final long BUSY_NANOS = 1_000_000_000;
    private static final long SCARCE_NANOS = 100_000_000;
    private static final long PAUSE_NANOS = 50_000;

    private final Window window;
    private final SoftTlb tlb;
    private final int pageShift;
    private final Stretch[] owners; // by page
    private boolean closed;
    private long faults;
    private boolean restores;

    /**
     * Reserves the range.
     *
     * @param env the environment
     * @param pageCount pages of the range, 1 to {@link Pages#MAX_WINDOW_PAGES}
     * @throws ResourceException as {@code Memory.bindWindow}; no effect
     */
    protected StretchDriver(Env env, int pageCount) {
        this.window = env.memory().bindWindow(pageCount);
        this.pageShift = Integer.numberOfTrailingZeros(env.memory().pageBytes());
        this.owners = new Stretch[pageCount];
        int entries = Math.min(MAX_TLB_ENTRIES, Integer.highestOneBit(pageCount));
        this.tlb = window.bindTlb(entries < pageCount && entries < MAX_TLB_ENTRIES
                ? entries << 1
                : entries, new Faults());
    }

    /** What the kernel calls when the TLB has no answer. */
    private final class Faults implements MissHandler {
        @Override
        public void onMiss(SoftTlb asked, long virtualAddress, int access) {
            faults++;
            int page = (int) (virtualAddress >>> pageShift);
            checkAccess(owners[page], page, access);
            fault(page, access);
        }

        @Override
        public void onViolation(SoftTlb asked, long virtualAddress, int access) {
            onMiss(asked, virtualAddress, access);
        }
    }

    private static void checkAccess(Stretch stretch, int page, int access) {
        if ((access & ~stretch.rights().bits()) != 0) {
            throw new ResourceException(ErrorCode.PROTECTED, Blame.CALLER,
                    "page " + stretch.inside(page) + " of a stretch",
                    "it allows " + stretch.rights() + ", but "
                            + (access == SoftTlb.READ ? "a read" : "a write") + " was tried",
                    "allow it by Stretch.protect");
        }
    }

    // ---- stretches -----------------------------------------------------------------------------

    /**
     * Cuts a stretch out of the range, at the lowest place where there is room. It reads as zeros.
     *
     * @param pageCount how many pages, at least 1
     * @param rights what accesses it allows: {@link Rights#NONE}, {@link Rights#READ} or {@link
     *        Rights#READ_WRITE}
     * @return the stretch
     * @throws ResourceException with {@link ErrorCode#EXHAUSTED} if the range has no room for it;
     *         or whatever the driver says in {@link #bound}; no effect
     */
    public final Stretch bindStretch(int pageCount, Rights rights) {
        checkOpen();
        if (pageCount < 1) {
            throw new IllegalArgumentException(
                    "pageCount must be at least 1, but was " + pageCount);
        }
        int first = room(pageCount);
        Stretch stretch = new Stretch(this, first, pageCount, rights);
        bound(first, pageCount);
        Arrays.fill(owners, first, first + pageCount, stretch);
        return stretch;
    }

    private int room(int wanted) {
        int length = 0;
        for (int page = 0; page < owners.length; page++) {
            length = owners[page] == null ? length + 1 : 0;
            if (length == wanted) {
                return page + 1 - wanted;
            }
        }
        throw new ResourceException(ErrorCode.EXHAUSTED, Blame.CALLER,
                "a driver of " + owners.length + " pages",
                "it has no " + wanted + " consecutive pages without a stretch",
                "close stretches, or make the driver with more pages");
    }

    /** Gives the pages of a stretch up. */
    final void unbind(int first, int pageCount) {
        if (!closed) {
            hide(first, pageCount);
            unbound(first, pageCount);
            Arrays.fill(owners, first, first + pageCount, null);
        }
    }

    /** Forgets the content of pages; they read as zeros afterwards. */
    final void discard(int first, int pageCount) {
        hide(first, pageCount);
        forget(first, pageCount);
    }

    // ---- what a driver does --------------------------------------------------------------------

    /**
     * Makes a page accessible: it ends with {@link #show}, or throws why not.
     *
     * @param page the number of the page; a stretch has it, and allows the access
     * @param access {@link SoftTlb#READ}, {@link SoftTlb#WRITE}, or both
     */
    protected abstract void fault(int page, int access);

    /**
     * Prepares pages for a stretch. What it throws makes the binding fail.
     *
     * @param firstPage first page; none of them has a frame
     * @param pageCount how many
     */
    protected abstract void bound(int firstPage, int pageCount);

    /**
     * Gives the frames of a stretch that ends back.
     *
     * @param firstPage first page
     * @param pageCount how many
     */
    protected abstract void unbound(int firstPage, int pageCount);

    /**
     * Forgets the content of pages; they read as zeros afterwards. No access is possible until
     * {@link #show}.
     *
     * @param firstPage first page
     * @param pageCount how many
     */
    protected abstract void forget(int firstPage, int pageCount);

    /**
     * Gives frames back to the kernel.
     *
     * @param frameCount how many shall go, at least 1
     * @param deadlineNanos when they must be back, on the clock of {@link System#nanoTime}
     * @return how many went
     */
    public abstract int giveBack(int frameCount, long deadlineNanos);

    /**
     * Hears that the frame of a page was taken by force. The next access faults in any case; this
     * is the earlier moment.
     *
     * @param page the number of the page, which shows void
     */
    protected abstract void taken(int page);

    // ---- what a driver may use -----------------------------------------------------------------

    /** {@return the window; its page numbers are those of the range} */
    protected final Window window() {
        return window;
    }

    /** {@return how many pages the range has} */
    protected final int pageCount() {
        return owners.length;
    }

    /**
     * Makes a page accessible without further faults, until it is hidden, taken, or its place in
     * the TLB is needed.
     *
     * @param page the number of the page, which shows a frame
     * @param isWritable whether it may be written as well, where the stretch allows it
     */
    protected final void show(int page, boolean isWritable) {
        boolean both = isWritable && owners[page].rights().contains(Rights.WRITE);
        long name = window.page(page);
        if (name == Pages.NONE) {
            return; // taken this moment: the TLB asks again
        }
        try {
            tlb.insert(address(page), name, both ? Rights.READ_WRITE : Rights.READ);
        } catch (RepossessedException e) {
            return; // taken later still
        }
    }

    /**
     * Makes the next access to pages fault.
     *
     * @param firstPage first page
     * @param pageCount how many
     */
    protected final void hide(int firstPage, int pageCount) {
        if (pageCount > tlb.entries()) {
            tlb.flush();
            return;
        }
        for (int page = firstPage; page < firstPage + pageCount; page++) {
            tlb.remove(address(page));
        }
    }

    /**
     * {@return whether a page shows a frame} A page that had one and has none now was taken.
     *
     * @param page the number of the page
     */
    protected final boolean isLive(int page) {
        return window.page(page) != Pages.NONE;
    }

    /**
     * Allocates a frame for a page. A page whose frame is being taken is waited for. What is being
     * taken by force counts as held until it is gone, so that a driver which lost a frame is
     * refused one it may have a moment later: that is tried for 100 ms.
     *
     * @param page the number of the page, without a frame
     * @throws ResourceException as {@link Window#allocPages(int, int)}; no effect
     */
    protected final void allocFrame(int page) {
        allocFrame(page, SCARCE_NANOS);
    }

    /**
     * Allocates a frame for a page as {@link #allocFrame} does, but does not try again if the
     * environment may have none.
     *
     * @param page the number of the page, without a frame
     * @return whether it has one now
     * @throws ResourceException as {@link Window#allocPages(int, int)}, but for want of frames; no
     *         effect
     */
    protected final boolean tryAllocFrame(int page) {
        try {
            allocFrame(page, 0);
            return true;
        } catch (ResourceException e) {
            if (!isScarce(e)) {
                throw e;
            }
            return false;
        }
    }

    private void allocFrame(int page, long scarceNanos) {
        long begin = System.nanoTime();
        while (true) {
            try {
                window.allocPages(page, 1);
                return;
            } catch (ResourceException e) {
                long patience = isScarce(e) ? scarceNanos : BUSY_NANOS;
                boolean mayPass = isScarce(e) || e.code() == ErrorCode.BUSY;
                if (!mayPass || System.nanoTime() - begin >= patience) {
                    throw e;
                }
                LockSupport.parkNanos(this, PAUSE_NANOS);
            }
        }
    }

    private static boolean isScarce(ResourceException refusal) {
        return refusal.code() == ErrorCode.QUOTA || refusal.code() == ErrorCode.EXHAUSTED;
    }

    /**
     * {@return what an access to a page says whose content was taken by force}
     *
     * @param page the number of the page
     * @param remedy how the driver would have kept it
     */
    protected final ResourceException lost(int page, String remedy) {
        return new ResourceException(ErrorCode.REPOSSESSED, Blame.CALLER, named(page),
                "its frame was taken by force, and its content was nowhere else",
                remedy + "; Stretch.discard makes the page usable again, as zeros");
    }

    /**
     * {@return a page as whoever has its stretch knows it, for messages}
     *
     * @param page the number of the page; a stretch has it
     */
    protected final String named(int page) {
        return "page " + owners[page].inside(page) + " of a stretch";
    }

    private long address(int page) {
        return (long) page << pageShift;
    }

    /**
     * Says that pages which are taken by force come back with the content that they had when their
     * frame went. From now on a stretch repeats each store that came after that.
     */
    protected final void restoresPages() {
        restores = true;
    }

    // ---- what a stretch uses -------------------------------------------------------------------

    final boolean restores() {
        return restores;
    }

    final SoftTlb tlb() {
        return tlb;
    }

    final int pageShift() {
        return pageShift;
    }

    // ---- upcalls -------------------------------------------------------------------------------

    /**
     * Answers a request for frames by {@link #giveBack}; other kinds are not this driver's.
     *
     * @param request the request
     */
    @Override
    public void onRevokeRequest(RevokeRequest request) {
        if (request.kind() == ResourceKind.FRAMES && request.capability().isEmpty()) {
            giveBack((int) Math.min(request.count(), Integer.MAX_VALUE), request.deadlineNanos());
        }
    }

    /**
     * Notes what was taken of this driver's window; the rest is not its own.
     *
     * @param entry the entry
     */
    @Override
    public void onRepossession(Repossession entry) {
        boolean here = entry.window().filter(window::equals).isPresent();
        if (here && !closed && owners[(int) entry.place()] != null
                && !isLive((int) entry.place())) {
            taken((int) entry.place());
        }
    }

    /** {@return how often an access had to ask this driver} */
    public final long faults() {
        return faults;
    }

    /** Refuses to go on after the end, or on another thread. */
    protected final void checkOpen() {
        if (closed) {
            throw new IllegalStateException("the stretch driver is closed");
        }
        window.page(0); // which refuses other threads
    }

    /**
     * Ends what lies on the window, before it goes. Does nothing, unless a driver says otherwise.
     */
    protected void closing() {}

    /** Ends all stretches, and gives all frames back. Idempotent. */
    @Override
    public final void close() {
        if (!closed) {
            closing();
            window.close();
            closed = true;
            for (Stretch stretch : owners) {
                if (stretch != null) {
                    stretch.end();
                }
            }
        }
    }
}
