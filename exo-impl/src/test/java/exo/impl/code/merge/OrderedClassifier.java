// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.merge;

import exo.api.code.Classifier;
import exo.api.code.PacketFilter;
import exo.api.code.VerifiedProgram;
import exo.api.code.VerifiedProgram.Engine;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a classifier shall answer: it asks all filters, one by one. */
final class OrderedClassifier implements Classifier {
    private final Map<Integer, Ordered> filters = new LinkedHashMap<>();

    /** A filter and its alternatives. */
    record Ordered(int key, VerifiedProgram program, PacketFilter code,
            List<Alternative> alternatives) {

        static Ordered of(int key, VerifiedProgram program) {
            return new Ordered(key, program, program.filter(Engine.INTERPRET),
                    Analysis.of(program));
        }

        /** {@return how many bits the best satisfied alternative names; -1 if none is} */
        int bits(byte[] packet) {
            boolean isAccepted = accepts(packet);
            int best = -1;
            for (Alternative alternative : alternatives) {
                if (satisfies(alternative, packet)
                        && (isAccepted || !alternative.hasResidue())) {
                    best = Math.max(best, alternative.size());
                }
            }
            return best;
        }

        boolean accepts(byte[] packet) {
            return code.accept(MemorySegment.ofArray(packet), 0, packet.length) != 0;
        }
    }

    /** {@return whether a packet has the bits and the length of an alternative} */
    static boolean satisfies(Alternative alternative, byte[] packet) {
        Shape shape = alternative.shape();
        if (packet.length < shape.least()) {
            return false;
        }
        int from = shape.base() == 0 ? 0 : (packet[shape.base() - 1] & 0xf) * 4;
        if (packet.length < from + shape.leastBehindBase()) {
            return false;
        }
        for (int place : shape.places()) {
            int wanted = alternative.wanted().at(place);
            int at = Bits.offset(place) + (Bits.base(place) == 0 ? 0 : from);
            if ((packet[at] & Conjunction.mask(wanted)) != Conjunction.value(wanted)) {
                return false;
            }
        }
        return true;
    }

    List<Ordered> filters() {
        return new ArrayList<>(filters.values());
    }

    @Override
    public void insert(int key, VerifiedProgram filter) {
        Ordered fresh = Ordered.of(key, filter);
        for (Ordered old : filters.values()) {
            if (fresh.alternatives.stream().anyMatch(one -> takesFrom(one, old))) {
                throw new FilterOverlapException(old.key, "so it is");
            }
        }
        filters.put(key, fresh);
    }

    private static boolean takesFrom(Alternative one, Ordered old) {
        for (Alternative other : old.alternatives) {
            if (one.size() > other.size() && !areDisjoint(one, other)) {
                return true;
            }
        }
        return false;
    }

    private static boolean areDisjoint(Alternative one, Alternative other) {
        for (int place : one.shape().places()) {
            int a = one.wanted().at(place);
            int b = other.wanted().at(place);
            int common = Conjunction.mask(a) & Conjunction.mask(b);
            if ((Conjunction.value(a) & common) != (Conjunction.value(b) & common)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void insertGranted(int key, VerifiedProgram filter) {
        filters.put(key, Ordered.of(key, filter));
    }

    @Override
    public boolean remove(int key) {
        return filters.remove(key) != null;
    }

    @Override
    public int size() {
        return filters.size();
    }

    @Override
    public int classify(MemorySegment memory, long offset, int lengthBytes) {
        byte[] packet = memory.asSlice(offset, lengthBytes).toArray(ValueLayout.JAVA_BYTE);
        int key = NONE;
        int most = -1;
        for (Ordered filter : filters.values()) {
            int bits = filter.bits(packet);
            if (bits > most) {
                most = bits;
                key = filter.key;
            }
        }
        return key;
    }
}
