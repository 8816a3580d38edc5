// SPDX-License-Identifier: Apache-2.0
package exo.impl.mem;

import exo.api.ErrorCode;
import exo.api.ResourceException;
import exo.api.mem.MemoryConfig;
import exo.host.Facilities;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class FramePoolTest {
    private final FramePool pool = new FramePool(MemoryConfig.frames(16));

    @AfterEach
    void close() {
        pool.close();
    }

    private MemorySegment frame(int number) {
        return pool.mapping()
                .segment()
                .asSlice((long) number * pool.pageBytes(),
                        pool.pageBytes());
    }

    private boolean isZero(int number) {
        for (long at = 0; at < pool.pageBytes(); at++) {
            if (frame(number).get(java.lang.foreign.ValueLayout.JAVA_BYTE, at) != 0) {
                return false;
            }
        }
        return true;
    }

    private int[] alloc(int count) {
        assertTrue(pool.tryReserve(count));
        return pool.alloc(count, 7);
    }

    private int[] allocAt(int first, int count) {
        boolean room = pool.tryReserve(count);
        try {
            return pool.allocAt(first, count, 7);
        } catch (ResourceException e) {
            pool.unreserve(room ? count : 0);
            throw e;
        }
    }

    @Test
    void shouldSetAsideNoMoreThanIsFree() {
        alloc(10);
        assertTrue(pool.tryReserve(6), "all that are left");
        assertFalse(pool.tryReserve(1), "one past the end");
        pool.unreserve(2);
        assertTrue(pool.tryReserve(2));
    }

    @Test
    void shouldZeroWhatWasUsedInAnyMixture() {
        for (int used = 0; used < 1 << 4; used++) {
            try (FramePool fresh = new FramePool(MemoryConfig.frames(4))) {
                for (int i = 0; i < 4; i++) {
                    if ((used & 1 << i) != 0) {
                        assertTrue(fresh.tryReserve(1));
                        fresh.free(fresh.allocAt(i, 1, 7));
                        fresh.mapping().segment().set(JAVA_BYTE, (i + 1L) * 4096 - 1, (byte) 1);
                    }
                }
                assertTrue(fresh.tryReserve(4));
                assertArrayEquals(new int[]{0, 1, 2, 3}, fresh.alloc(4, 7));
                assertEquals(-1, fresh.mapping()
                        .segment()
                        .mismatch(MemorySegment.ofArray(new byte[4 * 4096])), "used " + used);
                fresh.free(new int[]{3, 0, 1, 2});
                assertEquals(0, fresh.usedCount());
            }
        }
    }

    @Test
    void shouldPreferConsecutiveFrames() {
        assertArrayEquals(new int[]{0, 1, 2, 3}, alloc(4));
        int[] second = alloc(4);
        pool.free(new int[]{1, 2});
        assertArrayEquals(new int[]{8, 9, 10}, alloc(3), "a run of three is behind");
        assertArrayEquals(new int[]{4, 5, 6, 7}, second);
    }

    @Test
    void shouldGiveScatteredFramesWhenNoRunIsLongEnough() {
        alloc(16);
        pool.free(new int[]{1, 5, 9});
        assertArrayEquals(new int[]{1, 5, 9}, alloc(3));
        assertEquals(16, pool.usedCount());
    }

    @Test
    void shouldGiveParticularFrames() {
        assertArrayEquals(new int[]{12, 13}, allocAt(12, 2));
        assertFalse(pool.isFree(12));
        assertTrue(pool.isFree(14));
        ResourceException taken = assertThrows(ResourceException.class, () -> allocAt(11, 2));
        assertEquals(ErrorCode.BUSY, taken.code());
        assertTrue(pool.isFree(11), "a refused request has no effect");
        assertArrayEquals(new int[]{14, 15}, allocAt(14, 2), "the last ones");
        for (int[] outside : new int[][]{{15, 2}, {16, 1}, {-1, 1}, {Integer.MAX_VALUE, 1}}) {
            ResourceException e = assertThrows(ResourceException.class,
                    () -> allocAt(outside[0], outside[1]));
            assertEquals(ErrorCode.OUT_OF_RANGE, e.code());
        }
    }

    @Test
    void shouldZeroAFrameBeforeItIsUsedAgain() {
        int[] frames = alloc(2);
        frame(frames[0]).fill((byte) 7);
        frame(frames[1]).fill((byte) 8);
        pool.free(frames);
        int[] again = allocAt(frames[0], 2);
        assertTrue(isZero(again[0]));
        assertTrue(isZero(again[1]));
    }

    @Test
    void shouldRefuseToBootWhenLockingIsDemandedAndRefused() {
        try (FramePool locked = new FramePool(
                MemoryConfig.frames(4).lock(MemoryConfig.Lock.REQUIRE))) {
            assertTrue(locked.facilities()
                    .stream()
                    .anyMatch(f -> f.name().equals("memory.lock") && f.backing().equals("mlock")));
        } catch (ResourceException e) { // without the privilege and with a limit of nothing
            assertEquals(ErrorCode.UNAVAILABLE, e.code());
        }
    }

    @Test
    void shouldRefuseAPoolThatTheHostDoesNotHave() {
        FramePool.checkRoom(1 << 20, 1 << 20);
        ResourceException refused = assertThrows(ResourceException.class,
                () -> FramePool.checkRoom((1 << 20) + 1, 1 << 20));
        assertEquals(ErrorCode.EXHAUSTED, refused.code());
        assertTrue(Facilities.availableBytes() > 1 << 20);
    }
}
