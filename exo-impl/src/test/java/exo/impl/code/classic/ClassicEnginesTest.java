// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.classic;

import exo.api.VerificationException;
import exo.api.code.ClassicProgram;
import exo.api.code.ClassicProgram.Instruction;
import exo.api.code.PacketFilter;
import exo.testkit.Seed;
import exo.testkit.Seeds;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Do interpreter, compiler and model agree, and does an accepted program never fault? */
@ExtendWith(Seeds.class)
class ClassicEnginesTest {
    private static final int COMPILED = 400;
    private static final int INTERPRETED = 10_000;
    private static final int LONG_PROGRAM = 250;

    private static byte[] packet(RandomGenerator random) {
        int length = switch (random.nextInt(6)) {
            case 0 -> 0;
            case 1 -> random.nextInt(8);
            case 2 -> 14 + random.nextInt(30);
            case 3 -> 1514;
            default -> random.nextInt(100);
        };
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    /** Runs with memory that ends where the packet does, so that a byte too far is an exception. */
    private static int run(PacketFilter filter, byte[] packet, int before) {
        byte[] exact = new byte[before + packet.length];
        System.arraycopy(packet, 0, exact, before, packet.length);
        return filter.accept(MemorySegment.ofArray(exact), before, packet.length);
    }

    @Test
    void shouldInterpretAsTheModelDoes(Seed seed) {
        RandomGenerator random = seed.random();
        ProgramGenerator generator = new ProgramGenerator(random);
        int accepted = 0;
        for (int i = 0; i < INTERPRETED; i++) {
            ClassicProgram program = generator.valid(2 + random.nextInt(40));
            PacketFilter filter = ClassicFilters.interpret(program);
            for (int p = 0; p < 4; p++) {
                byte[] packet = packet(random);
                int expected = ClassicModel.run(program, packet);
                accepted += expected == 0 ? 0 : 1;
                assertEquals(expected, run(filter, packet, random.nextInt(9)),
                        program::toDecimal);
            }
        }
        assertTrue(accepted > INTERPRETED, "the programs do something: " + accepted);
    }

    @Test
    void shouldCompileToWhatIsInterpreted(Seed seed) {
        RandomGenerator random = seed.random();
        ProgramGenerator generator = new ProgramGenerator(random);
        for (int i = 0; i < COMPILED; i++) {
            int most = i % 20 == 0 ? LONG_PROGRAM : 2 + random.nextInt(60);
            ClassicProgram program = generator.valid(most);
            PacketFilter compiled = ClassicFilters.compile(program);
            for (int p = 0; p < 60; p++) {
                byte[] packet = packet(random);
                assertEquals(ClassicModel.run(program, packet),
                        run(compiled, packet, random.nextInt(9)), program::toDecimal);
            }
        }
    }

    @Test
    void shouldNeverFaultOnWhatTheVerifierLetsThrough(Seed seed) {
        RandomGenerator random = seed.random();
        ProgramGenerator generator = new ProgramGenerator(random);
        int accepted = 0;
        int refused = 0;
        for (int i = 0; i < 60_000; i++) {
            ClassicProgram program = generator.wild(6);
            try {
                PacketFilter filter = ClassicFilters.interpret(program);
                byte[] packet = packet(random);
                assertEquals(ClassicModel.run(program, packet), run(filter, packet, 0),
                        program::toDecimal);
                accepted++;
            } catch (VerificationException e) {
                assertTrue(e.instruction() >= 0 && e.instruction() < program.length());
                refused++;
            }
        }
        assertTrue(accepted > 1000 && refused > 100, accepted + " accepted, " + refused);
    }

    @Test
    void shouldReadNativeMemoryLikeHeapMemory(Seed seed) {
        RandomGenerator random = seed.random();
        ProgramGenerator generator = new ProgramGenerator(random);
        for (int i = 0; i < 50; i++) {
            ClassicProgram program = generator.valid(30);
            PacketFilter compiled = ClassicFilters.compile(program);
            byte[] packet = packet(random);
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment memory = arena.allocate(packet.length + 3);
                MemorySegment.copy(MemorySegment.ofArray(packet), 0, memory, 3, packet.length);
                assertEquals(run(compiled, packet, 0), compiled.accept(memory, 3, packet.length));
            }
        }
    }

    @Test
    void shouldCompileProgramsOfAnyLength() {
        for (int length : new int[]{1, LONG_PROGRAM, ClassicProgram.MAX_INSTRUCTIONS}) {
            List<Instruction> list = new ArrayList<>(Collections.nCopies(length - 1,
                    new Instruction(Opcode.ALU | Opcode.ADD, 0, 0, 1)));
            list.add(new Instruction(Opcode.RET_A, 0, 0, 0));
            PacketFilter filter = ClassicFilters.compile(ClassicProgram.of(list));
            assertEquals(length - 1, run(filter, new byte[0], 0));
        }
    }

    @Test
    void shouldCheckEachLoadWhereThePacketIsShorterThanTheFarthest() {
        // Accepts what begins with 1 without looking further; otherwise looks at byte 100.
        ClassicProgram program = ClassicProgram.parseDecimal(
                "6, 48 0 0 0, 21 0 1 1, 6 0 0 7, 48 0 0 100, 21 0 0 0, 6 0 0 9");
        PacketFilter filter = ClassicFilters.compile(program);
        assertEquals(7, run(filter, new byte[]{1}, 0));
        assertEquals(0, run(filter, new byte[]{2}, 0));
        assertEquals(0, run(filter, new byte[0], 0));
        assertEquals(9, run(filter, new byte[101], 0));
        assertEquals(0, run(filter, new byte[100], 0));
    }
}
