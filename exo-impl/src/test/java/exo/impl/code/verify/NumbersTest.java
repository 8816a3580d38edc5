// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.verify;

import exo.api.code.Argument;
import exo.api.code.Contract;
import exo.impl.code.isa.Isa;
import exo.impl.code.isa.Rule;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

import static exo.impl.code.isa.Slots.add;
import static exo.impl.code.isa.Slots.addr;
import static exo.impl.code.isa.Slots.alu;
import static exo.impl.code.isa.Slots.alu32;
import static exo.impl.code.isa.Slots.alu32r;
import static exo.impl.code.isa.Slots.alur;
import static exo.impl.code.isa.Slots.be;
import static exo.impl.code.isa.Slots.exit;
import static exo.impl.code.isa.Slots.high;
import static exo.impl.code.isa.Slots.ja;
import static exo.impl.code.isa.Slots.jmp;
import static exo.impl.code.isa.Slots.jmp32;
import static exo.impl.code.isa.Slots.jmp32r;
import static exo.impl.code.isa.Slots.jmpr;
import static exo.impl.code.isa.Slots.lddw;
import static exo.impl.code.isa.Slots.ldsx;
import static exo.impl.code.isa.Slots.ldx;
import static exo.impl.code.isa.Slots.le;
import static exo.impl.code.isa.Slots.mov;
import static exo.impl.code.isa.Slots.mov32;
import static exo.impl.code.isa.Slots.mov32r;
import static exo.impl.code.isa.Slots.movr;
import static exo.impl.code.isa.Slots.movsx;
import static exo.impl.code.isa.Slots.neg;
import static exo.impl.code.isa.Slots.stx;
import static exo.impl.code.verify.Accept.accept;
import static exo.impl.code.verify.Accept.refuse;

/** What the verifier knows of numbers, seen from outside. */
final class NumbersTest {
    private static final Contract MEMORY = Contract.memory(64);
    private static final Contract NUMBERS = new Contract("numbers",
            List.of(new Argument.Scalar(0, 63), new Argument.Scalar(-8, 8)), new TreeMap<>(), 1000,
            Contract.Guard.PROVEN, true);

    @Test
    void shouldRefuseRegistersThatWereNotWritten() {
        accept(NUMBERS, mov(0, 0), exit());
        for (int register : new int[]{0, 3, 4, 5, 6, 7, 8, 9}) {
            refuse(Rule.UNINITIALIZED_REGISTER, 0, NUMBERS, movr(1, register), mov(0, 0), exit());
        }
        refuse(Rule.UNINITIALIZED_REGISTER, 0, NUMBERS, exit());
        refuse(Rule.UNINITIALIZED_REGISTER, 0, NUMBERS, add(0, 1), exit());
        refuse(Rule.UNINITIALIZED_REGISTER, 0, NUMBERS, neg(7), mov(0, 0), exit());
        refuse(Rule.UNINITIALIZED_REGISTER, 0, NUMBERS, addr(1, 6), mov(0, 0), exit());
        refuse(Rule.UNINITIALIZED_REGISTER, 0, NUMBERS, jmp(Isa.JEQ, 6, 0, 0), mov(0, 0), exit());
        refuse(Rule.UNINITIALIZED_REGISTER, 0, NUMBERS, jmpr(Isa.JEQ, 1, 6, 0), mov(0, 0), exit());
        refuse(Rule.UNINITIALIZED_REGISTER, 0, NUMBERS, stx(Isa.DW, 10, -8, 6), mov(0, 0), exit());
        refuse(Rule.UNINITIALIZED_REGISTER, 0, NUMBERS, ldx(Isa.DW, 0, 6, -8), exit());
        refuse(Rule.UNINITIALIZED_REGISTER, 0, NUMBERS, be(6, 16), mov(0, 0), exit());
    }

    @Test
    void shouldWantRegistersWrittenOnEachPath() {
        refuse(Rule.UNINITIALIZED_REGISTER, 2, NUMBERS, jmp(Isa.JEQ, 1, 0, 1), mov(0, 1), exit());
        accept(NUMBERS, mov(0, 0), jmp(Isa.JEQ, 1, 0, 1), mov(0, 1), exit());
        // The path on which it is not written cannot be taken.
        accept(NUMBERS, jmp(Isa.JGT, 1, 63, 1), mov(0, 1), exit());
        refuse(Rule.UNINITIALIZED_REGISTER, 2, NUMBERS, jmp(Isa.JGT, 1, 62, 1), mov(0, 1), exit());
    }

    @Test
    void shouldRefusePointersAsResults() {
        refuse(Rule.POINTER_LEAK, 1, MEMORY, movr(0, 1), exit());
        refuse(Rule.POINTER_LEAK, 1, MEMORY, movr(0, 10), exit());
        accept(MEMORY, movr(0, 2), exit());
        accept(MEMORY, movr(0, 1), alur(Isa.SUB, 0, 1), exit());
    }

