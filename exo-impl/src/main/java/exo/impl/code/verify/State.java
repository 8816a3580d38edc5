// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.verify;

import exo.api.code.Argument;
import exo.api.code.Contract;
import exo.impl.code.isa.AddressSpace;
import exo.impl.code.isa.Isa;

/**
 * What is known of a run when it comes to a slot: a set of concrete states.
 *
 * <p>A concrete state is in the set if each register and each word of the stack holds what is said
 * of it here, in all frames, and the packet has at least {@link #packetBytes} bytes.
 *
 * <p>Changed in place as a path is followed; a {@link #copy} is cheap and stays.
 */
final class State {
    /** What a state takes with its array of frames, and what points to it. */
    private static final int STATE_BYTES = 160;
    private static final Frame NO_FRAME = Frame.begin(0, -1);

    /** The slot that is executed next. */
    int slot;
    /** How many bytes the packet has at least. */
    int packetBytes;

    private final Frame[] frames;
    private int depth;
    private int lastId;

    private State(int slot, Frame[] frames, int depth) {
        this.slot = slot;
        this.frames = frames;
        this.depth = depth;
    }

    /** {@return a state that nothing can be shared with} */
    static State none() {
        return new State(0, new Frame[]{NO_FRAME}, 0);
    }

    /** {@return the state in which a program under a contract begins} */
    static State entry(Contract contract) {
        Frame[] frames = new Frame[Isa.MAX_FRAMES];
        frames[0] = Frame.begin(0, -1);
        for (int i = 0; i < contract.arguments().size(); i++) {
            frames[0].registers[1 + i] = switch (contract.arguments().get(i)) {
                case Argument.Memory memory -> Register.pointer(Register.Kind.MEMORY,
                        AddressSpace.ARGUMENTS + i);
                case Argument.Packet packet -> Register.pointer(Register.Kind.CONTEXT,
                        AddressSpace.CONTEXT);
                case Argument.Scalar number -> Register.number(
                        Scalar.range(number.least(), number.most()));
            };
        }
        return new State(0, frames, 0);
    }

    /** {@return the same state, which stays as it is when this one is changed} */
    State copy() {
        for (int i = 0; i <= depth; i++) {
            frames[i].isShared = true;
        }
        State copy = new State(slot, frames.clone(), depth);
        copy.packetBytes = packetBytes;
        copy.lastId = lastId;
        return copy;
    }

    // --- frames -------------------------------------------------------------------------------

    /** {@return how many callers the active function has} */
    int depth() {
        return depth;
    }

    /** {@return a frame, to read} */
    Frame frame(int index) {
        return frames[index];
    }

    /** {@return a frame, to write} */
    Frame writable(int index) {
        if (frames[index].isShared) {
            frames[index] = frames[index].copy();
        }
        return frames[index];
    }

    /** {@return the bytes that this state does not share with another one, which stays} */
    int bytesBeside(State other) {
        int bytes = STATE_BYTES;
        for (int i = 0; i <= depth; i++) {
            bytes += frames[i].bytesBeside(i <= other.depth ? other.frames[i] : NO_FRAME);
        }
        return bytes;
    }

    /** Begins a function, which gets r1 to r5 of its caller. */
    void enter(int target) {
        Frame caller = writable(depth);
        Frame callee = Frame.begin(depth + 1, slot + 1);
        for (int i = 1; i <= 5; i++) {
            callee.registers[i] = caller.registers[i];
        }
        clobber();
        depth++;
        frames[depth] = callee;
        slot = target;
    }

    /** Ends a function that has a caller. */
    void leave() {
        Register result = get(0);
        slot = frames[depth].returnSlot;
        frames[depth] = null;
        depth--;
        set(0, result);
    }

    // --- registers ----------------------------------------------------------------------------

    /** {@return what a register of the active function holds} */
    Register get(int register) {
        return frames[depth].registers[register];
    }

    /** Writes a register of the active function. */
    void set(int register, Register content) {
        writable(depth).registers[register] = content;
    }

    /** {@return an identity that nothing in this state has} */
    int freshId() {
        lastId++;
        return lastId;
    }

    /** {@return a register of the active function, tied to copies of it if it is not certain} */
    Register tied(int register) {
        Register content = get(register);
        if (content.isNumber() && content.id == 0 && !content.value.isConstant()) {
            content = content.withId(freshId());
            set(register, content);
        }
        return content;
    }

    /** Takes away what a call leaves undefined: r0 to r5. */
    void clobber() {
        Frame frame = writable(depth);
        for (int i = 0; i <= 5; i++) {
            frame.registers[i] = Register.UNWRITTEN;
        }
    }

    /** Notes what became known of the number or offset in a register, and of those tied to it. */
    void refine(int register, Scalar value) {
        Register before = get(register);
        if (before.value == value || register == Isa.FP) {
            return;
        }
        set(register, before.withValue(value));
        if (before.isNumber() && before.id != 0) {
            for (int i = 0; i <= depth; i++) {
                if (frames[i].isTied(before.id)) {
                    writable(i).refine(before.id, value);
                }
            }
        }
    }

    /**
     * Notes that a pointer into the packet is not beyond its end.
     *
     * @param pointer the pointer
     * @param more how many bytes it is before the end at least
     */
    void check(Register pointer, int more) {
        packetBytes = (int) Math.max(packetBytes, pointer.value.smin + more);
        if (pointer.id == 0) {
            return;
        }
        for (int i = 0; i <= depth; i++) {
            if (frames[i].isTied(pointer.id)) {
                writable(i).extend(pointer.id, pointer.delta + more);
            }
        }
    }
}
