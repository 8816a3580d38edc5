// SPDX-License-Identifier: Apache-2.0
package exo.libos.vm.stretch;

import exo.api.Blame;
import exo.api.Env;
import exo.api.ErrorCode;
import exo.api.ResourceException;
import exo.api.disk.Extent;
import exo.api.disk.ExtentQueue;
import exo.api.mem.SoftTlb;
import exo.api.upcall.Upcalls;
import exo.libos.vm.io.PageQueue;
import java.util.BitSet;

/**
 * Self-paging: a range larger than its frames, paged to an extent. The libOS pays for it with its
 * own frames, its own time and its own blocks, and nobody else waits for it.
 *
 * <p><b>A page</b> is in one of these states: <pre>
 *   UNTOUCHED --fault--> clean --write--> dirty --written out--> clean and stored --evict--> STORED
 *       ^                  |                |                                                  |
 *       |              evict, taken       taken                             fault: read back --+
 *       +------------------+                +--> LOST --discard--> UNTOUCHED
 * </pre> A page that was only read needs no block and no transfer when it goes. A page that is
 * written while it is on its way out is dirty again.
 *
 * <p><b>Who goes.</b> A clock with a second chance: the hand takes a page out of the software TLB
 * and asks {@code Window.collectReferenced} whether it was used since the hand last came. Dirty
 * pages are written in batches.
 *
 * <p><b>Read ahead.</b> {@link #readAhead(int)} has the pages that follow read with the one that is
 * accessed: one wait for all of them.
 *
 * <p><b>Asked for frames</b>, it writes out as many pages as it must, returns each as soon as it is
 * written, and does with fewer frames from then on; {@link #frameLimit(int)} raises the number
 * again. <b>Taken by force</b>, a page is read back from the extent if it was clean, and from where
 * the kernel spilled it if it was dirty and {@link #keepTaken} was called; otherwise each access to
 * it throws {@link ErrorCode#REPOSSESSED} until it is discarded. If the kernel refuses
 * frames that the driver counted on, it does with those it has.
 *
 * <p><b>Errors.</b> Accesses throw {@link ErrorCode#IO_ERROR} or another code of the device if a
 * page cannot be read, or room not be made because none can be written; {@link ErrorCode#REVOKED}
 * if the extent is gone. Nothing is lost by that: the access may be tried again.
 *
 * <p><b>The extent</b> is room to page to, not a file: what it holds means nothing after the driver
 * is closed.
 *
 * @see "Hand: Self-Paging in the Nemesis Operating System, OSDI 1999, section 5: the paged stretch
 *         driver. Departure: dirty pages are written when they are chosen, in batches, not ahead"
 */
public final class PagedDriver extends StretchDriver {
    private static final byte RESIDENT = 1; // it was given a frame, which may have been taken since
    private static final byte DIRTY = 2;
    private static final byte STORED = 4; // unless it is dirty, its slot holds its content
    private static final byte WRITING = 8;
    private static final byte LEAVING = 16; // it goes when it is written
    private static final byte LOST = 32;
    private static final byte SPILLED = 64;
    private static final byte READING = -128; // ahead: nobody has asked for it yet

    private static final int DEPTH = 32;
    private static final int MAX_BATCH = 16;
    private static final int BATCHES = 8;
    private static final int WRITE_TAG = 1; // of a write; the page is in the bits above
    private static final int REVOKED = ErrorCode.REVOKED.refusal();
    private static final int BUSY = ErrorCode.BUSY.refusal();
    private static final int STALE = ErrorCode.STALE.refusal();
    private static final int SPOILT = ErrorCode.REPOSSESSED.refusal();

    private final PageQueue queue;
    private final Clock clock;
    private final byte[] state; // by page
    private final long[] referenced = new long[1];
    private final Env env;
    private Rescue rescue; // null if taken pages are not kept
    private int frameLimit;
    private int readAhead;
    private boolean readIsOver;
    private int readResult;
    private int writeError; // the last refusal of a write, 0 if there was none
    private int writeErrorPage;
    private long pageIns;
    private long readWaits;
    private long pageOuts;
    private long losses;

