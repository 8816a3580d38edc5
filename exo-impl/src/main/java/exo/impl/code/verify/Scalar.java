// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.verify;

/**
 * What is known of a 64-bit number: a set of numbers that contains it. Immutable.
 *
 * <p>The set is described five times over, and a number is in it only if all five allow it:
 *
 * <pre>
 *   bits      where mask has a 0, the bit is that of value; where it has a 1, it is unknown
 *   smin ..   the number, signed, lies between smin and smax
 *   umin ..   the number, without sign, lies between umin and umax
 *   smin32 .. its lower 32 bits, signed, lie between smin32 and smax32
 *   umin32 .. its lower 32 bits, without sign, lie between umin32 and umax32
 * </pre>
 *
 * <p>{@link Bounds} makes them, and lets each description sharpen the others.
 */
final class Scalar {
    private static final int CACHED_FROM = -256;
    private static final int CACHED_TO = 2048;
    private static final Scalar[] CACHED = cache();

    /** No number at all: what a branch that cannot be taken leaves. */
    static final Scalar EMPTY = new Scalar(emptyBounds());
    /** Any number. */
    static final Scalar ANY = new Scalar(new Bounds());
    private static final Scalar[] OF_BYTES = {ofBits(8), ofBits(16), ofBits(32)};

    final long value;
    final long mask;
    final long smin;
    final long smax;
    final long umin;
    final long umax;
    final long smin32;
    final long smax32;
    final long umin32;
    final long umax32;

    /** For {@link Bounds}, which has seen to it that the descriptions agree. */
    Scalar(Bounds bounds) {
        value = bounds.value;
        mask = bounds.mask;
        smin = bounds.smin;
        smax = bounds.smax;
        umin = bounds.umin;
        umax = bounds.umax;
        smin32 = bounds.smin32;
        smax32 = bounds.smax32;
        umin32 = bounds.umin32;
        umax32 = bounds.umax32;
    }

    private Scalar(long constant) {
        value = constant;
        mask = 0;
        smin = constant;
        smax = constant;
        umin = constant;
        umax = constant;
        smin32 = (int) constant;
        smax32 = smin32;
        umin32 = constant & Bounds.LOW;
        umax32 = umin32;
    }

    private static Scalar[] cache() {
        Scalar[] cached = new Scalar[CACHED_TO - CACHED_FROM];
        for (int i = 0; i < cached.length; i++) {
            cached[i] = new Scalar((long) i + CACHED_FROM);
        }
        return cached;
    }

    private static Bounds emptyBounds() {
        Bounds bounds = new Bounds();
        bounds.smin = Long.MAX_VALUE;
        bounds.smax = Long.MIN_VALUE;
        return bounds;
    }

    private static Scalar ofBits(int bits) {
        Bounds bounds = new Bounds();
        bounds.mask = (1L << bits) - 1;
        return bounds.toScalar();
    }

    /** {@return one number} */
    static Scalar constant(long number) {
        return number >= CACHED_FROM && number < CACHED_TO
                ? CACHED[(int) number - CACHED_FROM]
                : new Scalar(number);
    }

    /** {@return the numbers from one to another, signed} */
    static Scalar range(long least, long most) {
        Bounds bounds = new Bounds();
        bounds.smin = least;
        bounds.smax = most;
        return bounds.toScalar();
    }

    /** {@return any number that a load of so many bytes, 1, 2, 4 or 8, without sign gives} */
    static Scalar ofBytes(int bytes) {
        return bytes == 8 ? ANY : OF_BYTES[bytes >> 1];
    }

    /** {@return whether it is one number: {@link #value}} */
    boolean isConstant() {
        return mask == 0;
    }

    /** {@return whether it is one certain number} */
    boolean is(long number) {
        return mask == 0 && value == number;
    }

    /** {@return whether there is no such number} */
    boolean isEmpty() {
        return this == EMPTY;
    }

    /** {@return whether a number is in the set} */
    boolean contains(long number) {
        int low = (int) number;
        long unsigned = number & Bounds.LOW;
        return ((number ^ value) & ~mask) == 0 && smin <= number && number <= smax
                && Long.compareUnsigned(umin, number) <= 0
                && Long.compareUnsigned(number, umax) <= 0 && smin32 <= low && low <= smax32
                && umin32 <= unsigned && unsigned <= umax32;
    }

    /** {@return whether every number of another set is surely in this one} */
    boolean covers(Scalar other) {
        if (this == other) {
            return true;
        }
        if (other.mask == 0) {
            return contains(other.value);
        }
        return (other.mask & ~mask) == 0 && ((other.value ^ value) & ~mask) == 0
                && smin <= other.smin && other.smax <= smax
                && Long.compareUnsigned(umin, other.umin) <= 0
                && Long.compareUnsigned(other.umax, umax) <= 0 && smin32 <= other.smin32
                && other.smax32 <= smax32 && umin32 <= other.umin32 && other.umax32 <= umax32;
    }

    /** {@return a number that is equal for equal sets} */
    int hash() {
        long mixed = ((value * 31 + mask) * 31 + smin) * 31 + smax;
        mixed = (mixed * 31 + umin) * 31 + umax;
        mixed *= 0x9e37_79b9_7f4a_7c15L;
        return (int) (mixed >>> 32);
    }

    @Override
    public String toString() {
        if (this == EMPTY) {
            return "no number";
        }
        if (mask == 0) {
            return Long.toString(value);
        }
        if (smin == Long.MIN_VALUE && smax == Long.MAX_VALUE) {
            return mask == -1 ? "any number" : "any number with some bits known";
        }
        return smin + " to " + smax;
    }
}
