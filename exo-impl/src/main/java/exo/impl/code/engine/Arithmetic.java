// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.engine;

import exo.impl.code.isa.Isa;

/**
 * What RFC 9669 says of arithmetic where Java says something else, or nothing. No operation ends a
 * run: division by 0 gives 0, and what is left of it is the dividend.
 */
final class Arithmetic {
    private Arithmetic() {}

    static long divide(long by, long dividend) {
        return by == 0 ? 0 : Long.divideUnsigned(dividend, by);
    }

    static int divide(int by, int dividend) {
        return by == 0 ? 0 : Integer.divideUnsigned(dividend, by);
    }

    static long remainder(long by, long dividend) {
        return by == 0 ? dividend : Long.remainderUnsigned(dividend, by);
    }

    static int remainder(int by, int dividend) {
        return by == 0 ? dividend : Integer.remainderUnsigned(dividend, by);
    }

    // Java's division of the least number by -1 gives the least number, and leaves 0: so here.

    static long divideSigned(long by, long dividend) {
        return by == 0 ? 0 : dividend / by;
    }

    static int divideSigned(int by, int dividend) {
        return by == 0 ? 0 : dividend / by;
    }

    static long remainderSigned(long by, long dividend) {
        return by == 0 ? dividend : dividend % by;
    }

    static int remainderSigned(int by, int dividend) {
        return by == 0 ? dividend : dividend % by;
    }

    /**
     * {@return the result of an instruction of 64-bit arithmetic}
     *
     * @param operation the operation
     * @param variant the offset of the instruction
     * @param a the destination
     * @param b the operand
     */
    static long compute(int operation, int variant, long a, long b) {
        return switch (operation) {
            case Isa.ADD -> a + b;
            case Isa.SUB -> a - b;
            case Isa.MUL -> a * b;
            case Isa.DIV -> variant == 0 ? divide(b, a) : divideSigned(b, a);
            case Isa.MOD -> variant == 0 ? remainder(b, a) : remainderSigned(b, a);
            case Isa.OR -> a | b;
            case Isa.AND -> a & b;
            case Isa.XOR -> a ^ b;
            case Isa.LSH -> a << b;
            case Isa.RSH -> a >>> b;
            case Isa.ARSH -> a >> b;
            case Isa.NEG -> -a;
            default -> signExtend(b, variant);
        };
    }

    /** As {@link #compute(int, int, long, long)}, of 32 bits. */
    static int compute(int operation, int variant, int a, int b) {
        return switch (operation) {
            case Isa.ADD -> a + b;
            case Isa.SUB -> a - b;
            case Isa.MUL -> a * b;
            case Isa.DIV -> variant == 0 ? divide(b, a) : divideSigned(b, a);
            case Isa.MOD -> variant == 0 ? remainder(b, a) : remainderSigned(b, a);
            case Isa.OR -> a | b;
            case Isa.AND -> a & b;
            case Isa.XOR -> a ^ b;
            case Isa.LSH -> a << b;
            case Isa.RSH -> a >>> b;
            case Isa.ARSH -> a >> b;
            case Isa.NEG -> -a;
            default -> (int) signExtend(b, variant);
        };
    }

    /** {@return a number of so many bits with its sign; of 0 bits, the number as it is} */
    static long signExtend(long value, int bits) {
        return switch (bits) {
            case 8 -> (byte) value;
            case 16 -> (short) value;
            case 32 -> (int) value;
            default -> value;
        };
    }

    /** {@return the lowest bits of a number, the rest 0} */
    static long truncate(long value, int bits) {
        return bits == Long.SIZE ? value : value & (1L << bits) - 1;
    }

    /** {@return the lowest bits of a number with their bytes in the other order, the rest 0} */
    static long swap(long value, int bits) {
        return Long.reverseBytes(value) >>> (Long.SIZE - bits);
    }

    /**
     * {@return whether the condition of a jump holds}
     *
     * @param operation the operation
     * @param a the destination; of 32 bits, sign-extended
     * @param b the operand, like it
     */
    static boolean holds(int operation, long a, long b) {
        return switch (operation) {
            case Isa.JEQ -> a == b;
            case Isa.JNE -> a != b;
            case Isa.JSET -> (a & b) != 0;
            // The order without sign is that of the sign-extended numbers too.
            case Isa.JGT -> Long.compareUnsigned(a, b) > 0;
            case Isa.JGE -> Long.compareUnsigned(a, b) >= 0;
            case Isa.JLT -> Long.compareUnsigned(a, b) < 0;
            case Isa.JLE -> Long.compareUnsigned(a, b) <= 0;
            case Isa.JSGT -> a > b;
            case Isa.JSGE -> a >= b;
            case Isa.JSLT -> a < b;
            default -> a <= b;
        };
    }
}
