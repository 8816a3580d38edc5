// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.verify;

import exo.api.code.Argument;
import exo.api.code.Contract;
import exo.api.code.Program;
import exo.impl.code.isa.Isa;
import exo.impl.code.isa.Rule;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

import static exo.impl.code.isa.Slots.abs;
import static exo.impl.code.isa.Slots.add;
import static exo.impl.code.isa.Slots.addr;
import static exo.impl.code.isa.Slots.alu;
import static exo.impl.code.isa.Slots.alu32;
import static exo.impl.code.isa.Slots.alur;
import static exo.impl.code.isa.Slots.atomic;
import static exo.impl.code.isa.Slots.be;
import static exo.impl.code.isa.Slots.exit;
import static exo.impl.code.isa.Slots.high;
import static exo.impl.code.isa.Slots.ind;
import static exo.impl.code.isa.Slots.ja;
import static exo.impl.code.isa.Slots.jmp;
import static exo.impl.code.isa.Slots.jmp32;
import static exo.impl.code.isa.Slots.jmpr;
import static exo.impl.code.isa.Slots.lddw;
import static exo.impl.code.isa.Slots.ldsx;
import static exo.impl.code.isa.Slots.ldx;
import static exo.impl.code.isa.Slots.mov;
import static exo.impl.code.isa.Slots.mov32r;
import static exo.impl.code.isa.Slots.movr;
import static exo.impl.code.isa.Slots.movsx;
import static exo.impl.code.isa.Slots.neg;
import static exo.impl.code.isa.Slots.region;
import static exo.impl.code.isa.Slots.st;
import static exo.impl.code.isa.Slots.stx;
import static exo.impl.code.verify.Accept.accept;
import static exo.impl.code.verify.Accept.refuse;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Pointers, and the memory they point to; the stack has a test of its own. */
final class PointersTest {
    private static final Contract MEMORY = Contract.memory(64);
    private static final Contract INPUT = Contract.udf(16, 8);
    private static final Contract FILTER = Contract.filter();
    private static final Contract PACKET = new Contract("packet",
            List.of(new Argument.Packet(true)), new TreeMap<>(), 1000, Contract.Guard.PROVEN,
            true);
    private static final List<Program.Region> REGIONS = List.of(
            Program.Region.constant("table", new byte[16]),
            Program.Region.writable("counts", new byte[16]));

    @Test
    void shouldKeepAccessesInsideAnArgument() {
        accept(INPUT, ldx(Isa.DW, 0, 1, 8), stx(Isa.DW, 3, 0, 0), exit());
        accept(INPUT, ldx(Isa.B, 0, 1, 15), exit());
        refuse(Rule.OUT_OF_BOUNDS, 0, INPUT, ldx(Isa.B, 0, 1, 16), exit());
        refuse(Rule.OUT_OF_BOUNDS, 0, INPUT, ldx(Isa.DW, 0, 1, 9), exit());
        refuse(Rule.OUT_OF_BOUNDS, 0, INPUT, ldx(Isa.B, 0, 1, -1), exit());
        refuse(Rule.OUT_OF_BOUNDS, 0, INPUT, st(Isa.W, 3, 5, 0), mov(0, 0), exit());
        refuse(Rule.READ_ONLY_MEMORY, 0, INPUT, st(Isa.B, 1, 0, 0), mov(0, 0), exit());
        refuse(Rule.READ_ONLY_MEMORY, 1, INPUT, mov(0, 0), atomic(Isa.W, 1, 0, 0, Isa.ADD),
                exit());
        accept(INPUT, mov(0, 0), atomic(Isa.W, 3, 4, 0, Isa.ADD), exit());
        refuse(Rule.OUT_OF_BOUNDS, 1, INPUT, mov(0, 0), atomic(Isa.DW, 3, 4, 0, Isa.ADD), exit());
    }

