// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.verify;

import exo.impl.code.isa.Isa;

/**
 * What a conditional jump teaches about the numbers it compares.
 *
 * <p>Both results contain every member of the operands that some member of the other operand makes
 * the comparison come out that way with. If one is {@link Scalar#EMPTY}, it never comes out that
 * way.
 *
 * <p>Confined to one verification; {@link #left} and {@link #right} hold until the next one.
 */
final class Refinement {
    private static final int LESS = 0;
    private static final int LESS_EQUAL = 1;

    private Scalar left = Scalar.ANY;
    private Scalar right = Scalar.ANY;

    /** {@return what is known of the left operand now} */
    Scalar left() {
        return left;
    }

    /** {@return what is known of the right operand now} */
    Scalar right() {
        return right;
    }

    /** {@return whether the comparison can come out that way} */
    boolean isPossible() {
        return !left.isEmpty() && !right.isEmpty();
    }

    /**
     * Compares.
     *
     * @param operation the jump's operation, as {@link Isa} has it
     * @param is64 whether it compares 64 bits
     * @param a the left operand
     * @param b the right operand
     * @param isTaken how it comes out
     */
    void compare(int operation, boolean is64, Scalar a, Scalar b, boolean isTaken) {
        left = a;
        right = b;
        int wanted = isTaken ? operation : opposite(operation);
        switch (wanted) {
            case Isa.JEQ -> equal(is64);
            case Isa.JNE -> unequal(is64);
            case Isa.JSET -> anyBit(is64, isTaken);
            case Isa.JLT -> order(is64, false, LESS);
            case Isa.JLE -> order(is64, false, LESS_EQUAL);
            case Isa.JSLT -> order(is64, true, LESS);
            case Isa.JSLE -> order(is64, true, LESS_EQUAL);
            default -> {
                // a > b is b < a.
                swap();
                boolean isSigned = wanted == Isa.JSGT || wanted == Isa.JSGE;
                boolean isStrict = wanted == Isa.JGT || wanted == Isa.JSGT;
                order(is64, isSigned, isStrict ? LESS : LESS_EQUAL);
                swap();
            }
        }
    }

    private void swap() {
        Scalar other = left;
        left = right;
        right = other;
    }

    private static int opposite(int operation) {
        return switch (operation) {
            case Isa.JEQ -> Isa.JNE;
            case Isa.JNE -> Isa.JEQ;
            case Isa.JGT -> Isa.JLE;
            case Isa.JGE -> Isa.JLT;
            case Isa.JLT -> Isa.JGE;
            case Isa.JLE -> Isa.JGT;
            case Isa.JSGT -> Isa.JSLE;
            case Isa.JSGE -> Isa.JSLT;
            case Isa.JSLT -> Isa.JSGE;
            case Isa.JSLE -> Isa.JSGT;
            default -> operation;
        };
    }

    // --- equality -----------------------------------------------------------------------------

    private void equal(boolean is64) {
        Bounds a = new Bounds(left);
        Bounds b = new Bounds(right);
        if (is64) {
            a.and(right);
            b.and(left);
        } else {
            andWord(a, right);
            andWord(b, left);
        }
        left = a.toScalar();
        right = b.toScalar();
    }

    private static void andWord(Bounds to, Scalar other) {
        to.andBits(other.value & Bounds.LOW, other.mask | ~Bounds.LOW);
        to.smin32 = Math.max(to.smin32, other.smin32);
        to.smax32 = Math.min(to.smax32, other.smax32);
        to.umin32 = Math.max(to.umin32, other.umin32);
        to.umax32 = Math.min(to.umax32, other.umax32);
    }

    private void unequal(boolean is64) {
        Scalar a = left;
        left = without(is64, a, right);
        right = without(is64, right, a);
    }

    /** Only a number that is known can be taken away, and only at the end of a range. */
    private static Scalar without(boolean is64, Scalar from, Scalar other) {
        if (is64) {
            return other.isConstant() ? without64(from, other.value) : from;
        }
        return other.umin32 == other.umax32 ? without32(from, (int) other.umin32) : from;
    }

