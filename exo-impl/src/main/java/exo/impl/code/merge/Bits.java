// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.merge;

import java.util.Arrays;

/**
 * Numbers of 64 bits of which each bit is 0, 1, or a bit of the packet, maybe inverted: arrays of
 * 64 cells, lowest bit first, which nobody changes.
 *
 * <p>A <i>place</i> is a byte of the packet: the number of its base times 65,536, plus its offset.
 * Base 0 is the packet's first byte; base {@code h + 1} is as far behind it as the lower four bits
 * of byte {@code h} say, in units of 4 bytes, as in the header of IPv4. A <i>literal</i> is a bit
 * of a place with a value: {@code (place * 8 + bit) * 2 + value}. A cell of the packet is a literal
 * plus 2, whose value says whether it is inverted.
 */
final class Bits {
    static final int ZERO = 0;
    static final int ONE = 1;
    static final int FIRST_CELL = 2;
    static final int BASE_SHIFT = 16;
    /** The farthest byte from its base. */
    static final int MAX_OFFSET = 0xffff;
    /** The farthest byte that can say where a base is. */
    static final int MAX_HEADER = 1023;

    private Bits() {}

    static int place(int base, int offset) {
        return base << BASE_SHIFT | offset;
    }

    static int base(int place) {
        return place >>> BASE_SHIFT;
    }

    static int offset(int place) {
        return place & MAX_OFFSET;
    }

    static int[] constant(long number) {
        int[] cells = new int[Long.SIZE];
        for (int i = 0; i < Long.SIZE; i++) {
            cells[i] = (int) ((number >>> i) & 1);
        }
        return cells;
    }

    /** {@return what a load gives} */
    static int[] load(int place, int bytes, boolean isBigEndian) {
        int[] cells = new int[Long.SIZE];
        for (int i = 0; i < bytes; i++) {
            int from = isBigEndian ? bytes - 1 - i : i;
            for (int bit = 0; bit < Byte.SIZE; bit++) {
                cells[i * Byte.SIZE + bit] = FIRST_CELL + (((place + from) << 3 | bit) << 1);
            }
        }
        return cells;
    }

    /** {@return whether no cell is of the packet} */
    static boolean isConstant(int[] cells) {
        for (int cell : cells) {
            if (cell >= FIRST_CELL) {
                return false;
            }
        }
        return true;
    }

    static long number(int[] cells) {
        long number = 0;
        for (int i = 0; i < Long.SIZE; i++) {
            number |= (long) cells[i] << i;
        }
        return number;
    }

    static int[] truncate(int[] cells, int bits) {
        int[] low = new int[Long.SIZE];
        System.arraycopy(cells, 0, low, 0, bits);
        return low;
    }

    static int[] extendSign(int[] cells, int bits) {
        int[] wide = cells.clone();
        Arrays.fill(wide, bits, Long.SIZE, cells[bits - 1]);
        return wide;
    }

    static int[] shiftLeft(int[] cells, int by) {
        int[] moved = new int[Long.SIZE];
        System.arraycopy(cells, 0, moved, by, Long.SIZE - by);
        return moved;
    }

    /** Moves the lower bits to the right; what comes in is a copy of {@code in}. */
    static int[] shiftRight(int[] cells, int by, int bits, int in) {
        int[] moved = new int[Long.SIZE];
        Arrays.fill(moved, 0, bits, in);
        System.arraycopy(cells, by, moved, 0, bits - by);
        return moved;
    }

    static int[] swap(int[] cells, int bits) {
        int[] swapped = new int[Long.SIZE];
        for (int i = 0; i < bits; i += Byte.SIZE) {
            System.arraycopy(cells, i, swapped, bits - Byte.SIZE - i, Byte.SIZE);
        }
        return swapped;
    }

    /** {@return both, bit by bit; null if a bit is neither 0 nor 1 nor one bit of the packet} */
    static int[] and(int[] a, int[] b) {
        int[] both = new int[Long.SIZE];
        for (int i = 0; i < Long.SIZE; i++) {
            if (a[i] == ZERO || b[i] == ZERO) {
                continue;
            }
            if (a[i] != ONE && b[i] != ONE && a[i] != b[i]) {
                return null;
            }
            both[i] = a[i] == ONE ? b[i] : a[i];
        }
        return both;
    }

    /** {@return one or both, bit by bit; null as for {@link #and}} */
    static int[] or(int[] a, int[] b) {
        int[] any = new int[Long.SIZE];
        for (int i = 0; i < Long.SIZE; i++) {
            if (a[i] == ONE || b[i] == ONE) {
                any[i] = ONE;
            } else if (a[i] != ZERO && b[i] != ZERO && a[i] != b[i]) {
                return null;
            } else {
                any[i] = a[i] == ZERO ? b[i] : a[i];
            }
        }
        return any;
    }

    /** {@return one but not both, bit by bit; null as for {@link #and}} */
    static int[] xor(int[] a, int[] b) {
        int[] one = new int[Long.SIZE];
        for (int i = 0; i < Long.SIZE; i++) {
            if (a[i] >= FIRST_CELL && b[i] >= FIRST_CELL) {
                return null;
            }
            one[i] = a[i] ^ b[i];
        }
        return one;
    }

    /** {@return the sum, if nothing is carried; null otherwise} */
    static int[] add(int[] a, int[] b) {
        for (int i = 0; i < Long.SIZE; i++) {
            if (a[i] != ZERO && b[i] != ZERO) {
                return null;
            }
        }
        return or(a, b);
    }

    /** {@return the byte h if this is four times the lower four bits of it; -1 otherwise} */
    static int headerOf(int[] cells) {
        int first = cells[2] - FIRST_CELL;
        int place = first >> 4;
        if (first < 0 || (first & 0xf) != 0 || place > MAX_HEADER) {
            return -1;
        }
        for (int i = 0; i < Long.SIZE; i++) {
            int expected = i >= 2 && i < 6 ? FIRST_CELL + ((place << 3 | (i - 2)) << 1) : ZERO;
            if (cells[i] != expected) {
                return -1;
            }
        }
        return place;
    }
}
