// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.verify;

import exo.impl.code.isa.Isa;

/**
 * What arithmetic makes of sets of numbers: for all members of the operands, the result of the
 * operation is a member of the result.
 *
 * <p>The 32-bit operations are made of the 64-bit ones. Of sums, products, shifts to the left and
 * of bits the lower half depends on the lower halves alone, so {@code op32 = zext(op64)}; the
 * others get operands whose upper halves are zeros, or copies of the sign:
 *
 * <pre>
 *   add sub mul and or xor lsh    zext(op(a, b))
 *   div mod rsh                   op(zext(a), zext(b))
 *   sdiv smod arsh                zext(op(sext(a), sext(b)))
 * </pre>
 */
final class ScalarOps {
    private static final Scalar WORD_SHIFT = Scalar.constant(31);
    private static final Scalar LONG_SHIFT = Scalar.constant(63);
    private static final Scalar ZERO = Scalar.constant(0);
    private static final long TWO_32 = 1L << 32;
    private static final long TWO_31 = 1L << 31;

    private ScalarOps() {}

    /**
     * {@return the result of an operation of the classes ALU and ALU64, but for moves and END}
     *
     * @param operation the operation, as {@link Isa} has it
     * @param isSigned whether a division is signed
     * @param is64 whether it is one on 64 bits
     * @param a the destination
     * @param b the source, or the immediate with its sign extended
     */
    static Scalar apply(int operation, boolean isSigned, boolean is64, Scalar a, Scalar b) {
        return is64 ? apply64(operation, isSigned, a, b) : apply32(operation, isSigned, a, b);
    }

    private static Scalar apply64(int operation, boolean isSigned, Scalar a, Scalar b) {
        return switch (operation) {
            case Isa.ADD -> add(a, b);
            case Isa.SUB -> subtract(a, b);
            case Isa.NEG -> subtract(ZERO, a);
            case Isa.MUL -> multiply(a, b);
            case Isa.DIV -> isSigned ? divideSigned(a, b) : divide(a, b);
            case Isa.MOD -> isSigned ? remainderSigned(a, b) : remainder(a, b);
            case Isa.AND -> and(a, b);
            case Isa.OR -> or(a, b);
            case Isa.XOR -> xor(a, b);
            case Isa.LSH -> shiftLeft(a, and(b, LONG_SHIFT));
            case Isa.RSH -> shiftRight(a, and(b, LONG_SHIFT));
            case Isa.ARSH -> shiftRightSigned(a, and(b, LONG_SHIFT));
            default -> throw new IllegalArgumentException("operation " + operation);
        };
    }

    private static Scalar apply32(int operation, boolean isSigned, Scalar a, Scalar b) {
        return switch (operation) {
            case Isa.DIV, Isa.MOD -> isSigned
                    ? zext32(apply64(operation, true, sext(a, 32), sext(b, 32)))
                    : apply64(operation, false, zext32(a), zext32(b));
            case Isa.LSH -> zext32(shiftLeft(a, and(b, WORD_SHIFT)));
            case Isa.RSH -> shiftRight(zext32(a), and(b, WORD_SHIFT));
            case Isa.ARSH -> zext32(shiftRightSigned(sext(a, 32), and(b, WORD_SHIFT)));
            default -> zext32(apply64(operation, false, a, b));
        };
    }

    // --- widths -------------------------------------------------------------------------------

    /** {@return the lower 32 bits, with zeros above} */
    static Scalar zext32(Scalar a) {
        if (Long.compareUnsigned(a.umax, Bounds.LOW) <= 0) {
            return a;
        }
        if (a.isConstant()) {
            return Scalar.constant(a.value & Bounds.LOW);
        }
        Bounds to = new Bounds();
        to.value = a.value & Bounds.LOW;
        to.mask = a.mask & Bounds.LOW;
        to.umin32 = a.umin32;
        to.umax32 = a.umax32;
        to.smin32 = a.smin32;
        to.smax32 = a.smax32;
        return to.toScalar();
    }

    /** {@return the lower bits, 8, 16, 32 or 64 of them, with zeros above} */
    static Scalar zext(Scalar a, int bits) {
        return switch (bits) {
            case 64 -> a;
            case 32 -> zext32(a);
            default -> and(a, Scalar.constant((1L << bits) - 1));
        };
    }

