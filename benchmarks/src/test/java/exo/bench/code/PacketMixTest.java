// SPDX-License-Identifier: Apache-2.0
package exo.bench.code;

import exo.api.code.PacketFilter;
import exo.impl.code.classic.ClassicFilters;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

class PacketMixTest {
    private final PacketMix mix = new PacketMix();

    @Test
    void shouldBeTheSameInEveryRun() {
        assertArrayEquals(mix.file(), new PacketMix().file());
    }

    @Test
    void shouldHoldBothWantedAndOtherPackets() {
        int accepted = mix.accepted(ClassicFilters.compile(PacketMix.program()));
        // Half of 65 in 100, less what is fragmented.
        double part = accepted / (double) PacketMix.PACKETS;
        assertTrue(part > 0.25 && part < 0.35, "accepted " + accepted);
    }

    @Test
    void shouldGetTheSameAnswersFromBothEnginesInAnyMemory() {
        int compiled = mix.run(ClassicFilters.compile(PacketMix.program()));
        assertEquals(compiled, mix.run(ClassicFilters.interpret(PacketMix.program())));
        PacketMix outside = mix.in(Arena.ofAuto().allocate(mix.sizeBytes()));
        assertEquals(compiled, outside.run(ClassicFilters.compile(PacketMix.program())));
    }

    @Test
    void shouldTellFiltersApart() {
        PacketFilter all = (memory, offset, length) -> 1;
        PacketFilter allButTheLast = new PacketFilter() {
            private int asked;

            @Override
            public int accept(MemorySegment memory, long offset, int length) {
                return ++asked == PacketMix.PACKETS ? 0 : 1;
            }
        };
        assertTrue(mix.run(all) != mix.run(allButTheLast));
        assertEquals(PacketMix.PACKETS, mix.accepted(all));
    }
}
