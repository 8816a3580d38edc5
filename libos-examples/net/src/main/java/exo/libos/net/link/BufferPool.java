// SPDX-License-Identifier: Apache-2.0
package exo.libos.net.link;

/** Buffers of one size in the stack's window, known by where they begin. */
public final class BufferPool {
    /** No buffer. */
    public static final long NONE = -1;

    private final long first;
    private final int bufferBytes;
    private final int[] free;
    private int freeCount;

    /**
     * Takes a range of the window.
     *
     * @param first where it begins
     * @param bufferBytes the size of a buffer, a power of two
     * @param count how many buffers lie there
     */
    public BufferPool(long first, int bufferBytes, int count) {
        this.first = first;
        this.bufferBytes = bufferBytes;
        this.free = new int[count];
        this.freeCount = count;
        for (int i = 0; i < count; i++) {
            free[i] = count - 1 - i; // the first buffers are used most, so that they stay in cache
        }
    }

    /** {@return the size of a buffer} */
    public int bufferBytes() {
        return bufferBytes;
    }

    /** {@return how many buffers are free} */
    public int freeCount() {
        return freeCount;
    }

    /** {@return where a buffer begins that the caller has now, or {@link #NONE}} */
    public long take() {
        return freeCount == 0 ? NONE : first + (long) free[--freeCount] * bufferBytes;
    }

    /**
     * Gives a buffer back.
     *
     * @param buffer where it begins
     */
    public void give(long buffer) {
        free[freeCount++] = (int) ((buffer - first) / bufferBytes);
    }
}
