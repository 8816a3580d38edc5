// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.verify;

import exo.impl.code.isa.Isa;

/**
 * Whether every run that one state stands for is one that another stands for too, as far as the
 * rest of the run can tell.
 *
 * <p>Ties are compared up to renaming: an identity of the old state stands for one of the new state
 * throughout. A new register that is tied to nothing gets a name of its own, so that the old state
 * may tie two registers only if the new one does.
 *
 * <p>Confined to one verification.
 */
final class Subsumption {
    private static final int MAX_IDS = 64;
    private static final int LIVE_IN_CALLER = 0b11_1100_0000;

    private final Liveness liveness;
    private final int[] oldIds = new int[MAX_IDS];
    private final int[] newIds = new int[MAX_IDS];
    /** How much farther from their start pointers of the new state are; 0 for numbers. */
    private final int[] shifts = new int[MAX_IDS];
    private int idCount;
    private int lonely;

    /** Compares states of a program. */
    Subsumption(Liveness liveness) {
        this.liveness = liveness;
    }

    /** {@return whether two states of one slot stand for the same runs} */
    boolean isSame(State a, State b) {
        return covers(a, b) && covers(b, a);
    }

    /**
     * {@return whether an old state stands for all that a new one does}
     *
     * @param old the old state
     * @param fresh the new one, of the same slot
     */
    boolean covers(State old, State fresh) {
        if (old.depth() != fresh.depth()) {
            return false;
        }
        idCount = 0;
        lonely = 0;
        for (int i = old.depth(); i >= 0; i--) {
            if (!coversFrame(old, fresh, i)) {
                return false;
            }
        }
        return old.packetBytes <= fresh.packetBytes || !seesPacket(old);
    }

    private boolean coversFrame(State old, State fresh, int index) {
        Frame a = old.frame(index);
        Frame b = fresh.frame(index);
        if (a.returnSlot != b.returnSlot) {
            return false;
        }
        int slot = slotOf(old, index);
        int live = live(old, index);
        for (int i = 0; i < Isa.FP; i++) {
            if (((live >>> i) & 1) != 0 && !covers(a.registers[i], b.registers[i])) {
                return false;
            }
        }
        for (int i = 0; i < a.wordCount(); i++) {
            if (liveness.isWordLive(slot, i) && !coversWord(a, b, i)) {
                return false;
            }
        }
        return true;
    }

    /** {@return the slot where a frame goes on} */
    private static int slotOf(State state, int index) {
        return index == state.depth() ? state.slot : state.frame(index + 1).returnSlot;
    }

    /** {@return the registers of a frame that may still be read} */
    private int live(State state, int index) {
        int live = liveness.registers(slotOf(state, index));
        return index == state.depth() ? live : live & LIVE_IN_CALLER;
    }

    private boolean coversWord(Frame a, Frame b, int index) {
        Register old = a.word(index);
        Register fresh = b.word(index);
        if (old.kind == Register.Kind.BYTES) {
            return old.where == 0 || hasBytes(b, index, old.where);
        }
        boolean isLow = (index & 1) == 1;
        boolean isWhole = isLow && a.word(index - 1) == Register.UPPER;
        boolean isFreshWhole = isLow && b.word(index - 1) == Register.UPPER;
        return isWhole == isFreshWhole && covers(old, fresh);
    }

    /** {@return whether a word has numbers in the bytes of a mask} */
    private static boolean hasBytes(Frame frame, int index, int wanted) {
        Register word = frame.word(index);
        return switch (word.kind) {
            case BYTES -> (wanted & ~word.where) == 0;
            case NUMBER -> true;
            case UPPER -> frame.word(index + 1).isNumber();
            default -> false;
        };
    }

    private boolean covers(Register old, Register fresh) {
        if (old == fresh && old.id == 0) {
            return true;
        }
        return switch (old.kind) {
            case UNWRITTEN -> true;
            case NUMBER -> fresh.isNumber() && old.value.covers(fresh.value)
                    && isTied(old, fresh);
            case PACKET -> isSamePlace(old, fresh) && old.value.covers(fresh.value)
                    && isTied(old, fresh) && isCheckedAsFar(old, fresh);
            case CONTEXT, PACKET_END, STACK, MEMORY -> isSamePlace(old, fresh)
                    && old.value.covers(fresh.value);
            case BYTES, UPPER -> old == fresh;
        };
    }

    private static boolean isSamePlace(Register old, Register fresh) {
        return old.kind == fresh.kind && old.where == fresh.where;
    }

    private static boolean isCheckedAsFar(Register old, Register fresh) {
        // Where the start is counted from does not matter, only how far the pointer is from it.
        return old.id == 0 || old.range == Register.UNCHECKED
                || (long) old.range - old.delta <= (long) fresh.range - fresh.delta;
    }

    /** {@return whether an identity stands for the same as where it was seen before} */
    private boolean isTied(Register old, Register fresh) {
        if (old.id == 0) {
            return true;
        }
        for (int i = 0; i < idCount; i++) {
            if (oldIds[i] == old.id) {
                return newIds[i] == fresh.id && shifts[i] == fresh.delta - old.delta;
            }
        }
        if (idCount == MAX_IDS) {
            return false;
        }
        lonely--;
        oldIds[idCount] = old.id;
        newIds[idCount] = fresh.id == 0 ? lonely : fresh.id;
        shifts[idCount] = fresh.delta - old.delta;
        idCount++;
        return true;
    }

    /** {@return whether the packet may still be accessed by what a state holds} */
    private boolean seesPacket(State state) {
        for (int i = 0; i <= state.depth(); i++) {
            Frame frame = state.frame(i);
            int live = live(state, i);
            for (int j = 0; j < Isa.FP; j++) {
                if (((live >>> j) & 1) != 0 && isOfPacket(frame.registers[j])) {
                    return true;
                }
            }
            for (int j = 0; j < frame.wordCount(); j++) {
                if (liveness.isWordLive(slotOf(state, i), j) && isOfPacket(frame.word(j))) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean isOfPacket(Register register) {
        return switch (register.kind) {
            case CONTEXT, PACKET, PACKET_END -> true;
            default -> false;
        };
    }

    /** {@return a number that is equal for states that stand for the same runs} */
    int hash(State state) {
        int hash = state.slot * 31 + state.depth();
        for (int i = state.depth(); i >= 0; i--) {
            Frame frame = state.frame(i);
            int live = live(state, i);
            for (int j = 0; j < Isa.FP; j++) {
                if (((live >>> j) & 1) != 0) {
                    hash = hash * 31 + frame.registers[j].hash();
                }
            }
            hash = hash * 31 + wordsHash(frame, slotOf(state, i));
        }
        return hash ^ (hash >>> 15);
    }

    private int wordsHash(Frame frame, int slot) {
        int hash = 0;
        for (int i = 0; i < frame.wordCount(); i++) {
            Register word = frame.word(i);
            if (word != Register.bytes(0) && liveness.isWordLive(slot, i)) {
                hash += word.hash() * (2 * i + 1);
            }
        }
        return hash;
    }
}
