// SPDX-License-Identifier: Apache-2.0
package exo.libos.vm.io;

import exo.api.Blame;
import exo.api.Env;
import exo.api.ErrorCode;
import exo.api.ResourceException;
import exo.api.disk.Extent;
import exo.api.disk.ExtentQueue;
import exo.api.mem.Pages;
import exo.api.mem.Window;

/**
 * Moves whole pages between a window and an extent that is cut into pages.
 *
 * <p><b>Shape.</b> Slot {@code n} of the extent has the blocks from {@code n * blocksPerPage} on.
 *
 * <p><b>Death.</b> The kernel kills a queue whose owner does not let go of pages that are taken by
 * force. What was under way then never completes. As long as the extent is live, {@link #tryRevive}
 * binds another.
 *
 * <p><b>Thread-safety.</b> The thread of the window. <b>Cost.</b> As {@link ExtentQueue}; nothing
 * allocates but {@link #tryRevive}.
 */
public final class PageQueue implements AutoCloseable {
    private static final int REVOKED = ErrorCode.REVOKED.refusal();

    private final Env env;
    private final Extent extent;
    private final Window window;
    private final int depth;
    private final int blocksPerPage;
    private ExtentQueue queue;
    private boolean isGone; // closed, since the extent is not live any more

    /**
     * Binds a queue. The extent stays the caller's.
     *
     * @param env the environment
     * @param extent where the pages go
     * @param window where they come from
     * @param depth how many transfers may be under way at once
     * @throws ResourceException with {@link ErrorCode#UNAVAILABLE} if a block is larger than a
     *         page; or as {@code Disk.bindQueue}; no effect
     */
    public PageQueue(Env env, Extent extent, Window window, int depth) {
        int pageBytes = env.memory().pageBytes();
        if (extent.blockBytes() > pageBytes) {
            throw new ResourceException(ErrorCode.UNAVAILABLE, Blame.HOST,
                    "extent on " + extent.deviceName(),
                    "its blocks have " + extent.blockBytes() + " bytes, and a page has only "
                            + pageBytes,
                    "use a device with smaller blocks");
        }
        this.env = env;
        this.extent = extent;
        this.window = window;
        this.depth = depth;
        this.blocksPerPage = pageBytes / extent.blockBytes();
        this.queue = env.disk().bindQueue(extent, window, depth);
    }

    /**
     * {@return how many pages an extent has room for}
     *
     * @param env an environment
     * @param extent the extent
     */
    public static long slots(Env env, Extent extent) {
        return extent.blockCount() * extent.blockBytes() / env.memory().pageBytes();
    }

    /** {@return how many transfers may be under way at once} */
    public int depth() {
        return depth;
    }

    /** {@return how many transfers are under way, their completion not yet taken} */
    public int inFlight() {
        return isGone ? 0 : queue.inFlight();
    }

    /**
     * Enters a transfer from a slot into a page.
     *
     * @param slot the slot
     * @param page the name of the page
     * @param tag what {@link #tag} shall say at the completion
     * @return 0, or a refusal as {@link ExtentQueue#tryRead}; no effect then
     */
    public int tryRead(int slot, long page, long tag) {
        return isGone
                ? REVOKED
                : queue.tryRead(0, (long) slot * blocksPerPage, blocksPerPage, page, tag);
    }

    /**
     * Enters a transfer from a page into a slot.
     *
     * @param slot the slot
     * @param page the name of the page
     * @param tag what {@link #tag} shall say at the completion
     * @return 0, or a refusal as {@link ExtentQueue#tryWrite}; no effect then
     */
    public int tryWrite(int slot, long page, long tag) {
        return isGone
                ? REVOKED
                : queue.tryWrite(0, (long) slot * blocksPerPage, blocksPerPage, page, tag);
    }

    /**
     * Hands what was entered to the host, and waits for a completion.
     *
     * @param deadlineNanos the latest moment to return
     * @return whether one can be taken; if not, the deadline has come or the queue is dead
     */
    public boolean await(long deadlineNanos) {
        return !isGone && queue.await(1, deadlineNanos) > 0;
    }

    /**
     * {@return whether there was a completion, which is taken} hot: no allocation, no host call.
     */
    public boolean next() {
        return !isGone && queue.next();
    }

    /** {@return the tag of the completion taken last} */
    public long tag() {
        return queue.tag();
    }

    /** {@return 0 if the transfer of the completion taken last was whole, or a refusal} */
    public int result() {
        int result = queue.result();
        return result == blocksPerPage ? 0 : Math.min(result, ErrorCode.SHORT_TRANSFER.refusal());
    }

    /** {@return whether the queue was killed or the extent revoked: nothing completes any more} */
    public boolean isDead() {
        // A transfer of no page is refused for the page, unless it is refused for the queue first.
        return isGone || queue.tryWrite(0, 0, 1, Pages.NONE, 0) == REVOKED;
    }

    /**
     * Binds another queue in place of a dead one. What was under way is forgotten, and its pages
     * are let go of.
     *
     * @return whether it is possible: false if the extent is gone, and then for ever
     */
    public boolean tryRevive() {
        queue.close();
        isGone = !extent.isLive();
        if (!isGone) {
            queue = env.disk().bindQueue(extent, window, depth);
        }
        return !isGone;
    }

    /**
     * {@return whether an upcall about completions is about this queue}
     *
     * @param other the queue it names
     */
    public boolean isServedBy(ExtentQueue other) {
        return queue.equals(other);
    }

    @Override
    public void close() {
        queue.close();
    }
}