    private PagedDriver(Env env, Extent extent, int pageCount, int frameCount) {
        super(env, pageCount);
        this.env = env;
        this.frameLimit = frameCount;
        this.clock = new Clock(pageCount);
        this.state = new byte[pageCount];
        try {
            this.queue = new PageQueue(env, extent, window(), DEPTH);
        } catch (RuntimeException e) {
            window().close();
            throw e;
        }
    }

    /**
     * Makes a driver. It belongs to the calling thread, and so does its queue.
     *
     * @param env the environment
     * @param extent where pages go; with {@code READ} and {@code WRITE}, and used for nothing else
     * @param pageCount how many pages its stretches may have together; the extent has room for them
     * @param frameCount how many frames it uses at most, at least 1
     * @return the driver
     * @throws ResourceException with {@link ErrorCode#OUT_OF_RANGE} if the extent is too small;
     *         with {@link ErrorCode#UNAVAILABLE} if its blocks are larger than a page; or as {@code
     *         Memory.bindWindow} and {@code Disk.bindQueue}; no effect
     */
    public static PagedDriver open(Env env, Extent extent, int pageCount, int frameCount) {
        checkFrames(frameCount);
        long room = PageQueue.slots(env, extent);
        if (room < pageCount) {
            throw new ResourceException(ErrorCode.OUT_OF_RANGE, Blame.CALLER,
                    "extent on " + extent.deviceName(),
                    "it has room for " + room + " pages, but the range has " + pageCount,
                    "allocate a larger extent, or make the range smaller");
        }
        return new PagedDriver(env, extent, pageCount, frameCount);
    }

    private static void checkFrames(int frameCount) {
        if (frameCount < 1) {
            throw new IllegalArgumentException(
                    "frameCount must be at least 1, but was " + frameCount);
        }
    }

    /**
     * Has the kernel keep dirty pages that it takes by force, so that they are lost only if the
     * room does not suffice. Each write asks the software TLB a second time from now on, after a
     * fence: a store that met the void page is repeated.
     *
     * @param extent where they go; with {@code READ} and {@code WRITE}, not the one that is paged
     *        to, and used for nothing else
     * @param bufferCount how many can be on their way at once; each takes a frame of the
     *        environment that the driver cannot use
     * @throws IllegalStateException if it was called before
     * @throws ResourceException as {@code Disk.bindQueue} and {@code Disk.bindSpill}; no effect
     */
    public void keepTaken(Extent extent, int bufferCount) {
        checkOpen();
        if (rescue != null) {
            throw new IllegalStateException("the driver keeps taken pages already");
        }
        rescue = new Rescue(env, extent, window(), bufferCount);
        restoresPages();
    }

    // ---- what can be asked ---------------------------------------------------------------------

    /** {@return how many frames it holds} */
    public int held() {
        return clock.count();
    }

    /** {@return how many frames it uses at most} */
    public int frameLimit() {
        return frameLimit;
    }

    /**
     * Changes how many frames it uses at most; pages go out if it holds more.
     *
     * @param frameCount how many, at least 1
     * @throws ResourceException if pages cannot be written; the limit holds from then on, and is
     *         met by later faults
     */
    public void frameLimit(int frameCount) {
        checkOpen();
        checkFrames(frameCount);
        frameLimit = frameCount;
        makeRoom(0);
    }

    /** {@return how many pages it reads at once beyond the one that is accessed} */
    public int readAhead() {
        return readAhead;
    }

    /**
     * Changes how many pages it reads at once beyond the one that is accessed: those that follow,
     * as far as they lie on the extent. That pays where pages are accessed in order, and costs
     * frames and transfers where they are not.
     *
     * @param pageCount how many, 0 to 16; at first 0. All pages of one fault fit the frame limit.
     */
    public void readAhead(int pageCount) {
        checkOpen();
        if (pageCount < 0 || pageCount > MAX_BATCH) {
            throw new IllegalArgumentException("pageCount must be 0 to " + MAX_BATCH + ", but was "
                    + pageCount);
        }
        readAhead = pageCount;
    }

    /** {@return how many pages were read back} */
    public long pageIns() {
        return pageIns;
    }

    /** {@return how often an access waited for pages to be read back} */
    public long readWaits() {
        return readWaits;
    }

    /** {@return how many pages were written out} */
    public long pageOuts() {
        return pageOuts;
    }

