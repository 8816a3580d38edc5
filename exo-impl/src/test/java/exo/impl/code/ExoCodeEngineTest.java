// SPDX-License-Identifier: Apache-2.0
package exo.impl.code;

import exo.api.VerificationException;
import exo.api.code.ClassicProgram;
import exo.api.code.ClassicProgram.Instruction;
import exo.api.code.Classifier;
import exo.api.code.CodeEngine;
import exo.api.code.CodeSyntaxException;
import exo.api.code.Contract;
import exo.api.code.Instance;
import exo.api.code.LinkType;
import exo.api.code.PacketFilter;
import exo.api.code.Program;
import exo.api.code.VerifiedProgram;
import exo.api.code.VerifiedProgram.Engine;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class ExoCodeEngineTest {
    private static final int WHOLE = 262_144;

    private final CodeEngine engine = CodeEngine.load();

    private static int accept(PacketFilter filter, byte[] packet) {
        return filter.accept(MemorySegment.ofArray(packet), 0, packet.length);
    }

    @Test
    void shouldBeFoundWithoutAKernel() {
        assertInstanceOf(ExoCodeEngine.class, engine);
    }

    @Test
    void shouldTakeEachFormOfAProgramToAnAnswer() {
        Program sum = engine.assemble("ldxw r0, [r1]\nldxw r2, [r1+4]\nadd r0, r2\nexit");
        VerifiedProgram verified = engine.verify(sum, Contract.memory(8));
        assertEquals(4, verified.maxSteps());
        for (Engine by : Engine.values()) {
            Instance instance = verified.instance(by);
            instance.bind(0, MemorySegment.ofArray(new byte[]{1, 0, 0, 0, 2, 0, 0, 0}), 0, 8);
            instance.set(1, 8);
            assertEquals(3, instance.run());
        }
        assertEquals(sum, engine.assemble(engine.disassemble(sum)));
    }

    @Test
    void shouldMakeFiltersOfExpressionsAndSetsOfFilters() {
        Classifier set = engine.newClassifier();
        VerifiedProgram arp = engine.verify(engine.compileExpression("arp", LinkType.ETHERNET,
                WHOLE));
        VerifiedProgram ip = engine.verify(engine.compileExpression("ip", LinkType.ETHERNET, 68));
        set.insert(0, arp);
        set.insert(1, ip);
        byte[] packet = new byte[60];
        packet[12] = 8;
        assertEquals(68, accept(ip.filter(Engine.COMPILE), packet));
        assertEquals(0, accept(arp.filter(Engine.INTERPRET), packet));
        assertEquals(1, set.classify(MemorySegment.ofArray(packet), 0, packet.length));
        packet[13] = 6;
        assertEquals(WHOLE, accept(arp.filter(Engine.COMPILE), packet));
        assertEquals(0, set.classify(MemorySegment.ofArray(packet), 0, packet.length));
        packet[13] = 7;
        assertEquals(Classifier.NONE,
                set.classify(MemorySegment.ofArray(packet), 0, packet.length));
    }

    @Test
    void shouldSayWhatItRefuses() {
        assertEquals(1, assertThrows(VerificationException.class,
                () -> engine.verify(engine.assemble("mov r0, 0\nmov r0, r3\nexit"),
                        Contract.filter()))
                .instruction());
        assertEquals(1, assertThrows(VerificationException.class,
                () -> engine.verify(ClassicProgram.parseDecimal("2, 32 0 0 0, 96 0 0 3")))
                .instruction());
        assertEquals(5, assertThrows(CodeSyntaxException.class,
                () -> engine.compileExpression("tcp )", LinkType.ETHERNET, WHOLE)).column());
        assertEquals(2, assertThrows(CodeSyntaxException.class,
                () -> engine.assemble("exit\nexti")).line());
        assertThrows(NullPointerException.class, () -> engine.verify((ClassicProgram) null));
        assertThrows(NullPointerException.class, () -> engine.verify(null, Contract.filter()));
    }

    /** Each of 30 tests adds a different bit to A, so that no two paths ever hold the same. */
    @Test
    void shouldTakeClassicProgramsOfMorePathsThanItFollows() {
        List<Instruction> list = new ArrayList<>();
        list.add(new Instruction(0x00, 0, 0, 0)); // ld #0
        for (int test = 0; test < 30; test++) {
            list.add(new Instruction(0x07, 0, 0, 0)); // tax
            list.add(new Instruction(0x30, 0, 0, test)); // ldb [test]
            list.add(new Instruction(0x45, 0, 3, 1)); // jset #1
            list.add(new Instruction(0x87, 0, 0, 0)); // txa
            list.add(new Instruction(0x04, 0, 0, 1 << test)); // add
            list.add(new Instruction(0x05, 0, 0, 1)); // ja
            list.add(new Instruction(0x87, 0, 0, 0)); // txa
        }
        list.add(new Instruction(0x16, 0, 0, 0)); // ret a
        VerifiedProgram verified = engine.verify(ClassicProgram.of(list));
        byte[] packet = new byte[30];
        packet[3] = 1;
        packet[29] = 1;
        for (Engine by : Engine.values()) {
            assertEquals(1 << 3 | 1 << 29, accept(verified.filter(by), packet));
            assertEquals(0, accept(verified.filter(by), new byte[29]));
        }
        assertTrue(verified.program().length() > list.size());
    }
}
