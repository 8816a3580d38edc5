// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.merge;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * What the members of a group look like through the bits that another shape looks at too: the two
 * can only accept the same packet if these bits are the same. For the thread that changes the set.
 */
final class Projection {
    private final int[] places;
    private final int[] masks;
    private final Map<Bytes, Integer> counts = new HashMap<>();

    /** Values of the common bits. */
    @SuppressWarnings("ArrayRecordComponent")
    private record Bytes(byte[] values) implements Comparable<Bytes> {
        @Override
        public boolean equals(Object other) {
            return other instanceof Bytes bytes && Arrays.equals(values, bytes.values);
        }

        /** So that the map stays fast even if somebody chose bytes with one hash. */
        @Override
        public int compareTo(Bytes other) {
            return Arrays.compare(values, other.values);
        }

        @Override
        public int hashCode() {
            int hash = 0;
            for (byte value : values) {
                hash = (hash ^ value) * 0x9e3779b1;
                hash ^= hash >>> 15;
            }
            return hash;
        }
    }

    /** Makes the projection of an empty group. */
    Projection(Shape group, Shape other) {
        int[] common = new int[group.places().length];
        int[] bits = new int[common.length];
        int count = 0;
        for (int i = 0; i < common.length; i++) {
            int mask = group.masks()[i] & other.mask(group.places()[i]);
            if (mask != 0) {
                common[count] = group.places()[i];
                bits[count++] = mask;
            }
        }
        places = Arrays.copyOf(common, count);
        masks = Arrays.copyOf(bits, count);
    }

    private Bytes project(Conjunction wanted) {
        byte[] values = new byte[places.length];
        for (int i = 0; i < places.length; i++) {
            values[i] = (byte) (wanted.at(places[i]) & masks[i]);
        }
        return new Bytes(values);
    }

    void add(Conjunction member) {
        counts.merge(project(member), 1, Integer::sum);
    }

    void remove(Conjunction member) {
        counts.computeIfPresent(project(member), (_, count) -> count == 1 ? null : count - 1);
    }

    /** {@return whether a member has the same common bits} */
    boolean hasSame(Conjunction other) {
        return counts.containsKey(project(other));
    }

    /** {@return whether two conjunctions have the same common bits} */
    boolean isSame(Conjunction one, Conjunction other) {
        return project(one).equals(project(other));
    }
}