    @Test
    void shouldMovePointersByNumbers() {
        accept(INPUT, add(1, 8), ldx(Isa.DW, 0, 1, -8), exit());
        accept(INPUT, mov(5, 8), addr(5, 1), ldx(Isa.DW, 0, 5, 0), exit());
        accept(INPUT, alu(Isa.SUB, 1, 8), ldx(Isa.DW, 0, 1, 8), exit());
        accept(INPUT, movr(5, 1), add(5, 8), alur(Isa.SUB, 5, 1), movr(0, 5), exit());
        refuse(Rule.POINTER_ARITHMETIC, 0, INPUT, addr(1, 3), mov(0, 0), exit());
        refuse(Rule.POINTER_ARITHMETIC, 0, INPUT, alur(Isa.SUB, 1, 3), mov(0, 0), exit());
        refuse(Rule.POINTER_ARITHMETIC, 0, INPUT, alur(Isa.SUB, 2, 1), mov(0, 0), exit());
        refuse(Rule.POINTER_ARITHMETIC, 0, INPUT, alu(Isa.AND, 1, -8), mov(0, 0), exit());
        refuse(Rule.POINTER_ARITHMETIC, 0, INPUT, alu(Isa.MUL, 1, 2), mov(0, 0), exit());
        refuse(Rule.POINTER_ARITHMETIC, 0, INPUT, alur(Isa.XOR, 1, 1), mov(0, 0), exit());
        refuse(Rule.POINTER_ARITHMETIC, 0, INPUT, neg(1), mov(0, 0), exit());
        refuse(Rule.POINTER_ARITHMETIC, 0, INPUT, alu32(Isa.ADD, 1, 1), mov(0, 0), exit());
        refuse(Rule.POINTER_ARITHMETIC, 0, INPUT, mov32r(0, 1), exit());
        refuse(Rule.POINTER_ARITHMETIC, 0, INPUT, movsx(0, 1, 32), exit());
        refuse(Rule.POINTER_ARITHMETIC, 0, INPUT, be(1, 64), mov(0, 0), exit());
        refuse(Rule.NOT_A_POINTER, 0, INPUT, ldx(Isa.B, 0, 2, 0), exit());
        refuse(Rule.NOT_A_POINTER, 1, INPUT, mov(5, 0), st(Isa.B, 5, 0, 0), mov(0, 0), exit());
    }

    @Test
    void shouldKeepPointersNear() {
        int limit = (int) PointerMath.LIMIT;
        accept(INPUT, add(1, limit), alu(Isa.SUB, 1, limit), ldx(Isa.B, 0, 1, 0), exit());
        refuse(Rule.POINTER_RANGE, 0, INPUT, add(1, limit + 1), mov(0, 0), exit());
        refuse(Rule.POINTER_RANGE, 0, INPUT, add(1, -limit - 1), mov(0, 0), exit());
        refuse(Rule.POINTER_RANGE, 1, INPUT, add(1, limit), add(1, 1), mov(0, 0), exit());
        // An offset that would wrap around to where it began.
        refuse(Rule.POINTER_RANGE, 2, INPUT, lddw(5, 0), high(Integer.MIN_VALUE), addr(1, 5),
                mov(0, 0), exit());
        refuse(Rule.POINTER_RANGE, 1, INPUT, ldx(Isa.DW, 5, 1, 0), addr(1, 5), mov(0, 0), exit());
    }

