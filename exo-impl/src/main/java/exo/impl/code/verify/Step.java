// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.verify;

import exo.api.code.Contract;
import exo.api.code.Program;
import exo.impl.code.isa.AddressSpace;
import exo.impl.code.isa.Isa;
import exo.impl.code.isa.Rule;

/**
 * Executes one instruction on a state: for every concrete state in the set before, what the
 * instruction makes of it is in the set after, or in that of the branch not followed.
 *
 * <p>An instruction that would break a rule in any of them is refused.
 */
final class Step {
    private final Program program;
    private final Access access;
    private final Calls calls;
    private final Branch branch = new Branch();

    /** Prepares for a program whose form was checked. */
    Step(Program program, Contract contract, Proof proof) {
        this.program = program;
        access = new Access(program, contract, proof);
        calls = new Calls(contract, proof, access);
    }

    /** {@return what a register holds, which must have been written} */
    static Register read(State state, int register) {
        Register content = state.get(register);
        if (content == Register.UNWRITTEN) {
            throw Rule.UNINITIALIZED_REGISTER.refuse(state.slot,
                    "r" + register + " is read, but not written on this path",
                    "write it first; calls leave r1 to r5 unwritten");
        }
        return content;
    }

    /**
     * Executes the instruction of a state, and moves the state on.
     *
     * @param state the state
     * @param pending gets the state of the other branch, if there are two
     * @return whether the path goes on
     */
    boolean execute(State state, Pending pending) {
        long word = program.slot(state.slot);
        int opcode = Isa.opcode(word);
        switch (Isa.classOf(opcode)) {
            case Isa.ALU, Isa.ALU64 -> arithmetic(state, word);
            case Isa.LDX -> state.set(Isa.dst(word), access.load(state, word));
            case Isa.ST -> access.store(state, word,
                    Register.number(Scalar.constant(Isa.immediate(word))));
            case Isa.STX -> store(state, word);
            case Isa.LD -> load(state, word);
            default -> {
                return jump(state, word, pending);
            }
        }
        state.slot++;
        return true;
    }

    // --- arithmetic ---------------------------------------------------------------------------

    private void arithmetic(State state, long word) {
        int opcode = Isa.opcode(word);
        int operation = Isa.operation(opcode);
        int dst = Isa.dst(word);
        if (operation == Isa.MOV) {
            state.set(dst, move(state, word));
            return;
        }
        Register a = read(state, dst);
        if (operation == Isa.END) {
            state.set(dst, swap(state, word, a));
            return;
        }
        boolean isRegister = (opcode & Isa.X) != 0;
        Register b = isRegister
                ? read(state, Isa.src(word))
                : Register.number(Scalar.constant(Isa.immediate(word)));
        if (a.isNumber() && b.isNumber()) {
            boolean isSigned = Isa.offset(word) == 1;
            boolean is64 = Isa.classOf(opcode) == Isa.ALU64;
            state.set(dst, Register.number(
                    ScalarOps.apply(operation, isSigned, is64, a.value, b.value)));
        } else {
            state.set(dst, PointerMath.apply(state, word, a, b));
        }
    }

    private static Register move(State state, long word) {
        boolean is64 = Isa.classOf(Isa.opcode(word)) == Isa.ALU64;
        if ((Isa.opcode(word) & Isa.X) == 0) {
            long number = Isa.immediate(word);
            return Register.number(Scalar.constant(is64 ? number : number & Bounds.LOW));
        }
        int src = Isa.src(word);
        Register content = read(state, src);
        int bits = Isa.offset(word);
        if (is64 && bits == 0) {
            return state.tied(src);
        }
        if (!content.isNumber()) {
            throw Rule.POINTER_ARITHMETIC.refuse(state.slot,
                    "r" + src + " is " + content + ", of which a part would be moved",
                    "move pointers as 64 bits");
        }
        Scalar number = ScalarOps.sext(content.value, bits == 0 ? 64 : bits);
        Scalar moved = is64 ? number : ScalarOps.zext32(number);
        return moved == content.value ? state.tied(src) : Register.number(moved);
    }

    private static Register swap(State state, long word, Register a) {
        if (!a.isNumber()) {
            throw Rule.POINTER_ARITHMETIC.refuse(state.slot,
                    "the bytes of " + a + " would be swapped", "swap numbers only");
        }
        int bits = Isa.immediate(word);
        boolean isSwapped = Isa.opcode(word) != (Isa.ALU | Isa.END);
        return Register.number(isSwapped
                ? ScalarOps.swap(a.value, bits)
                : ScalarOps.zext(a.value, bits));
    }

    // --- loads and stores ---------------------------------------------------------------------