    private static Scalar without64(Scalar from, long number) {
        if (from.is(number)) {
            return Scalar.EMPTY;
        }
        if (from.isConstant()) {
            return from;
        }
        Bounds to = new Bounds(from);
        // A range of one number is a constant, so no end passes the other here.
        to.smin += to.smin == number ? 1 : 0;
        to.smax -= to.smax == number ? 1 : 0;
        to.umin += to.umin == number ? 1 : 0;
        to.umax -= to.umax == number ? 1 : 0;
        return to.toScalar();
    }

    private static Scalar without32(Scalar from, int number) {
        long unsigned = number & Bounds.LOW;
        if (from.umin32 == unsigned && from.umax32 == unsigned) {
            return Scalar.EMPTY;
        }
        Bounds to = new Bounds(from);
        to.smin32 += to.smin32 == number ? 1 : 0;
        to.smax32 -= to.smax32 == number ? 1 : 0;
        to.umin32 += to.umin32 == unsigned ? 1 : 0;
        to.umax32 -= to.umax32 == unsigned ? 1 : 0;
        return to.toScalar();
    }

    // --- bits ---------------------------------------------------------------------------------

    private void anyBit(boolean is64, boolean isTaken) {
        Scalar a = left;
        left = bits(is64, isTaken, a, right);
        right = bits(is64, isTaken, right, a);
    }

    /** With a known right operand, either one of its bits is set, or none is. */
    private static Scalar bits(boolean is64, boolean isTaken, Scalar from, Scalar other) {
        long tested = is64 ? other.value : other.value & Bounds.LOW;
        long unknown = is64 ? other.mask : other.mask & Bounds.LOW;
        Bounds to = new Bounds(from);
        if (!isTaken) {
            // Bits that the other surely has, this one surely has not.
            to.andBits(0, ~tested);
            return to.toScalar();
        }
        long possible = (tested | unknown) & (from.value | from.mask);
        if (possible == 0) {
            return Scalar.EMPTY;
        }
        if (Long.bitCount(possible) == 1) {
            to.andBits(possible, ~possible);
        }
        return to.toScalar();
    }

    // --- order --------------------------------------------------------------------------------

    /** left < right, or left <= right. */
    private void order(boolean is64, boolean isSigned, int kind) {
        Bounds a = new Bounds(left);
        Bounds b = new Bounds(right);
        // What a strict order takes away from the ends: 1, unless there is nothing beyond.
        int gap = kind == LESS ? 1 : 0;
        boolean isPossible = is64
                ? order64(a, b, isSigned, gap)
                : order32(a, b, isSigned, gap);
        left = isPossible ? a.toScalar() : Scalar.EMPTY;
        right = isPossible ? b.toScalar() : Scalar.EMPTY;
    }

    private static boolean order64(Bounds a, Bounds b, boolean isSigned, int gap) {
        if (isSigned) {
            if (gap == 1 && (b.smax == Long.MIN_VALUE || a.smin == Long.MAX_VALUE)) {
                return false;
            }
            a.smax = Math.min(a.smax, b.smax - gap);
            b.smin = Math.max(b.smin, a.smin + gap);
            return true;
        }
        if (gap == 1 && (b.umax == 0 || a.umin == -1)) {
            return false;
        }
        a.atMostUnsigned(b.umax - gap);
        b.atLeastUnsigned(a.umin + gap);
        return true;
    }

    /** The 32-bit ranges are held in 64 bits, so that nothing wraps around. */
    private static boolean order32(Bounds a, Bounds b, boolean isSigned, int gap) {
        if (isSigned) {
            a.smax32 = Math.min(a.smax32, b.smax32 - gap);
            b.smin32 = Math.max(b.smin32, a.smin32 + gap);
            return a.smin32 <= a.smax32 && b.smin32 <= b.smax32;
        }
        a.umax32 = Math.min(a.umax32, b.umax32 - gap);
        b.umin32 = Math.max(b.umin32, a.umin32 + gap);
        return a.umin32 <= a.umax32 && b.umin32 <= b.umax32;
    }
}