    @Test
    void shouldComparePointersOfOneMemory() {
        // A loop over all of the memory, which the comparison bounds.
        accept(INPUT, movr(5, 1), add(5, 16), mov(0, 0), ldx(Isa.B, 2, 1, 0), addr(0, 2),
                add(1, 1), jmpr(Isa.JNE, 1, 5, -4), exit());
        accept(INPUT, movr(5, 1), add(5, 8), jmpr(Isa.JLT, 1, 5, 1), ldx(Isa.B, 0, 1, 16),
                mov(0, 0), exit());
        accept(INPUT, ldx(Isa.B, 5, 1, 0), movr(0, 1), addr(1, 5), add(0, 15),
                jmpr(Isa.JLE, 1, 0, 2), mov(0, 0), exit(), ldx(Isa.B, 0, 1, 0), exit());
        refuse(Rule.POINTER_COMPARISON, 0, INPUT, jmpr(Isa.JEQ, 1, 3, 0), mov(0, 0), exit());
        refuse(Rule.POINTER_COMPARISON, 0, INPUT, jmpr(Isa.JLT, 1, 2, 0), mov(0, 0), exit());
        refuse(Rule.POINTER_COMPARISON, 0, INPUT, jmp(Isa.JGT, 1, 0, 0), mov(0, 0), exit());
        refuse(Rule.POINTER_COMPARISON, 0, INPUT, jmp(Isa.JEQ, 1, 1, 0), mov(0, 0), exit());
        refuse(Rule.POINTER_COMPARISON, 0, INPUT, jmp32(Isa.JEQ, 1, 0, 0), mov(0, 0), exit());
        refuse(Rule.POINTER_COMPARISON, 0, INPUT, jmp(Isa.JSET, 1, 1, 0), mov(0, 0), exit());
        // No pointer is 0, so one way is never taken.
        accept(INPUT, jmp(Isa.JEQ, 1, 0, 2), mov(0, 0), exit(), ldx(Isa.B, 0, 1, 99), exit());
        accept(INPUT, jmp(Isa.JNE, 1, 0, 1), ldx(Isa.B, 0, 1, 99), mov(0, 0), exit());
        accept(INPUT, mov(5, 0), jmpr(Isa.JNE, 5, 1, 1), ldx(Isa.B, 0, 1, 99), mov(0, 0), exit());
    }

    @Test
    void shouldLetNoPointerOut() {
        refuse(Rule.POINTER_LEAK, 0, MEMORY, stx(Isa.DW, 1, 0, 1), mov(0, 0), exit());
        refuse(Rule.POINTER_LEAK, 0, MEMORY, stx(Isa.DW, 1, 0, 10), mov(0, 0), exit());
        refuse(Rule.POINTER_LEAK, 0, MEMORY, stx(Isa.W, 10, -8, 1), mov(0, 0), exit());
        refuse(Rule.POINTER_LEAK, 0, MEMORY, stx(Isa.DW, 10, -12, 1), mov(0, 0), exit());
        refuse(Rule.POINTER_LEAK, 0, MEMORY, atomic(Isa.DW, 1, 0, 1, Isa.XCHG), mov(0, 0), exit());
        refuse(Rule.POINTER_LEAK, 1, MEMORY, movr(0, 1), atomic(Isa.DW, 1, 0, 2, Isa.CMPXCHG),
                mov(0, 0), exit());
    }

    @Test
    void shouldKnowRegions() {
        accept(REGIONS, MEMORY, region(1, 0), high(8), ldx(Isa.DW, 0, 1, 0), exit());
        accept(REGIONS, MEMORY, region(1, 1), high(8), st(Isa.DW, 1, -8, 0), mov(0, 0), exit());
        refuse(Rule.READ_ONLY_MEMORY, 2, MEMORY, Program.of(REGIONS, region(1, 0), high(0),
                st(Isa.B, 1, 0, 0), mov(0, 0), exit()));
        refuse(Rule.OUT_OF_BOUNDS, 2, MEMORY,
                Program.of(REGIONS, region(1, 0), high(8), ldx(Isa.DW, 0, 1, 1), exit()));
        refuse(Rule.POINTER_COMPARISON, 4, MEMORY, Program.of(REGIONS, region(1, 0), high(8),
                region(2, 1), high(8), jmpr(Isa.JEQ, 1, 2, 0), mov(0, 0), exit()));
    }

    private static final long DATA = ldx(Isa.W, 2, 1, 0);
    private static final long END = ldx(Isa.W, 3, 1, 4);

    /** Compares r2 + n with r3, and loads a byte before it where the comparison says so. */
    private static void checks(int condition, boolean isTaken, boolean isEndLeft, int safe) {
        for (int more = 0; more <= 1; more++) {
            long compare = isEndLeft ? jmpr(condition, 3, 4, 2) : jmpr(condition, 4, 3, 2);
            long load = ldx(Isa.B, 0, 2, safe + more);
            long other = mov(0, 1);
            long[] slots = {DATA, END, movr(4, 2), add(4, 14), compare, isTaken ? other : load,
                    exit(), isTaken ? load : other, exit()};
            if (more == 0) {
                accept(FILTER, slots);
            } else {
                refuse(Rule.PACKET_BOUNDS, isTaken ? 7 : 5, FILTER, slots);
            }
        }
    }

