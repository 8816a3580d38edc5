// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.merge;

import java.util.Arrays;
import java.util.Locale;

/**
 * Bits of a packet that shall have certain values, byte by byte. Immutable.
 *
 * @param places the bytes, ascending, numbered as in {@link Bits}
 * @param bytes for each, which bits shall have a value, in its upper 8 bits, and the values, in its
 *        lower 8
 */
@SuppressWarnings("ArrayRecordComponent")
record Conjunction(int[] places, int[] bytes) {

    static Conjunction of(int[] literals) {
        int[] sorted = literals.clone();
        Arrays.sort(sorted);
        int[] places = new int[sorted.length];
        int[] bytes = new int[sorted.length];
        int count = 0;
        for (int literal : sorted) {
            int place = literal >> 4;
            if (count == 0 || places[count - 1] != place) {
                places[count++] = place;
            }
            int bit = (literal >> 1) & 7;
            bytes[count - 1] |= 1 << (bit + Byte.SIZE) | (literal & 1) << bit;
        }
        return new Conjunction(Arrays.copyOf(places, count), Arrays.copyOf(bytes, count));
    }

    static int mask(int wanted) {
        return wanted >> Byte.SIZE;
    }

    static int value(int wanted) {
        return wanted & 0xff;
    }

    /** {@return the bits and values of a place; 0 if there are none} */
    int at(int place) {
        int index = Arrays.binarySearch(places, place);
        return index < 0 ? 0 : bytes[index];
    }

    /** {@return how many bits shall have a value} */
    int size() {
        int size = 0;
        for (int wanted : bytes) {
            size += Integer.bitCount(mask(wanted));
        }
        return size;
    }

    /** {@return whether each bit of this has the same value in one or the other} */
    boolean isImpliedBy(Conjunction one, Conjunction other) {
        for (int i = 0; i < places.length; i++) {
            int a = one.at(places[i]);
            int b = other.at(places[i]);
            int has = mask(a) | mask(b);
            if ((mask(bytes[i]) & ~has) != 0
                    || ((value(a) | value(b)) & mask(bytes[i])) != value(bytes[i])) {
                return false;
            }
        }
        return true;
    }

    boolean isSame(Conjunction other) {
        return Arrays.equals(places, other.places) && Arrays.equals(bytes, other.bytes);
    }

    /** {@return it in words} */
    String describe() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < places.length; i++) {
            int base = Bits.base(places[i]);
            text.append(i == 0 ? "byte " : ", byte ").append(Bits.offset(places[i]));
            if (base != 0) {
                text.append(" plus the header length of byte ").append(base - 1);
            }
            text.append(" is 0x").append(Integer.toHexString(value(bytes[i])));
            if (mask(bytes[i]) != 0xff) {
                text.append(String.format(Locale.ROOT, " under mask 0x%x", mask(bytes[i])));
            }
        }
        return places.length == 0 ? "any packet" : text.toString();
    }
}
