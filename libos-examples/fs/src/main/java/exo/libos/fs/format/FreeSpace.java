// SPDX-License-Identifier: Apache-2.0
package exo.libos.fs.format;

import java.util.ArrayList;
import java.util.List;

/**
 * The blocks of an extent that a generation does not use.
 *
 * <p>Requests are served one behind the other, so that files imported in the order of their
 * directories lie in that order; only when the gap at hand is used up, or too short for a file, the
 * search goes on to the next gap that holds it whole, and only when there is none it is split.
 *
 * <p>Nothing is given back: what was freed by an import becomes free when the next one begins.
 *
 * <p><b>Thread-safety.</b> Confined. <b>Cost.</b> A request costs as many steps as there are gaps
 * at the worst, and one step as a rule.
 */
public final class FreeSpace {
    private final int[] first;
    private final int[] length;
    private int cursor;
    private long freeBlocks;

    private FreeSpace(List<Run> gaps) {
        first = new int[gaps.size()];
        length = new int[gaps.size()];
        for (int i = 0; i < first.length; i++) {
            first[i] = gaps.get(i).first();
            length[i] = gaps.get(i).blocks();
            freeBlocks += length[i];
        }
    }

    /**
     * {@return what is free in an extent}
     *
     * @param blockCount how many blocks it has
     * @param usedSorted the runs in use as {@link Run#packed} gives them, sorted, none of them
     *        overlapping another
     */
    public static FreeSpace of(int blockCount, long[] usedSorted) {
        List<Run> gaps = new ArrayList<>();
        int next = Layout.SUPERBLOCKS;
        for (long packed : usedSorted) {
            Run run = Run.of(packed);
            if (run.first() > next) {
                gaps.add(new Run(next, run.first() - next));
            }
            next = run.first() + run.blocks();
        }
        if (next < blockCount) {
            gaps.add(new Run(next, blockCount - next));
        }
        return new FreeSpace(gaps);
    }

    /** {@return how many blocks are free} */
    public long freeBlocks() {
        return freeBlocks;
    }

    /**
     * {@return runs of that many blocks in all, or an empty list if there is no room; no effect
     * then}
     *
     * @param blocks how many blocks, at least 1
     * @param granule each run but the last is a multiple of that many blocks
     */
    public List<Run> alloc(long blocks, int granule) {
        for (int i = 0; i < first.length; i++) {
            int gap = (cursor + i) % first.length;
            if (length[gap] >= blocks) {
                cursor = gap;
                return List.of(take(gap, (int) blocks));
            }
        }
        return split(blocks, granule);
    }

    private List<Run> split(long blocks, int granule) {
        long left = blocks;
        for (int i = 0; i < first.length && left > 0; i++) {
            left -= piece(i, left, granule);
        }
        if (left > 0) {
            return List.of();
        }
        List<Run> runs = new ArrayList<>();
        left = blocks;
        for (int i = 0; left > 0; i++) {
            int piece = piece(i, left, granule);
            if (piece > 0) {
                runs.add(take(i, piece));
                left -= piece;
            }
        }
        return runs;
    }

    private int piece(int gap, long left, int granule) {
        return length[gap] >= left ? (int) left : length[gap] - length[gap] % granule;
    }

    private Run take(int gap, int blocks) {
        Run run = new Run(first[gap], blocks);
        first[gap] += blocks;
        length[gap] -= blocks;
        freeBlocks -= blocks;
        return run;
    }
}
