// SPDX-License-Identifier: Apache-2.0
package exo.libos.net;

import exo.libos.net.link.BufferPool;
import java.lang.foreign.MemorySegment;

/**
 * What a connection has to send, and what was not acknowledged: pieces of the stream in order.
 *
 * <p>A piece lies either in the connection's own send buffer, into which it was copied, or in pages
 * of the user. Segments, also repeated ones, are made from where the pieces lie, so that the queue
 * is the retransmission pool too.
 *
 * <p>Pieces go through three counts: {@code head} counts those handed in, {@code acked} those
 * acknowledged whole, {@code told} those of which the user was told. {@code told <= acked <= head},
 * and {@code head - told} is at most the number of pieces.
 *
 * @see "Ganger et al., Fast and flexible application-level networking on exokernel systems, TOCS
 *      2002: merged file cache and retransmission pool"
 */
final class SendQueue {
    private final MemorySegment memory;
    private final BufferPool pool;
    private final int mask;
    private final long[] start; // sequence number of the first byte
    private final long[] end;
    private final long[] at; // place in the window, or count of bytes copied before it
    private final long[] tag;
    private final boolean[] copied;
    private int told;
    private int acked;
    private int head;

    private long buffer = BufferPool.NONE;
    private long copiedHead; // bytes ever copied into the buffer
    private long copiedTail; // bytes of them that were acknowledged

    private long runOffset;
    private int runBytes;

    /**
     * Makes an empty queue.
     *
     * @param memory the stack's window
     * @param pool where send buffers come from
     * @param pieces the most pieces, a power of two
     */
    SendQueue(MemorySegment memory, BufferPool pool, int pieces) {
        this.memory = memory;
        this.pool = pool;
        this.mask = pieces - 1;
        this.start = new long[pieces];
        this.end = new long[pieces];
        this.at = new long[pieces];
        this.tag = new long[pieces];
        this.copied = new boolean[pieces];
    }

    /** {@return whether nothing is queued, unacknowledged, or untold} */
    boolean isEmpty() {
        return told == head;
    }

    /** {@return whether another piece can be queued} */
    boolean hasPiece() {
        return head - told <= mask;
    }

    /** {@return how many bytes can be copied, if a buffer can be had} */
    int copyRoom() {
        return pool.bufferBytes() - (int) (copiedHead - copiedTail);
    }

    /** {@return whether the queue has a send buffer or could have one} */
    boolean hasBuffer() {
        return buffer != BufferPool.NONE || pool.freeCount() > 0;
    }

    /**
     * Queues a copy.
     *
     * @return how many bytes were taken
     */
    int tryCopy(MemorySegment source, long sourceOffset, int byteCount, long sequence) {
        int count = Math.min(byteCount, copyRoom());
        boolean extends_ = head != acked && copied[(head - 1) & mask];
        if (count <= 0 || (!extends_ && !hasPiece())) {
            return 0;
        }
        if (buffer == BufferPool.NONE) {
            buffer = pool.take();
            if (buffer == BufferPool.NONE) {
                return 0;
            }
        }
        int place = (int) (copiedHead & (pool.bufferBytes() - 1));
        int first = Math.min(count, pool.bufferBytes() - place);
        MemorySegment.copy(source, sourceOffset, memory, buffer + place, first);
        MemorySegment.copy(source, sourceOffset + first, memory, buffer, count - first);
        if (extends_) {
            end[(head - 1) & mask] = sequence + count;
        } else {
            push(copiedHead, sequence, count, true);
        }
        copiedHead += count;
        return count;
    }

    /** Queues a piece that lies in the window; {@link #hasPiece} was asked. */
    void addPages(long windowOffset, int byteCount, long pieceTag, long sequence) {
        tag[head & mask] = pieceTag;
        push(windowOffset, sequence, byteCount, false);
    }

    private void push(long place, long sequence, int byteCount, boolean copy) {
        int index = head & mask;
        start[index] = sequence;
        end[index] = sequence + byteCount;
        at[index] = place;
        copied[index] = copy;
        head++;
    }

    /**
     * Finds the bytes that begin at a sequence number, which is queued and not acknowledged; {@link
     * #runOffset} and {@link #runBytes} tell where they lie in one piece. hot: AllocationTest.
     */
    void locate(long sequence) {
        int low = acked;
        int high = head - 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (end[middle & mask] <= sequence) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        int index = low & mask;
        long within = sequence - start[index];
        long length = end[index] - sequence;
        if (copied[index]) {
            int place = (int) ((at[index] + within) & (pool.bufferBytes() - 1));
            runOffset = buffer + place;
            length = Math.min(length, pool.bufferBytes() - place);
        } else {
            runOffset = at[index] + within;
        }
        runBytes = (int) length;
    }

    /** {@return where in the window the located bytes begin} */
    long runOffset() {
        return runOffset;
    }

    /** {@return how many located bytes lie in one piece, at least 1} */
    int runBytes() {
        return runBytes;
    }

    /** Marks everything below a sequence number as acknowledged. */
    void acknowledge(long sequence) {
        while (acked != head && end[acked & mask] <= sequence) {
            int index = acked & mask;
            if (copied[index]) {
                copiedTail = at[index] + (end[index] - start[index]);
            }
            acked++;
        }
        if (acked != head && copied[acked & mask] && sequence > start[acked & mask]) {
            copiedTail = at[acked & mask] + (sequence - start[acked & mask]);
        }
        if (copiedHead == copiedTail && buffer != BufferPool.NONE) {
            pool.give(buffer);
            buffer = BufferPool.NONE;
        }
    }

    /** Marks everything as acknowledged, since the connection is over. */
    void drop() {
        acknowledge(Long.MAX_VALUE);
    }

    /** {@return whether the user has to be told of a piece; passes over copies} */
    boolean hasNews() {
        while (told != acked && copied[told & mask]) {
            told++;
        }
        return told != acked;
    }

    /** {@return the tag of the oldest piece the user has to be told of, which counts as told} */
    long takeNews() {
        return tag[told++ & mask];
    }
}