    @Test
    void shouldLearnThePacketsLengthFromEachComparison() {
        checks(Isa.JGT, false, false, 13);
        checks(Isa.JGE, false, false, 14);
        checks(Isa.JLT, true, false, 14);
        checks(Isa.JLE, true, false, 13);
        checks(Isa.JEQ, true, false, 13);
        checks(Isa.JNE, false, false, 13);
        checks(Isa.JLT, false, true, 13);
        checks(Isa.JLE, false, true, 14);
        checks(Isa.JGT, true, true, 14);
        checks(Isa.JGE, true, true, 13);
        checks(Isa.JEQ, true, true, 13);
        checks(Isa.JNE, false, true, 13);
    }

    @Test
    void shouldRefuseThePacketWhereItIsNotChecked() {
        refuse(Rule.PACKET_BOUNDS, 1, FILTER, DATA, ldx(Isa.B, 0, 2, 0), exit());
        refuse(Rule.OUT_OF_BOUNDS, 1, FILTER, DATA, ldx(Isa.B, 0, 2, -1), exit());
        refuse(Rule.OUT_OF_BOUNDS, 1, FILTER, END, ldx(Isa.B, 0, 3, -1), exit());
        refuse(Rule.POINTER_ARITHMETIC, 1, FILTER, END, add(3, -1), mov(0, 0), exit());
        String message = refuse(Rule.PACKET_BOUNDS, 5, FILTER, DATA, END, movr(4, 2), add(4, 14),
                jmpr(Isa.JGT, 4, 3, 2), ldx(Isa.H, 0, 2, 14), exit(), mov(0, 0), exit())
                .getMessage();
        assertTrue(message.contains("bytes 14 to 15") && message.contains("only 14 bytes")
                && message.contains("compare r2 + 16"), message);
    }

    @Test
    void shouldKeepPacketsThatAreInputFromBeingWritten() {
        long[] slots = {DATA, END, movr(4, 2), add(4, 1), jmpr(Isa.JGT, 4, 3, 1),
                st(Isa.B, 2, 0, 7), mov(0, 0), exit()};
        accept(PACKET, slots);
        refuse(Rule.READ_ONLY_MEMORY, 5, FILTER, slots);
    }

    @Test
    void shouldFollowOffsetsThatThePacketItselfNames() {
        long[] start = {mov(0, 0), DATA, END, movr(4, 2), add(4, 1), jmpr(Isa.JGT, 4, 3, 9),
                ldx(Isa.B, 5, 2, 0), alu(Isa.AND, 5, 60), addr(2, 5), movr(4, 2), add(4, 8),
                jmpr(Isa.JGT, 4, 3, 3)};
        accept(FILTER, with(start, ja(0), ja(0), ldx(Isa.DW, 0, 2, 0), exit()));
        refuse(Rule.PACKET_BOUNDS, 14, FILTER,
                with(start, ja(0), ja(0), ldx(Isa.DW, 0, 2, 1), exit()));
        refuse(Rule.OUT_OF_BOUNDS, 14, FILTER,
                with(start, ja(0), ja(0), ldx(Isa.B, 0, 2, -1), exit()));
        accept(FILTER, with(start, ja(0), add(2, 4), ldx(Isa.W, 0, 2, 0), exit()));
        // Moved by something unknown again: what was checked is elsewhere.
        refuse(Rule.PACKET_BOUNDS, 14, FILTER,
                with(start, ja(0), addr(2, 5), ldx(Isa.B, 0, 2, 0), exit()));
        // Another start, though it was moved by the same number.
        refuse(Rule.PACKET_BOUNDS, 14, FILTER,
                with(start, ldx(Isa.W, 2, 1, 0), addr(2, 5), ldx(Isa.DW, 0, 2, 0), exit()));
    }