    /** {@return the lower bits, 8, 16, 32 or 64 of them, with copies of the highest above} */
    static Scalar sext(Scalar a, int bits) {
        if (bits == 64) {
            return a;
        }
        if (bits == 32) {
            Bounds to = new Bounds();
            // The sign bit is copied upward, known or not.
            to.value = (int) a.value;
            to.mask = (int) a.mask;
            to.smin = a.smin32;
            to.smax = a.smax32;
            return to.toScalar();
        }
        Scalar shift = Scalar.constant(64 - bits);
        return shiftRightSigned(shiftLeft(a, shift), shift);
    }

    /**
     * {@return the bytes of the lower bits in the other order, with zeros above}
     *
     * @param a the number
     * @param bits 16, 32 or 64
     */
    static Scalar swap(Scalar a, int bits) {
        Bounds to = new Bounds();
        to.value = Long.reverseBytes(a.value) >>> (64 - bits);
        to.mask = Long.reverseBytes(a.mask) >>> (64 - bits);
        return to.toScalar();
    }

    // --- sums ---------------------------------------------------------------------------------

    /** {@return a + b} */
    static Scalar add(Scalar a, Scalar b) {
        if (a.isConstant() && b.isConstant()) {
            return Scalar.constant(a.value + b.value);
        }
        Bounds to = new Bounds();
        // A bit of the sum is unknown where an operand's is, or where the carry into it depends on
        // unknown bits: where the least and the most sum differ.
        long least = a.value + b.value;
        long most = least + (a.mask + b.mask);
        to.mask = (least ^ most) | a.mask | b.mask;
        to.value = least & ~to.mask;
        long low = a.umin + b.umin;
        long high = a.umax + b.umax;
        // Ends that both wrap around, or both do not, still are the ends.
        if (isLess(low, a.umin) == isLess(high, a.umax)) {
            to.umin = low;
            to.umax = high;
        }
        low = a.smin + b.smin;
        high = a.smax + b.smax;
        if (overflow(a.smin, b.smin, low) == overflow(a.smax, b.smax, high)) {
            to.smin = low;
            to.smax = high;
        }
        words(to, a.umin32 + b.umin32, a.umax32 + b.umax32);
        wordsSigned(to, a.smin32 + b.smin32, a.smax32 + b.smax32);
        return to.toScalar();
    }

    /** {@return a - b} */
    static Scalar subtract(Scalar a, Scalar b) {
        if (a.isConstant() && b.isConstant()) {
            return Scalar.constant(a.value - b.value);
        }
        Bounds to = new Bounds();
        long middle = a.value - b.value;
        long most = middle + a.mask;
        long least = middle - b.mask;
        to.mask = (least ^ most) | a.mask | b.mask;
        to.value = middle & ~to.mask;
        if (isLess(a.umin, b.umax) == isLess(a.umax, b.umin)) {
            to.umin = a.umin - b.umax;
            to.umax = a.umax - b.umin;
        }
        long low = a.smin - b.smax;
        long high = a.smax - b.smin;
        // x - y overflows as x + ~y + 1 does: the sign tells which way.
        if (borrow(a.smin, b.smax, low) == borrow(a.smax, b.smin, high)) {
            to.smin = low;
            to.smax = high;
        }
        words(to, a.umin32 - b.umax32, a.umax32 - b.umin32);
        wordsSigned(to, a.smin32 - b.smax32, a.smax32 - b.smin32);
        return to.toScalar();
    }

    private static boolean isLess(long a, long b) {
        return Long.compareUnsigned(a, b) < 0;
    }

    /** {@return whether a sum wrapped around: -1 downward, 1 upward, 0 not at all} */
    private static int overflow(long a, long b, long sum) {
        return ((a ^ sum) & (b ^ sum)) < 0 ? (a < 0 ? -1 : 1) : 0;
    }

    private static int borrow(long a, long b, long difference) {
        return ((a ^ b) & (a ^ difference)) < 0 ? (a < 0 ? -1 : 1) : 0;
    }

    /** Sets what the lower halves lie between, if both ends wrap around equally often. */
    private static void words(Bounds to, long low, long high) {
        if (low >> 32 == high >> 32) {
            to.umin32 = low & Bounds.LOW;
            to.umax32 = high & Bounds.LOW;
        }
    }

    private static void wordsSigned(Bounds to, long low, long high) {
        if ((low + TWO_31) >> 32 == (high + TWO_31) >> 32) {
            to.smin32 = (int) low;
            to.smax32 = (int) high;
        }
    }

    // --- products -----------------------------------------------------------------------------

