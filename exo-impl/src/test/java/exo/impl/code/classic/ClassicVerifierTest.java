// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.classic;

import exo.api.Blame;
import exo.api.ErrorCode;
import exo.api.VerificationException;
import exo.api.code.ClassicProgram;
import exo.api.code.ClassicProgram.Instruction;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What the verifier accepts, and what it refuses with which rule at which instruction. */
class ClassicVerifierTest {
    private static final Instruction RETURN = new Instruction(Opcode.RET_K, 0, 0, 1);

    @ParameterizedTest
    @ValueSource(strings = {
            "1, 6 0 0 1", // the shortest
            "1, 22 0 0 0", // returns A
            "2, 5 0 0 0, 6 0 0 1", // jumps to the next
            "3, 5 0 0 1, 0 0 0 0, 6 0 0 1", // over one
            "3, 21 1 0 5, 6 0 0 0, 6 0 0 1", // to the last
            "2, 32 0 0 4294963199, 6 0 0 1", // the last offset before the host's own data
            "2, 177 0 0 4294963199, 6 0 0 1",
            "2, 64 0 0 4294967295, 6 0 0 1", // an indexed load is checked when it runs
            "3, 2 0 0 15, 96 0 0 15, 6 0 0 1", // the last scratch word
            "3, 3 0 0 0, 97 0 0 0, 6 0 0 1",
            "2, 52 0 0 1, 6 0 0 1", // divides by 1
            "2, 148 0 0 4294967295, 6 0 0 1",
            "2, 60 0 0 0, 6 0 0 1", // divides by X, checked when it runs
            "2, 100 0 0 31, 6 0 0 1", // the widest shift
            "2, 116 0 0 0, 6 0 0 1",
            "2, 108 0 0 99, 6 0 0 1", // shifts by X; k means nothing
            "3, 6 0 0 1, 96 0 0 3, 6 0 0 1", // nothing reaches the load
            "5, 21 1 0 5, 5 0 0 1, 2 0 0 3, 6 0 0 1, 6 0 0 1",
            "6, 21 0 2 5, 2 0 0 3, 5 0 0 1, 2 0 0 3, 96 0 0 3, 6 0 0 1", // on both paths
    })
    void shouldAccept(String text) {
        ClassicProgram program = ClassicProgram.parseDecimal(text);
        ClassicVerifier.verify(program);
        assertEquals(program.length(), ClassicProgram.parseDecimal(program.toDecimal()).length());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            // jumps
            "0 | jump-out-of-range    | 2, 5 0 0 1, 6 0 0 1",
            "0 | jump-out-of-range    | 2, 5 0 0 4294967295, 6 0 0 1",
            "0 | jump-out-of-range    | 2, 5 0 0 2147483648, 6 0 0 1",
            "1 | jump-out-of-range    | 3, 0 0 0 0, 21 1 0 5, 6 0 0 1",
            "1 | jump-out-of-range    | 3, 0 0 0 0, 21 0 1 5, 6 0 0 1",
            "0 | jump-out-of-range    | 2, 37 255 0 5, 6 0 0 1",
            "0 | jump-out-of-range    | 2, 53 0 255 5, 6 0 0 1",
            "0 | jump-out-of-range    | 2, 69 1 1 5, 6 0 0 1",
            "1 | jump-out-of-range    | 2, 6 0 0 1, 5 0 0 7",
            // the end
            "0 | no-return            | 1, 0 0 0 0",
            "1 | no-return            | 2, 6 0 0 1, 7 0 0 0",
            "1 | no-return            | 2, 0 0 0 0, 21 0 0 5",
            "0 | no-return            | 1, 5 0 0 0",
            // loads
            "0 | ancillary-load       | 2, 32 0 0 4294963200, 6 0 0 1",
            "0 | ancillary-load       | 2, 40 0 0 4294967295, 6 0 0 1",
            "0 | ancillary-load       | 2, 48 0 0 4294963252, 6 0 0 1",
            "0 | ancillary-load       | 2, 177 0 0 4294963200, 6 0 0 1",
            // scratch memory
            "0 | scratch-out-of-range | 2, 2 0 0 16, 6 0 0 1",
            "0 | scratch-out-of-range | 2, 3 0 0 4294967295, 6 0 0 1",
            "0 | scratch-out-of-range | 2, 96 0 0 16, 6 0 0 1",
            "0 | scratch-out-of-range | 2, 97 0 0 2147483648, 6 0 0 1",
            "0 | scratch-not-written  | 2, 96 0 0 0, 6 0 0 1",
            "1 | scratch-not-written  | 3, 2 0 0 1, 97 0 0 2, 6 0 0 1",
            "2 | scratch-not-written  | 4, 21 0 1 5, 2 0 0 3, 96 0 0 3, 6 0 0 1",
            "4 | scratch-not-written  | 6, 21 0 2 5, 2 0 0 3, 5 0 0 1, 2 0 0 4, 96 0 0 3, 6 0 0 1",
            // arithmetic
            "0 | division-by-zero     | 2, 52 0 0 0, 6 0 0 1",
            "1 | division-by-zero     | 3, 0 0 0 7, 148 0 0 0, 6 0 0 1",
            "0 | shift-out-of-range   | 2, 100 0 0 32, 6 0 0 1",
            "0 | shift-out-of-range   | 2, 116 0 0 4294967295, 6 0 0 1",
            // codes
            "0 | unknown-code         | 2, 65535 0 0 0, 6 0 0 1",
            "0 | unknown-code         | 2, 256 0 0 0, 6 0 0 1",
            "0 | unknown-code         | 2, 140 0 0 0, 6 0 0 1",
            "1 | unknown-code         | 2, 6 0 0 1, 14 0 0 1",
    })
    void shouldRefuse(int instruction, String rule, String text) {
        VerificationException e = assertThrows(VerificationException.class,
                () -> ClassicFilters.compile(ClassicProgram.parseDecimal(text)));
        assertEquals(rule, e.rule());
        assertEquals(instruction, e.instruction());
        assertEquals(ErrorCode.REFUSED_PROGRAM, e.code());
        assertEquals(Blame.CALLER, e.blame());
        assertTrue(e.getMessage().contains("instruction " + instruction), e.getMessage());
        assertTrue(e.getMessage().contains(rule), e.getMessage());
    }

    @Test
    void shouldKnowTheCodesOfTheLanguageAndNoOther() {
        Set<Integer> language = new HashSet<>(List.of(
                0x00, 0x20, 0x28, 0x30, 0x40, 0x48, 0x50, 0x60, 0x80, // ld
                0x01, 0x61, 0x81, 0xb1, // ldx
                0x02, 0x03, // st, stx
                0x05, 0x15, 0x1d, 0x25, 0x2d, 0x35, 0x3d, 0x45, 0x4d, // jumps
                0x06, 0x16, // ret
                0x07, 0x87, // tax, txa
                0x84)); // neg
        for (int operation = 0; operation <= 0xa0; operation += 0x10) {
            if (operation != 0x80) {
                language.add(0x04 | operation);
                language.add(0x0c | operation);
            }
        }
        for (int code = 0; code <= 0xffff; code++) {
            assertEquals(language.contains(code), Opcode.isKnown(code),
                    "0x" + Integer.toHexString(code));
        }
    }

    /** {@return a jump over {@code skip} instructions, of as many as {@code length}} */
    private static ClassicProgram jumpOf(int length, int skip) {
        List<Instruction> list = new ArrayList<>(Collections.nCopies(length, RETURN));
        list.set(0, new Instruction(Opcode.JMP | Opcode.JEQ, skip, 0, 0));
        return ClassicProgram.of(list);
    }

    @Test
    void shouldJumpAsFarAsEightBitsGoAndNotPastTheEnd() {
        ClassicVerifier.verify(jumpOf(257, 255));
        VerificationException e = assertThrows(VerificationException.class,
                () -> ClassicVerifier.verify(jumpOf(256, 255)));
        assertEquals("jump-out-of-range", e.rule());
        assertEquals(0, e.instruction());
    }

    @Test
    void shouldJumpUnconditionallyOverWholePrograms() {
        int most = ClassicProgram.MAX_INSTRUCTIONS;
        List<Instruction> list = new ArrayList<>(Collections.nCopies(most, RETURN));
        list.set(0, new Instruction(Opcode.JMP | Opcode.JA, 0, 0, most - 2));
        ClassicVerifier.verify(ClassicProgram.of(list));
        list.set(0, new Instruction(Opcode.JMP | Opcode.JA, 0, 0, most - 1));
        ClassicProgram beyond = ClassicProgram.of(list);
        assertThrows(VerificationException.class, () -> ClassicVerifier.verify(beyond));
    }

    @Test
    void shouldTakeOneTo4096Instructions() {
        for (int length : new int[]{1, 4096}) {
            ClassicVerifier.verify(ClassicProgram.of(Collections.nCopies(length, RETURN)));
        }
        assertThrows(IllegalArgumentException.class, () -> ClassicProgram.of(List.of()));
        assertThrows(IllegalArgumentException.class,
                () -> ClassicProgram.of(Collections.nCopies(4097, RETURN)));
    }

    @Test
    void shouldRefuseNull() {
        assertThrows(NullPointerException.class, () -> ClassicFilters.compile(null));
        assertThrows(NullPointerException.class, () -> ClassicFilters.interpret(null));
    }
}
