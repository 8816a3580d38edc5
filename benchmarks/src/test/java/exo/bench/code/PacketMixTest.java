// SPDX-License-Identifier: Apache-2.0
package exo.bench.code;

import exo.api.code.ClassicProgram;
import exo.api.code.CodeEngine;
import exo.api.code.PacketFilter;
import exo.api.code.VerifiedProgram;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

class PacketMixTest {
    private final PacketTrace mix = PacketMix.trace();

    private static PacketFilter filter(VerifiedProgram.Engine engine) {
        return CodeEngine.load().verify(PacketMix.program()).filter(engine);
    }

    @Test
    void shouldBeTheSameInEveryRun() {
        List<ClassicProgram> filters = SetMix.filters(10);
        assertArrayEquals(mix.file(filters), PacketMix.trace().file(filters));
        assertArrayEquals(SetMix.trace(10).file(filters), SetMix.trace(10).file(filters));
    }

    @Test
    void shouldHoldBothWantedAndOtherPackets() {
        int accepted = mix.accepted(filter(VerifiedProgram.Engine.COMPILE));
        // Half of 65 in 100, less what is fragmented.
        double part = accepted / (double) PacketMix.PACKETS;
        assertTrue(part > 0.25 && part < 0.35, "accepted " + accepted);
    }

    @Test
    void shouldHoldPacketsForTheFiltersOfASet() {
        PacketTrace trace = SetMix.trace(10);
        int all = 0;
        for (ClassicProgram program : SetMix.filters(10)) {
            int accepted = trace.accepted(CodeEngine.load()
                    .verify(program)
                    .filter(VerifiedProgram.Engine.COMPILE));
            assertTrue(accepted > 0, program.toDecimal());
            all += accepted;
        }
        // Half of 40 in 100, less what is fragmented: no packet is for two filters.
        double part = all / (double) SetMix.PACKETS;
        assertTrue(part > 0.15 && part < 0.22, "accepted " + all);
    }

    @Test
    void shouldGetTheSameAnswersFromBothEnginesInAnyMemory() {
        int compiled = mix.run(filter(VerifiedProgram.Engine.COMPILE));
        assertEquals(compiled, mix.run(filter(VerifiedProgram.Engine.INTERPRET)));
        PacketTrace outside = mix.in(Arena.ofAuto().allocate(mix.sizeBytes()));
        assertEquals(compiled, outside.run(filter(VerifiedProgram.Engine.COMPILE)));
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
        PacketFilter none = (memory, offset, length) -> 0;
        assertEquals(mix.run(all), mix.run(new PacketFilter[]{all, none}));
        assertTrue(mix.run(all) != mix.run(new PacketFilter[]{none, all}));
    }
}