    /** {@return a * b} */
    static Scalar multiply(Scalar a, Scalar b) {
        if (a.isConstant() && b.isConstant()) {
            return Scalar.constant(a.value * b.value);
        }
        Bounds to = new Bounds();
        productBits(to, a, b);
        if (Math.unsignedMultiplyHigh(a.umax, b.umax) == 0) {
            to.umin = a.umin * b.umin;
            to.umax = a.umax * b.umax;
        }
        if (isInt(a) && isInt(b)) {
            to.smin = leastProduct(a.smin, a.smax, b.smin, b.smax);
            to.smax = mostProduct(a.smin, a.smax, b.smin, b.smax);
        }
        if (Math.unsignedMultiplyHigh(a.umax32, b.umax32) == 0
                && Long.compareUnsigned(a.umax32 * b.umax32, Bounds.LOW) <= 0) {
            to.umin32 = a.umin32 * b.umin32;
            to.umax32 = a.umax32 * b.umax32;
        }
        long low = leastProduct(a.smin32, a.smax32, b.smin32, b.smax32);
        long high = mostProduct(a.smin32, a.smax32, b.smin32, b.smax32);
        if (low >= Integer.MIN_VALUE && high <= Integer.MAX_VALUE) {
            to.smin32 = low;
            to.smax32 = high;
        }
        return to.toScalar();
    }

    /** With z trailing zeros and n known bits above them, a factor is z zeros, then n bits. */
    private static void productBits(Bounds to, Scalar a, Scalar b) {
        int zerosA = Long.numberOfTrailingZeros(a.value | a.mask);
        int zerosB = Long.numberOfTrailingZeros(b.value | b.mask);
        int knownA = Long.numberOfTrailingZeros(a.mask) - zerosA;
        int knownB = Long.numberOfTrailingZeros(b.mask) - zerosB;
        int known = zerosA + zerosB + Math.min(knownA, knownB);
        to.mask = known >= 64 ? 0 : -1L << known;
        to.value = (a.value * b.value) & ~to.mask;
    }

    private static boolean isInt(Scalar a) {
        return a.smin >= Integer.MIN_VALUE && a.smax <= Integer.MAX_VALUE;
    }

    private static long leastProduct(long aMin, long aMax, long bMin, long bMax) {
        return Math.min(Math.min(aMin * bMin, aMin * bMax), Math.min(aMax * bMin, aMax * bMax));
    }

    private static long mostProduct(long aMin, long aMax, long bMin, long bMax) {
        return Math.max(Math.max(aMin * bMin, aMin * bMax), Math.max(aMax * bMin, aMax * bMax));
    }

    /** {@return a / b without sign; by 0 gives 0} */
    static Scalar divide(Scalar a, Scalar b) {
        if (b.is(0)) {
            return ZERO;
        }
        Bounds to = new Bounds();
        to.umin = b.umin == 0 ? 0 : Long.divideUnsigned(a.umin, b.umax);
        to.umax = Long.divideUnsigned(a.umax, b.umin == 0 ? 1 : b.umin);
        return to.toScalar();
    }

    /** {@return a / b with sign, toward 0; by 0 gives 0, and the least number by -1 itself} */
    static Scalar divideSigned(Scalar a, Scalar b) {
        if (a.isConstant() && b.isConstant()) {
            return Scalar.constant(b.value == 0 ? 0 : a.value / b.value);
        }
        Bounds to = new Bounds();
        if (b.isConstant() && b.value > 0) {
            to.smin = a.smin / b.value;
            to.smax = a.smax / b.value;
        } else if (a.smin >= 0 && b.smin >= 0) {
            to.smin = 0;
            to.smax = a.smax;
        } else if (a.smin != Long.MIN_VALUE) {
            // No quotient is farther from 0 than the dividend.
            to.smax = Math.max(Math.abs(a.smin), Math.abs(a.smax));
            to.smin = -to.smax;
        }
        return to.toScalar();
    }

    /** {@return a mod b without sign; by 0 leaves a} */
    static Scalar remainder(Scalar a, Scalar b) {
        if (b.is(0) || isLess(a.umax, b.umin)) {
            return a;
        }
        if (b.isConstant() && Long.bitCount(b.value) == 1) {
            return and(a, Scalar.constant(b.value - 1));
        }
        Bounds to = new Bounds();
        to.umax = a.umax;
        if (b.umin != 0) {
            to.atMostUnsigned(b.umax - 1);
        }
        if (a.isConstant() && b.isConstant()) {
            to.umin = Long.remainderUnsigned(a.value, b.value);
            to.umax = to.umin;
        }
        return to.toScalar();
    }