    @Test
    void shouldKnowNothingOfAStartThatWasNotCompared() {
        long[] start = {mov(0, 0), DATA, END, movr(4, 2), add(4, 1), jmpr(Isa.JLE, 4, 3, 1),
                exit(), ldx(Isa.B, 5, 2, 0), add(2, 8), addr(2, 5)};
        // From 8 bytes before the start on, but the packet may end before that.
        refuse(Rule.PACKET_BOUNDS, 10, FILTER, with(start, ldx(Isa.B, 0, 2, -8), exit()));
        refuse(Rule.PACKET_BOUNDS, 11, FILTER,
                with(start, add(2, -8), ldx(Isa.B, 0, 2, 0), exit()));
        // The start itself may be beyond the end, so both ways of a comparison are possible.
        Proof proof = accept(FILTER, with(start, jmpr(Isa.JLE, 2, 3, 1), mov(0, 7), exit()));
        assertTrue(proof.isReached(11));
        // At the end, or before it: then what is before the start is inside.
        accept(FILTER, with(start, jmpr(Isa.JGT, 2, 3, 1), ldx(Isa.DW, 0, 2, -8), exit()));
        refuse(Rule.PACKET_BOUNDS, 11, FILTER,
                with(start, jmpr(Isa.JGT, 2, 3, 1), ldx(Isa.DW, 0, 2, -7), exit()));
    }

    @Test
    void shouldLearnNothingOfOffsetsFromPointersOfOneStart() {
        long[] start = {mov(0, 0), DATA, END, movr(4, 2), add(4, 1), jmpr(Isa.JLE, 4, 3, 1),
                exit(), ldx(Isa.B, 5, 2, 0), addr(2, 5), movr(4, 2), add(4, 4)};
        refuse(Rule.PACKET_BOUNDS, 12, FILTER,
                with(start, jmpr(Isa.JLT, 2, 4, 0), ldx(Isa.B, 0, 2, 0), exit()));
        // Which of them is greater is known.
        Proof proof = accept(FILTER,
                with(start, jmpr(Isa.JLT, 2, 4, 1), ldx(Isa.B, 0, 2, 0), exit()));
        assertFalse(proof.isReached(12));
        accept(FILTER, with(start, alur(Isa.SUB, 4, 2), movr(5, 10), alur(Isa.SUB, 5, 4),
                st(Isa.W, 5, 0, 7), ldx(Isa.W, 0, 10, -4), exit()));
    }

    private static long[] with(long[] start, long... rest) {
        long[] slots = java.util.Arrays.copyOf(start, start.length + rest.length);
        System.arraycopy(rest, 0, slots, start.length, rest.length);
        return slots;
    }

    @Test
    void shouldUseWhatIsKnownOfThePacketForAnyPointer() {
        // 64 bytes are there, and an index of up to 60 needs no comparison of its own.
        accept(FILTER, DATA, END, movr(4, 2), add(4, 64), jmpr(Isa.JGT, 4, 3, 5),
                ldx(Isa.B, 5, 2, 0), alu(Isa.AND, 5, 60), addr(2, 5), ldx(Isa.W, 0, 2, 0), exit(),
                mov(0, 0), exit());
        // A pointer loaded afterwards.
        accept(FILTER, DATA, END, movr(4, 2), add(4, 4), jmpr(Isa.JGT, 4, 3, 3),
                ldx(Isa.W, 5, 1, 8), ldx(Isa.W, 0, 5, 0), exit(), mov(0, 0), exit());
        // The second comparison cannot fail.
        accept(FILTER, DATA, END, movr(4, 2), add(4, 4), jmpr(Isa.JGT, 4, 3, 3),
                jmpr(Isa.JLE, 4, 3, 1), ldx(Isa.B, 0, 2, 77), ldx(Isa.W, 0, 2, 0), mov(0, 0),
                exit());
        accept(FILTER, DATA, END, alur(Isa.SUB, 3, 2), movr(0, 3), exit());
        // The length is what was compared at least, and may be just that.
        Proof proof = accept(FILTER, DATA, END, movr(4, 2), add(4, 4), jmpr(Isa.JGT, 4, 3, 5),
                alur(Isa.SUB, 3, 2), jmp(Isa.JLT, 3, 4, 2), jmp(Isa.JEQ, 3, 4, 2), ja(1),
                ja(1), mov(0, 0), mov(0, 1), exit());
        assertFalse(proof.isReached(9));
        assertTrue(proof.isReached(8) && proof.isReached(10));
    }

