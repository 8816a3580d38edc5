// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.engine;

import exo.impl.code.isa.Isa;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * Where runs of a program may go, as far as its form and its proof say: what the compiler splits
 * into methods.
 *
 * <p>A block is a sequence of instructions that is entered at the first only, and left behind the
 * last, unless by a fault. What the world sees of a run, calls of helpers and packet access that
 * ends it, is the last of its block: so steps can be counted by blocks.
 */
final class Flow {
    /** How many slots a chunk has: a power of 2, so few that no method becomes too long. */
    static final int CHUNK_SLOTS = 64;

    private final Verified verified;
    private final int length;
    private final BitSet live = new BitSet();
    private final BitSet leaders = new BitSet();
    private final BitSet targets = new BitSet();
    private final List<Function> functions = new ArrayList<>();
    private long functionSlots;
    private boolean isFirstCalled;

    /**
     * A function of a program.
     *
     * @param entry its first instruction
     * @param slots its instructions, which may belong to others too
     */
    record Function(int entry, BitSet slots) {}

    /**
     * Follows a program's jumps.
     *
     * @param verified the program
     */
    Flow(Verified verified) {
        this.verified = verified;
        this.length = verified.program().length();
        BitSet entries = new BitSet();
        findLive(entries);
        for (int i = live.nextSetBit(0); i >= 0; i = live.nextSetBit(i + 1)) {
            findLeaders(i);
        }
        targets.or(entries);
        leaders.or(targets);
        findFunctions(entries);
    }

    private void findLive(BitSet entries) {
        ArrayDeque<Integer> open = new ArrayDeque<>();
        entries.set(0);
        open.add(0);
        while (!open.isEmpty()) {
            int entry = open.remove();
            BitSet slots = reach(entry, live);
            live.or(slots);
            for (int i = slots.nextSetBit(0); i >= 0; i = slots.nextSetBit(i + 1)) {
                int target = isLocalCall(i) ? Isa.target(slot(i), i) : -1;
                isFirstCalled |= target == 0;
                if (target >= 0 && !entries.get(target)) {
                    entries.set(target);
                    open.add(target);
                }
            }
        }
    }

    /** {@return what is reached from a place, but for what is known to be} */
    private BitSet reach(int entry, BitSet known) {
        BitSet found = new BitSet();
        ArrayDeque<Integer> open = new ArrayDeque<>();
        open.add(entry);
        while (!open.isEmpty()) {
            int i = open.remove();
            if (!isReached(i) || found.get(i) || known.get(i)) {
                continue;
            }
            found.set(i);
            if (fallsThrough(i)) {
                open.add(next(i));
            }
            if (jumps(i)) {
                open.add(Isa.target(slot(i), i));
            }
        }
        return found;
    }

    private void findLeaders(int i) {
        int next = next(i);
        if (jumps(i)) {
            targets.set(Isa.target(slot(i), i));
        }
        if (endsBlock(i) || chunk(i) != chunk(next)) {
            leaders.set(next);
        }
    }

    private void findFunctions(BitSet entries) {
        BitSet none = new BitSet();
        for (int entry = 0; entry >= 0 && functionSlots <= length; entry = entries.nextSetBit(
                entry + 1)) {
            BitSet slots = reach(entry, none);
            functionSlots += slots.cardinality();
            functions.add(new Function(entry, slots));
        }
    }

    private long slot(int i) {
        return verified.program().slot(i);
    }

    /** {@return whether a slot is an instruction that a run may come to} */
    boolean isLive(int i) {
        return live.get(i);
    }

    /** {@return whether the function that begins the program is called by another, or itself} */
    boolean isFirstCalled() {
        return isFirstCalled;
    }

    private boolean isReached(int i) {
        return i >= 0 && i < length && verified.proof().isReached(i);
    }

    /** {@return whether a slot begins a block} */
    boolean isLeader(int i) {
        return leaders.get(i);
    }

    /** {@return whether a slot is entered in other ways than from the instruction before it} */
    boolean isTarget(int i) {
        return targets.get(i);
    }

    /** {@return the slots of a chunk that are live} */
    BitSet chunkSlots(int chunk) {
        BitSet slots = new BitSet();
        int end = Math.min(length, (chunk + 1) * CHUNK_SLOTS);
        for (int i = chunk * CHUNK_SLOTS; i < end; i++) {
            slots.set(i, live.get(i));
        }
        return slots;
    }

    /** {@return the chunk of a slot} */
    static int chunk(int i) {
        return i / CHUNK_SLOTS;
    }

    /**
     * {@return the program's functions, the first of which begins it; not all if they share so much
     * that they would be longer than the program}
     */
    List<Function> functions() {
        return functions;
    }

    /** {@return whether {@link #functions} has them all} */
    boolean hasAllFunctions() {
        return functionSlots <= length;
    }

    /** {@return how many instructions a block has} */
    int blockLength(int leader) {
        int count = 0;
        int i = leader;
        do {
            count++;
            i = endsBlock(i) ? length : next(i);
        } while (i < length && live.get(i) && !leaders.get(i));
        return count;
    }

    /** {@return the slot behind an instruction} */
    int next(int i) {
        return i + (Isa.opcode(slot(i)) == Isa.LDDW ? 2 : 1);
    }

    /** {@return whether an instruction is a jump, with or without condition} */
    boolean jumps(int i) {
        int op = Isa.opcode(slot(i));
        boolean isJump = Isa.classOf(op) == Isa.JMP || Isa.classOf(op) == Isa.JMP32;
        return isJump && Isa.operation(op) != Isa.CALL && Isa.operation(op) != Isa.EXIT;
    }

    /** {@return whether a run may go on behind an instruction} */
    boolean fallsThrough(int i) {
        int op = Isa.opcode(slot(i));
        boolean isJump = Isa.classOf(op) == Isa.JMP || Isa.classOf(op) == Isa.JMP32;
        return !isJump || (Isa.operation(op) != Isa.JA && Isa.operation(op) != Isa.EXIT);
    }

    boolean isLegacy(int i) {
        int op = Isa.opcode(slot(i));
        return Isa.classOf(op) == Isa.LD && op != Isa.LDDW;
    }

    /** {@return whether an instruction calls a helper or a function} */
    boolean isCall(int i) {
        int op = Isa.opcode(slot(i));
        return op == (Isa.JMP | Isa.CALL) || op == Isa.CALLX;
    }

    boolean isLocalCall(int i) {
        return Isa.opcode(slot(i)) == (Isa.JMP | Isa.CALL) && Isa.src(slot(i)) == Isa.CALL_LOCAL;
    }

    private boolean endsBlock(int i) {
        return jumps(i) || !fallsThrough(i) || isCall(i) || isLegacy(i);
    }

    /** {@return whether an instruction reads or writes memory, legacy packet access apart} */
    boolean isAccess(int i) {
        int group = Isa.classOf(Isa.opcode(slot(i)));
        return group == Isa.LDX || group == Isa.ST || group == Isa.STX;
    }

    boolean isAtomic(int i) {
        int op = Isa.opcode(slot(i));
        return Isa.classOf(op) == Isa.STX && Isa.mode(op) == Isa.ATOMIC;
    }

    /** {@return the register that names the memory of an access} */
    int baseRegister(int i) {
        return Isa.classOf(Isa.opcode(slot(i))) == Isa.LDX ? Isa.src(slot(i)) : Isa.dst(slot(i));
    }
}
