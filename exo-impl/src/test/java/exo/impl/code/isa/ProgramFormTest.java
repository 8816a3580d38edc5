// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.isa;

import exo.api.VerificationException;
import exo.api.code.Contract;
import exo.api.code.Helper;
import exo.api.code.Program;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

import static exo.impl.code.isa.Slots.abs;
import static exo.impl.code.isa.Slots.add;
import static exo.impl.code.isa.Slots.atomic;
import static exo.impl.code.isa.Slots.call;
import static exo.impl.code.isa.Slots.exit;
import static exo.impl.code.isa.Slots.high;
import static exo.impl.code.isa.Slots.ja;
import static exo.impl.code.isa.Slots.jal;
import static exo.impl.code.isa.Slots.jmp;
import static exo.impl.code.isa.Slots.lddw;
import static exo.impl.code.isa.Slots.ldx;
import static exo.impl.code.isa.Slots.local;
import static exo.impl.code.isa.Slots.mov;
import static exo.impl.code.isa.Slots.region;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

final class ProgramFormTest {
    private static final Contract CONTRACT = Contract.memory(64)
            .withHelper(7, new Helper("seven", List.of(), Helper.Result.NUMBER, true,
                    (memory, a, b, c, d, e) -> 7));
    private static final List<Program.Region> REGIONS = List
            .of(Program.Region.constant("table", new byte[16]));

    private static void accept(long... slots) {
        assertDoesNotThrow(() -> ProgramForm.check(Program.of(REGIONS, slots), CONTRACT));
    }

    private static void refuse(Rule rule, int at, long... slots) {
        VerificationException refusal = assertThrows(VerificationException.class,
                () -> ProgramForm.check(Program.of(REGIONS, slots), CONTRACT));
        assertEquals(rule.text() + " at " + at, refusal.rule() + " at " + refusal.instruction());
    }

    /** One instruction, and an exit behind. */
    private static void refuseFields(Rule rule, int... fields) {
        refuse(rule, 0, Program.slot(fields[0], fields[1], fields[2], fields[3], fields[4]),
                exit());
    }

    private static void accept(int opcode, int dst, int src, int offset, int number) {
        accept(Program.slot(opcode, dst, src, offset, number), exit());
    }

    @Test
    void shouldKnowTheOpcodesOfTheStandardAndTheCallByRegister() {
        int known = 0;
        for (int opcode = 0; opcode < 256; opcode++) {
            if (isKnown(opcode)) {
                known++;
            }
        }
        // 7 loads of the class LD, 7 of LDX, 4 of ST, 6 of STX, 27 of ALU, 26 of ALU64,
        // 26 of JMP, 23 of JMP32: jump, 22 conditional ones; and in JMP call, exit, callx.
        assertEquals(7 + 7 + 4 + 6 + 27 + 26 + 26 + 23, known);
    }

    /** Whether any of the fields that an opcode may need makes it more than unknown. */
    private static boolean isKnown(int opcode) {
        Program program = Program.of(Program.slot(opcode, 0, 0, 0, 0), exit());
        try {
            ProgramForm.check(program, CONTRACT);
            return true;
        } catch (VerificationException refusal) {
            return !refusal.rule().equals(Rule.UNKNOWN_OPCODE.text());
        }
    }

    @Test
    void shouldRefuseUnknownOpcodes() {
        refuseFields(Rule.UNKNOWN_OPCODE, 0x8c, 0, 0, 0, 0);
        refuseFields(Rule.UNKNOWN_OPCODE, 0x81 | 0x18, 0, 0, 0, 0);
        refuseFields(Rule.UNKNOWN_OPCODE, 0xdf, 0, 0, 0, 16);
        refuseFields(Rule.UNKNOWN_OPCODE, 0xe5, 0, 0, 0, 0);
        refuseFields(Rule.UNKNOWN_OPCODE, 0x86, 0, 0, 0, 0);
        refuseFields(Rule.UNKNOWN_OPCODE, 0x96, 0, 0, 0, 0);
        refuseFields(Rule.UNKNOWN_OPCODE, 0x0d, 0, 0, 0, 0);
        refuseFields(Rule.UNKNOWN_OPCODE, 0xe4, 0, 0, 0, 0);
        refuseFields(Rule.UNKNOWN_OPCODE, 0x38, 0, 0, 0, 0);
        refuseFields(Rule.UNKNOWN_OPCODE, 0xcb, 0, 0, 0, 0);
        refuse(Rule.UNKNOWN_OPCODE, 0, high(0), exit());
    }

