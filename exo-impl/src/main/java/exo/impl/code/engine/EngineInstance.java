// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.engine;

import exo.api.code.Argument;
import exo.api.code.CodeFault;
import exo.api.code.Instance;
import exo.impl.code.isa.AddressSpace;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Objects;

/** A program with a machine of its own. */
final class EngineInstance implements Instance {
    private final Verified verified;
    private final Code code;
    private final MemorySegment[] regions;
    private final Machine machine;
    /** The arguments that are not bound yet, as bits. */
    private int unbound;

    /**
     * Makes the instance.
     *
     * @param verified the program
     * @param code what runs it
     */
    EngineInstance(Verified verified, Code code) {
        this.verified = verified;
        this.code = code;
        regions = verified.newRegions();
        machine = new Machine(verified, regions);
        List<Argument> arguments = verified.contract().arguments();
        for (int i = 0; i < arguments.size(); i++) {
            unbound |= arguments.get(i) instanceof Argument.Scalar ? 0 : 1 << i;
        }
    }

    @Override
    public void bind(int argument, MemorySegment memory, long offset, int lengthBytes) {
        boolean isWritable = switch (argument(argument)) {
            case Argument.Memory wanted -> {
                if (lengthBytes != wanted.lengthBytes()) {
                    throw new IllegalArgumentException("argument " + argument + " has "
                            + wanted.lengthBytes() + " bytes, not " + lengthBytes);
                }
                yield wanted.isWritable();
            }
            case Argument.Packet wanted -> wanted.isWritable();
            case Argument.Scalar _ -> throw new IllegalArgumentException(
                    "argument " + argument + " is a number: set it, do not bind it");
        };
        if (isWritable && memory.isReadOnly()) {
            throw new IllegalArgumentException("argument " + argument
                    + " is one that the program may write, but the memory is read-only");
        }
        Objects.checkFromIndexSize(offset, (long) lengthBytes, memory.byteSize());
        machine.bind(AddressSpace.ARGUMENTS + argument, memory, offset, lengthBytes, isWritable);
        unbound &= ~(1 << argument);
    }

    @Override
    public void set(int argument, long value) {
        if (!(argument(argument) instanceof Argument.Scalar wanted)) {
            throw new IllegalArgumentException(
                    "argument " + argument + " is no number: bind it, do not set it");
        }
        if (value < wanted.least() || value > wanted.most()) {
            throw new IllegalArgumentException("argument " + argument + " is from "
                    + wanted.least() + " to " + wanted.most() + ", not " + value);
        }
        machine.set(argument, value);
    }

    private Argument argument(int index) {
        List<Argument> arguments = verified.contract().arguments();
        if (index < 0 || index >= arguments.size()) {
            throw new IndexOutOfBoundsException("contract " + verified.contract().name() + " has "
                    + arguments.size() + " arguments, from 0, and none is " + index);
        }
        return arguments.get(index);
    }

    @Override
    public long run() {
        if (unbound != 0) {
            throw new IllegalStateException("argument " + Integer.numberOfTrailingZeros(unbound)
                    + " is not bound");
        }
        machine.begin();
        try {
            return code.run(machine);
        } catch (Machine.BadPointerException e) {
            throw new CodeFault(machine.caller, e.getMessage());
        }
    }

    @Override
    public MemorySegment region(int index) {
        MemorySegment region = regions[Objects.checkIndex(index, regions.length)];
        return verified.program().regions().get(index).isWritable() ? region : region.asReadOnly();
    }
}
