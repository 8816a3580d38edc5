// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.engine;

import exo.api.code.Argument;
import exo.api.code.CodeFault;
import exo.api.code.Helper;
import exo.api.code.Program;
import exo.impl.code.isa.AddressSpace;
import exo.impl.code.isa.Isa;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;

/**
 * What a run needs besides its code: the memory behind pointers, and what is checked as it runs.
 *
 * <p>Every pointer that comes in here is checked, whatever it is. Compiled code goes by where the
 * verifier proved an access.
 *
 * <p>Nothing here allocates but faults. One thread at a time. Not final, so that tests can watch.
 */
class Machine implements Helper.PointerAccess {
    private static final long CONTEXT = AddressSpace.pointer(AddressSpace.CONTEXT, 0);
    private static final int SAVED = 4;
    private static final int FIRST_SAVED = 6;

    // Compiled code reads these five.
    final MemorySegment[] segments;
    final long[] bases;
    final int[] lengths;
    final long[] registers = new long[Isa.REGISTERS];
    int fuel;
    /** The instruction that called a helper. */
    int caller = -1;

    private final Verified verified;
    private final boolean[] isWritable;
    /** What the registers are at the start of a run. */
    private final long[] start = new long[Isa.REGISTERS];
    private final int maxSteps;
    private final boolean clearsStack;
    private final int packet;
    private final Helper.Body[] bodies;
    private final boolean[] hasResult;
    private final int[] numbers;

    private final long[] saved = new long[Isa.MAX_FRAMES * SAVED];
    private final int[] returns = new int[Isa.MAX_FRAMES];
    private int depth;

    /** A helper was given a pointer that points nowhere, and used it. */
    static final class BadPointerException extends IndexOutOfBoundsException {
        private static final long serialVersionUID = 1L;

        BadPointerException(String cause) {
            super(cause);
        }
    }

    /**
     * Makes a machine, to which arguments are not yet bound.
     *
     * @param verified what it shall run
     * @param regions memory of the program's regions
     */
    Machine(Verified verified, MemorySegment[] regions) {
        this.verified = verified;
        int count = AddressSpace.REGIONS + regions.length;
        segments = new MemorySegment[count];
        bases = new long[count];
        lengths = new int[count];
        isWritable = new boolean[count];
        clearsStack = verified.needsCleanStack();
        packet = verified.packet();
        maxSteps = verified.contract().maxSteps();
        start[Isa.FP] = AddressSpace.pointer(AddressSpace.STACK, Isa.STACK_BYTES);
        int stackBytes = verified.stackBytes();
        bind(AddressSpace.STACK, MemorySegment.ofArray(new long[stackBytes / Long.BYTES]), 0,
                stackBytes, true);
        for (int i = 0; i < regions.length; i++) {
            Program.Region region = verified.program().regions().get(i);
            bind(AddressSpace.REGIONS + i, regions[i], 0, region.sizeBytes(), region.isWritable());
        }
        List<Argument> types = verified.contract().arguments();
        for (int i = 0; i < types.size(); i++) {
            start[1 + i] = switch (types.get(i)) {
                case Argument.Memory _ -> AddressSpace.pointer(AddressSpace.ARGUMENTS + i, 0);
                case Argument.Packet _ -> CONTEXT;
                case Argument.Scalar scalar -> scalar.least();
            };
        }
        List<Helper> helpers = List.copyOf(verified.contract().helpers().values());
        numbers = verified.contract().helpers().keySet().stream().mapToInt(i -> i).toArray();
        bodies = new Helper.Body[numbers.length];
        hasResult = new boolean[numbers.length];
        for (int i = 0; i < numbers.length; i++) {
            bodies[i] = helpers.get(i).body();
            hasResult[i] = helpers.get(i).result() == Helper.Result.NUMBER;
        }
    }

    /** Binds memory to its number. */
    void bind(int memory, MemorySegment segment, long base, int lengthBytes, boolean writable) {
        segments[memory] = segment;
        bases[memory] = base;
        lengths[memory] = lengthBytes;
        isWritable[memory] = writable;
    }

    /** hot: Binds the packet. */
    void bindPacket(MemorySegment segment, long base, int lengthBytes) {
        segments[packet] = segment;
        bases[packet] = base;
        lengths[packet] = lengthBytes;
    }

    /** hot: Forgets the packet, so that nothing keeps its memory. */
    void releasePacket() {
        segments[packet] = null;
        lengths[packet] = 0;
    }

    void allowPacketWrites(boolean writable) {
        isWritable[packet] = writable;
    }

    /** Sets an argument that is a number. */
    void set(int argument, long value) {
        start[1 + argument] = value;
    }

    /** {@return what an argument is at the start of a run} */
    long argument(int index) {
        return start[1 + index];
    }

    /** hot: Makes ready for a run. */
    void begin() {
        System.arraycopy(start, 0, registers, 0, Isa.REGISTERS);
        fuel = maxSteps;
        depth = 0;
        if (clearsStack) {
            segments[AddressSpace.STACK].fill((byte) 0);
        }
    }

