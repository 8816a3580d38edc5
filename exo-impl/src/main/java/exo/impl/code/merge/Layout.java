// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.merge;

import java.util.Arrays;
import java.util.List;

/**
 * How the members of a group are told apart: bits that have the same value in all of them are
 * guards; the others, moved together, are the words of the key. Immutable.
 */
final class Layout {
    final Shape shape;
    final List<Window> windows;
    /** For each window, the bits that are the same in all members. */
    final long[] guards;
    /** For each window, the values of these bits. */
    final long[] values;
    /** For each window, the word that its other bits are a part of; -1 if it has none. */
    final int[] word;
    /** For each window, how far its other bits are moved to the left; to the right if negative. */
    final int[] shift;
    /** How many words a key has. */
    final int words;

    private Layout(Shape shape, List<Window> windows, long[] guards, long[] values) {
        this.shape = shape;
        this.windows = windows;
        this.guards = guards;
        this.values = values;
        word = new int[guards.length];
        shift = new int[guards.length];
        int count = 0;
        int used = Long.SIZE;
        for (int i = 0; i < guards.length; i++) {
            long bits = keyBits(i);
            word[i] = -1;
            if (bits != 0) {
                int low = Long.numberOfTrailingZeros(bits);
                int width = Long.SIZE - Long.numberOfLeadingZeros(bits) - low;
                if (used + width > Long.SIZE) {
                    used = 0;
                    count++;
                }
                word[i] = count - 1;
                shift[i] = used - low;
                used += width;
            }
        }
        words = count;
    }

    /** {@return the layout of a group with one member: all are guards} */
    static Layout of(Shape shape, Conjunction member) {
        List<Window> windows = Window.of(shape);
        long[] guards = new long[windows.size()];
        long[] values = new long[guards.length];
        for (int i = 0; i < guards.length; i++) {
            guards[i] = windows.get(i).mask();
            values[i] = windows.get(i).value(member);
        }
        return new Layout(shape, windows, guards, values);
    }

    /** {@return the layout with another member; this if its guards hold for it} */
    Layout with(Conjunction member) {
        long[] fewer = guards.clone();
        long[] fewerValues = new long[guards.length];
        boolean isSame = true;
        for (int i = 0; i < guards.length; i++) {
            long different = (windows.get(i).value(member) ^ values[i]) & guards[i];
            fewer[i] &= ~windows.get(i).fieldsOf(different);
            fewerValues[i] = values[i] & fewer[i];
            isSame &= different == 0;
        }
        return isSame ? this : new Layout(shape, windows, fewer, fewerValues);
    }

    long keyBits(int window) {
        return windows.get(window).mask() & ~guards[window];
    }

    /** {@return the key of a member} */
    long[] key(Conjunction member) {
        long[] key = new long[words];
        for (int i = 0; i < guards.length; i++) {
            if (word[i] >= 0) {
                long bits = windows.get(i).value(member) & keyBits(i);
                key[word[i]] |= shift[i] < 0 ? bits >>> -shift[i] : bits << shift[i];
            }
        }
        return key;
    }

    @Override
    public boolean equals(Object object) {
        return object instanceof Layout other && shape.equals(other.shape)
                && Arrays.equals(guards, other.guards) && Arrays.equals(values, other.values);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * shape.hashCode() + Arrays.hashCode(guards)) + Arrays.hashCode(values);
    }
}
