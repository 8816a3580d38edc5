// SPDX-License-Identifier: Apache-2.0
package exo.api.disk;

/**
 * A queue of transfers between the extents of one device and the pages of one window.
 *
 * <p><b>Use.</b> {@link #bind} an extent once; that is where rights are checked. Then {@code
 * tryRead}, {@code tryWrite} and {@code tryFlush} enter transfers, {@link #submit} hands all of
 * them to the host in one call, and {@link #next} walks over the completions, which arrive in any
 * order.
 *
 * {@snippet lang="java" :
 * int site = queue.bind(extent);
 * queue.tryRead(site, 0, 8, window.page(0), 1);   // blocks 0..7 into pages 0..7, tag 1
 * queue.submit();
 * while (queue.await(1, Upcalls.NEVER) == 0) {}
 * while (queue.next()) {
 *     long tag = queue.tag();
 *     int moved = queue.result();                 // 8, or a refusal
 * }
 * }
 *
 * <p><b>Durability.</b> A completed write may be lost at a power failure until a flush that was
 * entered after its completion has completed.
 *
 * <p><b>Pages.</b> A transfer starts at the start of a page, and the pages it covers must show
 * consecutive frames, as {@link exo.api.mem.Window#allocPages} prefers to give them. While it is
 * under way its pages cannot be returned, released or reused.
 *
 * <p><b>Ownership and lifetime.</b> It belongs to the thread that bound it. {@link #close()} waits
 * for the transfers under way.
 *
 * <p><b>Cost.</b> {@code try…}: no host call, no allocation. {@code submit} and {@code await}: one
 * host call. {@code next}: none.
 */
public interface ExtentQueue extends AutoCloseable {
    /** The greatest depth of a queue. */
    int MAX_DEPTH = 4096;
    /** The most extents bound to a queue at once. */
    int MAX_EXTENTS = 256;
    /** The most blocks in one transfer. */
    int MAX_TRANSFER_BLOCKS = 1 << 15;

    /** {@return how many transfers may be under way at once} */
    int depth();

    /** {@return how many transfers are entered or under way, their completion not yet taken} */
    int inFlight();

    /**
     * Binds an extent to this queue. The number stays valid until {@link #unbind}.
     *
     * @param extent an extent on this queue's device, with {@link exo.api.Rights#READ} or {@link
     *        exo.api.Rights#WRITE}
     * @return the number by which transfers name it
     * @throws exo.api.CapabilityException if the capability is not valid; no effect
     * @throws exo.api.ResourceException with {@link exo.api.ErrorCode#TOO_BIG} if {@value
     *         #MAX_EXTENTS} extents are bound; with {@link exo.api.ErrorCode#OUT_OF_RANGE} if it
     *         lies on another device; no effect
     */
    int bind(Extent extent);

    /**
     * Releases the number of an extent. Transfers under way go on.
     *
     * @param extent the number
     * @throws IndexOutOfBoundsException if no extent is bound to that number
     */
    void unbind(int extent);

    /**
     * Enters a transfer from blocks into pages.
     *
     * @param extent the number of the extent
     * @param block first block, counted in the extent
     * @param blockCount how many blocks, 1 to {@value #MAX_TRANSFER_BLOCKS}
     * @param page the name of the first page, in use in a writable window
     * @param tag what {@link #tag} shall say at the completion
     * @return 0, or the refusal of {@link exo.api.ErrorCode#BUSY} if {@link #depth} transfers are
     *         in flight, {@link exo.api.ErrorCode#OUT_OF_RANGE}, {@link exo.api.ErrorCode#TOO_BIG},
     *         {@link exo.api.ErrorCode#STALE} if a page is not in use, {@link
     *         exo.api.ErrorCode#NOT_CONTIGUOUS}, {@link exo.api.ErrorCode#INSUFFICIENT} if the
     *         extent may not be read or the window not be written, {@link
     *         exo.api.ErrorCode#REVOKED}; no effect then
     */
    int tryRead(int extent, long block, int blockCount, long page, long tag);

    /**
     * Enters a transfer from pages into blocks.
     *
     * @param extent the number of the extent
     * @param block first block, counted in the extent
     * @param blockCount how many blocks, 1 to {@value #MAX_TRANSFER_BLOCKS}
     * @param page the name of the first page, in use
     * @param tag what {@link #tag} shall say at the completion
     * @return as {@link #tryRead}
     */
    int tryWrite(int extent, long block, int blockCount, long page, long tag);

    /**
     * Enters a flush: when it completes, every write whose completion was there when the flush was
     * entered is on stable storage.
     *
     * @param extent the number of an extent that may be written
     * @param tag what {@link #tag} shall say at the completion
     * @return 0, or the refusal of {@link exo.api.ErrorCode#BUSY}, {@link
     *         exo.api.ErrorCode#INSUFFICIENT} or {@link exo.api.ErrorCode#REVOKED}; no effect then
     */
    int tryFlush(int extent, long tag);

    /**
     * Hands all entered transfers to the host.
     *
     * @return how many were handed over
     * @throws exo.api.HostFaultException if the host refused; the transfers stay entered
     */
    int submit();

    /**
     * Submits, then waits until completions are there or the deadline has come.
     *
     * @param minimum how many completions to wait for; 0 to look only
     * @param deadlineNanos the latest moment to return, on the clock of {@link System#nanoTime}, or
     *        {@link exo.api.upcall.Upcalls#NEVER}
     * @return how many completions can be taken now
     * @throws exo.api.HostFaultException if the host refused; no completion is lost
     */
    int await(int minimum, long deadlineNanos);

    /**
     * Takes the next completion that is there; its tag and result can be read until the next call.
     *
     * @return whether there was one
     */
    boolean next();

    /** {@return the tag of the completion taken last} */
    long tag();

    /**
     * {@return the result of the completion taken last: the blocks moved, all that were asked for,
     * or 0 for a flush; or the refusal of {@link exo.api.ErrorCode#IO_ERROR}, {@link
     * exo.api.ErrorCode#NO_SPACE}, {@link exo.api.ErrorCode#SHORT_TRANSFER}, {@link
     * exo.api.ErrorCode#MISALIGNED}, {@link exo.api.ErrorCode#INSUFFICIENT} for a write to a device
     * that the host does not permit writing to, or {@link exo.api.ErrorCode#HOST_FAULT}}
     */
    int result();

    /**
     * {@return the host's error number behind the last result, or 0 if there was none; for
     * diagnosis}
     */
    int hostErrno();

    /** Waits for the transfers under way, then releases the queue. Idempotent. */
    @Override
    void close();
}
