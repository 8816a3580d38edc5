// SPDX-License-Identifier: Apache-2.0
package exo.libos.fs.cache;

import exo.testkit.Seed;
import exo.testkit.Seeds;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

@ExtendWith(Seeds.class)
final class SlotPoolTest {
    private static boolean[] whole(int groups) {
        boolean[] whole = new boolean[groups];
        Arrays.fill(whole, true);
        return whole;
    }

    @Test
    void shouldKeepAwaitedSlotsWhileOthersArePinned() {
        Set<Integer> evicted = new HashSet<>();
        SlotPool pool = new SlotPool(whole(2), 16, evicted::add);
        int awaited = pool.take(16, true);
        int pinned = pool.take(16, true);
        pool.toAwaited(awaited);
        assertTrue(pool.isAwaited(awaited));
        for (int i = 0; i < SlotPool.PATIENCE - 2; i++) {
            assertEquals(-1, pool.take(16, true));
        }
        pool.take(16, true);
        assertEquals(-1, pool.take(16, false));
        assertEquals(Set.of(), evicted);
        assertEquals(awaited, pool.take(16, true), "its patience is over");
        assertEquals(Set.of(awaited), evicted);
        pool.toAwaited(awaited);
        pool.toIdle(pinned);
        assertEquals(pinned, pool.take(1, true), "idle ones go first");
        pool.free(pinned);
        assertTrue(pool.take(16, true) >= 0);
        assertEquals(-1, pool.take(16, true));
    }

    @Test
    void shouldTakeAwaitedSlotsIfNothingElseGoesOn() {
        SlotPool pool = new SlotPool(whole(1), 16, slot -> {});
        int slot = pool.take(16, true);
        pool.toAwaited(slot);
        assertEquals(slot, pool.take(1, true));
    }

    @Test
    void shouldCutScatteredGroupsIntoUnitsOnly() {
        SlotPool pool = new SlotPool(new boolean[]{false, true}, 16, slot -> {});
        int large = pool.take(16, true);
        assertEquals(16, large);
        for (int i = 0; i < 16; i++) {
            assertTrue(pool.take(1, true) < 16);
        }
        assertEquals(-1, pool.take(1, true));
        assertEquals(-1, pool.take(4, true));
    }

    @Test
    void shouldCutAGroupAnewWhenTheMixOfSizesChanges() {
        SlotPool pool = new SlotPool(whole(4), 16, slot -> {});
        for (int i = 0; i < 64; i++) {
            pool.toIdle(pool.take(1, true));
        }
        for (int i = 0; i < 4; i++) {
            pool.toIdle(pool.take(16, true));
        }
        for (int i = 0; i < 16; i++) {
            assertEquals(4, pool.span(pool.take(3, true)));
        }
        assertEquals(-1, pool.take(1, true));
    }

    @Test
    void shouldNeverGiveOutWhatIsInUse(Seed seed) {
        RandomGenerator random = seed.random();
        boolean[] whole = whole(8);
        whole[3] = false;
        Map<Integer, Integer> live = new HashMap<>(); // slot to span, pinned and not
        Set<Integer> pinned = new HashSet<>();
        SlotPool pool = new SlotPool(whole, 16, slot -> {
            assertFalse(pinned.contains(slot));
            assertTrue(live.remove(slot) != null);
        });
        int retired = 0;
        for (int i = 0; i < 100_000; i++) {
            int slot = pool.take(List.of(1, 2, 4, 9, 16).get(random.nextInt(5)),
                    random.nextBoolean());
            if (slot >= 0) {
                pinned.add(slot);
                live.put(slot, pool.span(slot));
                assertApart(live);
            }
            while (!pinned.isEmpty() && random.nextInt(3) > 0) {
                int one = pinned.iterator().next();
                pinned.remove(one);
                switch (random.nextInt(4)) {
                    case 0 -> {
                        pool.free(one);
                        live.remove(one);
                    }
                    case 1 -> pool.toAwaited(one);
                    default -> pool.toIdle(one);
                }
            }
            if (i % 20_000 == 19_999) {
                pool.retire(random.nextInt(8));
                retired++;
            }
        }
        assertTrue(pool.living() >= 8 - retired && pool.living() < 8);
    }

    private static void assertApart(Map<Integer, Integer> live) {
        BitSet units = new BitSet();
        live.forEach((slot, span) -> {
            assertEquals(-1, units.get(slot, slot + span).nextSetBit(0));
            units.set(slot, slot + span);
        });
    }
}
