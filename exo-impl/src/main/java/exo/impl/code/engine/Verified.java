// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.engine;

import exo.api.code.Argument;
import exo.api.code.Contract;
import exo.api.code.Helper;
import exo.api.code.Program;
import exo.impl.code.isa.AddressSpace;
import exo.impl.code.isa.Isa;
import exo.impl.code.verify.Proof;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * A program that the verifier accepted, and what it knows of it: what both engines run.
 *
 * @param program the program
 * @param contract what it was accepted for
 * @param proof what need not be checked
 */
public record Verified(Program program, Contract contract, Proof proof) {
    /** The number of a memory that a contract does not have. */
    static final int NO_MEMORY = -1;

    /** {@return whether everything is checked as the program runs} */
    boolean isChecked() {
        return contract.guard() == Contract.Guard.CHECKED;
    }

    /** {@return the number of the packet's memory; {@link #NO_MEMORY} if there is no packet} */
    int packet() {
        List<Argument> arguments = contract.arguments();
        for (int i = 0; i < arguments.size(); i++) {
            if (arguments.get(i) instanceof Argument.Packet) {
                return AddressSpace.ARGUMENTS + i;
            }
        }
        return NO_MEMORY;
    }

    /** {@return whether the only argument is a packet} */
    public boolean isFilter() {
        return contract.arguments().size() == 1 && packet() != NO_MEMORY;
    }

    /** {@return how many bytes of stack a run may come to use} */
    int stackBytes() {
        return hasLocalCall() ? Isa.MAX_FRAMES * Isa.STACK_BYTES : Isa.STACK_BYTES;
    }

    private boolean hasLocalCall() {
        for (int i = 0; i < program.length(); i++) {
            if (Isa.opcode(program.slot(i)) == (Isa.JMP | Isa.CALL)
                    && Isa.src(program.slot(i)) == Isa.CALL_LOCAL) {
                return true;
            }
        }
        return false;
    }

    /**
     * {@return whether a run could read bytes of the stack that it did not write}
     *
     * <p>A proven program reads what it wrote, or what a helper was to write: which may have left
     * some of it as it was.
     */
    boolean needsCleanStack() {
        if (isChecked()) {
            return true;
        }
        for (Helper helper : contract.helpers().values()) {
            if (helper.parameters().contains(Helper.Parameter.WRITABLE)) {
                return true;
            }
        }
        return false;
    }

    /**
     * {@return memory for the program's regions with what they begin with, which is aligned to 8
     * bytes, so that atomic operations on it are atomic}
     */
    MemorySegment[] newRegions() {
        List<Program.Region> regions = program.regions();
        MemorySegment[] memory = new MemorySegment[regions.size()];
        for (int i = 0; i < memory.length; i++) {
            byte[] content = regions.get(i).content();
            MemorySegment words = MemorySegment.ofArray(
                    new long[(content.length + Long.BYTES - 1) / Long.BYTES]);
            memory[i] = words.asSlice(0, content.length);
            MemorySegment.copy(content, 0, memory[i], ValueLayout.JAVA_BYTE, 0, content.length);
        }
        return memory;
    }

    /** {@return the register that names the helper in a call by register} */
    static int callRegister(long slot) {
        return Isa.dst(slot) == 0 ? Isa.immediate(slot) : Isa.dst(slot);
    }

    /** {@return the number that a wide load loads} */
    static long wide(long first, long second) {
        return Isa.src(first) == Isa.LDDW_REGION
                ? AddressSpace.pointer(AddressSpace.REGIONS + Isa.immediate(first),
                        Isa.immediate(second))
                : Integer.toUnsignedLong(Isa.immediate(first))
                        | (long) Isa.immediate(second) << 32;
    }
}
