// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.merge;

import java.util.ArrayList;
import java.util.List;

/**
 * Bytes of a packet that are loaded together, as a big-endian number. Immutable.
 *
 * @param base what the offset counts from
 * @param offset the first byte
 * @param bytes how many: 1, 2, 4 or 8
 * @param mask which bits are looked at
 */
record Window(int base, int offset, int bytes, long mask) {

    /** {@return few windows that hold what a shape looks at, none beyond its length} */
    static List<Window> of(Shape shape) {
        List<Window> windows = new ArrayList<>();
        int[] places = shape.places();
        int from = 0;
        while (from < places.length) {
            int to = from + 1;
            while (to < places.length && places[to] - places[from] < Long.BYTES) {
                to++;
            }
            // All of it, or less if the packet may end within the window.
            Window window = null;
            while (window == null) {
                window = of(shape, from, to);
                to -= window == null ? 1 : 0;
            }
            windows.add(window);
            from = to;
        }
        return windows;
    }

    private static Window of(Shape shape, int from, int to) {
        int first = shape.places()[from];
        int span = shape.places()[to - 1] - first + 1;
        int bytes = span == 1 ? 1 : Integer.highestOneBit(span - 1) << 1;
        int base = Bits.base(first);
        int length = base == 0 ? shape.least() : shape.leastBehindBase();
        int offset = Math.min(Bits.offset(first), length - bytes);
        if (offset < 0) {
            return null;
        }
        long mask = 0;
        for (int i = 0; i < bytes; i++) {
            long wanted = shape.mask(Bits.place(base, offset + i));
            boolean isWithin = offset + i >= Bits.offset(first)
                    && offset + i < Bits.offset(first) + span;
            mask |= isWithin ? wanted << ((bytes - 1 - i) * Byte.SIZE) : 0;
        }
        return new Window(base, offset, bytes, mask);
    }

    /** {@return the value of the window that a conjunction wants} */
    long value(Conjunction wanted) {
        long value = 0;
        for (int i = 0; i < bytes; i++) {
            value = value << Byte.SIZE
                    | Conjunction.value(wanted.at(Bits.place(base, offset + i)));
        }
        return value & mask;
    }

    /** {@return the bits of the neighbours of each bit that differs: fields change as a whole} */
    long fieldsOf(long different) {
        long fields = 0;
        for (int from = 0; from < bytes; from++) {
            long run = 0;
            int to = from;
            while (to < bytes && (mask & byteMask(to)) != 0) {
                run |= mask & byteMask(to);
                to++;
            }
            fields |= (run & different) != 0 ? run : 0;
            from = to;
        }
        return fields;
    }

    private long byteMask(int index) {
        return 0xffL << ((bytes - 1 - index) * Byte.SIZE);
    }
}
