// SPDX-License-Identifier: Apache-2.0
package exo.impl.disk;

import exo.api.KernelPanic;
import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class FreeMapTest {
    @Test
    void shouldAgreeWithABitSet() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        int blocks = 500;
        FreeMap map = new FreeMap(20, blocks - 20);
        BitSet taken = new BitSet();
        taken.set(0, 20);
        for (int step = 0; step < 20_000; step++) {
            int first = 20 + random.nextInt(blocks - 20);
            int count = 1 + random.nextInt(Math.min(20, blocks - first));
            BitSet range = new BitSet();
            range.set(first, first + count);
            boolean free = !range.intersects(taken);
            assertEquals(free, map.isFree(first, count), "seed " + seed);
            range.and(taken);
            if (free) {
                map.take(first, count);
                taken.set(first, first + count);
            } else if (range.cardinality() == count) {
                map.give(first, count);
                taken.clear(first, first + count);
            }
            assertEquals(blocks - taken.cardinality(), map.freeBlocks(), "seed " + seed);
            assertFind(map, taken, blocks, 1 + random.nextInt(30));
        }
    }

    private static void assertFind(FreeMap map, BitSet taken, int blocks, int count) {
        long found = map.find(count);
        int expected = -1;
        for (int start = taken.nextClearBit(0); start + count <= blocks
                && expected < 0; start = taken.nextClearBit(start)) {
            int end = taken.nextSetBit(start);
            if (end < 0 || end - start >= count) {
                expected = start;
            } else {
                start = end;
            }
        }
        assertEquals(expected, found);
    }

    @Test
    void shouldPanicOnDoubleUse() {
        FreeMap map = new FreeMap(0, 10);
        map.take(2, 3);
        assertThrows(KernelPanic.class, () -> map.take(4, 1));
        assertThrows(KernelPanic.class, () -> map.give(1, 2));
        assertThrows(KernelPanic.class, () -> map.give(0, 1));
        map.give(2, 3);
        assertEquals(10, map.longestRun());
        assertTrue(map.isFree(0, 10));
        assertFalse(map.isFree(0, 11));
    }
}
