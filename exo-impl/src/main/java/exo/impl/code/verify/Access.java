// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.verify;

import exo.api.code.Argument;
import exo.api.code.Contract;
import exo.api.code.Program;
import exo.impl.code.isa.AddressSpace;
import exo.impl.code.isa.Isa;
import exo.impl.code.isa.Rule;

/**
 * Checks that loads and stores stay inside the memory that their pointer points to, and that it may
 * be written if they write; and notes where they go.
 *
 * <p>An access of n bytes at an offset from {@code least} to {@code most} touches at most the bytes
 * {@code least} to {@code most + n - 1}; all of these must exist.
 */
final class Access {
    private final Proof proof;
    private final int[] sizes;
    private final boolean[] areWritable;
    private final int packet;

    /** Learns which memories there are. */
    Access(Program program, Contract contract, Proof proof) {
        this.proof = proof;
        int count = AddressSpace.REGIONS + program.regions().size();
        sizes = new int[count];
        areWritable = new boolean[count];
        int packetMemory = -1;
        for (int i = 0; i < contract.arguments().size(); i++) {
            int memory = AddressSpace.ARGUMENTS + i;
            switch (contract.arguments().get(i)) {
                case Argument.Memory argument -> {
                    sizes[memory] = argument.lengthBytes();
                    areWritable[memory] = argument.isWritable();
                }
                case Argument.Packet argument -> {
                    packetMemory = memory;
                    areWritable[memory] = argument.isWritable();
                }
                case Argument.Scalar argument -> {
                    // No memory.
                }
            }
        }
        packet = packetMemory;
        for (int i = 0; i < program.regions().size(); i++) {
            Program.Region region = program.regions().get(i);
            sizes[AddressSpace.REGIONS + i] = region.sizeBytes();
            areWritable[AddressSpace.REGIONS + i] = region.isWritable();
        }
    }

    // --- instructions -------------------------------------------------------------------------

    /** {@return what a load instruction leaves in its destination} */
    Register load(State state, long word) {
        int bytes = Isa.bytes(Isa.opcode(word));
        boolean isSigned = Isa.mode(Isa.opcode(word)) == Isa.MEMSX;
        int offset = Isa.offset(word);
        Register pointer = pointer(state, Isa.src(word));
        if (pointer.kind == Register.Kind.CONTEXT) {
            return loadContext(state, pointer, offset, isSigned ? 0 : bytes);
        }
        check(state, Isa.src(word), offset, bytes, false);
        note(state, pointer, offset);
        Register loaded = pointer.kind == Register.Kind.STACK
                ? loadStack(state, pointer, offset, bytes)
                : Register.number(Scalar.ofBytes(bytes));
        return isSigned
                ? Register.number(ScalarOps.sext(loaded.value, bytes * 8))
                : loaded;
    }

    private static Register loadStack(State state, Register pointer, int offset, int bytes) {
        if (pointer.value.isConstant()) {
            return StackMemory.load(state, pointer.where, (int) pointer.value.value + offset,
                    bytes);
        }
        StackMemory.checkReadable(state, pointer.where, (int) pointer.value.smin + offset,
                (int) pointer.value.smax + offset + bytes);
        return Register.number(Scalar.ofBytes(bytes));
    }

    private Register loadContext(State state, Register pointer, int offset, int bytes) {
        long at = pointer.value.value + offset;
        boolean isField = pointer.value.isConstant() && bytes == 4 && (at & 3) == 0 && at >= 0
                && at < AddressSpace.CONTEXT_BYTES;
        if (!isField) {
            throw Rule.CONTEXT_ACCESS.refuse(state.slot,
                    "the load of the context is not one of 4 bytes, without sign, at 0, 4, 8, 12,"
                            + " 16 or 20: the pointer is " + pointer + ", the offset " + offset,
                    "load 4 bytes at 0 for the packet, at 4 for its end");
        }
        proof.access(state.slot, AddressSpace.CONTEXT, (int) at);
        return switch ((int) at) {
            case AddressSpace.CONTEXT_DATA, AddressSpace.CONTEXT_DATA_META -> Register.pointer(
                    Register.Kind.PACKET, packet);
            case AddressSpace.CONTEXT_DATA_END -> Register.pointer(Register.Kind.PACKET_END,
                    packet);
            default -> Register.number(Scalar.constant(0));
        };
    }

    /**
     * Stores.
     *
     * @param state where it happens
     * @param word the instruction
     * @param content what is stored
     */
    void store(State state, long word, Register content) {
        int bytes = Isa.bytes(Isa.opcode(word));
        int offset = Isa.offset(word);
        Register pointer = pointer(state, Isa.dst(word));
        check(state, Isa.dst(word), offset, bytes, true);
        if (content.isPointer()) {
            checkSpill(state, pointer, offset, bytes, content);
        }
        note(state, pointer, offset);
        if (pointer.kind != Register.Kind.STACK) {
            return;
        }
        if (pointer.value.isConstant()) {
            StackMemory.store(state, pointer.where, (int) pointer.value.value + offset, bytes,
                    content);
        } else {
            StackMemory.markMaybeWritten(state, pointer.where, (int) pointer.value.smin + offset,
                    (int) pointer.value.smax + offset + bytes);
        }
    }

    private static void checkSpill(State state, Register pointer, int offset, int bytes,
            Register content) {
        boolean isPlace = pointer.kind == Register.Kind.STACK && pointer.value.isConstant()
                && bytes == 8 && ((pointer.value.value + offset) & 7) == 0;
        if (!isPlace) {
            throw Rule.POINTER_LEAK.refuse(state.slot, content + " is stored to " + pointer,
                    "store pointers to the stack only, as 8 aligned bytes");
        }
        if (content.kind == Register.Kind.STACK && content.where > pointer.where) {
            throw Rule.POINTER_LEAK.refuse(state.slot,
                    content + " is stored to the stack of a caller, which lives longer",
                    "keep the pointer in the function");
        }
    }

