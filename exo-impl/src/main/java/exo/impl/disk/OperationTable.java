// SPDX-License-Identifier: Apache-2.0
package exo.impl.disk;

/**
 * The transfers of one queue that are entered or under way, by small numbers. Owner thread; {@link
 * #inFlight} any thread.
 */
final class OperationTable {
    private final long[] tag;
    private final int[] firstPage;
    private final int[] pages;
    private final int[] blocks;
    private final BoundExtent[] extent;
    private final int[] free;
    private int freeCount;
    private volatile int inFlight; // written by the owner thread only

    OperationTable(int depth) {
        tag = new long[depth];
        firstPage = new int[depth];
        pages = new int[depth];
        blocks = new int[depth];
        extent = new BoundExtent[depth];
        free = new int[depth];
        for (int i = 0; i < depth; i++) {
            free[i] = depth - 1 - i;
        }
        freeCount = depth;
    }

    int depth() {
        return free.length;
    }

    int inFlight() {
        return inFlight;
    }

    /** {@return the number the next operation gets, or -1 if all are in use} */
    int next() {
        return freeCount == 0 ? -1 : free[freeCount - 1];
    }

    void start(int operation, BoundExtent bound, long newTag, int page, int pageCount,
            int blockCount) {
        freeCount--;
        extent[operation] = bound;
        tag[operation] = newTag;
        firstPage[operation] = page;
        pages[operation] = pageCount;
        blocks[operation] = blockCount;
        inFlight = free.length - freeCount;
    }

    BoundExtent end(int operation) {
        BoundExtent bound = extent[operation];
        extent[operation] = null;
        free[freeCount++] = operation;
        inFlight = free.length - freeCount;
        return bound;
    }

    long tag(int operation) {
        return tag[operation];
    }

    int firstPage(int operation) {
        return firstPage[operation];
    }

    int pages(int operation) {
        return pages[operation];
    }

    int blocks(int operation) {
        return blocks[operation];
    }
}
