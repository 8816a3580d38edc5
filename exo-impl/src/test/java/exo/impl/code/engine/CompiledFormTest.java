// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.engine;

import exo.api.code.Contract;
import exo.api.code.Helper;
import exo.api.code.Instance;
import exo.api.code.PacketFilter;
import exo.api.code.Program;
import exo.api.code.VerifiedProgram.Engine;
import exo.impl.code.isa.Isa;
import exo.impl.code.verify.Proof;
import java.lang.classfile.ClassFile;
import java.lang.classfile.MethodModel;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.foreign.MemorySegment;
import java.lang.ref.WeakReference;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

import static exo.api.code.Program.slot;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Do generated classes stay within the limits of the JVM, and go when nobody needs them? */
class CompiledFormTest {
    private static final long EXIT = slot(Isa.JMP | Isa.EXIT, 0, 0, 0, 0);

    private static void assertPartsFit(Verified verified) {
        int parts = (verified.program().length() + PartedCode.SLOTS - 1) / PartedCode.SLOTS;
        for (int i = 0; i < parts; i++) {
            int longest = Compiler.longestMethod(new Compiler(verified).generatePart(i));
            assertTrue(longest < Compiler.MAX_METHOD_BYTES, "part " + i + ": " + longest);
        }
    }

    private static long[] full(long slot) {
        long[] slots = new long[Program.MAX_SLOTS];
        java.util.Arrays.fill(slots, slot);
        slots[slots.length - 1] = EXIT;
        return slots;
    }

    /** Fills a program with the instructions that take the most code, one sort at a time. */
    @Test
    void shouldKeepMethodsShortWhateverTheyHold() {
        Helper nothing = new Helper("nothing", List.of(), Helper.Result.NOTHING, true,
                (_, _, _, _, _, _) -> 0);
        Contract contract = Contract.filter().withHelper(1, nothing);
        long[] worst = {slot(Isa.LD | Isa.IND | Isa.W, 0, 7, 0, -5),
                slot(Isa.JMP | Isa.CALL, 0, 0, 0, 1), slot(Isa.CALLX, 9, 0, 0, 0),
                slot(Isa.JMP | Isa.JGT | Isa.X, 7, 8, 100, 0),
                slot(Isa.JMP | Isa.CALL, 0, Isa.CALL_LOCAL, 0, 100),
                slot(Isa.STX | Isa.ATOMIC | Isa.DW, 1, 2, 77, Isa.CMPXCHG),
                slot(Isa.LDX | Isa.MEMSX | Isa.H, 0, 1, 77, 0),
                slot(Isa.ALU | Isa.END | Isa.X, 9, 0, 0, 16)};
        for (long slot : worst) {
            long[] slots = full(slot);
            java.util.Arrays.fill(slots, slots.length - 200, slots.length, EXIT);
            Program program = Program.of(slots);
            assertPartsFit(Codes.checked(contract, program));
            if (slot != worst[0]) {
                assertPartsFit(new Verified(program, contract,
                        Proof.none(program.length(), 100)));
            }
        }
    }

    @Test
    void shouldRunTheLongestProgram() {
        // Each constant another one, so that no class has room for all.
        long[] slots = new long[Program.MAX_SLOTS];
        long expected = 0;
        int at = 0;
        slots[at++] = slot(Isa.ALU64 | Isa.MOV, 0, 0, 0, 0);
        while (at < slots.length - 4) {
            long constant = 0x9e37_79b9_7f4a_7c15L * at;
            slots[at] = slot(Isa.LDDW, 1, 0, 0, (int) constant);
            slots[at + 1] = slot(0, 0, 0, 0, (int) (constant >> 32));
            slots[at + 2] = slot(Isa.ALU64 | Isa.ADD | Isa.X, 0, 1, 0, 0);
            expected += constant;
            at += 3;
        }
        java.util.Arrays.fill(slots, at, slots.length, EXIT);
        Verified verified = Codes.checked(Codes.numbers(0).withMaxSteps(Program.MAX_SLOTS),
                Program.of(slots));
        assertPartsFit(verified);
        Code compiled = new Compiler(verified).compile();
        assertInstanceOf(PartedCode.class, compiled);
        assertEquals(expected, Codes.run(verified, compiled));
        assertEquals(expected, Codes.run(verified, new Interpreter(verified)));
    }

    @Test
    void shouldUseFunctionsAsLongAsTheyAreShort() {
        boolean wasLong = false;
        boolean wasShort = false;
        for (int length = 100; length < 1600; length += 100) {
            List<Long> slots = Collections.nCopies(length,
                    slot(Isa.ALU64 | Isa.ADD, 0, 0, 0, 100_000));
            long[] program = java.util.stream.LongStream.concat(
                    slots.stream().mapToLong(s -> s), java.util.stream.LongStream.of(EXIT))
                    .toArray();
            Verified verified = Codes.checked(Codes.numbers(0).withMaxSteps(2000), program);
            Code code = new Compiler(verified).compile();
            int longest = Compiler.longestMethod(new Compiler(verified).generateFunctions());
            assertEquals(longest >= Compiler.MAX_METHOD_BYTES, code instanceof PartedCode);
            assertEquals(100_000L * length, Codes.run(verified, code));
            wasLong |= code instanceof PartedCode;
            wasShort |= !(code instanceof PartedCode);
        }
        assertTrue(wasLong && wasShort);
    }