    /** Checks an atomic operation, and forgets what the memory held. */
    void atomic(State state, long word) {
        int bytes = Isa.bytes(Isa.opcode(word));
        int offset = Isa.offset(word);
        Register pointer = pointer(state, Isa.dst(word));
        check(state, Isa.dst(word), offset, bytes, true);
        note(state, pointer, offset);
        if (pointer.kind == Register.Kind.STACK) {
            int from = (int) pointer.value.smin + offset;
            int to = (int) pointer.value.smax + offset + bytes;
            StackMemory.checkReadable(state, pointer.where, from, to);
            StackMemory.markWritten(state, pointer.where, from, to);
        }
    }

    /**
     * Checks that a helper may read what a register points to.
     *
     * @param state where it happens
     * @param register the register
     * @param size how many bytes it reads
     */
    void read(State state, int register, Scalar size) {
        Register pointer = pointer(state, register);
        check(state, register, 0, (int) size.smax, false);
        if (pointer.kind == Register.Kind.STACK) {
            StackMemory.checkReadable(state, pointer.where, (int) pointer.value.smin,
                    (int) (pointer.value.smax + size.smax));
        }
    }

    /** Checks that a helper may write what a register points to, and notes that it did. */
    void write(State state, int register, Scalar size) {
        Register pointer = pointer(state, register);
        check(state, register, 0, (int) size.smax, true);
        if (pointer.kind != Register.Kind.STACK) {
            return;
        }
        int from = (int) pointer.value.smin;
        int to = (int) (pointer.value.smax + size.smax);
        if (pointer.value.isConstant() && size.isConstant()) {
            StackMemory.markWritten(state, pointer.where, from, to);
        } else {
            StackMemory.markMaybeWritten(state, pointer.where, from, to);
        }
    }

    // --- checks -------------------------------------------------------------------------------

    /** {@return a pointer in a register} */
    private static Register pointer(State state, int register) {
        Register content = Step.read(state, register);
        if (!content.isPointer()) {
            throw Rule.NOT_A_POINTER.refuse(state.slot,
                    "r" + register + " is " + content + ", but memory is accessed through it", "");
        }
        return content;
    }

    private void check(State state, int register, int offset, int bytes, boolean isWrite) {
        Register pointer = state.get(register);
        long from = pointer.value.smin + offset;
        long to = pointer.value.smax + offset + bytes;
        switch (pointer.kind) {
            case STACK -> {
                if (from < -Isa.STACK_BYTES || to > 0) {
                    throw outside(state, register, from, to,
                            "whose " + Isa.STACK_BYTES + " bytes are at " + -Isa.STACK_BYTES
                                    + " to -1");
                }
            }
            case MEMORY -> {
                if (from < 0 || to > sizes[pointer.where]) {
                    throw outside(state, register, from, to,
                            "whose " + sizes[pointer.where] + " bytes begin at 0");
                }
                checkWritable(state, register, isWrite && !areWritable[pointer.where]);
            }
            case PACKET -> {
                checkPacket(state, register, offset, bytes);
                checkWritable(state, register, isWrite && !areWritable[packet]);
            }
            case CONTEXT -> {
                checkWritable(state, register, isWrite);
                throw Rule.CONTEXT_ACCESS.refuse(state.slot,
                        "r" + register + " points to the context", "pass another pointer");
            }
            default -> throw outside(state, register, from, to, "where nothing is");
        }
    }

    private static void checkPacket(State state, int register, int offset, int bytes) {
        Register pointer = state.get(register);
        long from = pointer.value.smin + offset;
        long to = pointer.value.smax + offset + bytes;
        if (from < 0) {
            throw outside(state, register, from, to, "which begins at 0");
        }
        boolean isTied = pointer.id != 0
                && (long) pointer.delta + offset + bytes <= pointer.range;
        if (to <= state.packetBytes || isTied) {
            return;
        }
        throw Rule.PACKET_BOUNDS.refuse(state.slot,
                "r" + register + " is " + pointer + "; the access needs bytes " + from + " to "
                        + (to - 1) + ", but only " + state.packetBytes
                        + " bytes of the packet are checked",
                "compare r" + register + " + " + (offset + bytes)
                        + " with the packet's end first");
    }

    private static RuntimeException outside(State state, int register, long from, long to,
            String where) {
        return Rule.OUT_OF_BOUNDS.refuse(state.slot,
                "r" + register + " is " + state.get(register) + ", " + where
                        + "; the access needs bytes " + from + " to " + (to - 1),
                "bound the offset before");
    }

    private static void checkWritable(State state, int register, boolean isForbidden) {
        if (isForbidden) {
            throw Rule.READ_ONLY_MEMORY.refuse(state.slot,
                    "r" + register + " is " + state.get(register) + ", which cannot be written",
                    "write to the stack instead");
        }
    }

    private void note(State state, Register pointer, int offset) {
        boolean isStack = pointer.kind == Register.Kind.STACK;
        boolean isElsewhere = isStack && pointer.where != state.depth();
        boolean isCertain = pointer.value.isConstant() && !isElsewhere;
        proof.access(state.slot, isStack ? AddressSpace.STACK : pointer.where,
                isCertain ? (int) pointer.value.value + offset : Proof.VARIABLE);
    }
}
