// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.verify;

import exo.api.code.Contract;
import exo.impl.code.isa.Isa;
import exo.impl.code.isa.Rule;
import org.junit.jupiter.api.Test;

import static exo.impl.code.isa.Slots.add;
import static exo.impl.code.isa.Slots.addr;
import static exo.impl.code.isa.Slots.alu;
import static exo.impl.code.isa.Slots.exit;
import static exo.impl.code.isa.Slots.high;
import static exo.impl.code.isa.Slots.jmp;
import static exo.impl.code.isa.Slots.jmpr;
import static exo.impl.code.isa.Slots.lddw;
import static exo.impl.code.isa.Slots.ldsx;
import static exo.impl.code.isa.Slots.ldx;
import static exo.impl.code.isa.Slots.mov;
import static exo.impl.code.isa.Slots.movr;
import static exo.impl.code.isa.Slots.st;
import static exo.impl.code.isa.Slots.stx;
import static exo.impl.code.verify.Accept.accept;
import static exo.impl.code.verify.Accept.refuse;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Pointers, and what is proved of them: what is not among the cases of {@link CasesTest}. */
final class PointersTest {
    private static final Contract INPUT = Contract.udf(16, 8);
    private static final Contract FILTER = Contract.filter();

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
