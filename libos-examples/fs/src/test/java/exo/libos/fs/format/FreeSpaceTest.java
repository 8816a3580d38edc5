// SPDX-License-Identifier: Apache-2.0
package exo.libos.fs.format;

import java.util.List;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;

final class FreeSpaceTest {
    private static FreeSpace with(int blockCount, Run... used) {
        long[] packed = new long[used.length];
        for (int i = 0; i < used.length; i++) {
            packed[i] = used[i].packed();
        }
        return FreeSpace.of(blockCount, packed);
    }

    @Test
    void shouldPlaceFilesBehindEachOther() {
        FreeSpace free = with(100);
        assertEquals(98, free.freeBlocks());
        assertEquals(List.of(new Run(2, 3)), free.alloc(3, 16));
        assertEquals(List.of(new Run(5, 20)), free.alloc(20, 16));
        assertEquals(List.of(new Run(25, 75)), free.alloc(75, 16));
        assertEquals(List.of(), free.alloc(1, 16));
        assertEquals(0, free.freeBlocks());
    }

    @Test
    void shouldPreferAGapThatHoldsAFileWhole() {
        FreeSpace free = with(100, new Run(12, 8), new Run(50, 40));
        assertEquals(List.of(new Run(20, 11)), free.alloc(11, 16));
        assertEquals(List.of(new Run(31, 10)), free.alloc(10, 16));
        assertEquals(List.of(new Run(90, 10)), free.alloc(10, 16));
        assertEquals(List.of(new Run(2, 10)), free.alloc(10, 16));
    }

    @Test
    void shouldSplitInWholeChunksOnly() {
        FreeSpace free = with(100, new Run(22, 8), new Run(65, 1), new Run(70, 29));
        assertEquals(20 + 35 + 4 + 1, free.freeBlocks());
        assertEquals(List.of(), free.alloc(53, 16), "16 + 32, and no gap for the last 5");
        assertEquals(60, free.freeBlocks());
        assertEquals(List.of(new Run(2, 16), new Run(30, 32)), free.alloc(48, 16));
        assertEquals(List.of(new Run(18, 4)), free.alloc(4, 1));
        assertEquals(List.of(new Run(62, 3), new Run(66, 4)), free.alloc(7, 1));
    }
}
