// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.merge;

import java.util.Arrays;

/**
 * Which bits of a packet an alternative looks at, and how long the packet must be. Immutable.
 *
 * @param places the bytes, ascending, numbered as in {@link Bits}
 * @param masks for each, which of its bits
 * @param least the least length of the packet
 * @param base what offsets count from besides the first byte; 0 if there is no such
 * @param leastBehindBase the least length of the packet from that base on
 */
@SuppressWarnings("ArrayRecordComponent")
record Shape(int[] places, int[] masks, int least, int base, int leastBehindBase) {

    static Shape of(Conjunction wanted, int least, int base, int leastBehindBase) {
        int[] masks = new int[wanted.bytes().length];
        for (int i = 0; i < masks.length; i++) {
            masks[i] = Conjunction.mask(wanted.bytes()[i]);
        }
        return new Shape(wanted.places(), masks, least, base, leastBehindBase);
    }

    /** {@return how many bits it names} */
    int size() {
        int size = 0;
        for (int mask : masks) {
            size += Integer.bitCount(mask);
        }
        return size;
    }

    /** {@return the mask of a place; 0 if it is not looked at} */
    int mask(int place) {
        int index = Arrays.binarySearch(places, place);
        return index < 0 ? 0 : masks[index];
    }

    /** {@return whether a packet that is long enough for the other is so for this} */
    boolean isNoLongerThan(Shape other) {
        return least <= other.least
                && (base == 0 || (base == other.base && leastBehindBase <= other.leastBehindBase));
    }

    @Override
    public boolean equals(Object object) {
        return object instanceof Shape other && least == other.least && base == other.base
                && leastBehindBase == other.leastBehindBase && Arrays.equals(places, other.places)
                && Arrays.equals(masks, other.masks);
    }

    @Override
    public int hashCode() {
        return (Arrays.hashCode(places) * 31 + Arrays.hashCode(masks)) * 31
                + least + 31 * (base + 31 * leastBehindBase);
    }
}