    /** Loads a byte at r1 + r3 of a memory of 64 bytes, after some instructions made r3. */
    private static long[] indexed(long... index) {
        long[] slots = java.util.Arrays.copyOf(index, index.length + 3);
        slots[index.length] = addr(1, 3);
        slots[index.length + 1] = ldx(Isa.B, 0, 1, 0);
        slots[index.length + 2] = exit();
        return slots;
    }

    @Test
    void shouldBoundAnIndexByArithmetic() {
        accept(MEMORY, indexed(ldx(Isa.DW, 3, 1, 0), alu(Isa.AND, 3, 63)));
        refuse(Rule.OUT_OF_BOUNDS, 3, MEMORY, indexed(ldx(Isa.DW, 3, 1, 0), alu(Isa.AND, 3, 64)));
        accept(MEMORY, indexed(ldx(Isa.DW, 3, 1, 0), alu(Isa.RSH, 3, 58)));
        refuse(Rule.OUT_OF_BOUNDS, 3, MEMORY, indexed(ldx(Isa.DW, 3, 1, 0), alu(Isa.RSH, 3, 57)));
        accept(MEMORY, indexed(ldx(Isa.DW, 3, 1, 0), alu32(Isa.RSH, 3, 26)));
        refuse(Rule.OUT_OF_BOUNDS, 3, MEMORY, indexed(ldx(Isa.DW, 3, 1, 0),
                alu32(Isa.RSH, 3, 25)));
        accept(MEMORY, indexed(ldx(Isa.DW, 3, 1, 0), alu(Isa.MOD, 3, 64)));
        refuse(Rule.OUT_OF_BOUNDS, 3, MEMORY, indexed(ldx(Isa.DW, 3, 1, 0), alu(Isa.MOD, 3, 65)));
        accept(MEMORY, indexed(ldx(Isa.B, 3, 1, 0), alu(Isa.DIV, 3, 4)));
        refuse(Rule.OUT_OF_BOUNDS, 3, MEMORY, indexed(ldx(Isa.B, 3, 1, 0), alu(Isa.DIV, 3, 3)));
        accept(MEMORY, indexed(ldx(Isa.B, 3, 1, 0), alu(Isa.AND, 3, 7), alu(Isa.MUL, 3, 9)));
        refuse(Rule.OUT_OF_BOUNDS, 4, MEMORY,
                indexed(ldx(Isa.B, 3, 1, 0), alu(Isa.AND, 3, 7), alu(Isa.MUL, 3, 10)));
        accept(MEMORY, indexed(ldx(Isa.B, 3, 1, 0), alu(Isa.AND, 3, 7), alu(Isa.LSH, 3, 3)));
        refuse(Rule.OUT_OF_BOUNDS, 4, MEMORY,
                indexed(ldx(Isa.B, 3, 1, 0), alu(Isa.AND, 3, 15), alu(Isa.LSH, 3, 3)));
        accept(MEMORY, indexed(ldx(Isa.B, 3, 1, 0), alu(Isa.AND, 3, 31), alu(Isa.XOR, 3, 32)));
        accept(MEMORY, indexed(ldsx(Isa.B, 3, 1, 0), alu(Isa.ARSH, 3, 3), add(3, 16)));
        refuse(Rule.OUT_OF_BOUNDS, 4, MEMORY,
                indexed(ldsx(Isa.B, 3, 1, 0), alu(Isa.ARSH, 3, 3), add(3, 15)));
    }

    @Test
    void shouldBoundAnIndexByComparisons() {
        long load = ldx(Isa.DW, 3, 1, 0);
        long skip = mov(3, 0);
        accept(MEMORY, indexed(load, jmp(Isa.JLT, 3, 64, 1), skip));
        accept(MEMORY, indexed(load, jmp(Isa.JLE, 3, 63, 1), skip));
        accept(MEMORY, indexed(load, jmp(Isa.JEQ, 3, 63, 1), skip));
        refuse(Rule.OUT_OF_BOUNDS, 4, MEMORY, indexed(load, jmp(Isa.JLT, 3, 65, 1), skip));
        refuse(Rule.OUT_OF_BOUNDS, 4, MEMORY, indexed(load, jmp(Isa.JEQ, 3, 64, 1), skip));
        // A signed comparison says nothing of numbers below 0.
        refuse(Rule.POINTER_RANGE, 3, MEMORY, indexed(load, jmp(Isa.JSLT, 3, 64, 1), skip));
        accept(MEMORY, indexed(load, jmp(Isa.JSLT, 3, 64, 1), skip, jmp(Isa.JSGE, 3, 0, 1), skip));
        accept(MEMORY, indexed(load, jmpr(Isa.JLT, 3, 2, 1), skip));
        accept(MEMORY, indexed(load, jmpr(Isa.JGT, 2, 3, 1), skip));
        accept(MEMORY, indexed(load, jmp(Isa.JSET, 3, -64, 1), ja(1), skip));
        refuse(Rule.OUT_OF_BOUNDS, 5, MEMORY,
                indexed(load, jmp(Isa.JSET, 3, -128, 1), ja(1), skip));
    }