    @Test
    void shouldRefuseReservedFieldsThatAreNotZero() {
        int[] fields = {1, 1, 1, 1};
        // Opcode, and whether dst, src, offset, immediate are used.
        int[][] uses = {{0x87, 1, 0, 0, 0}, {0x84, 1, 0, 0, 0}, {0x95, 0, 0, 0, 0},
                {0xb7, 1, 0, 0, 1}, {0xb4, 1, 0, 0, 1}, {0x0f, 1, 1, 0, 0}, {0x0c, 1, 1, 0, 0},
                {0x07, 1, 0, 0, 1}, {0x3f, 1, 1, 1, 0}, {0x37, 1, 0, 1, 1}, {0x05, 0, 0, 1, 0},
                {0x06, 0, 0, 0, 1}, {0x15, 1, 0, 1, 1}, {0x1d, 1, 1, 1, 0}, {0x16, 1, 0, 1, 1},
                {0x1e, 1, 1, 1, 0}, {0x61, 1, 1, 1, 0}, {0x81, 1, 1, 1, 0}, {0x62, 1, 0, 1, 1},
                {0x63, 1, 1, 1, 0}, {0x20, 0, 0, 0, 1}, {0x40, 0, 1, 0, 1}, {0x85, 0, 1, 0, 1},
                {0x8d, 1, 0, 0, 0}, {0xd4, 1, 0, 0, 1}, {0xdc, 1, 0, 0, 1}, {0xd7, 1, 0, 0, 1},
                {0x18, 1, 1, 0, 1}};
        for (int[] use : uses) {
            for (int i = 0; i < fields.length; i++) {
                if (use[i + 1] == 0) {
                    // A call by register has its register in one of two fields: fill the other.
                    int dst = i == 0 || use[0] == 0x8d ? 1 : 0;
                    refuseFields(Rule.RESERVED_FIELD, use[0], dst, i == 1 ? 1 : 0, i == 2 ? 1 : 0,
                            i == 3 ? 1 : 0);
                }
            }
        }
    }

    @Test
    void shouldRefuseRegistersBeyondTheLast() {
        accept(0xbf, 9, 10, 0, 0);
        refuseFields(Rule.UNKNOWN_REGISTER, 0xb7, 11, 0, 0, 0);
        refuseFields(Rule.UNKNOWN_REGISTER, 0xbf, 0, 11, 0, 0);
        refuseFields(Rule.UNKNOWN_REGISTER, 0x61, 15, 1, 0, 0);
        refuseFields(Rule.UNKNOWN_REGISTER, 0x63, 1, 11, 0, 0);
        accept(0x8d, 9, 0, 0, 0);
        accept(0x8d, 0, 0, 0, 10);
        refuseFields(Rule.UNKNOWN_REGISTER, 0x8d, 0, 0, 0, 11);
        refuseFields(Rule.UNKNOWN_REGISTER, 0x8d, 0, 0, 0, -1);
    }

    @Test
    void shouldRefuseWritesOfTheFramePointer() {
        refuseFields(Rule.FRAME_POINTER_WRITE, 0xb7, 10, 0, 0, 0);
        refuseFields(Rule.FRAME_POINTER_WRITE, 0x07, 10, 0, 0, 8);
        refuseFields(Rule.FRAME_POINTER_WRITE, 0x87, 10, 0, 0, 0);
        refuseFields(Rule.FRAME_POINTER_WRITE, 0xd4, 10, 0, 0, 16);
        refuseFields(Rule.FRAME_POINTER_WRITE, 0x79, 10, 1, 0, 0);
        refuse(Rule.FRAME_POINTER_WRITE, 0, lddw(10, 0), high(0), exit());
        refuse(Rule.FRAME_POINTER_WRITE, 0, atomic(Isa.DW, 1, 0, 10, Isa.XCHG), exit());
        refuse(Rule.FRAME_POINTER_WRITE, 0, atomic(Isa.DW, 1, 0, 10, Isa.ADD | Isa.FETCH), exit());
        accept(atomic(Isa.DW, 1, 0, 10, Isa.ADD), exit());
        accept(0x7b, 10, 10, -8, 0);
    }

