// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.verify;

/**
 * Where a {@link Scalar} is made: the same descriptions, open to change, until they are made to
 * agree.
 *
 * <p>Whoever fills it in must only write what holds for every number of the set; each deduction
 * here then follows from what is written. A description that is left as it begins says nothing. So
 * a transfer function states what it knows in the form in which it is easy, and gets the rest from
 * here.
 */
final class Bounds {
    /** The lower 32 bits. */
    static final long LOW = 0xffff_ffffL;
    private static final long HIGH = ~LOW;

    long value;
    long mask = -1;
    long smin = Long.MIN_VALUE;
    long smax = Long.MAX_VALUE;
    long umin;
    long umax = -1;
    long smin32 = Integer.MIN_VALUE;
    long smax32 = Integer.MAX_VALUE;
    long umin32;
    long umax32 = LOW;

    private boolean isContradiction;

    /** Begins with any number. */
    Bounds() {}

    /** Begins with what is known of a number. */
    Bounds(Scalar scalar) {
        value = scalar.value;
        mask = scalar.mask;
        smin = scalar.smin;
        smax = scalar.smax;
        umin = scalar.umin;
        umax = scalar.umax;
        smin32 = scalar.smin32;
        smax32 = scalar.smax32;
        umin32 = scalar.umin32;
        umax32 = scalar.umax32;
    }

    /** {@return the set; {@link Scalar#EMPTY} if the descriptions contradict one another} */
    Scalar toScalar() {
        // A round may sharpen what the one before it started from. Any number of rounds is sound;
        // more than two were never seen to gain anything.
        for (int round = 0; round < 2; round++) {
            bitsToRanges();
            between64();
            between32();
            down();
            up();
            rangesToBits();
        }
        bitsToRanges();
        if (isEmpty()) {
            return Scalar.EMPTY;
        }
        return mask == 0 ? Scalar.constant(value) : new Scalar(this);
    }

    private boolean isEmpty() {
        return isContradiction || smin > smax || Long.compareUnsigned(umin, umax) > 0
                || smin32 > smax32 || umin32 > umax32;
    }

    /** Takes over what is known of bits, besides what is. */
    void andBits(long otherValue, long otherMask) {
        isContradiction |= ((value ^ otherValue) & ~mask & ~otherMask) != 0;
        mask &= otherMask;
        value = (value | otherValue) & ~mask;
    }

    /** Takes over everything that is known of a number, besides what is. */
    void and(Scalar other) {
        andBits(other.value, other.mask);
        smin = Math.max(smin, other.smin);
        smax = Math.min(smax, other.smax);
        atLeastUnsigned(other.umin);
        atMostUnsigned(other.umax);
        smin32 = Math.max(smin32, other.smin32);
        smax32 = Math.min(smax32, other.smax32);
        umin32 = Math.max(umin32, other.umin32);
        umax32 = Math.min(umax32, other.umax32);
    }

    /** The number is at least this, without sign. */
    void atLeastUnsigned(long least) {
        umin = Long.compareUnsigned(umin, least) < 0 ? least : umin;
    }

    /** The number is at most this, without sign. */
    void atMostUnsigned(long most) {
        umax = Long.compareUnsigned(umax, most) > 0 ? most : umax;
    }

    /** With unknown bits 0 a number is least, with unknown bits 1 it is most, but for the sign. */
    private void bitsToRanges() {
        atLeastUnsigned(value);
        atMostUnsigned(value | mask);
        smin = Math.max(smin, value | (mask & Long.MIN_VALUE));
        smax = Math.min(smax, value | (mask & Long.MAX_VALUE));
        int low = (int) value;
        int unknown = (int) mask;
        umin32 = Math.max(umin32, low & LOW);
        umax32 = Math.min(umax32, (low | unknown) & LOW);
        smin32 = Math.max(smin32, low | (unknown & Integer.MIN_VALUE));
        smax32 = Math.min(smax32, low | (unknown & Integer.MAX_VALUE));
    }

    /** Where the sign is known, the signed and the unsigned order are the same. */
    private void between64() {
        if ((smin ^ smax) >= 0) {
            atLeastUnsigned(smin);
            atMostUnsigned(smax);
        }
        if ((umin ^ umax) >= 0) {
            smin = Math.max(smin, umin);
            smax = Math.min(smax, umax);
        }
    }

    private void between32() {
        if (smin32 >= 0 || smax32 < 0) {
            umin32 = Math.max(umin32, smin32 & LOW);
            umax32 = Math.min(umax32, smax32 & LOW);
        }
        if (umax32 <= Integer.MAX_VALUE || umin32 > Integer.MAX_VALUE) {
            smin32 = Math.max(smin32, (umin32 << 32) >> 32);
            smax32 = Math.min(smax32, (umax32 << 32) >> 32);
        }
    }

    /** If the upper half is the same from end to end, the lower half runs between the ends'. */
    private void down() {
        if (((umin ^ umax) & HIGH) == 0) {
            umin32 = Math.max(umin32, umin & LOW);
            umax32 = Math.min(umax32, umax & LOW);
        }
        if (((smin ^ smax) & HIGH) == 0) {
            umin32 = Math.max(umin32, smin & LOW);
            umax32 = Math.min(umax32, smax & LOW);
        }
        if (smin >= Integer.MIN_VALUE && smax <= Integer.MAX_VALUE) {
            smin32 = Math.max(smin32, smin);
            smax32 = Math.min(smax32, smax);
        }
    }

    /**
     * A number whose upper half is that of the minimum has a lower half of at least umin32; one
     * with another upper half is greater anyway. Likewise for the maxima.
     */
    private void up() {
        atLeastUnsigned((umin & HIGH) | umin32);
        atMostUnsigned((umax & HIGH) | umax32);
        smin = Math.max(smin, (smin & HIGH) | umin32);
        smax = Math.min(smax, (smax & HIGH) | umax32);
        if (smin >= Integer.MIN_VALUE && smax <= Integer.MAX_VALUE) {
            smin = Math.max(smin, smin32);
            smax = Math.min(smax, smax32);
        }
    }

    /** The bits that both ends of a range have in front in common, all numbers between have. */
    private void rangesToBits() {
        long below = below(umin ^ umax);
        andBits(umin & ~below, below);
        long below32 = below(umin32 ^ umax32);
        andBits(umin32 & ~below32, below32 | HIGH);
    }

    /** {@return ones from the highest one of a number downward} */
    private static long below(long number) {
        return number == 0 ? 0 : -1L >>> Long.numberOfLeadingZeros(number);
    }
}
