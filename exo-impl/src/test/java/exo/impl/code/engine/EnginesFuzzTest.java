// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.engine;

import exo.api.code.CodeFault;
import exo.api.code.Contract;
import exo.api.code.PacketFilter;
import exo.api.code.Program;
import exo.api.code.VerifiedProgram.Engine;
import exo.impl.code.isa.AddressSpace;
import exo.impl.code.verify.Proof;
import exo.testkit.Seed;
import exo.testkit.Seeds;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Do interpreter and compiler do the same, whatever the program? */
@ExtendWith(Seeds.class)
class EnginesFuzzTest {
    private static final int PROGRAMS = Integer.getInteger("exo.fuzz.programs", 250);
    private static final int STEPS = 2000;

    /** What came of a run. */
    record Outcome(long result, String fault, String memory, String region) {
        boolean isOutOfSteps() {
            return fault.contains("takes more than");
        }

        /** {@return whether it may be that of the same run by another engine} */
        boolean agrees(Outcome other) {
            // Steps are counted by blocks: what the last block wrote may be missing.
            return (isOutOfSteps() && !other.fault.isEmpty())
                    || (other.isOutOfSteps() && !fault.isEmpty()) || equals(other);
        }
    }

    private static String hex(MemorySegment segment) {
        return java.util.HexFormat.of().formatHex(segment.toArray(ValueLayout.JAVA_BYTE));
    }

