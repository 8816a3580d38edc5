// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.engine;

import exo.impl.code.isa.Isa;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

import static exo.api.code.Program.slot;

/** What makers of random programs share: the slots so far, and arithmetic on r0 to r5. */
public abstract class CodeMaker {
    /** The conditions of jumps. */
    protected static final int[] JUMPS = {Isa.JEQ, Isa.JGT, Isa.JGE, Isa.JSET, Isa.JNE, Isa.JSGT,
            Isa.JSGE, Isa.JLT, Isa.JLE, Isa.JSLT, Isa.JSLE};
    /** The atomic operations. */
    protected static final int[] ATOMICS = {Isa.ADD, Isa.OR, Isa.AND, Isa.XOR, Isa.ADD | Isa.FETCH,
            Isa.OR | Isa.FETCH, Isa.AND | Isa.FETCH, Isa.XOR | Isa.FETCH, Isa.XCHG, Isa.CMPXCHG};
    /** The sizes of loads and stores. */
    protected static final int[] SIZES = {Isa.B, Isa.H, Isa.W, Isa.DW};
    /** The operations of two numbers. */
    protected static final int[] BINARY = {Isa.ADD, Isa.SUB, Isa.MUL, Isa.DIV, Isa.OR, Isa.AND,
            Isa.LSH, Isa.RSH, Isa.MOD, Isa.XOR, Isa.MOV, Isa.ARSH};

    private static final int[] EDGES = {0, 1, -1, 2, 7, 8, 31, 32, 63, 64, 255, 0x7fff, 0xffff,
            0x10000, Integer.MIN_VALUE, Integer.MAX_VALUE, Integer.MIN_VALUE + 1};

    /** What it decides by. */
    protected final RandomGenerator random;
    /** The program so far. */
    protected final List<Long> slots = new ArrayList<>();

    /**
     * Makes the maker.
     *
     * @param random what it decides by
     */
    protected CodeMaker(RandomGenerator random) {
        this.random = random;
    }

    /** Adds an instruction. */
    protected final void add(int opcode, int dst, int src, int offset, int immediate) {
        slots.add(slot(opcode, dst, src, offset, immediate));
    }

    /** {@return one of some} */
    protected final int any(int... choices) {
        return choices[random.nextInt(choices.length)];
    }

    /** {@return a register that holds a number} */
    protected final int number() {
        return random.nextInt(6);
    }

    /** {@return a number, often one at an edge} */
    protected final int immediate() {
        return random.nextBoolean() ? any(EDGES) : random.nextInt();
    }

    /** Adds an instruction of arithmetic that every verifier accepts. */
    protected final void arithmetic() {
        int group = random.nextBoolean() ? Isa.ALU : Isa.ALU64;
        switch (random.nextInt(8)) {
            case 0 -> add(group | Isa.NEG, number(), 0, 0, 0);
            case 1 -> add(Isa.ALU | Isa.END | any(0, Isa.X), number(), 0, 0, any(16, 32, 64));
            case 2 -> add(Isa.ALU64 | Isa.END, number(), 0, 0, any(16, 32, 64));
            case 3 -> add(group | Isa.MOV | Isa.X, number(), number(),
                    group == Isa.ALU ? any(0, 8, 16) : any(0, 8, 16, 32), 0);
            default -> binary(group);
        }
    }

    private void binary(int group) {
        int operation = any(BINARY);
        boolean isDivision = operation == Isa.DIV || operation == Isa.MOD;
        int variant = isDivision ? random.nextInt(2) : 0;
        if (random.nextBoolean()) {
            add(group | operation | Isa.X, number(), number(), variant, 0);
            return;
        }
        boolean isShift = operation == Isa.LSH || operation == Isa.RSH || operation == Isa.ARSH;
        int immediate = isShift ? random.nextInt(group == Isa.ALU ? 32 : 64) : immediate();
        add(group | operation, number(), 0, variant, isDivision && immediate == 0 ? 3 : immediate);
    }
}