    private void load(State state, long word) {
        int opcode = Isa.opcode(word);
        if (opcode != Isa.LDDW) {
            loadPacket(state, word);
            return;
        }
        long upper = program.slot(state.slot + 1) & ~Bounds.LOW;
        if (Isa.src(word) == Isa.LDDW_REGION) {
            Register region = Register.pointer(Register.Kind.MEMORY,
                    AddressSpace.REGIONS + Isa.immediate(word));
            int offset = (int) (upper >>> 32);
            state.set(Isa.dst(word), region.moved(Scalar.constant(offset), offset));
        } else {
            long number = upper | (Isa.immediate(word) & Bounds.LOW);
            state.set(Isa.dst(word), Register.number(Scalar.constant(number)));
        }
        state.slot++;
    }

    /** Packet access of old: outside the packet it ends the run, so nothing is to be proved. */
    private static void loadPacket(State state, long word) {
        Register context = read(state, 6);
        if (context.kind != Register.Kind.CONTEXT || !context.value.is(0)) {
            throw Rule.LEGACY_PACKET_ACCESS.refuse(state.slot,
                    "r6 is " + context + ", but must be the pointer to the context",
                    "move r1 to r6 at the start");
        }
        if (Isa.mode(Isa.opcode(word)) == Isa.IND && !read(state, Isa.src(word)).isNumber()) {
            throw Rule.LEGACY_PACKET_ACCESS.refuse(state.slot,
                    "the offset in r" + Isa.src(word) + " is "
                            + state.get(Isa.src(word)),
                    "use a number");
        }
        state.clobber();
        state.set(0, Register.number(Scalar.ofBytes(Isa.bytes(Isa.opcode(word)))));
    }

    private void store(State state, long word) {
        int src = Isa.src(word);
        Register content = read(state, src);
        if (Isa.mode(Isa.opcode(word)) == Isa.MEM) {
            access.store(state, word, src == Isa.FP ? content : state.tied(src));
            return;
        }
        int operation = Isa.immediate(word);
        requireNumber(state, src);
        if (operation == Isa.CMPXCHG) {
            requireNumber(state, 0);
        }
        access.atomic(state, word);
        if ((operation & Isa.FETCH) != 0) {
            Register old = Register.number(Scalar.ofBytes(Isa.bytes(Isa.opcode(word))));
            state.set(operation == Isa.CMPXCHG ? 0 : src, old);
        }
    }

    private static void requireNumber(State state, int register) {
        Register content = read(state, register);
        if (!content.isNumber()) {
            throw Rule.POINTER_LEAK.refuse(state.slot,
                    "r" + register + " is " + content + ", an operand of an atomic operation",
                    "use numbers");
        }
    }

    // --- jumps --------------------------------------------------------------------------------

    private boolean jump(State state, long word, Pending pending) {
        int opcode = Isa.opcode(word);
        switch (Isa.operation(opcode)) {
            case Isa.JA -> state.slot = Isa.target(word, state.slot);
            case Isa.CALL -> call(state, word);
            case Isa.EXIT -> {
                return exit(state);
            }
            default -> conditional(state, word, pending);
        }
        return true;
    }

    private void call(State state, long word) {
        if (Isa.opcode(word) == Isa.CALLX) {
            calls.callByRegister(state, word);
        } else if (Isa.src(word) == Isa.CALL_LOCAL) {
            Calls.enter(state, Isa.target(word, state.slot));
            return;
        } else {
            calls.call(state, Isa.immediate(word));
        }
        state.slot++;
    }

    private static boolean exit(State state) {
        Register result = state.get(0);
        if (state.depth() > 0) {
            if (result.kind == Register.Kind.STACK) {
                throw Rule.POINTER_LEAK.refuse(state.slot, "a function returns " + result,
                        "return a number, or a pointer to other memory");
            }
            state.leave();
            return true;
        }
        if (!read(state, 0).isNumber()) {
            throw Rule.POINTER_LEAK.refuse(state.slot, "the program returns " + result,
                    "return a number");
        }
        return false;
    }

    private void conditional(State state, long word, Pending pending) {
        int here = state.slot;
        int target = Isa.target(word, here);
        int ways = branch.look(state, word);
        boolean isTaken = (ways & Branch.TAKEN) != 0;
        boolean isPassed = (ways & Branch.PASSED) != 0;
        // The way that goes further first: it tends to leave loops, so that less is pending.
        boolean isTakenFirst = isTaken && (!isPassed || target > here);
        if (isTaken && isPassed) {
            State other = state.copy();
            branch.apply(other, !isTakenFirst);
            other.slot = isTakenFirst ? here + 1 : target;
            pending.push(other);
        }
        branch.apply(state, isTakenFirst);
        state.slot = isTakenFirst ? target : here + 1;
    }
}