    static Outcome run(Verified verified, Code code, byte[] input, int before, boolean isNative) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = isNative
                    ? arena.allocate(before + input.length, 8)
                    : MemorySegment.ofArray(new byte[before + input.length]);
            MemorySegment.copy(input, 0, memory, ValueLayout.JAVA_BYTE, before, input.length);
            EngineInstance instance = new EngineInstance(verified, code);
            instance.bind(0, memory, before, input.length);
            long result = 0;
            String fault = "";
            // Twice, since regions outlive a run and nothing else may.
            for (int i = 0; i < 2; i++) {
                try {
                    result = result * 31 + instance.run();
                } catch (CodeFault e) {
                    fault = e.getMessage();
                    result = 0;
                }
            }
            return new Outcome(result, fault, hex(memory),
                    verified.program().regions().isEmpty() ? "" : hex(instance.region(0)));
        }
    }

    static byte[] input(RandomGenerator random, boolean isPacket) {
        byte[] input = new byte[isPacket ? random.nextInt(40) : ProgramMaker.MEMORY_BYTES];
        random.nextBytes(input);
        return input;
    }

    private static List<Code> codes(Verified verified) {
        return List.of(new Compiler(verified).compile(), new Compiler(verified).compileParts());
    }

    private static int compare(Verified verified, RandomGenerator random, boolean isPacket) {
        Code interpreter = new Interpreter(verified);
        List<Code> codes = codes(verified);
        int faults = 0;
        for (int i = 0; i < 3; i++) {
            byte[] input = input(random, isPacket);
            int before = random.nextInt(9);
            boolean isNative = random.nextBoolean();
            Outcome expected = run(verified, interpreter, input, before, isNative);
            faults += expected.fault.isEmpty() ? 0 : 1;
            for (Code code : codes) {
                Outcome actual = run(verified, code, input, before, isNative);
                if (!expected.agrees(actual)) {
                    assertEquals(expected, actual,
                            code + " of\n" + verified.program().toHex() + " "
                                    + verified.contract().guard());
                }
            }
        }
        return faults;
    }

    private static Verified checked(Program program, Contract contract) {
        return new Verified(program, contract.checked().withMaxSteps(STEPS),
                Proof.none(program.length(), STEPS));
    }

    @Test
    void shouldCompileTameProgramsToWhatIsInterpreted(Seed seed) {
        RandomGenerator random = seed.random();
        int faults = 0;
        for (int i = 0; i < PROGRAMS; i++) {
            boolean isPacket = random.nextBoolean();
            ProgramMaker maker = new ProgramMaker(random, isPacket);
            Program program = maker.tame(1 + random.nextInt(20));
            faults += compare(checked(program, maker.contract()), random, isPacket);
        }
        assertEquals(0, faults, "faults of programs that keep all rules");
    }

    @Test
    void shouldCompileWildProgramsToWhatIsInterpreted(Seed seed) {
        RandomGenerator random = seed.random();
        int faults = 0;
        for (int i = 0; i < PROGRAMS; i++) {
            boolean isPacket = random.nextBoolean();
            ProgramMaker maker = new ProgramMaker(random, isPacket);
            Program program = maker.wild(1 + random.nextInt(30));
            faults += compare(checked(program, maker.contract()), random, isPacket);
        }
        assertTrue(faults > PROGRAMS && faults < PROGRAMS * 3 - PROGRAMS / 4,
                "most runs fault, but not all: " + faults);
    }

    @Test
    void shouldCompileLongProgramsToWhatIsInterpreted(Seed seed) {
        RandomGenerator random = seed.random();
        for (int i = 0; i < 20; i++) {
            ProgramMaker maker = new ProgramMaker(random, true);
            List<Program> programs = new ArrayList<>();
            programs.add(maker.tame(random.nextInt(500)));
            programs.add(maker.wild(random.nextInt(2000)));
            for (Program program : programs) {
                compare(checked(program, maker.contract()), random, true);
            }
        }
    }

    // --- with proofs --------------------------------------------------------------------------

    /** Notes where accesses go: a proof that holds for the runs that it saw. */
    private static final class Watching extends Machine {
        private final Proof proof;

        Watching(Verified verified, Proof proof) {
            super(verified, verified.newRegions());
            this.proof = proof;
        }

        private void note(long pointer, int slot) {
            int memory = AddressSpace.memory(pointer);
            long at = memory == AddressSpace.STACK ? pointer - registers[10] : pointer;
            proof.access(slot, memory, (int) at);
        }

        @Override
        long load(long pointer, int bytes, int slot) {
            note(pointer, slot);
            return super.load(pointer, bytes, slot);
        }

        @Override
        long loadSigned(long pointer, int bytes, int slot) {
            note(pointer, slot);
            return super.loadSigned(pointer, bytes, slot);
        }

        @Override
        void store(long pointer, long value, int bytes, int slot) {
            note(pointer, slot);
            super.store(pointer, value, bytes, slot);
        }

        @Override
        long callHelper(long number, int slot) {
            proof.call(slot, (int) number);
            return super.callHelper(number, slot);
        }
    }

    private static Proof watch(Verified verified, List<byte[]> inputs) {
        int length = verified.program().length();
        Proof proof = new Proof(length);
        for (int i = 0; i < length; i++) {
            proof.reach(i);
        }
        for (byte[] input : inputs) {
            Watching machine = new Watching(verified, proof);
            machine.bind(AddressSpace.ARGUMENTS, MemorySegment.ofArray(input.clone()), 0,
                    input.length, true);
            // Regions differ in the second run.
            for (int i = 0; i < 2; i++) {
                machine.begin();
                new Interpreter(verified).run(machine);
            }
        }
        return proof;
    }

    private static void compareProven(Program program, Contract contract, List<byte[]> inputs,
            RandomGenerator random) {
        Verified unproven = new Verified(program, contract, Proof.none(program.length(), STEPS));
        Verified proven = new Verified(program, contract, watch(unproven, inputs));
        Code interpreter = new Interpreter(unproven);
        List<Code> codes = new ArrayList<>(codes(unproven));
        codes.addAll(codes(proven));
        for (byte[] input : inputs) {
            boolean isNative = random.nextBoolean();
            Outcome expected = run(unproven, interpreter, input, 3, isNative);
            for (Code code : codes) {
                assertEquals(expected, run(unproven, code, input, 3, isNative),
                        () -> code + " of " + proven.proof().memory(0) + "\n" + program.toHex());
            }
        }
        if (proven.isFilter()) {
            compareFilters(unproven, proven, inputs);
        }
    }

    private static void compareFilters(Verified unproven, Verified proven, List<byte[]> inputs) {
        PacketFilter compiled = new Engines(proven).filter(Engine.COMPILE);
        for (byte[] input : inputs) {
            // Of each its own, since regions outlive a run.
            PacketFilter reference = new Engines(unproven).filter(Engine.INTERPRET);
            PacketFilter own = compiled instanceof MachineFilter
                    ? new Engines(proven).filter(Engine.COMPILE)
                    : compiled;
            byte[] copy = new byte[input.length + 5];
            System.arraycopy(input, 0, copy, 5, input.length);
            MemorySegment packet = MemorySegment.ofArray(copy);
            assertEquals(reference.accept(packet, 5, input.length),
                    own.accept(packet, 5, input.length), () -> proven.program().toHex());
        }
    }

    private static List<byte[]> inputs(RandomGenerator random, boolean isPacket) {
        List<byte[]> inputs = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            inputs.add(input(random, isPacket));
        }
        return inputs;
    }

    @Test
    void shouldGoByTheProof(Seed seed) {
        RandomGenerator random = seed.random();
        for (int i = 0; i < PROGRAMS; i++) {
            boolean isPacket = random.nextBoolean();
            ProgramMaker maker = new ProgramMaker(random, isPacket);
            Program program = maker.tame(1 + random.nextInt(20));
            compareProven(program, maker.contract(), inputs(random, isPacket), random);
        }
    }

    @Test
    void shouldMakePlainProgramsFiltersWithoutAMachine(Seed seed) {
        RandomGenerator random = seed.random();
        int without = 0;
        for (int i = 0; i < PROGRAMS; i++) {
            ProgramMaker maker = new ProgramMaker(random, true);
            Program program = maker.plain(1 + random.nextInt(20));
            List<byte[]> inputs = inputs(random, true);
            // Long enough for all that it reads, so that each access is seen.
            inputs.add(new byte[64]);
            compareProven(program, maker.contract(), inputs, random);
            Verified verified = new Verified(program, maker.contract(), watch(new Verified(program,
                    maker.contract(), Proof.none(program.length(), STEPS)), inputs));
            without += new Compiler(verified).compileFilter().isPresent() ? 1 : 0;
        }
        assertTrue(without > PROGRAMS / 2, "filters without a machine: " + without);
    }
}
