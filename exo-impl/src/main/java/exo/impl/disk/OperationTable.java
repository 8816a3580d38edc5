// SPDX-License-Identifier: Apache-2.0
package exo.impl.disk;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

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

    private static final VarHandle IN_FLIGHT;

    static {
        try {
            IN_FLIGHT = MethodHandles.lookup()
                    .findVarHandle(OperationTable.class, "inFlight", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

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

    /** {@return whether an operation of that number is entered or under way} */
    boolean isUnderWay(int operation) {
        return extent[operation] != null;
    }

    /**
     * Counts an operation before its pages are pinned, so that whoever sees the pins sees that
     * there is something to drain. It is started or given up next.
     */
    void announce() {
        IN_FLIGHT.setRelease(this, free.length - freeCount + 1);
    }

    /** Gives up what was announced. */
    void retract() {
        IN_FLIGHT.setRelease(this, free.length - freeCount);
    }

    /** Notes an operation that was announced. */
    void start(int operation, BoundExtent bound, long newTag, int page, int pageCount,
            int blockCount) {
        freeCount--;
        extent[operation] = bound;
        tag[operation] = newTag;
        firstPage[operation] = page;
        pages[operation] = pageCount;
        blocks[operation] = blockCount;
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
