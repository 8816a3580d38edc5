// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.isa;

import exo.api.VerificationException;
import java.util.Locale;

/**
 * The rules of eBPF programs. Their names are fixed: callers tell refusals apart by them.
 *
 * <p>The first group is about the form and holds under every contract; {@link ProgramForm} checks
 * it. The second is about what a program does when it runs.
 */
public enum Rule {
    /** The opcode is one of RFC 9669, or the call by register. */
    UNKNOWN_OPCODE,
    /** A field that an instruction does not use is zero. */
    RESERVED_FIELD,
    /** Registers are r0 to r10. */
    UNKNOWN_REGISTER,
    /** The frame pointer, r10, is never written. */
    FRAME_POINTER_WRITE,
    /** The immediate of an atomic operation is one of RFC 9669. */
    UNKNOWN_ATOMIC,
    /** Bytes are swapped in 16, 32 or 64 bits. */
    BYTE_SWAP_WIDTH,
    /** A move extends the sign of 8, 16 or, to 64 bits, 32 bits. */
    SIGN_EXTENSION_WIDTH,
    /** The offset of a division is 0, or 1 for the signed one. */
    DIVISION_OFFSET,
    /** A wide load has two slots, and the second holds an immediate only. */
    INCOMPLETE_WIDE_LOAD,
    /** A wide load gives a number or the address of a region. */
    WIDE_LOAD_SOURCE,
    /** A wide load addresses a byte of a region of the program. */
    REGION_OUT_OF_RANGE,
    /** Jumps and calls go to slots of the program. */
    JUMP_OUT_OF_RANGE,
    /** Jumps and calls go to the first slot of an instruction. */
    JUMP_INTO_WIDE_LOAD,
    /** No jump goes to itself. */
    SELF_JUMP,
    /** The last instruction does not go on to the next. */
    NO_EXIT,
    /** A call is one of a helper or of a function of the program. */
    UNKNOWN_CALL,
    /** The contract has the helper that is called. */
    UNKNOWN_HELPER,
    /** Packet access at a constant offset does not reach for what is not in the packet. */
    ANCILLARY_LOAD,

    /** A register is written before it is read. */
    UNINITIALIZED_REGISTER,
    /** Bytes of the stack are written before they are read. */
    UNINITIALIZED_STACK,
    /** Memory is accessed by a pointer. */
    NOT_A_POINTER,
    /** Pointers are only moved by numbers, in 64 bits, or subtracted from one another. */
    POINTER_ARITHMETIC,
    /** A pointer stays near the memory it points to. */
    POINTER_RANGE,
    /** Pointers are compared with pointers to the same memory, or with 0 for equality. */
    POINTER_COMPARISON,
    /** No pointer becomes a number, and none leaves the program. */
    POINTER_LEAK,
    /** A pointer on the stack is read as a whole. */
    PARTIAL_POINTER,
    /** Accesses lie in the memory. */
    OUT_OF_BOUNDS,
    /** Accesses to the packet lie in what was compared with its end. */
    PACKET_BOUNDS,
    /** The context is read in words of 4 bytes, at offsets that have a meaning. */
    CONTEXT_ACCESS,
    /** Constants and the input are not written. */
    READ_ONLY_MEMORY,
    /** Packet access by ABS and IND wants the context in r6. */
    LEGACY_PACKET_ACCESS,
    /** Helpers get what they ask for. */
    CALL_ARGUMENT,
    /** A call by register has a register with one known number. */
    UNKNOWN_CALL_TARGET,
    /** Calls do not nest deeper than there are frames. */
    CALL_DEPTH,
    /** No path comes to where it was without having changed anything. */
    ENDLESS_LOOP,
    /** The verifier follows all paths in as many steps as the contract allows for a run. */
    TOO_COMPLEX;

    private final String text;

    Rule() {
        text = name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** {@return the name of the rule as refusals carry it: {@code unknown-opcode}} */
    public String text() {
        return text;
    }

    /**
     * {@return the refusal of a program that breaks this rule, to be thrown}
     *
     * @param instruction the slot
     * @param cause what is wrong, with the values
     * @param remedy how to mend the program; may be empty
     */
    public VerificationException refuse(int instruction, String cause, String remedy) {
        return new VerificationException(instruction, text, cause, remedy);
    }
}
