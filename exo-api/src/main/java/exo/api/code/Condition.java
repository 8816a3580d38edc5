// SPDX-License-Identifier: Apache-2.0
package exo.api.code;

/**
 * What a filter wants of an Ethernet frame. Made from {@link Field}s, and turned into a program by
 * {@link #toProgram}. Immutable.
 *
 * <p>A frame that ends before what a condition must look at is refused, whatever the condition.
 */
public final class Condition {
    /** The most comparisons of a condition, with those that fields imply. */
    public static final int MAX_COMPARISONS = 1000;
    /** The most bytes of a frame that a program can accept. */
    public static final int MAX_SNAP_LENGTH = 262_144;

    private static final Condition ALWAYS = new Condition(new Constant(true), 0);

    private final Term term;
    private final int comparisons;

    /** Where the offset of a field counts from. */
    enum Base {
        /** The first byte of the frame. */
        LINK,
        /** The first byte behind the header of IPv4 with its options. */
        IPV4_PAYLOAD,
        /** The first byte behind the header of IPv6. */
        IPV6_PAYLOAD
    }

    /** How a number of the frame is compared. */
    enum Operation {
        /** All bits the same. */
        EQUAL,
        /** More, without sign. */
        ABOVE,
        /** More or the same, without sign. */
        AT_LEAST,
        /** Any bit in common. */
        ANY_BIT
    }

    /**
     * A number of the frame.
     *
     * @param base what its offset counts from
     * @param offset its first byte
     * @param bytes how many it has: 1, 2 or 4
     * @param mask which of its bits are looked at
     */
    record Load(Base base, int offset, int bytes, int mask) {}

    /** A condition, or a part of one. */
    sealed interface Term {}

    /**
     * A comparison.
     *
     * @param load what is compared
     * @param operation how
     * @param value with what
     */
    record Test(Load load, Operation operation, int value) implements Term {}

    /**
     * Both.
     *
     * @param first one
     * @param second the other
     */
    record Both(Term first, Term second) implements Term {}

    /**
     * One of two, or both.
     *
     * @param first one
     * @param second the other
     */
    record Either(Term first, Term second) implements Term {}

    /**
     * The opposite.
     *
     * @param term of what
     */
    record Opposite(Term term) implements Term {}

    /**
     * Always, or never.
     *
     * @param holds whether always
     */
    record Constant(boolean holds) implements Term {}

    /**
     * Makes a condition of one comparison.
     *
     * @param test the comparison
     */
    Condition(Test test) {
        this(test, 1);
    }

    private Condition(Term term, int comparisons) {
        if (comparisons > MAX_COMPARISONS) {
            throw new IllegalArgumentException("a condition has up to " + MAX_COMPARISONS
                    + " comparisons, but this one would have " + comparisons
                    + ": use several filters");
        }
        this.term = term;
        this.comparisons = comparisons;
    }

    /** {@return the condition that every frame satisfies} */
    public static Condition always() {
        return ALWAYS;
    }

    /**
     * {@return that this and another condition hold}
     *
     * @param other the other
     * @throws IllegalArgumentException if the two have more than {@value #MAX_COMPARISONS}
     *         comparisons
     */
    public Condition and(Condition other) {
        if (term instanceof Constant constant) {
            return constant.holds ? other : this;
        }
        return new Condition(new Both(term, other.term), comparisons + other.comparisons);
    }

    /**
     * {@return that this or another condition holds}
     *
     * @param other the other
     * @throws IllegalArgumentException if the two have more than {@value #MAX_COMPARISONS}
     *         comparisons
     */
    public Condition or(Condition other) {
        if (term instanceof Constant constant) {
            return constant.holds ? this : other;
        }
        return new Condition(new Either(term, other.term), comparisons + other.comparisons);
    }

    /** {@return that this condition does not hold} */
    public Condition not() {
        return new Condition(new Opposite(term), comparisons);
    }

    /**
     * {@return a program that accepts the frames that satisfy this condition}
     *
     * <p>Comparisons whose result is known from earlier ones are left out.
     *
     * @param snapLength how many bytes of a frame it accepts, 1 to {@value #MAX_SNAP_LENGTH}
     * @throws IllegalArgumentException if the length is out of range, or the program had more than
     *         {@value ClassicProgram#MAX_INSTRUCTIONS} instructions
     */
    public ClassicProgram toProgram(int snapLength) {
        if (snapLength < 1 || snapLength > MAX_SNAP_LENGTH) {
            throw new IllegalArgumentException("a program accepts 1 to " + MAX_SNAP_LENGTH
                    + " bytes of a frame, not " + snapLength);
        }
        return new ConditionCompiler(term).compile(snapLength);
    }

    /** {@return how many comparisons it has} */
    @Override
    public String toString() {
        return "Condition of " + comparisons + " comparisons";
    }
}
