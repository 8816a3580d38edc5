// SPDX-License-Identifier: Apache-2.0
package exo.libos.fs.io;

import exo.api.Blame;
import exo.api.Env;
import exo.api.ErrorCode;
import exo.api.ResourceException;
import exo.api.disk.Extent;
import exo.api.disk.ExtentQueue;
import exo.api.mem.Window;
import exo.api.upcall.Upcalls;
import exo.libos.fs.format.Layout;
import exo.libos.fs.format.Refusals;

/**
 * One extent, read and written through a queue of its own, by a thread that may wait.
 *
 * <p><b>Errors.</b> Every refusal but a full queue becomes an exception that names the blocks.
 *
 * <p><b>Ownership.</b> {@link #close} closes the queue. <b>Thread-safety.</b> The thread of the
 * window.
 */
public final class BlockIo implements AutoCloseable {
    private static final int SITE = 0;

    private final Extent extent;
    private final Window window;
    private final ExtentQueue queue;

    /**
     * Binds a queue.
     *
     * @param env the environment
     * @param extent the extent
     * @param window where the pages of the transfers are
     * @param depth how many transfers may be under way
     * @throws ResourceException with {@link ErrorCode#TOO_BIG} if the blocks are larger than a
     *         chunk, with {@link ErrorCode#NO_SPACE} if there are too few of them
     */
    public BlockIo(Env env, Extent extent, Window window, int depth) {
        this.extent = extent;
        this.window = window;
        if (extent.blockBytes() > Layout.MAX_BLOCK_BYTES) {
            throw new ResourceException(ErrorCode.TOO_BIG, Blame.HOST, extent.toString(),
                    "it has blocks of " + extent.blockBytes() + " bytes, and the most is "
                            + Layout.MAX_BLOCK_BYTES,
                    "use another device");
        }
        if (extent.blockCount() < Layout.MIN_BLOCKS) {
            throw new ResourceException(ErrorCode.NO_SPACE, Blame.CALLER, extent.toString(),
                    "it has " + extent.blockCount() + " blocks, and the least is "
                            + Layout.MIN_BLOCKS,
                    "allocate a larger one");
        }
        this.queue = env.disk().bindQueue(extent, window, depth);
    }

    /** {@return the queue, to which the extent is bound as number 0} */
    public ExtentQueue queue() {
        return queue;
    }

    /** {@return the size of a block in bytes} */
    public int blockBytes() {
        return extent.blockBytes();
    }

    /** {@return how many blocks of the extent can be used} */
    public int blockCount() {
        return (int) Math.min(extent.blockCount(), Layout.MAX_BLOCKS);
    }

    /**
     * Reads, and waits for it. Nothing else may be in flight.
     *
     * @param block the first block
     * @param blocks how many
     * @param page the first page
     */
    public void read(int block, int blocks, int page) {
        int refusal = queue.tryRead(SITE, block, blocks, window.page(page), block);
        if (refusal != 0) {
            throw refused(ErrorCode.of(refusal), "reading " + blocks + " blocks", block);
        }
        awaitCompletion();
    }

    /**
     * Enters a write.
     *
     * @param block the first block
     * @param blocks how many
     * @param page the first page
     * @param tag what {@link #awaitCompletion} shall return
     * @return false if the queue is full; no effect then
     */
    public boolean tryWrite(int block, int blocks, int page, long tag) {
        int refusal = queue.tryWrite(SITE, block, blocks, window.page(page), tag);
        if (refusal == ErrorCode.BUSY.refusal()) {
            return false;
        }
        if (refusal != 0) {
            throw refused(ErrorCode.of(refusal), "writing " + blocks + " blocks", block);
        }
        queue.submit();
        return true;
    }

    /** Makes what was written durable, and waits for it. Nothing else may be in flight. */
    public void flush() {
        int refusal = queue.tryFlush(SITE, 0);
        if (refusal != 0) {
            throw refused(ErrorCode.of(refusal), "flushing", 0);
        }
        awaitCompletion();
    }

    /**
     * Waits until one transfer is over.
     *
     * @return its tag
     */
    public long awaitCompletion() {
        while (!queue.next()) {
            if (queue.await(1, Upcalls.NEVER) == 0) {
                // Only a queue that was taken away returns from an endless wait empty-handed.
                throw refused(ErrorCode.REVOKED, "waiting for a transfer", 0);
            }
        }
        if (queue.result() < 0) {
            throw refused(ErrorCode.of(queue.result()), "a transfer (errno " + queue.hostErrno()
                    + ")", queue.tag());
        }
        return queue.tag();
    }

    private RuntimeException refused(ErrorCode code, String what, long at) {
        return Refusals.transfer(code, what + " at " + at, extent.toString());
    }

    @Override
    public void close() {
        queue.close();
    }
}