    @Test
    void shouldKnowAtomicOperations() {
        Set<Integer> known = new HashSet<>(List.of(0x00, 0x01, 0x40, 0x41, 0x50, 0x51, 0xa0, 0xa1,
                0xe1, 0xf1));
        for (int operation = -1; operation <= 0x1ff; operation++) {
            if (known.contains(operation)) {
                accept(0xc3, 1, 2, 0, operation);
                accept(0xdb, 1, 2, 0, operation);
            } else {
                refuseFields(Rule.UNKNOWN_ATOMIC, 0xdb, 1, 2, 0, operation);
            }
        }
    }

    @Test
    void shouldKnowWidths() {
        for (int bits = -1; bits <= 65; bits++) {
            boolean isSwap = bits == 16 || bits == 32 || bits == 64;
            boolean isMove32 = bits == 0 || bits == 8 || bits == 16;
            for (int opcode : new int[]{0xd4, 0xdc, 0xd7}) {
                expect(isSwap, Rule.BYTE_SWAP_WIDTH, Program.slot(opcode, 1, 0, 0, bits));
            }
            expect(isMove32, Rule.SIGN_EXTENSION_WIDTH, Program.slot(0xbc, 1, 2, bits, 0));
            expect(isMove32 || bits == 32, Rule.SIGN_EXTENSION_WIDTH,
                    Program.slot(0xbf, 1, 2, bits, 0));
            for (int opcode : new int[]{0x37, 0x3c, 0x97, 0x9c}) {
                int number = (opcode & Isa.X) == 0 ? 5 : 0;
                expect(bits == 0 || bits == 1, Rule.DIVISION_OFFSET,
                        Program.slot(opcode, 1, 0, bits, number));
            }
        }
    }

    private static void expect(boolean isAccepted, Rule rule, long slot) {
        if (isAccepted) {
            accept(slot, exit());
        } else {
            refuse(rule, 0, slot, exit());
        }
    }

    @Test
    void shouldRefuseIncompleteWideLoads() {
        accept(lddw(1, -1), high(-1), exit());
        refuse(Rule.INCOMPLETE_WIDE_LOAD, 0, lddw(1, 0));
        refuse(Rule.INCOMPLETE_WIDE_LOAD, 1, mov(0, 0), lddw(1, 0));
        refuse(Rule.INCOMPLETE_WIDE_LOAD, 0, lddw(1, 0), exit(), exit());
        refuse(Rule.INCOMPLETE_WIDE_LOAD, 0, lddw(1, 0), Program.slot(0, 1, 0, 0, 0), exit());
        refuse(Rule.INCOMPLETE_WIDE_LOAD, 0, lddw(1, 0), Program.slot(0, 0, 1, 0, 0), exit());
        refuse(Rule.INCOMPLETE_WIDE_LOAD, 0, lddw(1, 0), Program.slot(0, 0, 0, 1, 0), exit());
    }

    @Test
    void shouldRefuseOtherSourcesOfWideLoads() {
        for (int source = 0; source <= 10; source++) {
            long slot = Program.slot(Isa.LDDW, 1, source, 0, 0);
            if (source == 0 || source == Isa.LDDW_REGION) {
                accept(slot, high(0), exit());
            } else {
                refuse(Rule.WIDE_LOAD_SOURCE, 0, slot, high(0), exit());
            }
        }
    }

    @Test
    void shouldRefuseAddressesOutsideRegions() {
        accept(region(1, 0), high(15), exit());
        refuse(Rule.REGION_OUT_OF_RANGE, 0, region(1, 0), high(16), exit());
        refuse(Rule.REGION_OUT_OF_RANGE, 0, region(1, 0), high(-1), exit());
        refuse(Rule.REGION_OUT_OF_RANGE, 0, region(1, 1), high(0), exit());
        refuse(Rule.REGION_OUT_OF_RANGE, 0, region(1, -1), high(0), exit());
    }

