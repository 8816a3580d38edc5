// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.verify;

import exo.impl.code.isa.Rule;
import java.util.Arrays;

/**
 * The states from which a path is still to be followed; the last one first.
 *
 * <p>A state counts as many bytes as it does not share with the one below, which stays longer.
 */
final class Pending {
    /** The most states that wait. */
    static final int MAX_STATES = 1 << 15;
    /** The most bytes that they take. */
    static final int MAX_BYTES = 20 << 20;

    private static final int FIRST_CAPACITY = 64;

    private State[] states = new State[FIRST_CAPACITY];
    private int[] sizes = new int[FIRST_CAPACITY];
    private final State bottom = State.none();
    private int size;
    private int bytes;

    /** {@return how many states wait} */
    int size() {
        return size;
    }

    /** {@return how many bytes they take} */
    int bytes() {
        return bytes;
    }

    /** Adds a state, which is not changed any more until it is taken. */
    void push(State state) {
        int more = state.bytesBeside(size == 0 ? bottom : states[size - 1]);
        if (size == MAX_STATES || bytes + more > MAX_BYTES) {
            throw Rule.TOO_COMPLEX.refuse(state.slot,
                    size + " branches wait to be followed, with " + bytes + " bytes, but at most "
                            + MAX_STATES + " may, with " + MAX_BYTES + " bytes",
                    "bound the loops, or have fewer branches in them");
        }
        if (size == states.length) {
            states = Arrays.copyOf(states, 2 * size);
            sizes = Arrays.copyOf(sizes, 2 * size);
        }
        states[size] = state;
        sizes[size] = more;
        bytes += more;
        size++;
    }

    /** {@return the state that was added last} */
    State pop() {
        size--;
        bytes -= sizes[size];
        State state = states[size];
        states[size] = null;
        return state;
    }
}