    /** {@return how many pages were lost: taken by force before they could be written} */
    public long losses() {
        return losses;
    }

    // ---- faults --------------------------------------------------------------------------------

    @Override
    protected void fault(int page, int access) {
        collect();
        boolean isWrite = (access & SoftTlb.WRITE) != 0;
        if (is(page, RESIDENT) && !isLive(page)) {
            taken(page);
            freeUnclaimed();
        }
        if (is(page, LOST)) {
            throw lost(page, "answer revoke requests before their deadline");
        }
        if (!is(page, RESIDENT)) {
            pageIn(page);
        }
        state[page] &= ~LEAVING;
        if (isWrite) {
            state[page] |= DIRTY;
        }
        show(page, is(page, DIRTY));
    }

    private boolean is(int page, int flag) {
        return (state[page] & flag) != 0;
    }

    private void pageIn(int page) {
        int following = is(page, STORED) ? following(page) : 0;
        while (true) {
            makeRoom(1 + following);
            allocate(page);
            state[page] |= RESIDENT;
            clock.add(page);
            int ahead = beginAhead(page + 1, following);
            following = 0; // once: the page itself must come
            int refusal = fill(page);
            awaitReads(page + 1, ahead);
            if (refusal == 0) {
                return;
            }
            release(page);
            if (refusal == SPOILT) {
                losses++;
                state[page] = LOST;
                throw lost(page, "see whether the device of the spill area has failed");
            }
            if (refusal != STALE) { // otherwise the frame was taken at once: try another
                throw failed(page, "read", refusal);
            }
        }
    }

    /** {@return how many pages after this one shall be read with it} */
    private int following(int page) {
        int most = Math.min(readAhead, frameLimit - 1);
        int count = 0;
        while (count < most && page + 1 + count < pageCount()
                && state[page + 1 + count] == STORED) {
            count++;
        }
        return count;
    }

    /** Begins to read pages that nobody has asked for; {@return how many, from the first on} */
    private int beginAhead(int first, int most) {
        int begun = 0;
        while (begun < most && clock.count() < frameLimit && tryBeginRead(first + begun)) {
            begun++;
        }
        return begun;
    }

    private boolean tryBeginRead(int page) {
        if (!tryAllocFrame(page)) {
            return false;
        }
        if (queue.tryRead(page, window().page(page), (long) page << 1) != 0) {
            window().releasePages(page, 1);
            return false;
        }
        state[page] |= RESIDENT | READING;
        clock.add(page);
        return true;
    }

    private void awaitReads(int first, int count) {
        for (int page = first; page < first + count; page++) {
            while (is(page, READING)) {
                await(Upcalls.NEVER);
            }
        }
    }

    /** Gives a page that has a frame its content; {@return 0 or a refusal} */
    private int fill(int page) {
        boolean spilled = is(page, SPILLED);
        if (!spilled && !is(page, STORED)) {
            return 0;
        }
        readWaits++;
        int refusal = spilled ? rescue.read(page) : read(page);
        if (refusal == 0) {
            pageIns++;
        }
        if (refusal == 0 && spilled) {
            rescue.forget(page);
            state[page] = (byte) ((state[page] & ~(SPILLED | STORED)) | DIRTY);
        }
        return refusal;
    }

    /** Evicts until so many frames are free below the limit. */
    private void makeRoom(int wanted) {
        while (clock.count() > frameLimit - wanted && clock.count() > 0) {
            int lacking = clock.count() - frameLimit + wanted;
            int batch = Math.clamp(frameLimit / BATCHES, 1, MAX_BATCH);
            if (evict(Math.max(lacking, batch), Upcalls.NEVER) == 0) {
                throw noRoom();
            }
        }
    }

    /** Gives a page a frame. If the kernel refuses, the driver has fewer than it thought. */
    private void allocate(int page) {
        while (clock.count() > 0) {
            if (tryAllocFrame(page)) {
                return;
            }
            frameLimit = clock.count();
            if (evict(1, Upcalls.NEVER) == 0) {
                throw noRoom();
            }
        }
        allocFrame(page);
    }

