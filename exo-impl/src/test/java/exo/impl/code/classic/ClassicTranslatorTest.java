// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.classic;

import exo.api.VerificationException;
import exo.api.code.ClassicProgram;
import exo.api.code.ClassicProgram.Instruction;
import exo.api.code.Contract;
import exo.api.code.PacketFilter;
import exo.api.code.VerifiedProgram;
import exo.api.code.VerifiedProgram.Engine;
import exo.impl.code.KernelProgram;
import exo.impl.code.classic.ClassicTranslator.Translation;
import exo.impl.code.isa.Isa;
import exo.testkit.Seed;
import exo.testkit.Seeds;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Does a translated program mean what the classic one means, on both engines? */
@ExtendWith(Seeds.class)
class ClassicTranslatorTest {
    private static final int PROGRAMS = Integer.getInteger("exo.fuzz.programs", 400);

    private static byte[] packet(RandomGenerator random) {
        if (random.nextBoolean()) {
            return TestFrames.random(random);
        }
        byte[] bytes = new byte[random.nextInt(random.nextBoolean() ? 60 : 8)];
        random.nextBytes(bytes);
        return bytes;
    }

    /** Runs with memory that ends where the packet does, so that a byte too far is an exception. */
    private static int run(PacketFilter filter, byte[] packet, int before) {
        byte[] exact = new byte[before + packet.length];
        System.arraycopy(packet, 0, exact, before, packet.length);
        return filter.accept(MemorySegment.ofArray(exact), before, packet.length);
    }

    private static VerifiedProgram proven(ClassicProgram program) {
        return KernelProgram.verify(ClassicTranslator.translate(program).program(),
                Contract.filter());
    }

    private static VerifiedProgram checked(ClassicProgram program) {
        return KernelProgram.verify(ClassicTranslator.translate(program).program(),
                Contract.filter().checked());
    }

    private static int run(String decimal, byte... packet) {
        ClassicProgram program = ClassicProgram.parseDecimal(decimal);
        int expected = run(ClassicFilters.model(program), packet, 0);
        for (Engine engine : Engine.values()) {
            assertEquals(expected, run(checked(program).filter(engine), packet, 3), decimal);
            assertEquals(expected, run(proven(program).filter(engine), packet, 3), decimal);
        }
        return expected;
    }

    @Test
    void shouldMeanTheSameOnBothEngines(Seed seed) {
        RandomGenerator random = seed.random();
        ProgramGenerator generator = new ProgramGenerator(random);
        int accepted = 0;
        for (int i = 0; i < PROGRAMS; i++) {
            ClassicProgram program = generator.valid(2 + random.nextInt(i % 20 == 0 ? 300 : 40));
            PacketFilter oracle = ClassicFilters.model(program);
            VerifiedProgram verified = i % 8 == 0 ? checked(program) : proven(program);
            PacketFilter interpreted = verified.filter(Engine.INTERPRET);
            PacketFilter compiled = verified.filter(Engine.COMPILE);
            for (int p = 0; p < 20; p++) {
                byte[] packet = packet(random);
                int expected = run(oracle, packet, 0);
                accepted += expected == 0 ? 0 : 1;
                assertEquals(expected, run(interpreted, packet, 5), program::toDecimal);
                assertEquals(expected, run(compiled, packet, 5), program::toDecimal);
            }
        }
        assertTrue(accepted > PROGRAMS, "the programs do something: " + accepted);
    }

    @Test
    void shouldGiveTheLengthToAAndX() {
        assertEquals(3, run("2, 128 0 0 0, 22 0 0 0", (byte) 1, (byte) 2, (byte) 3));
        assertEquals(0, run("2, 128 0 0 0, 22 0 0 0"));
        assertEquals(2, run("3, 129 0 0 0, 135 0 0 0, 22 0 0 0", (byte) 1, (byte) 2));
    }

    @Test
    void shouldKeepAWhileTheHeaderLengthIsLoaded() {
        assertEquals(0x2b + 44, run("4, 48 0 0 0, 177 0 0 0, 12 0 0 0, 22 0 0 0", (byte) 0x2b));
    }

    @Test
    void shouldShiftEverythingOut() {
        for (int by : new int[]{0, 1, 31, 32, 33, 64, -1}) {
            String count = Integer.toUnsignedString(by);
            assertEquals(by < 0 || by > 31 ? 0 : 5 << by,
                    run("4, 1 0 0 " + count + ", 0 0 0 5, 108 0 0 0, 22 0 0 0"));
            assertEquals(by < 0 || by > 31 ? 0 : -5 >>> by,
                    run("4, 1 0 0 " + count + ", 0 0 0 4294967291, 124 0 0 0, 22 0 0 0"));
        }
    }

    @Test
    void shouldEndWithZeroWhereXIsZeroAndDivides() {
        assertEquals(0, run("4, 0 0 0 5, 60 0 0 0, 6 0 0 7, 6 0 0 9"));
        assertEquals(0, run("4, 0 0 0 5, 156 0 0 0, 6 0 0 7, 6 0 0 9"));
        assertEquals(2, run("4, 0 0 0 5, 1 0 0 2, 60 0 0 0, 22 0 0 0"));
        assertEquals(1, run("4, 0 0 0 5, 1 0 0 2, 156 0 0 0, 22 0 0 0"));
    }