    // --- memory -------------------------------------------------------------------------------

    @Override
    public long read(long pointer, int bytes) {
        if (!reaches(pointer, bytes, false)) {
            throw new BadPointerException(refusal("read", pointer, bytes, false));
        }
        return get(pointer, bytes);
    }

    @Override
    public void write(long pointer, int bytes, long value) {
        if (!reaches(pointer, bytes, true)) {
            throw new BadPointerException(refusal("write", pointer, bytes, true));
        }
        put(pointer, bytes, value);
    }

    /**
     * hot: {@return what a load reads, without sign}
     *
     * @param pointer where
     * @param bytes how many
     * @param slot the instruction
     * @throws CodeFault if it may not
     */
    long load(long pointer, int bytes, int slot) {
        if (reaches(pointer, bytes, false)) {
            return get(pointer, bytes);
        }
        if (bytes == Integer.BYTES && isContextWord(pointer)) {
            return contextWord(AddressSpace.offset(pointer));
        }
        throw new CodeFault(slot, refusal("load", pointer, bytes, false));
    }

    /** hot: As {@link #load}, but of what a sign is extended of, which the context has not. */
    long loadSigned(long pointer, int bytes, int slot) {
        if (!reaches(pointer, bytes, false)) {
            throw new CodeFault(slot, refusal("load", pointer, bytes, false));
        }
        return Arithmetic.signExtend(get(pointer, bytes), bytes * Byte.SIZE);
    }

    /** hot: Does what a store does; higher bytes of the value are ignored. */
    void store(long pointer, long value, int bytes, int slot) {
        if (!reaches(pointer, bytes, true)) {
            throw new CodeFault(slot, refusal("store", pointer, bytes, true));
        }
        put(pointer, bytes, value);
    }

    /**
     * hot: {@return what an atomic operation found, without sign}
     *
     * @param pointer where
     * @param value the operand
     * @param expected what r0 holds
     * @param operation the operation as the instruction names it
     * @param slot the instruction
     */
    long atomic4(long pointer, long value, long expected, int operation, int slot) {
        if (!reaches(pointer, Integer.BYTES, true)) {
            throw new CodeFault(slot, refusal("atomic operation", pointer, Integer.BYTES, true));
        }
        int memory = AddressSpace.memory(pointer);
        return Bytes.atomic4(segments[memory], bases[memory] + AddressSpace.offset(pointer),
                operation, (int) value, (int) expected);
    }

    /** hot: As {@link #atomic4}, of 8 bytes. */
    long atomic8(long pointer, long value, long expected, int operation, int slot) {
        if (!reaches(pointer, Long.BYTES, true)) {
            throw new CodeFault(slot, refusal("atomic operation", pointer, Long.BYTES, true));
        }
        int memory = AddressSpace.memory(pointer);
        return Bytes.atomic8(segments[memory], bases[memory] + AddressSpace.offset(pointer),
                operation, value, expected);
    }

    /**
     * hot: {@return what legacy packet access reads; negative if that is not in the packet}
     *
     * @param context what r6 holds
     * @param at where in the packet
     * @param bytes how many
     * @param slot the instruction
     * @throws CodeFault if r6 does not hold the context
     */
    long loadPacket(long context, long at, int bytes, int slot) {
        requireContext(context, slot);
        if (at < 0 || at + bytes > lengths[packet]) {
            return -1;
        }
        return Bytes.getBig(segments[packet], bases[packet] + at, bytes);
    }

    private void requireContext(long context, int slot) {
        if (packet == Verified.NO_MEMORY || context != CONTEXT) {
            throw new CodeFault(slot, "packet access wants the context in r6, but that holds "
                    + describe(context));
        }
    }

    private boolean reaches(long pointer, int bytes, boolean writes) {
        int memory = AddressSpace.memory(pointer);
        return memory >= 0 && memory < lengths.length
                && AddressSpace.offset(pointer) + bytes <= lengths[memory]
                && (!writes || isWritable[memory]);
    }

    private long get(long pointer, int bytes) {
        int memory = AddressSpace.memory(pointer);
        return Bytes.get(segments[memory], bases[memory] + AddressSpace.offset(pointer), bytes);
    }

    private void put(long pointer, int bytes, long value) {
        int memory = AddressSpace.memory(pointer);
        Bytes.put(segments[memory], bases[memory] + AddressSpace.offset(pointer), bytes, value);
    }

    private boolean isContextWord(long pointer) {
        long offset = AddressSpace.offset(pointer);
        return packet != Verified.NO_MEMORY
                && AddressSpace.memory(pointer) == AddressSpace.CONTEXT
                && offset < AddressSpace.CONTEXT_BYTES && offset % Integer.BYTES == 0;
    }