    private int read(int page) {
        while (true) {
            int refusal = queue.tryRead(page, window().page(page), (long) page << 1);
            if (refusal == REVOKED && revive()) {
                continue;
            }
            if (refusal == BUSY) { // all places are taken by writes
                await(Upcalls.NEVER);
                continue;
            }
            if (refusal != 0) {
                return refusal;
            }
            readIsOver = false;
            while (!readIsOver && await(Upcalls.NEVER)) {
                collect();
            }
            if (readIsOver) {
                return readResult;
            }
        }
    }

    // ---- transfers -----------------------------------------------------------------------------

    /**
     * Waits for a completion, and takes all that are there.
     *
     * @return false if the queue died and another was bound: what was under way is over
     */
    private boolean await(long deadlineNanos) {
        if (queue.await(deadlineNanos)) {
            collect();
            return true;
        }
        boolean isDead = queue.isDead();
        if (isDead && !revive()) {
            throw extentGone();
        }
        return !isDead;
    }

    /**
     * Binds another queue if this one is dead; what was on its way out is in memory still, what was
     * on its way in is on the extent still.
     */
    private boolean revive() {
        boolean isLive = queue.tryRevive();
        for (int i = clock.count() - 1; i >= 0; i--) {
            int page = clock.page(i);
            if (is(page, READING)) {
                arrived(page, REVOKED);
            } else if (isLive && is(page, WRITING)) {
                state[page] = (byte) ((state[page] & ~(WRITING | LEAVING)) | DIRTY);
            }
        }
        return isLive;
    }

    private void collect() {
        while (queue.next()) {
            int page = (int) (queue.tag() >>> 1);
            if ((queue.tag() & WRITE_TAG) != 0) {
                written(page, queue.result());
            } else if (is(page, READING)) {
                arrived(page, queue.result());
            } else {
                readIsOver = true;
                readResult = queue.result();
            }
        }
    }

    /** A page that nobody has asked for yet is there, or comes when it is asked for. */
    private void arrived(int page, int result) {
        state[page] &= ~READING;
        if (result == 0) {
            pageIns++;
        } else {
            release(page);
        }
    }

    private void written(int page, int result) {
        state[page] &= ~WRITING;
        if (result != 0) {
            writeError = result;
            writeErrorPage = page;
            state[page] |= DIRTY;
        } else {
            pageOuts++;
            state[page] |= STORED;
        }
        boolean leaves = is(page, LEAVING) && !is(page, DIRTY);
        state[page] &= ~LEAVING;
        if (leaves) {
            release(page);
        }
    }

    /**
     * Completions are there.
     *
     * @param other the queue
     */
    @Override
    public void onCompletions(ExtentQueue other) {
        if (queue.isServedBy(other)) {
            collect();
        }
    }

    // ---- eviction ------------------------------------------------------------------------------

    /** {@return how many frames went, of as many as are wanted, by a deadline} */
    private int evict(int wanted, long deadlineNanos) {
        int before = clock.count();
        int target = Math.max(0, before - wanted);
        writeError = 0;
        boolean goesOn = true;
        while (goesOn && clock.count() > target && writeError == 0) {
            int leaving = begin(clock.count() - target);
            goesOn = leaving > 0 && clock.count() > target;
            if (goesOn) {
                await(deadlineNanos);
                goesOn = System.nanoTime() - deadlineNanos < 0;
            }
        }
        return before - clock.count();
    }

    /**
     * Lets clean pages go at once, and begins to write dirty ones.
     *
     * @return how many are on their way out
     */
    private int begin(int wanted) {
        int leaving = 0;
        for (int i = 0; i < clock.count(); i++) {
            leaving += is(clock.page(i), LEAVING) ? 1 : 0;
        }
        int target = clock.count() - wanted;
        int looks = 2 * clock.count() + 1; // the first round only forgets that pages were used
        for (int i = 0; i < looks && clock.count() - leaving > target; i++) {
            leaving += look(clock.next());
        }
        return leaving;
    }

    /** {@return 1 if the page under the hand is on its way out from now on} */
    private int look(int page) {
        if (!isLive(page)) {
            taken(page);
            return 0;
        }
        hide(page, 1);
        window().collectReferenced(page, 1, referenced);
        if (referenced[0] != 0 || is(page, LEAVING)) {
            return 0;
        }
        if (is(page, WRITING)) {
            state[page] |= LEAVING;
            return 1;
        }
        if (!is(page, DIRTY)) {
            release(page);
            return 0;
        }
        return write(page) ? 1 : 0;
    }