    @Test
    void shouldNotWrapOffsets() {
        // X + k is 2^32 + 0 and 2^31 + 0: beyond every packet, though the lower bits are inside.
        assertEquals(0, run("3, 1 0 0 4294967295, 80 0 0 1, 6 0 0 7", (byte) 1));
        assertEquals(0, run("3, 1 0 0 2147483648, 80 0 0 2147483648, 6 0 0 7", (byte) 1));
        assertEquals(0, run("3, 1 0 0 2, 80 0 0 4294967294, 6 0 0 7", (byte) 1));
        assertEquals(0, run("2, 48 0 0 2147483648, 6 0 0 7", (byte) 1));
        assertEquals(7, run("3, 1 0 0 0, 80 0 0 0, 6 0 0 7", (byte) 1));
    }

    @Test
    void shouldReturnLargeNumbersWithoutSign() {
        assertEquals(-1, run("1, 6 0 0 4294967295"));
        Translation all = ClassicTranslator.translate(ClassicProgram.parseDecimal(
                "1, 6 0 0 4294967295"));
        assertEquals(Isa.ALU | Isa.MOV, Isa.opcode(all.program().slot(1)));
    }

    @Test
    void shouldBeTight() {
        // What "tcpdump -ddd arp" prints.
        Translation arp = ClassicTranslator.translate(ClassicProgram.parseDecimal(
                "4, 40 0 0 12, 21 0 1 2054, 6 0 0 262144, 6 0 0 0"));
        assertEquals(7, arp.program().length(), "context, load, jump, twice move and exit");
        assertEquals("[0, 0, 1, 2, 2, 3, 3]", origins(arp));
    }

    private static String origins(Translation translation) {
        List<Integer> all = new ArrayList<>();
        for (int i = 0; i < translation.program().length(); i++) {
            all.add(translation.origins().of(i));
        }
        return all.toString();
    }

    @Test
    void shouldLeaveOutWhatIsNeverReached() {
        Translation one = ClassicTranslator.translate(ClassicProgram.parseDecimal(
                "4, 5 0 0 1, 48 0 0 0, 6 0 0 1, 6 0 0 2"));
        assertEquals("[0, 0, 2, 2]", origins(one));
    }

    @Test
    void shouldZeroWhatIsReadUnwritten() {
        assertEquals(0, run("1, 22 0 0 0"));
        assertEquals(5, run("4, 21 0 1 0, 0 0 0 5, 22 0 0 0, 6 0 0 1"));
        assertEquals(0, run("2, 135 0 0 0, 22 0 0 0"));
    }

    @Test
    void shouldReachAcrossTheLongestProgram() {
        // Every instruction takes as many slots as one can, and the first jumps over all of them.
        List<Instruction> list = new ArrayList<>();
        list.add(new Instruction(Opcode.JMP | Opcode.JEQ, 0, 1, 0));
        list.add(
                new Instruction(Opcode.JMP | Opcode.JA, 0, 0, ClassicProgram.MAX_INSTRUCTIONS - 3));
        while (list.size() < ClassicProgram.MAX_INSTRUCTIONS - 2) {
            list.add(new Instruction(Opcode.LDX_MSH, 0, 0, 0));
        }
        list.add(new Instruction(Opcode.ALU | Opcode.DIV | Opcode.SOURCE_X, 0, 0, 0));
        list.add(new Instruction(Opcode.RET_K, 0, 0, 9));
        ClassicProgram program = ClassicProgram.of(list);
        Translation translation = ClassicTranslator.translate(program);
        assertTrue(translation.program().length() > 6 * 4090, "slots");
        for (Engine engine : Engine.values()) {
            assertEquals(9, run(proven(program).filter(engine), new byte[]{1}, 0));
        }
    }

    @Test
    void shouldBeAcceptedWhateverTheBranches(Seed seed) {
        RandomGenerator random = seed.random();
        ProgramGenerator generator = new ProgramGenerator(random);
        for (int i = 0; i < 20; i++) {
            ClassicProgram program = generator.valid(ClassicProgram.MAX_INSTRUCTIONS);
            byte[] packet = packet(random);
            PacketFilter filter = ClassicFilters.interpret(program);
            assertEquals(ClassicModel.run(program, packet), run(filter, packet, 0),
                    program::toDecimal);
        }
        int steps = proven(diamonds()).maxSteps();
        assertTrue(steps <= 16 * ClassicProgram.MAX_INSTRUCTIONS, steps + " steps");
    }

    /** {@return the longest program of branches that meet again, so with 2^1023 ways through it} */
    private static ClassicProgram diamonds() {
        List<Instruction> list = new ArrayList<>();
        for (int i = 0; i < ClassicProgram.MAX_INSTRUCTIONS / 4; i++) {
            list.add(new Instruction(Opcode.LD_ABS_B, 0, 0, i));
            list.add(new Instruction(Opcode.JMP | Opcode.JSET, 0, 1, 1 << (i % 8)));
            list.add(new Instruction(Opcode.TAX, 0, 0, i));
            list.add(new Instruction(Opcode.LD_IND_B, 0, 0, 0));
        }
        list.set(list.size() - 1, new Instruction(Opcode.RET_A, 0, 0, 0));
        return ClassicProgram.of(list);
    }

    @Test
    void shouldRefuseWhatTheVerifierRefuses() {
        ClassicProgram program = ClassicProgram.parseDecimal("1, 48 0 0 0");
        assertEquals("no-return", assertThrows(VerificationException.class,
                () -> ClassicTranslator.translate(program)).rule());
    }
}
