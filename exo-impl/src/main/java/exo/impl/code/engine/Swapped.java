// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.engine;

import exo.impl.code.isa.Isa;

/**
 * Which registers hold a big-endian number as it was loaded, and in which variables its bytes are
 * in the order in which they lie in memory.
 *
 * <p>A comparison for equality then swaps its constant, once, instead of what is loaded, each time.
 * If nothing else is asked of the register, the JVM finds its own swap to be dead and drops it.
 */
final class Swapped {
    private final int[] variables = new int[Isa.REGISTERS];
    /** How many bytes the number has; 0 if the register holds anything else. */
    private final int[] bytes = new int[Isa.REGISTERS];

    /** Makes one that knows of no register. */
    Swapped() {}

    /**
     * {@return whether the outcome of a jump does not depend on the order of the bytes of its
     * register, if that of its constant is the same}
     *
     * @param slot the jump, or any other instruction
     * @param register the register that holds a big-endian number
     * @param bytes how many bytes the number has
     */
    static boolean suits(long slot, int register, int bytes) {
        int op = Isa.opcode(slot);
        boolean isJump = Isa.classOf(op) == Isa.JMP || Isa.classOf(op) == Isa.JMP32;
        if (!isJump || (op & Isa.X) != 0 || Isa.dst(slot) != register) {
            return false;
        }
        boolean isEquality = switch (Isa.operation(op)) {
            case Isa.JEQ, Isa.JNE, Isa.JSET -> true;
            default -> false;
        };
        return isEquality && fits(op, Isa.immediate(slot), bytes);
    }

    /** {@return whether a constant has no bits but those that the number could have} */
    private static boolean fits(int op, int constant, int bytes) {
        return switch (bytes) {
            case Short.BYTES -> constant >>> Short.SIZE == 0;
            // Comparisons of 64 bits extend the sign of the constant.
            case Integer.BYTES -> constant >= 0 || Isa.classOf(op) == Isa.JMP32;
            default -> false;
        };
    }

    /** Notes in which variable, an int, the bytes of a register are in the other order. */
    void note(int register, int variable, int count) {
        variables[register] = variable;
        bytes[register] = count;
    }

    /** Notes that a register is set to something else. */
    void forget(int register) {
        bytes[register] = 0;
    }

    /** Notes that a run may come here from elsewhere, with anything in the registers. */
    void forgetAll() {
        for (int register = 0; register < Isa.REGISTERS; register++) {
            forget(register);
        }
    }

    /** {@return whether a jump can compare the variable of its register} */
    boolean isKnown(long slot) {
        int register = Isa.dst(slot);
        return bytes[register] != 0 && suits(slot, register, bytes[register]);
    }

    /** {@return the variable to compare} */
    int variable(long slot) {
        return variables[Isa.dst(slot)];
    }

    /** {@return the constant to compare it with} */
    int constant(long slot) {
        int constant = Isa.immediate(slot);
        return bytes[Isa.dst(slot)] == Short.BYTES
                ? Short.reverseBytes((short) constant) & 0xffff
                : Integer.reverseBytes(constant);
    }
}
