// SPDX-License-Identifier: Apache-2.0
package exo.api.name;

import java.util.Objects;

/**
 * A place in the hierarchy of names: 0 to {@value #MAX_LENGTH} numbers from 0 to 255, which makes
 * 8 levels. Immutable; equal names are interchangeable.
 *
 * <p>A name that is a prefix of another stands above it: the empty name, {@link #ROOT}, above all.
 * Names are ordered like words, a prefix first, so that what stands below a name follows it without
 * gaps.
 *
 * <p><b>Thread-safety.</b> Any thread.
 *
 * @see "Xok, sys/xok/capability.h: capabilities with names of up to 7 bytes"
 */
public final class Name implements Comparable<Name> {
    /** How many numbers a name has at most. */
    public static final int MAX_LENGTH = 7;
    /** The empty name, above all others. */
    public static final Name ROOT = new Name(0, 0);

    private static final int BITS = 8;
    private static final int MAX_NUMBER = 255;

    private final long bits; // the first number in the highest byte; what is not used is 0
    private final int length;

    private Name(long bits, int length) {
        this.bits = bits;
        this.length = length;
    }

    /**
     * {@return the name of these numbers}
     *
     * @param numbers 0 to {@value #MAX_LENGTH} numbers from 0 to 255
     * @throws IllegalArgumentException if there are more, or one is out of range
     */
    public static Name of(int... numbers) {
        Name name = ROOT;
        for (int number : numbers) {
            name = name.child(number);
        }
        return name;
    }

    /**
     * {@return the name that a text spells}
     *
     * @param text decimal numbers, separated by dots, as {@link #toString} gives them; empty for
     *        {@link #ROOT}
     * @throws IllegalArgumentException if the text is something else
     */
    public static Name parse(String text) {
        if (text.isEmpty()) {
            return ROOT;
        }
        Name name = ROOT;
        for (String part : text.split("\\.", -1)) {
            if (!part.matches("0|[1-9][0-9]{0,2}")) {
                throw new IllegalArgumentException("'" + part + "' in the name '" + text
                        + "' is not a number from 0 to 255");
            }
            name = name.child(Integer.parseInt(part));
        }
        return name;
    }

    /**
     * {@return the name one level below}
     *
     * @param number its last number, 0 to 255
     * @throws IllegalArgumentException if the number is out of range, or this name has
     *         {@value #MAX_LENGTH} numbers already
     */
    public Name child(int number) {
        if (number < 0 || number > MAX_NUMBER) {
            throw new IllegalArgumentException(
                    "a name consists of numbers from 0 to 255, but got " + number);
        }
        if (length == MAX_LENGTH) {
            throw new IllegalArgumentException("a name has at most " + MAX_LENGTH
                    + " numbers, so '" + this + "' has no names below it");
        }
        return new Name(bits | (long) number << shift(length), length + 1);
    }

    private static int shift(int position) {
        return Long.SIZE - BITS - BITS * position;
    }

    /** {@return how many numbers it has, 0 to {@value #MAX_LENGTH}} */
    public int length() {
        return length;
    }

    /**
     * {@return one of its numbers}
     *
     * @param position which, from 0
     * @throws IndexOutOfBoundsException if there are not so many
     */
    public int number(int position) {
        return (int) (bits >>> shift(Objects.checkIndex(position, length))) & MAX_NUMBER;
    }

    /**
     * {@return whether the other name is this one or stands below it}
     *
     * @param other the other name
     */
    public boolean isPrefixOf(Name other) {
        boolean noLonger = length <= other.length;
        return noLonger && (length == 0 || (bits ^ other.bits) >>> shift(length - 1) == 0);
    }

    /** {@return the order of words: by the first number that differs, a prefix first} */
    @Override
    public int compareTo(Name other) {
        int order = Long.compareUnsigned(bits, other.bits);
        return order != 0 ? order : Integer.compare(length, other.length);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Name name && name.bits == bits && name.length == length;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(bits) * 31 + length;
    }

    /** {@return the numbers in decimal, separated by dots; empty for {@link #ROOT}} */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append(i == 0 ? "" : ".").append(number(i));
        }
        return text.toString();
    }
}
