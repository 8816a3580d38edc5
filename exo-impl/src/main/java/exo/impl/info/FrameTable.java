// SPDX-License-Identifier: Apache-2.0
package exo.impl.info;

import exo.api.info.InfoLayout;
import exo.api.info.KernelFigures;
import java.util.BitSet;
import java.util.concurrent.TimeUnit;

/**
 * The table of page frames. Owners and last uses are written when they change; how often a frame is
 * mapped, and whether it is idle, at a refresh from a {@link FrameCensus}.
 */
public final class FrameTable implements FrameObserver {
    /** How many frames a refresh writes at once, so that nobody waits long. */
    private static final int BATCH = 512;
    private static final long OWNER = InfoLayout.at(InfoLayout.FRAME, "owner");
    private static final long LAST_USE = InfoLayout.at(InfoLayout.FRAME, "lastUseTick");
    private static final long FLAGS = InfoLayout.at(InfoLayout.FRAME, "flags");
    private static final long MAPPINGS = InfoLayout.at(InfoLayout.FRAME, "mappings");

    private final TableWriter table;
    private final long bootNanos;
    private final BitSet used = new BitSet(); // guarded by table
    private final BitSet touched = new BitSet(); // used now or once; guarded by table

    /**
     * Makes the table, with free frames only.
     *
     * @param table the table, with room for every frame of the pool
     * @param bootNanos when the kernel booted, on the clock of {@link System#nanoTime}
     */
    public FrameTable(TableWriter table, long bootNanos) {
        this.table = table;
        this.bootNanos = bootNanos;
        synchronized (table) {
            table.begin();
            table.used(table.capacity());
            table.end();
        }
    }

    private long tick() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - bootNanos);
    }

    @Override
    public void allocated(int[] frames, long owner) {
        change(frames, owner + 1, InfoLayout.FRAME_USED | InfoLayout.FRAME_DIRTY);
    }

    @Override
    public void freed(int[] frames) {
        change(frames, 0, InfoLayout.FRAME_DIRTY);
    }

    /**
     * Changes the records of frames in one go, so that a reader sees all of it or none; and run by
     * run, since it stands on the path of everybody who allocates or frees.
     */
    private void change(int[] frames, long owner, int flags) {
        long tick = tick();
        synchronized (table) {
            if (!table.begin()) {
                return;
            }
            try {
                for (int i = 0; i < frames.length;) {
                    int count = Runs.length(frames, i);
                    write(frames[i], count, owner, tick, flags);
                    i += count;
                }
            } finally {
                table.end();
            }
        }
    }

    private void write(int first, int count, long owner, long tick, int flags) {
        long last = table.record(first + count - 1);
        for (long at = table.record(first); at <= last; at += table.recordBytes()) {
            table.put(at + OWNER, owner);
            table.put(at + LAST_USE, tick);
            table.put(at + FLAGS, flags);
            table.put(at + MAPPINGS, 0);
        }
        used.set(first, first + count, owner != 0);
        touched.set(first, first + count);
    }

    @Override
    public void mapped(int[] frames) {
        long tick = tick();
        synchronized (table) {
            if (!table.begin()) {
                return;
            }
            try {
                for (int frame : frames) {
                    table.put(table.record(frame) + LAST_USE, tick);
                }
            } finally {
                table.end();
            }
        }
    }

    /**
     * Writes what was counted. A frame that was freed meanwhile stays free.
     *
     * @param census what was counted
     * @return the sums
     */
    public KernelFigures.FrameCounts write(FrameCensus census) {
        int[] sums = new int[2];
        int next = 0;
        while (next >= 0) {
            synchronized (table) {
                next = writeBatch(used.nextSetBit(next), census, sums);
            }
        }
        synchronized (table) {
            int inUse = used.cardinality();
            return new KernelFigures.FrameCounts(table.capacity(), inUse,
                    touched.cardinality() - inUse, sums[0], sums[1]);
        }
    }

    /** Writes used frames from one on, and returns the next to write, or -1. Holds the table. */
    private int writeBatch(int first, FrameCensus census, int[] sums) {
        if (first < 0 || !table.begin()) {
            return -1;
        }
        try {
            int frame = first;
            for (int i = 0; i < BATCH && frame >= 0; i++) {
                int flags = write(frame, census);
                sums[0] += (flags & InfoLayout.FRAME_IDLE) != 0 ? 1 : 0;
                sums[1] += (flags & InfoLayout.FRAME_SHARED) != 0 ? 1 : 0;
                frame = used.nextSetBit(frame + 1);
            }
            return frame;
        } finally {
            table.end();
        }
    }

    private int write(int frame, FrameCensus census) {
        long at = table.record(frame);
        int flags = table.readInt(at + FLAGS);
        int mappings = census.mappings(frame);
        int counted = (flags & (InfoLayout.FRAME_USED | InfoLayout.FRAME_DIRTY))
                | (mappings > 1 ? InfoLayout.FRAME_SHARED : 0)
                | (census.isIdle(frame) ? InfoLayout.FRAME_IDLE : 0);
        if (counted != flags || mappings != table.readInt(at + MAPPINGS)) {
            table.put(at + FLAGS, counted);
            table.put(at + MAPPINGS, mappings);
        }
        return counted;
    }
}