    /** {@return a mod b with the sign of a; by 0 leaves a} */
    static Scalar remainderSigned(Scalar a, Scalar b) {
        if (b.is(0)) {
            return a;
        }
        if (a.isConstant() && b.isConstant()) {
            return Scalar.constant(a.value % b.value);
        }
        Bounds to = new Bounds();
        to.smin = Math.min(a.smin, 0);
        to.smax = Math.max(a.smax, 0);
        boolean isZeroOut = b.smin > 0 || b.smax < 0;
        if (isZeroOut && b.smin != Long.MIN_VALUE) {
            long most = Math.max(Math.abs(b.smin), Math.abs(b.smax)) - 1;
            to.smin = Math.max(to.smin, -most);
            to.smax = Math.min(to.smax, most);
        }
        return to.toScalar();
    }

    // --- bits ---------------------------------------------------------------------------------

    /** {@return a & b} */
    static Scalar and(Scalar a, Scalar b) {
        if (a.isConstant() && b.isConstant()) {
            return Scalar.constant(a.value & b.value);
        }
        if (b.isConstant() && (~b.value & (a.value | a.mask)) == 0) {
            return a;
        }
        Bounds to = new Bounds();
        to.value = a.value & b.value;
        to.mask = (a.value | a.mask) & (b.value | b.mask) & ~to.value;
        to.umax = isLess(a.umax, b.umax) ? a.umax : b.umax;
        to.umax32 = Math.min(a.umax32, b.umax32);
        return to.toScalar();
    }

    /** {@return a | b} */
    static Scalar or(Scalar a, Scalar b) {
        if (a.isConstant() && b.isConstant()) {
            return Scalar.constant(a.value | b.value);
        }
        Bounds to = new Bounds();
        to.value = a.value | b.value;
        to.mask = (a.mask | b.mask) & ~to.value;
        to.umin = isLess(a.umin, b.umin) ? b.umin : a.umin;
        to.umin32 = Math.max(a.umin32, b.umin32);
        return to.toScalar();
    }

    /** {@return a ^ b} */
    static Scalar xor(Scalar a, Scalar b) {
        if (a.isConstant() && b.isConstant()) {
            return Scalar.constant(a.value ^ b.value);
        }
        Bounds to = new Bounds();
        to.mask = a.mask | b.mask;
        to.value = (a.value ^ b.value) & ~to.mask;
        return to.toScalar();
    }

    // --- shifts: the count is 0 to 63 ---------------------------------------------------------

    private static Scalar shiftLeft(Scalar a, Scalar count) {
        if (a.isConstant() && count.isConstant()) {
            return Scalar.constant(a.value << count.value);
        }
        Bounds to = new Bounds();
        int least = (int) count.umin;
        int most = (int) count.umax;
        if (count.isConstant()) {
            to.value = a.value << least;
            to.mask = a.mask << least;
        } else {
            to.mask = -1L << least;
        }
        if (!isLess(-1L >>> most, a.umax)) {
            to.umin = a.umin << least;
            to.umax = a.umax << most;
        }
        if (((a.smin << most) >> most) == a.smin && ((a.smax << most) >> most) == a.smax) {
            to.smin = a.smin << (a.smin < 0 ? most : least);
            to.smax = a.smax << (a.smax < 0 ? least : most);
        }
        if (most < 32 && a.umax32 << most < TWO_32) {
            to.umin32 = a.umin32 << least;
            to.umax32 = a.umax32 << most;
        }
        return to.toScalar();
    }

    private static Scalar shiftRight(Scalar a, Scalar count) {
        if (a.isConstant() && count.isConstant()) {
            return Scalar.constant(a.value >>> count.value);
        }
        Bounds to = new Bounds();
        int least = (int) count.umin;
        int most = (int) count.umax;
        if (count.isConstant()) {
            to.value = a.value >>> least;
            to.mask = a.mask >>> least;
        }
        to.umin = a.umin >>> most;
        to.umax = a.umax >>> least;
        return to.toScalar();
    }

    private static Scalar shiftRightSigned(Scalar a, Scalar count) {
        if (a.isConstant() && count.isConstant()) {
            return Scalar.constant(a.value >> count.value);
        }
        Bounds to = new Bounds();
        int least = (int) count.umin;
        int most = (int) count.umax;
        if (count.isConstant()) {
            // An unknown sign bit is copied as unknown.
            to.value = a.value >> least;
            to.mask = a.mask >> least;
        }
        to.smin = a.smin >> (a.smin < 0 ? least : most);
        to.smax = a.smax >> (a.smax < 0 ? most : least);
        return to.toScalar();
    }
}