    private static Set<String> calls(byte[] type, String method) {
        Set<String> calls = new TreeSet<>();
        for (MethodModel one : ClassFile.of().parse(type).methods()) {
            if (one.methodName().equalsString(method)) {
                ((CodeAttribute) one.code().orElseThrow()).forEach(element -> {
                    if (element instanceof InvokeInstruction call) {
                        calls.add(call.name().stringValue());
                    }
                });
            }
        }
        return calls;
    }

    /** Stores to its stack, loads from the packet in big-endian order, adds. */
    private static Verified directly() {
        Program program = Program.of(slot(Isa.LDX | Isa.MEM | Isa.W, 2, 1, 0, 0),
                slot(Isa.LDX | Isa.MEM | Isa.W, 3, 1, 4, 0),
                slot(Isa.ALU64 | Isa.MOV | Isa.X, 4, 2, 0, 0),
                slot(Isa.ALU64 | Isa.ADD, 4, 0, 0, 4),
                slot(Isa.ALU64 | Isa.MOV, 0, 0, 0, 0),
                slot(Isa.JMP | Isa.JGT | Isa.X, 4, 3, 5, 0),
                slot(Isa.LDX | Isa.MEM | Isa.H, 0, 2, 2, 0),
                slot(Isa.ALU | Isa.END | Isa.X, 0, 0, 0, 16),
                slot(Isa.STX | Isa.MEM | Isa.W, Isa.FP, 0, -4, 0),
                slot(Isa.LDX | Isa.MEM | Isa.W, 1, Isa.FP, -4, 0),
                slot(Isa.ALU64 | Isa.ADD | Isa.X, 0, 1, 0, 0), EXIT);
        Proof proof = new Proof(program.length());
        for (int i = 0; i < program.length(); i++) {
            proof.reach(i);
        }
        proof.access(0, 1, 0);
        proof.access(1, 1, 4);
        proof.access(6, 2, 2);
        proof.access(8, 0, -4);
        proof.access(9, 0, -4);
        return new Verified(program, Contract.filter(), proof);
    }

    @Test
    void shouldAccessDirectlyWhatWasProved() {
        Compiler compiler = new Compiler(directly());
        assertEquals(Set.of("compareUnsigned", "getBig2"),
                calls(compiler.generateFilter(), "accept"));
        PacketFilter filter = compiler.compileFilter().orElseThrow();
        assertEquals(2 * 0x0304, filter.accept(MemorySegment.ofArray(new byte[]{0, 1, 2, 3, 4}), 1,
                4));
        assertEquals(0, filter.accept(MemorySegment.ofArray(new byte[]{0, 1, 2, 3, 4}), 1, 3));
        Verified unproven = Codes.checked(Contract.filter(), directly().program());
        assertTrue(calls(new Compiler(unproven).generateFunctions(), "run")
                .containsAll(Set.of("load", "store")));
    }

    @Test
    void shouldCompareWithoutSwappingWhatWasLoaded() {
        Program program = Program.of(slot(Isa.ALU64 | Isa.MOV | Isa.X, 6, 1, 0, 0),
                slot(Isa.LD | Isa.ABS | Isa.H, 0, 0, 0, 12),
                slot(Isa.JMP | Isa.JEQ, 0, 0, 1, 0x0800),
                slot(Isa.ALU64 | Isa.MOV, 0, 0, 0, 0), EXIT);
        Verified verified = new Verified(program, Contract.filter(),
                Proof.none(program.length(), 10));
        Set<String> calls = calls(new Compiler(verified).generateFilter(), "accept");
        assertEquals(Set.of("acceptShort", "get2", "swap2"), calls);
    }

    @Test
    void shouldGenerateNothingForWhatIsNotReached() {
        Program program = Program.of(slot(Isa.ALU64 | Isa.MOV, 0, 0, 0, 1),
                slot(Isa.JMP | Isa.JEQ, 0, 0, 1, 1),
                slot(Isa.ALU64 | Isa.DIV | Isa.X, 0, 0, 0, 0), EXIT);
        Proof proof = new Proof(program.length());
        proof.reach(0);
        proof.reach(1);
        proof.reach(3);
        Verified verified = new Verified(program, Contract.filter(), proof);
        assertEquals(Set.of(), calls(new Compiler(verified).generateFilter(), "accept"));
        assertEquals(1, new Compiler(verified).compileFilter()
                .orElseThrow()
                .accept(MemorySegment.ofArray(new byte[0]), 0, 0));
    }

    // --- unloading ----------------------------------------------------------------------------

    private static WeakReference<Class<?>> filterClass() {
        return new WeakReference<>(new Engines(directly()).filter(Engine.COMPILE).getClass());
    }

    private static WeakReference<Class<?>> codeClass() {
        Verified verified = directly();
        Code code = new Compiler(verified).compile();
        Instance instance = new EngineInstance(verified, code);
        instance.bind(0, MemorySegment.ofArray(new byte[4]), 0, 4);
        assertEquals(0, instance.run());
        return new WeakReference<>(code.getClass());
    }

    @Test
    void shouldUnloadClassesWithThePrograms() {
        WeakReference<Class<?>> filter = filterClass();
        WeakReference<Class<?>> code = codeClass();
        for (int i = 0; i < 100 && (filter.get() != null || code.get() != null); i++) {
            System.gc();
        }
        assertNull(filter.get());
        assertNull(code.get());
    }
}
