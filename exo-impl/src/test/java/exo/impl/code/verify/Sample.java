// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.verify;

import java.util.random.RandomGenerator;

/** A set of numbers and some of its members, made of random descriptions around the members. */
final class Sample {
    private static final long[] CORNERS = {0, 1, -1, 2, -2, 31, 32, 63, 64, 0x7f, 0x80, 0xff,
            0x7fff, 0x8000, 0xffff, 0x7fff_ffff, 0x8000_0000L, 0xffff_ffffL, 0x1_0000_0000L,
            -0x8000_0000L, -0x8000_0001L, Long.MAX_VALUE, Long.MIN_VALUE, Long.MIN_VALUE + 1};

    private final Scalar scalar;
    private final long[] members;

    private Sample(Scalar scalar, long... members) {
        this.scalar = scalar;
        this.members = members;
    }

    /** The set. */
    Scalar scalar() {
        return scalar;
    }

    /** Some of its members. */
    long[] members() {
        return members;
    }

    /** A number that is likely to be near where something changes. */
    static long number(RandomGenerator random) {
        return switch (random.nextInt(4)) {
            case 0 -> CORNERS[random.nextInt(CORNERS.length)];
            case 1 -> CORNERS[random.nextInt(CORNERS.length)] + random.nextInt(-3, 4);
            case 2 -> random.nextLong() >>> random.nextInt(64);
            default -> random.nextLong() >> random.nextInt(64);
        };
    }

    /** A set with up to four known members. */
    static Sample of(RandomGenerator random) {
        long[] members = new long[random.nextInt(1, 5)];
        members[0] = number(random);
        for (int i = 1; i < members.length; i++) {
            members[i] = random.nextBoolean()
                    ? members[0] + random.nextInt(-20, 21)
                    : random.nextInt(4) == 0
                            ? number(random)
                            : members[0] ^ (1L << random.nextInt(64));
        }
        return new Sample(around(members, random), members);
    }

    /** Each description is the tightest one, or says nothing, or is a bit looser. */
    private static Scalar around(long[] members, RandomGenerator random) {
        int which = random.nextInt(32);
        Bounds bounds = new Bounds();
        long same = members[0];
        long differs = 0;
        for (long member : members) {
            differs |= member ^ same;
        }
        if ((which & 1) != 0) {
            bounds.mask = differs | (random.nextBoolean() ? 0 : random.nextLong());
            bounds.value = same & ~bounds.mask;
        }
        Scalar tight = hull(members);
        if ((which & 2) != 0) {
            bounds.smin = tight.smin;
            bounds.smax = tight.smax;
        }
        if ((which & 4) != 0) {
            bounds.umin = tight.umin;
            bounds.umax = tight.umax;
        }
        if ((which & 8) != 0) {
            bounds.smin32 = tight.smin32;
            bounds.smax32 = tight.smax32;
        }
        if ((which & 16) != 0) {
            bounds.umin32 = tight.umin32;
            bounds.umax32 = tight.umax32;
        }
        return bounds.toScalar();
    }

    /** The ends of the members in each order, without any deduction. */
    private static Scalar hull(long[] members) {
        Bounds b = new Bounds();
        b.smin = Long.MAX_VALUE;
        b.smax = Long.MIN_VALUE;
        b.umin = -1;
        b.umax = 0;
        b.smin32 = Integer.MAX_VALUE;
        b.smax32 = Integer.MIN_VALUE;
        b.umin32 = Bounds.LOW;
        b.umax32 = 0;
        for (long member : members) {
            b.smin = Math.min(b.smin, member);
            b.smax = Math.max(b.smax, member);
            b.umin = Long.compareUnsigned(member, b.umin) < 0 ? member : b.umin;
            b.umax = Long.compareUnsigned(member, b.umax) > 0 ? member : b.umax;
            b.smin32 = Math.min(b.smin32, (member << 32) >> 32);
            b.smax32 = Math.max(b.smax32, (member << 32) >> 32);
            b.umin32 = Math.min(b.umin32, member & Bounds.LOW);
            b.umax32 = Math.max(b.umax32, member & Bounds.LOW);
        }
        return new Scalar(b);
    }
}
