// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.verify;

import java.util.Arrays;

/**
 * What the verifier knows of each slot of an accepted program, so that engines need not check it
 * again.
 *
 * <p>Of a program under a checked contract it knows nothing: every slot counts as reached, and
 * every access as unproven.
 *
 * <p>Filled in by the verifier, which is its only writer; immutable after that.
 */
public final class Proof {
    /** The memory of an access that was not proved, or of one that goes to several memories. */
    public static final int UNPROVEN = -1;
    /** The offset of an access that differs from run to run, or visit to visit. */
    public static final int VARIABLE = Integer.MIN_VALUE;

    private static final int UNSEEN = -2;

    private final boolean[] reached;
    private final int[] memory;
    private final int[] offset;
    private final int[] helper;
    private int steps;

    /**
     * Makes the proof of a program of which nothing is known yet.
     *
     * @param length the program's slots
     */
    public Proof(int length) {
        reached = new boolean[length];
        memory = new int[length];
        offset = new int[length];
        helper = new int[length];
        Arrays.fill(memory, UNSEEN);
        Arrays.fill(helper, UNSEEN);
    }

    /**
     * {@return the proof of a program that is checked as it runs}
     *
     * @param length the program's slots
     * @param steps the most instructions of a run
     */
    public static Proof none(int length, int steps) {
        Proof proof = new Proof(length);
        Arrays.fill(proof.reached, true);
        proof.steps = steps;
        return proof;
    }

    /** {@return whether a run may execute a slot} */
    public boolean isReached(int slot) {
        return reached[slot];
    }

    /**
     * {@return the memory, as numbered by {@link exo.impl.code.isa.AddressSpace}, that the access
     * of a slot always goes to, within its bounds; or {@link #UNPROVEN}}
     */
    public int memory(int slot) {
        return memory[slot] == UNSEEN ? UNPROVEN : memory[slot];
    }

    /**
     * {@return the offset in that memory which the access always has, or {@link #VARIABLE}; for the
     * stack relative to r10 of the function, so negative}
     */
    public int offset(int slot) {
        return offset[slot];
    }

    /** {@return the helper that a call by register always calls, or {@link #UNPROVEN}} */
    public int helper(int slot) {
        return helper[slot] == UNSEEN ? UNPROVEN : helper[slot];
    }

    /** {@return the most instructions that a run executes} */
    public int steps() {
        return steps;
    }

    /** Notes that a slot may be executed. */
    public void reach(int slot) {
        reached[slot] = true;
    }

    /**
     * Notes a proved access, and joins it with what other paths noted.
     *
     * @param slot the instruction
     * @param where the memory
     * @param at the offset, or {@link #VARIABLE}
     */
    public void access(int slot, int where, int at) {
        if (memory[slot] == UNSEEN) {
            memory[slot] = where;
            offset[slot] = at;
            return;
        }
        if (memory[slot] != where) {
            memory[slot] = UNPROVEN;
        }
        if (offset[slot] != at) {
            offset[slot] = VARIABLE;
        }
    }

    /** Notes which helper a call by register calls, and joins it with what other paths noted. */
    public void call(int slot, int number) {
        helper[slot] = helper[slot] == UNSEEN || helper[slot] == number ? number : UNPROVEN;
    }

    /** Notes the most instructions that a run executes. */
    public void bound(int most) {
        steps = most;
    }
}
