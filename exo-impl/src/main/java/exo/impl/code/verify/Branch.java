// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.verify;

import exo.impl.code.isa.Isa;
import exo.impl.code.isa.Rule;

/**
 * Conditional jumps: which ways a path may go on, and what each way teaches.
 *
 * <p>Two pointers to the same memory compare as their offsets do, signed: both are the same number
 * plus an offset, and nothing wraps around; see {@link PointerMath}.
 *
 * <p>Confined to one verification. {@link #look} says what is possible, and {@link #apply} must
 * follow on the same state, or on a copy of it.
 */
final class Branch {
    /** The jump may be taken. */
    static final int TAKEN = 1;
    /** The jump may be passed by. */
    static final int PASSED = 2;

    private static final int NO_REGISTER = -1;

    private final Refinement taken = new Refinement();
    private final Refinement passed = new Refinement();
    private int left;
    private int right;
    /** What comparing a pointer with the packet's end teaches: bytes before the end, or -1. */
    private int checkedIfTaken;
    private int checkedIfPassed;
    private boolean isRefining;

    /**
     * {@return which ways a conditional jump may go: {@link #TAKEN}, {@link #PASSED}, or both}
     *
     * @param state where it happens
     * @param word the instruction
     */
    int look(State state, long word) {
        int opcode = Isa.opcode(word);
        boolean isRegister = (opcode & Isa.X) != 0;
        left = Isa.dst(word);
        right = isRegister ? Isa.src(word) : NO_REGISTER;
        isRefining = false;
        checkedIfTaken = -1;
        checkedIfPassed = -1;
        Register a = Step.read(state, left);
        Register b = isRegister
                ? Step.read(state, right)
                : Register.number(Scalar.constant(Isa.immediate(word)));
        boolean is64 = Isa.classOf(opcode) == Isa.JMP;
        if (a.isNumber() && b.isNumber()) {
            return compare(Isa.operation(opcode), is64, a.value, b.value);
        }
        return pointers(state, word, a, b);
    }

    /** Notes in a state what going one way teaches. */
    void apply(State state, boolean isTaken) {
        int checked = isTaken ? checkedIfTaken : checkedIfPassed;
        if (checked >= 0) {
            Register pointer = state.get(left);
            boolean isLeft = pointer.kind == Register.Kind.PACKET;
            state.check(isLeft ? pointer : state.get(right), checked);
        }
        if (isRefining) {
            Refinement learned = isTaken ? taken : passed;
            state.refine(left, learned.left());
            if (right != NO_REGISTER) {
                state.refine(right, learned.right());
            }
        }
    }

    private int compare(int operation, boolean is64, Scalar a, Scalar b) {
        taken.compare(operation, is64, a, b, true);
        passed.compare(operation, is64, a, b, false);
        isRefining = true;
        return (taken.isPossible() ? TAKEN : 0) | (passed.isPossible() ? PASSED : 0);
    }

    // --- pointers -----------------------------------------------------------------------------

    private int pointers(State state, long word, Register a, Register b) {
        int operation = Isa.operation(Isa.opcode(word));
        boolean is64 = Isa.classOf(Isa.opcode(word)) == Isa.JMP;
        boolean isEquality = operation == Isa.JEQ || operation == Isa.JNE;
        boolean isNullTest = a.isPointer()
                ? b.value.is(0) && b.isNumber()
                : a.value.is(0) && a.isNumber();
        if (!is64 || operation == Isa.JSET) {
            throw refuse(state, a, b);
        }
        if (isEquality && isNullTest) {
            // No pointer is 0.
            return operation == Isa.JEQ ? PASSED : TAKEN;
        }
        if (a.kind == b.kind && a.where == b.where) {
            return offsets(signed(operation), a, b);
        }
        if (a.kind == Register.Kind.PACKET && b.kind == Register.Kind.PACKET_END) {
            return end(state, signed(operation), a);
        }
        if (a.kind == Register.Kind.PACKET_END && b.kind == Register.Kind.PACKET) {
            return end(state, mirrored(signed(operation)), b);
        }
        throw refuse(state, a, b);
    }

    private int offsets(int operation, Register a, Register b) {
        if (a.id != 0 && a.id == b.id) {
            // The same start, so only the distance counts, which is known.
            int ways = compare(operation, true, Scalar.constant(a.delta),
                    Scalar.constant(b.delta));
            isRefining = false;
            return ways;
        }
        return compare(operation, true, a.value, b.value);
    }

    /** Compares a pointer into the packet with the packet's end. */
    private int end(State state, int operation, Register pointer) {
        boolean isInside = isBefore(state, pointer, 0);
        boolean isBefore = isBefore(state, pointer, 1);
        switch (operation) {
            case Isa.JSGT -> checkedIfPassed = 0;
            case Isa.JSGE -> checkedIfPassed = 1;
            case Isa.JSLT -> checkedIfTaken = 1;
            case Isa.JSLE, Isa.JEQ -> checkedIfTaken = 0;
            default -> checkedIfPassed = 0;
        }
        return switch (operation) {
            case Isa.JSGT -> isInside ? PASSED : TAKEN | PASSED;
            case Isa.JSGE, Isa.JEQ -> isBefore ? PASSED : TAKEN | PASSED;
            case Isa.JSLE -> isInside ? TAKEN : TAKEN | PASSED;
            default -> isBefore ? TAKEN : TAKEN | PASSED;
        };
    }

    /** {@return whether a pointer surely is so many bytes before the packet's end} */
    private static boolean isBefore(State state, Register pointer, int bytes) {
        boolean isTied = pointer.id != 0 && pointer.delta + bytes <= pointer.range;
        return isTied || pointer.value.smax + bytes <= state.packetBytes;
    }

    private static int signed(int operation) {
        return switch (operation) {
            case Isa.JGT -> Isa.JSGT;
            case Isa.JGE -> Isa.JSGE;
            case Isa.JLT -> Isa.JSLT;
            case Isa.JLE -> Isa.JSLE;
            default -> operation;
        };
    }

    /** {@return the operation that says the same with the operands exchanged} */
    private static int mirrored(int operation) {
        return switch (operation) {
            case Isa.JSGT -> Isa.JSLT;
            case Isa.JSGE -> Isa.JSLE;
            case Isa.JSLT -> Isa.JSGT;
            case Isa.JSLE -> Isa.JSGE;
            default -> operation;
        };
    }

    private static RuntimeException refuse(State state, Register a, Register b) {
        return Rule.POINTER_COMPARISON.refuse(state.slot,
                "the operands are " + a + " and " + b,
                "compare pointers in 64 bits, with pointers to the same memory, with the packet's"
                        + " end, or with 0 for equality");
    }
}
