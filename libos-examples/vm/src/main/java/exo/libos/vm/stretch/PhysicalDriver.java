// SPDX-License-Identifier: Apache-2.0
package exo.libos.vm.stretch;

import exo.api.Blame;
import exo.api.Env;
import exo.api.ErrorCode;
import exo.api.ResourceException;

/**
 * A page gets a frame when it is touched first, and keeps it: there is nowhere to put its content.
 *
 * <p>The driver has so many frames; the range may be larger, and sparsely used. An access that
 * needs one when none is left is refused with {@link ErrorCode#EXHAUSTED}; what was there stays.
 * The driver gives nothing back when it is asked, since no page could be had again: the libOS
 * closes stretches or discards pages. What is taken by force is lost, and an access says so.
 *
 * @see "Nemesis, StretchDriver.if: the physical stretch driver"
 */
public final class PhysicalDriver extends StretchDriver {
    private static final byte NONE = 0;
    private static final byte HELD = 1;
    private static final byte LOST = 2;

    private final int frameCount;
    private final byte[] state; // by page
    private int held;

    private PhysicalDriver(Env env, int pageCount, int frameCount) {
        super(env, pageCount);
        this.frameCount = frameCount;
        this.state = new byte[pageCount];
    }

    /**
     * Makes a driver. It belongs to the calling thread.
     *
     * @param env the environment
     * @param pageCount how many pages its stretches may have together
     * @param frameCount how many frames it may use, at least 1
     * @return the driver
     * @throws ResourceException as {@code Memory.bindWindow}; no effect
     */
    public static PhysicalDriver open(Env env, int pageCount, int frameCount) {
        if (frameCount < 1) {
            throw new IllegalArgumentException(
                    "frameCount must be at least 1, but was " + frameCount);
        }
        return new PhysicalDriver(env, pageCount, frameCount);
    }

    /** {@return how many frames it holds} */
    public int held() {
        return held;
    }

    @Override
    protected void bound(int firstPage, int pageCount) {
        // Frames come with the first touch.
    }

    @Override
    protected void fault(int page, int access) {
        if (state[page] == HELD && !isLive(page)) {
            taken(page);
        }
        if (state[page] == LOST) {
            throw lost(page, "a paged driver would have kept it on its extent");
        }
        if (state[page] == NONE) {
            if (held == frameCount) {
                throw new ResourceException(ErrorCode.EXHAUSTED, Blame.CALLER,
                        "a physical driver of " + frameCount + " frames",
                        "all of them are in use, and page " + page + " of its " + pageCount()
                                + " was touched for the first time",
                        "discard pages, close stretches, or use a PagedDriver, which has more"
                                + " pages than frames");
            }
            allocFrame(page);
            state[page] = HELD;
            held++;
        }
        show(page, true);
    }

    @Override
    protected void unbound(int firstPage, int pageCount) {
        forget(firstPage, pageCount);
    }

    @Override
    protected void forget(int firstPage, int pageCount) {
        window().releasePages(firstPage, pageCount);
        for (int page = firstPage; page < firstPage + pageCount; page++) {
            held -= state[page] == HELD ? 1 : 0;
            state[page] = NONE;
        }
    }

    /** {@return 0: there is nowhere to put what the pages hold} */
    @Override
    public int giveBack(int frames, long deadlineNanos) {
        return 0;
    }

    @Override
    protected void taken(int page) {
        if (state[page] == HELD) {
            state[page] = LOST;
            held--;
        }
    }
}