    private long contextWord(long offset) {
        return switch ((int) offset) {
            case AddressSpace.CONTEXT_DATA, AddressSpace.CONTEXT_DATA_META ->
                AddressSpace.pointer(packet, 0);
            case AddressSpace.CONTEXT_DATA_END -> AddressSpace.pointer(packet, lengths[packet]);
            default -> 0;
        };
    }

    private String refusal(String what, long pointer, int bytes, boolean writes) {
        String access = what + " of " + bytes + (bytes == 1 ? " byte" : " bytes") + " at "
                + describe(pointer);
        int memory = AddressSpace.memory(pointer);
        if (memory >= 0 && memory < lengths.length && segments[memory] != null) {
            return access + ", which has " + lengths[memory] + " bytes"
                    + (writes && !isWritable[memory] ? " and is read-only" : "");
        }
        return access;
    }

    private String describe(long pointer) {
        int memory = AddressSpace.memory(pointer);
        boolean isContext = memory == AddressSpace.CONTEXT && packet != Verified.NO_MEMORY;
        if (memory < 0 || memory >= segments.length || (segments[memory] == null && !isContext)) {
            return "0x" + Long.toHexString(pointer) + ", which is no pointer";
        }
        String name = switch (memory) {
            case AddressSpace.STACK -> "the stack";
            case AddressSpace.CONTEXT -> "the context";
            default -> memory < AddressSpace.REGIONS
                    ? "argument r" + (memory - AddressSpace.ARGUMENTS + 1)
                    : "region " + verified.program()
                            .regions()
                            .get(memory - AddressSpace.REGIONS)
                            .name();
        };
        return "offset " + AddressSpace.offset(pointer) + " of " + name;
    }

    // --- calls --------------------------------------------------------------------------------

    /**
     * hot: {@return what a helper returns}
     *
     * @param number its number, of any size
     * @param slot the instruction that calls it; arguments are taken from the registers
     * @throws CodeFault if there is none of this number
     */
    long callHelper(long number, int slot) {
        int index = number == (int) number ? Arrays.binarySearch(numbers, (int) number) : -1;
        if (index < 0) {
            throw new CodeFault(slot, "there is no helper " + number + ", only "
                    + verified.contract().helpers().keySet());
        }
        caller = slot;
        long[] r = registers;
        long result = bodies[index].call(this, r[1], r[2], r[3], r[4], r[5]);
        return hasResult[index] ? result : 0;
    }

    /**
     * hot: Enters a function; the registers are those of its caller.
     *
     * @param slot the instruction that calls it
     */
    void enter(int slot) {
        if (depth == Isa.MAX_FRAMES - 1) {
            throw tooDeep(slot);
        }
        System.arraycopy(registers, FIRST_SAVED, saved, depth * SAVED, SAVED);
        returns[depth++] = slot + 1;
        registers[0] = 0;
        Arrays.fill(registers, FIRST_SAVED, FIRST_SAVED + SAVED, 0);
        registers[Isa.FP] += Isa.STACK_BYTES;
    }

    /** hot: {@return where to go on after the end of a function; negative after the last} */
    int leave() {
        if (depth == 0) {
            return -1;
        }
        depth--;
        System.arraycopy(saved, depth * SAVED, registers, FIRST_SAVED, SAVED);
        Arrays.fill(registers, 1, FIRST_SAVED, 0);
        registers[Isa.FP] -= Isa.STACK_BYTES;
        return returns[depth];
    }

    /**
     * hot: {@return the frame pointer of a function}
     *
     * @param framePointer that of its caller
     * @param slot the instruction that calls it
     */
    static long deeper(long framePointer, int slot) {
        if (AddressSpace.offset(framePointer) == Isa.MAX_FRAMES * Isa.STACK_BYTES) {
            throw tooDeep(slot);
        }
        return framePointer + Isa.STACK_BYTES;
    }

    private static CodeFault tooDeep(int slot) {
        return new CodeFault(slot, "a call in function " + Isa.MAX_FRAMES
                + " of a chain of calls, which is as deep as they go");
    }

    // --- steps --------------------------------------------------------------------------------

    /** {@return the fault of a run that takes too many steps} */
    CodeFault exhausted(int slot) {
        return new CodeFault(slot,
                "the run takes more than " + verified.contract().maxSteps() + " steps");
    }

    /**
     * {@return the fault of a run that takes too many steps}
     *
     * @param first the first instruction of a sequence of which not all can be executed
     * @param length how many there are; they were subtracted from {@link #fuel} already
     */
    CodeFault exhausted(int first, int length) {
        int slot = first;
        for (int left = fuel + length; left > 0; left--) {
            slot += Isa.opcode(verified.program().slot(slot)) == Isa.LDDW ? 2 : 1;
        }
        return exhausted(slot);
    }

    /** {@return the fault of a place that no run of a proven program comes to} */
    static CodeFault unreachable(int slot) {
        return new CodeFault(slot, "the verifier had proved that no run comes here");
    }
}
