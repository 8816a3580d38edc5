// SPDX-License-Identifier: Apache-2.0
package exo.libos.vm.stretch;

import exo.api.Env;

/**
 * All frames are there from the beginning: no access waits for anything.
 *
 * <p>{@link #bindStretch} allocates a frame for each page and marks it by {@code Window.guarantee},
 * so that force takes everything else first. It is refused with {@link exo.api.ErrorCode#QUOTA} if
 * the environment may not hold that many frames, or the quota does not guarantee them. The driver
 * gives nothing back when it is asked; an access to a page that was taken nevertheless says so.
 *
 * @see "Nemesis, StretchDriver.if: the nailed stretch driver"
 */
public final class NailedDriver extends StretchDriver {
    private NailedDriver(Env env, int pageCount) {
        super(env, pageCount);
    }

    /**
     * Makes a driver. It belongs to the calling thread.
     *
     * @param env the environment
     * @param pageCount how many pages its stretches may have together
     * @return the driver
     * @throws exo.api.ResourceException as {@code Memory.bindWindow}; no effect
     */
    public static NailedDriver open(Env env, int pageCount) {
        return new NailedDriver(env, pageCount);
    }

    @Override
    protected void bound(int firstPage, int pageCount) {
        window().allocPages(firstPage, pageCount);
        try {
            window().guarantee(firstPage, pageCount, true);
        } catch (RuntimeException e) {
            window().releasePages(firstPage, pageCount);
            throw e;
        }
    }

    @Override
    protected void fault(int page, int access) {
        if (!isLive(page)) {
            throw lost(page, "leave the environment other frames to be taken first");
        }
        show(page, true);
    }

    @Override
    protected void unbound(int firstPage, int pageCount) {
        window().releasePages(firstPage, pageCount);
    }

    @Override
    protected void forget(int firstPage, int pageCount) {
        for (int page = firstPage; page < firstPage + pageCount; page++) {
            window().releasePages(page, 1);
            allocFrame(page);
            window().guarantee(page, 1, true);
        }
    }

    /** {@return 0: what is nailed stays} */
    @Override
    public int giveBack(int frameCount, long deadlineNanos) {
        return 0;
    }

    @Override
    protected void taken(int page) {
        // The next access says so.
    }
}