    @Test
    void shouldReadTheContextInItsFields() {
        for (int offset = -4; offset <= 24; offset++) {
            long[] slots = {ldx(Isa.W, 2, 1, offset), mov(0, 0), exit()};
            if (offset >= 0 && offset <= 20 && offset % 4 == 0) {
                accept(FILTER, slots);
            } else {
                refuse(Rule.CONTEXT_ACCESS, 0, FILTER, slots);
            }
        }
        accept(FILTER, ldx(Isa.W, 0, 1, 12), exit());
        refuse(Rule.POINTER_LEAK, 1, FILTER, ldx(Isa.W, 0, 1, 8), exit());
        refuse(Rule.CONTEXT_ACCESS, 0, FILTER, ldx(Isa.DW, 0, 1, 0), exit());
        refuse(Rule.CONTEXT_ACCESS, 0, FILTER, ldsx(Isa.W, 0, 1, 0), exit());
        refuse(Rule.READ_ONLY_MEMORY, 0, FILTER, st(Isa.W, 1, 0, 0), mov(0, 0), exit());
        accept(FILTER, add(1, 4), ldx(Isa.W, 2, 1, -4), mov(0, 0), exit());
    }

    @Test
    void shouldReadThePacketTheOldWay() {
        accept(FILTER, movr(6, 1), abs(Isa.W, 12), exit());
        accept(FILTER, movr(6, 1), mov(2, 4), ind(Isa.H, 2, -4), exit());
        refuse(Rule.UNINITIALIZED_REGISTER, 0, FILTER, abs(Isa.W, 12), exit());
        refuse(Rule.LEGACY_PACKET_ACCESS, 1, FILTER, mov(6, 0), abs(Isa.W, 12), exit());
        refuse(Rule.LEGACY_PACKET_ACCESS, 2, FILTER, movr(6, 1), add(6, 4), abs(Isa.W, 12),
                exit());
        refuse(Rule.LEGACY_PACKET_ACCESS, 1, FILTER, movr(6, 1), ind(Isa.W, 1, 0), exit());
        refuse(Rule.UNINITIALIZED_REGISTER, 2, FILTER, movr(6, 1), abs(Isa.W, 12), movr(0, 1),
                exit());
        // A half is a number of up to 65535.
        accept(FILTER, movr(6, 1), abs(Isa.H, 12), movr(1, 10), st(Isa.DW, 10, -8, 0),
                alu(Isa.RSH, 0, 13), alu(Isa.SUB, 0, 8), addr(1, 0), ldx(Isa.B, 0, 1, 0), exit());
    }

    @Test
    void shouldNoteWhatIsProved() {
        Proof proof = accept(INPUT, add(1, 8), ldx(Isa.DW, 0, 1, -4), stx(Isa.DW, 10, -8, 0),
                jmp(Isa.JEQ, 2, 16, 1), mov(0, 0), ldx(Isa.DW, 0, 10, -8), exit());
        assertEquals(2, proof.memory(1));
        assertEquals(4, proof.offset(1));
        assertEquals(0, proof.memory(2));
        assertEquals(-8, proof.offset(2));
        assertFalse(proof.isReached(4));
        assertTrue(proof.isReached(5));
        assertEquals(6, proof.steps());
        // One load, two memories.
        Proof joined = accept(INPUT, ldx(Isa.B, 5, 1, 0), jmp(Isa.JEQ, 5, 0, 1), movr(1, 3),
                ldx(Isa.B, 0, 1, 0), exit());
        assertEquals(Proof.UNPROVEN, joined.memory(3));
        // One memory, two offsets.
        Proof moved = accept(INPUT, ldx(Isa.B, 5, 1, 0), jmp(Isa.JEQ, 5, 0, 1), add(1, 1),
                ldx(Isa.B, 0, 1, 0), exit());
        assertEquals(2, moved.memory(3));
        assertEquals(Proof.VARIABLE, moved.offset(3));
        assertEquals(Proof.UNPROVEN,
                accept(INPUT.checked(), ldx(Isa.B, 0, 2, 0), exit()).memory(0));
    }
}
