// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.verify;

import exo.impl.code.isa.Isa;
import exo.impl.code.isa.Rule;

/**
 * Arithmetic on pointers: a pointer is moved by a number, or two of the same memory are subtracted.
 *
 * <p>Since no offset, and no number it is moved by, is farther from 0 than {@link #LIMIT}, a
 * pointer never wraps around, neither within its 32 bits of offset nor beyond. So what is proved
 * of offsets as whole numbers holds for the bits in the register.
 */
final class PointerMath {
    /** The farthest that an offset may be from 0: well beyond any memory, well within 32 bits. */
    static final long LIMIT = 1L << 29;

    private PointerMath() {}

    /**
     * {@return the result of an operation of which one operand at least is a pointer}
     *
     * @param state where it happens
     * @param word the instruction
     * @param a the destination
     * @param b the source, or the immediate
     */
    static Register apply(State state, long word, Register a, Register b) {
        int operation = Isa.operation(Isa.opcode(word));
        boolean is64 = Isa.classOf(Isa.opcode(word)) == Isa.ALU64;
        if (is64 && operation == Isa.ADD && !(a.isPointer() && b.isPointer())) {
            return a.isPointer() ? move(state, a, b.value, false) : move(state, b, a.value, false);
        }
        if (is64 && operation == Isa.SUB && a.isPointer()) {
            return b.isPointer() ? distance(state, a, b) : move(state, a, b.value, true);
        }
        throw refuse(state, a, b);
    }

    private static Register move(State state, Register pointer, Scalar by, boolean isBack) {
        if (pointer.kind == Register.Kind.PACKET_END) {
            throw Rule.POINTER_ARITHMETIC.refuse(state.slot, "the packet's end is moved by " + by,
                    "move the pointer that is compared with it instead");
        }
        checkNear(state, pointer, by);
        Scalar to = isBack
                ? ScalarOps.subtract(pointer.value, by)
                : ScalarOps.add(pointer.value, by);
        checkNear(state, pointer, to);
        if (by.isConstant()) {
            return pointer.moved(to, (int) (isBack ? -by.value : by.value));
        }
        return pointer.movedToStart(to, state.freshId());
    }

    private static void checkNear(State state, Register pointer, Scalar number) {
        if (number.smin < -LIMIT || number.smax > LIMIT) {
            throw Rule.POINTER_RANGE.refuse(state.slot,
                    pointer + " would be moved to or by " + number + ", beyond " + LIMIT,
                    "bound the number before, by a comparison or a mask");
        }
    }

    private static Register distance(State state, Register a, Register b) {
        if (a.kind == Register.Kind.PACKET && a.id != 0 && a.id == b.id) {
            return Register.number(Scalar.constant((long) a.delta - b.delta));
        }
        if (a.kind == b.kind && a.where == b.where) {
            return Register.number(ScalarOps.subtract(a.value, b.value));
        }
        if (a.kind == Register.Kind.PACKET_END && b.kind == Register.Kind.PACKET) {
            // The end is at the length.
            Scalar length = Scalar.range(state.packetBytes, Integer.MAX_VALUE);
            return Register.number(ScalarOps.subtract(length, b.value));
        }
        throw refuse(state, a, b);
    }

    private static RuntimeException refuse(State state, Register a, Register b) {
        return Rule.POINTER_ARITHMETIC.refuse(state.slot,
                "the operands are " + a + " and " + b,
                "add numbers to pointers or subtract them, in 64 bits; subtract only pointers to"
                        + " the same memory");
    }
}