    @Test
    void shouldTakeAWordComparisonForWhatItIs() {
        long load = ldx(Isa.DW, 3, 1, 0);
        long skip = mov(3, 0);
        // CVE-2020-8835, CVE-2021-3490: the upper half is not compared.
        refuse(Rule.POINTER_RANGE, 3, MEMORY, indexed(load, jmp32(Isa.JLT, 3, 64, 1), skip));
        accept(MEMORY,
                indexed(load, jmp32(Isa.JLT, 3, 64, 1), skip, alu32(Isa.ADD, 3, 0)));
        accept(MEMORY, indexed(ldx(Isa.W, 3, 1, 0), jmp32(Isa.JLT, 3, 64, 1), skip));
        accept(MEMORY, indexed(load, mov32r(3, 3), jmp32r(Isa.JLT, 3, 2, 1), skip));
        // CVE-2017-16995: 0xffffffff is not -1.
        refuse(Rule.OUT_OF_BOUNDS, 5, MEMORY, mov32(3, -1), jmp(Isa.JNE, 3, -1, 2), mov(0, 0),
                exit(), mov(4, 0), ldx(Isa.B, 0, 1, 64), exit());
        accept(MEMORY, mov32(3, -1), jmp(Isa.JEQ, 3, -1, 2), mov(0, 0), exit(),
                ldx(Isa.B, 0, 1, 64), exit());
    }

    @Test
    void shouldTellEqualNumbersThatTheyAre() {
        accept(MEMORY, ldx(Isa.DW, 3, 1, 0), movr(4, 3), jmp(Isa.JLT, 4, 64, 2), mov(0, 0), exit(),
                addr(1, 3), ldx(Isa.B, 0, 1, 0), exit());
        // The copy is changed, so it tells nothing any more.
        refuse(Rule.POINTER_RANGE, 6, MEMORY, ldx(Isa.DW, 3, 1, 0), movr(4, 3), add(4, 1),
                jmp(Isa.JLT, 4, 64, 2), mov(0, 0), exit(), addr(1, 3), ldx(Isa.B, 0, 1, 0),
                exit());
        // By way of the stack.
        accept(MEMORY, ldx(Isa.DW, 3, 1, 0), stx(Isa.DW, 10, -8, 3), jmp(Isa.JLT, 3, 64, 2),
                mov(0, 0), exit(), ldx(Isa.DW, 4, 10, -8), addr(1, 4), ldx(Isa.B, 0, 1, 0),
                exit());
        // A 32-bit copy of a larger number is no copy.
        refuse(Rule.POINTER_RANGE, 5, MEMORY, ldx(Isa.DW, 3, 1, 0), mov32r(4, 3),
                jmp(Isa.JLT, 4, 64, 2), mov(0, 0), exit(), addr(1, 3), ldx(Isa.B, 0, 1, 0),
                exit());
    }

    @Test
    void shouldAllowDivisionByZeroAndShiftsBeyondTheWidth() {
        accept(MEMORY, mov(0, 7), alu(Isa.DIV, 0, 0), alu(Isa.MOD, 0, 0), alu(Isa.LSH, 0, 64),
                alu32(Isa.RSH, 0, 32), alu(Isa.ARSH, 0, -1), exit());
        // A shift by 64 is one by 0.
        refuse(Rule.OUT_OF_BOUNDS, 5, MEMORY,
                indexed(mov(3, 64), mov(4, 64), alur(Isa.RSH, 3, 4), mov(4, 0)));
        accept(MEMORY, indexed(mov(3, 64), alu(Isa.DIV, 3, 0)));
    }

    @Test
    void shouldKnowOtherOperations() {
        accept(MEMORY, indexed(ldx(Isa.DW, 3, 1, 0), be(3, 16), alu(Isa.RSH, 3, 10)));
        accept(MEMORY, indexed(ldx(Isa.DW, 3, 1, 0), le(3, 16), alu(Isa.RSH, 3, 10)));
        accept(MEMORY, indexed(mov(3, -5), neg(3)));
        accept(MEMORY, indexed(mov(3, 0x1ff), movsx(3, 3, 8), add(3, 1)));
        accept(MEMORY, indexed(lddw(3, 5), high(0)));
        refuse(Rule.POINTER_RANGE, 2, MEMORY, indexed(lddw(3, 5), high(1)));
        accept(MEMORY, indexed(mov(3, 7), alu32r(Isa.OR, 3, 2), alu(Isa.SUB, 3, 8)));
    }
}
