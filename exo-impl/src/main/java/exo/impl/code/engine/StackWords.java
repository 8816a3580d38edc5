// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.engine;

import exo.impl.code.isa.Isa;
import java.util.BitSet;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a function keeps on its stack, if that can be variables of the JVM instead.
 *
 * <p>That is so if the frame pointer does nothing but name constant places, each always accessed
 * with the same size, none over another. No pointer to the stack exists then.
 */
final class StackWords {
    private static final int IN_MEMORY = -1;

    private final TreeMap<Integer, Integer> sizes = new TreeMap<>();

    private StackWords() {}

    /**
     * {@return the places: from the offset to r10, to how many bytes; empty if there are none, or
     * they must be memory}
     *
     * @param verified the program
     * @param flow its flow
     * @param slots the function's instructions
     */
    static Map<Integer, Integer> of(Verified verified, Flow flow, BitSet slots) {
        StackWords words = new StackWords();
        if (verified.isChecked()) {
            return Map.of();
        }
        for (int i = slots.nextSetBit(0); i >= 0; i = slots.nextSetBit(i + 1)) {
            if (!words.add(verified.program().slot(i), flow, i)) {
                return Map.of();
            }
        }
        return words.overlap() ? Map.of() : words.sizes;
    }

    /** {@return whether a function makes use of its frame pointer} */
    static boolean usesFramePointer(Verified verified, Flow flow, BitSet slots) {
        for (int i = slots.nextSetBit(0); i >= 0; i = slots.nextSetBit(i + 1)) {
            long slot = verified.program().slot(i);
            if (flow.isCall(i) || Isa.dst(slot) == Isa.FP || Isa.src(slot) == Isa.FP) {
                return true;
            }
        }
        return false;
    }

    private boolean add(long slot, Flow flow, int i) {
        boolean isBase = flow.isAccess(i) && flow.baseRegister(i) == Isa.FP;
        if (!isBase) {
            return Isa.dst(slot) != Isa.FP && Isa.src(slot) != Isa.FP;
        }
        boolean escapes = flow.isAtomic(i)
                || (Isa.classOf(Isa.opcode(slot)) == Isa.STX && Isa.src(slot) == Isa.FP);
        int bytes = Isa.bytes(Isa.opcode(slot));
        return !escapes && sizes.merge(Isa.offset(slot), bytes,
                (old, now) -> old.equals(now) ? now : IN_MEMORY) == bytes;
    }

    private boolean overlap() {
        int end = Integer.MIN_VALUE;
        for (Map.Entry<Integer, Integer> word : sizes.entrySet()) {
            if (word.getKey() < end) {
                return true;
            }
            end = word.getKey() + word.getValue();
        }
        return false;
    }
}