    @Test
    void shouldRefuseJumpsOutOfTheProgram() {
        accept(ja(0), exit());
        accept(jmp(Isa.JEQ, 1, 0, -2 + 2), exit());
        refuse(Rule.JUMP_OUT_OF_RANGE, 0, ja(1), exit());
        refuse(Rule.JUMP_OUT_OF_RANGE, 0, ja(-2), exit());
        refuse(Rule.JUMP_OUT_OF_RANGE, 0, jmp(Isa.JEQ, 1, 0, 1), exit());
        refuse(Rule.JUMP_OUT_OF_RANGE, 0, jmp(Isa.JEQ, 1, 0, -2), exit());
        refuse(Rule.JUMP_OUT_OF_RANGE, 0, jal(Integer.MAX_VALUE), exit());
        refuse(Rule.JUMP_OUT_OF_RANGE, 0, jal(Integer.MIN_VALUE), exit());
        refuse(Rule.JUMP_OUT_OF_RANGE, 0, local(1), exit());
        refuse(Rule.JUMP_OUT_OF_RANGE, 0, local(-2), exit());
        refuse(Rule.JUMP_OUT_OF_RANGE, 0, local(Integer.MAX_VALUE), exit());
    }

    @Test
    void shouldRefuseJumpsIntoWideLoads() {
        refuse(Rule.JUMP_INTO_WIDE_LOAD, 0, ja(1), lddw(1, 0), high(0), exit());
        refuse(Rule.JUMP_INTO_WIDE_LOAD, 2, lddw(1, 0), high(0), jmp(Isa.JEQ, 1, 0, -2), exit());
        refuse(Rule.JUMP_INTO_WIDE_LOAD, 0, local(1), lddw(1, 0), high(0), exit());
        refuse(Rule.JUMP_INTO_WIDE_LOAD, 0, jal(1), lddw(1, 0), high(0), exit());
    }

    @Test
    void shouldRefuseJumpsToThemselves() {
        refuse(Rule.SELF_JUMP, 0, ja(-1), exit());
        refuse(Rule.SELF_JUMP, 0, jal(-1), exit());
        refuse(Rule.SELF_JUMP, 0, jmp(Isa.JEQ, 1, 0, -1), exit());
        accept(local(-1), exit());
    }

    @Test
    void shouldRefuseProgramsThatRunBeyondTheirEnd() {
        refuse(Rule.NO_EXIT, 0, mov(0, 0));
        refuse(Rule.NO_EXIT, 1, exit(), mov(0, 0));
        refuse(Rule.NO_EXIT, 0, lddw(0, 0), high(0));
        refuse(Rule.NO_EXIT, 1, exit(), jmp(Isa.JEQ, 1, 0, -2));
        refuse(Rule.NO_EXIT, 1, exit(), call(7));
        accept(mov(0, 0), exit(), ja(-2));
        accept(mov(0, 0), exit(), jal(-2));
    }

    @Test
    void shouldRefuseCallsOfWhatThereIsNot() {
        accept(call(7), exit());
        refuse(Rule.UNKNOWN_HELPER, 0, call(8), exit());
        refuse(Rule.UNKNOWN_HELPER, 0, call(-7), exit());
        refuse(Rule.UNKNOWN_CALL, 0, Program.slot(0x85, 0, 2, 0, 7), exit());
    }

    @Test
    void shouldRefusePacketAccessBeforeThePacket() {
        accept(abs(Isa.W, 0), exit());
        accept(abs(Isa.B, Integer.MAX_VALUE), exit());
        refuse(Rule.ANCILLARY_LOAD, 0, abs(Isa.W, -1), exit());
        refuse(Rule.ANCILLARY_LOAD, 0, abs(Isa.H, -4096), exit());
    }

    @Test
    void shouldNameTheRuleTheValuesAndTheRemedy() {
        VerificationException refusal = assertThrows(VerificationException.class,
                () -> ProgramForm.check(Program.of(add(1, 1), ja(7), exit()), CONTRACT));
        assertEquals("jump-out-of-range", refusal.rule());
        assertEquals(1, refusal.instruction());
        assertEquals(true, refusal.getMessage().contains("slot 9 of 3"));
    }

    @Test
    void shouldCheckTheLargestProgram() {
        long[] slots = new long[Program.MAX_SLOTS];
        java.util.Arrays.fill(slots, ldx(Isa.W, 0, 1, 0));
        slots[slots.length - 1] = exit();
        accept(slots);
    }
}
