// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.verify;

import exo.impl.code.isa.Isa;

/** What RFC 9669 says that operations and comparisons give, for single numbers. */
final class ConcreteMath {
    /** The operations of ALU and ALU64 that {@link ScalarOps#apply} knows. */
    static final int[] OPERATIONS = {Isa.ADD, Isa.SUB, Isa.MUL, Isa.DIV, Isa.OR, Isa.AND, Isa.LSH,
            Isa.RSH, Isa.NEG, Isa.MOD, Isa.XOR, Isa.ARSH};
    /** The conditions of JMP and JMP32. */
    static final int[] CONDITIONS = {Isa.JEQ, Isa.JGT, Isa.JGE, Isa.JSET, Isa.JNE, Isa.JSGT,
            Isa.JSGE, Isa.JLT, Isa.JLE, Isa.JSLT, Isa.JSLE};

    private ConcreteMath() {}

    static long apply(int operation, boolean isSigned, boolean is64, long a, long b) {
        return is64 ? apply64(operation, isSigned, a, b) : apply32(operation, isSigned, a, b);
    }

    private static long apply64(int operation, boolean isSigned, long a, long b) {
        return switch (operation) {
            case Isa.ADD -> a + b;
            case Isa.SUB -> a - b;
            case Isa.MUL -> a * b;
            case Isa.DIV -> b == 0 ? 0 : isSigned ? a / b : Long.divideUnsigned(a, b);
            case Isa.MOD -> b == 0 ? a : isSigned ? a % b : Long.remainderUnsigned(a, b);
            case Isa.OR -> a | b;
            case Isa.AND -> a & b;
            case Isa.XOR -> a ^ b;
            case Isa.LSH -> a << (b & 63);
            case Isa.RSH -> a >>> (b & 63);
            case Isa.ARSH -> a >> (b & 63);
            case Isa.NEG -> -a;
            default -> throw new IllegalArgumentException("operation " + operation);
        };
    }

    private static long apply32(int operation, boolean isSigned, long a64, long b64) {
        int a = (int) a64;
        int b = (int) b64;
        int result = switch (operation) {
            case Isa.ADD -> a + b;
            case Isa.SUB -> a - b;
            case Isa.MUL -> a * b;
            case Isa.DIV -> b == 0 ? 0 : isSigned ? a / b : Integer.divideUnsigned(a, b);
            case Isa.MOD -> b == 0 ? a : isSigned ? a % b : Integer.remainderUnsigned(a, b);
            case Isa.OR -> a | b;
            case Isa.AND -> a & b;
            case Isa.XOR -> a ^ b;
            case Isa.LSH -> a << (b & 31);
            case Isa.RSH -> a >>> (b & 31);
            case Isa.ARSH -> a >> (b & 31);
            case Isa.NEG -> -a;
            default -> throw new IllegalArgumentException("operation " + operation);
        };
        return Integer.toUnsignedLong(result);
    }

    static boolean holds(int condition, boolean is64, long a64, long b64) {
        long a = is64 ? a64 : (int) a64;
        long b = is64 ? b64 : (int) b64;
        int order = Long.compareUnsigned(a, b);
        return switch (condition) {
            case Isa.JEQ -> a == b;
            case Isa.JNE -> a != b;
            case Isa.JSET -> (a & b) != 0;
            case Isa.JGT -> order > 0;
            case Isa.JGE -> order >= 0;
            case Isa.JLT -> order < 0;
            case Isa.JLE -> order <= 0;
            case Isa.JSGT -> a > b;
            case Isa.JSGE -> a >= b;
            case Isa.JSLT -> a < b;
            case Isa.JSLE -> a <= b;
            default -> throw new IllegalArgumentException("condition " + condition);
        };
    }
}