    private boolean write(int page) {
        int refusal = queue.tryWrite(page, window().page(page), (long) page << 1 | WRITE_TAG);
        if (refusal == REVOKED && revive()) {
            refusal = queue.tryWrite(page, window().page(page), (long) page << 1 | WRITE_TAG);
        }
        if (refusal == 0) {
            state[page] = (byte) ((state[page] & ~DIRTY) | WRITING | LEAVING);
        } else if (refusal != BUSY && refusal != STALE) { // what was taken is seen at the next look
            writeError = refusal;
            writeErrorPage = page;
        }
        return refusal == 0;
    }

    /** Gives the frame of a page back, which no transfer uses. */
    private void release(int page) {
        clock.remove(page);
        state[page] &= ~RESIDENT;
        window().releasePages(page, 1);
    }

    // ---- revocation ----------------------------------------------------------------------------

    /**
     * Writes out as many pages as are asked for, and does with fewer frames from now on.
     *
     * @return how many frames went: fewer if the deadline came or pages could not be written
     */
    @Override
    public int giveBack(int frameCount, long deadlineNanos) {
        checkOpen();
        int went = evict(frameCount, deadlineNanos);
        frameLimit = Math.max(1, Math.min(frameLimit, clock.count()));
        return went;
    }

    @Override
    protected void taken(int page) {
        if (!is(page, RESIDENT)) {
            return;
        }
        awaitWrite(page); // the page is what was written, if that succeeds
        if (is(page, RESIDENT)) {
            clock.remove(page);
            boolean kept = rescue != null && rescue.tryFind(page);
            if (!is(page, DIRTY)) {
                state[page] &= STORED;
            } else if (kept) {
                state[page] = SPILLED;
                return;
            } else {
                losses++;
                state[page] = LOST;
            }
            forgetKept(page);
        }
    }

    private void freeUnclaimed() {
        if (rescue == null || !rescue.isScarce()) {
            return;
        }
        BitSet unclaimed = rescue.unclaimed();
        for (int i = clock.count() - 1; i >= 0; i--) {
            if (!isLive(clock.page(i))) {
                taken(clock.page(i));
                i = Math.min(i, clock.count());
            }
        }
        rescue.free(unclaimed);
    }

    private void forgetKept(int page) {
        if (rescue != null) {
            rescue.forget(page);
        }
    }

    private void awaitWrite(int page) {
        while (is(page, WRITING)) {
            await(Upcalls.NEVER);
        }
    }

    // ---- stretches and the end -----------------------------------------------------------------

    @Override
    protected void bound(int firstPage, int pageCount) {
        // Frames come with the first touch.
    }

    @Override
    protected void unbound(int firstPage, int pageCount) {
        forget(firstPage, pageCount);
    }

    @Override
    protected void forget(int firstPage, int pageCount) {
        for (int page = firstPage; page < firstPage + pageCount; page++) {
            awaitWrite(page);
            if (is(page, RESIDENT)) {
                release(page);
            }
            forgetKept(page);
            state[page] = 0;
        }
    }

    @Override
    protected void closing() {
        queue.close();
        if (rescue != null) {
            rescue.close();
        }
    }

    // ---- errors --------------------------------------------------------------------------------

    private ResourceException noRoom() {
        if (writeError != 0) {
            return failed(writeErrorPage, "written to make room", writeError);
        }
        return new ResourceException(ErrorCode.BUSY, Blame.KERNEL, "a paged driver",
                "none of its " + clock.count() + " frames can go now", "try again");
    }

    private static ResourceException failed(int page, String what, int refusal) {
        ErrorCode code = ErrorCode.of(refusal);
        return new ResourceException(code, code == ErrorCode.REVOKED ? Blame.CALLER : Blame.HOST,
                "a paged driver", "page " + page + " could not be " + what,
                "the content is where it was; try again");
    }

    private static ResourceException extentGone() {
        return new ResourceException(ErrorCode.REVOKED, Blame.CALLER, "a paged driver",
                "its extent was revoked", "close it: what it paged out is gone");
    }
}
