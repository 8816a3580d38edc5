// SPDX-License-Identifier: Apache-2.0
package exo.impl.disk;

import exo.api.info.DiskFigures;
import exo.impl.cap.Invariant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The free blocks of a device, as runs. Guarded by its device. */
final class FreeMap {
    /** First block to count; no two runs are adjacent. */
    private final TreeMap<Long, Long> runs = new TreeMap<>();
    private long free;

    FreeMap(long firstBlock, long blockCount) {
        if (blockCount > 0) {
            runs.put(firstBlock, blockCount);
            free = blockCount;
        }
    }

    long freeBlocks() {
        return free;
    }

    boolean isFree(long block) {
        return isFree(block, 1);
    }

    boolean isFree(long first, long count) {
        Map.Entry<Long, Long> run = runs.floorEntry(first);
        // By subtraction, since a damaged catalogue may name numbers whose sum overflows.
        return run != null && count >= 1 && count <= run.getValue()
                && first - run.getKey() <= run.getValue() - count;
    }

    /** {@return the first block of the lowest free run that is long enough, or -1} */
    long find(long count) {
        for (Map.Entry<Long, Long> run : runs.entrySet()) {
            if (run.getValue() >= count) {
                return run.getKey();
            }
        }
        return -1;
    }

    /** {@return how many runs there are} */
    int runCount() {
        return runs.size();
    }

    /** {@return the lowest runs, at most so many} */
    List<DiskFigures.Run> lowest(int most) {
        return runs.entrySet()
                .stream()
                .limit(most)
                .map(run -> new DiskFigures.Run(run.getKey(), run.getValue()))
                .toList();
    }

    /** {@return the length of the longest free run} */
    long longestRun() {
        return runs.values().stream().mapToLong(Long::longValue).max().orElse(0);
    }

    /** Takes free blocks. */
    void take(long first, long count) {
        Invariant.check(isFree(first, count), "blocks that are taken were free");
        Map.Entry<Long, Long> run = runs.floorEntry(first);
        long start = run.getKey();
        long end = start + run.getValue();
        runs.remove(start);
        if (first > start) {
            runs.put(start, first - start);
        }
        if (end > first + count) {
            runs.put(first + count, end - first - count);
        }
        free -= count;
    }

    /** Gives blocks back. */
    void give(long first, long count) {
        Map.Entry<Long, Long> before = runs.floorEntry(first);
        Map.Entry<Long, Long> after = runs.ceilingEntry(first);
        Invariant.check((before == null || before.getKey() + before.getValue() <= first)
                && (after == null || first + count <= after.getKey()),
                "blocks that are given back were taken");
        long start = first;
        long length = count;
        if (before != null && before.getKey() + before.getValue() == first) {
            start = before.getKey();
            length += before.getValue();
        }
        if (after != null && first + count == after.getKey()) {
            length += after.getValue();
            runs.remove(after.getKey());
        }
        runs.put(start, length);
        free += count;
    }
}
