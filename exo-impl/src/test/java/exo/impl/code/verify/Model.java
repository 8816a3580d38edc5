// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.verify;

import exo.impl.code.isa.AddressSpace;
import exo.impl.code.isa.Isa;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * Runs programs with real numbers, and fails where an accepted program must never come: outside a
 * memory, to a register that was not written, beyond the steps of its proof, or where the proof
 * says that it does not.
 *
 * <p>Under one contract: r1 points to 16 bytes that may be written, r2 is a number from 0 to 31, r3
 * is the context of a packet that may be written. Written for clarity, apart from the engines.
 */
final class Model {
    private static final int LOCAL_REGISTERS = 6;

    private final long[] slots;
    private final Proof proof;
    private final byte[][] memories = new byte[AddressSpace.REGIONS][];
    private final long[] registers = new long[Isa.REGISTERS];
    private final long[][] saved = new long[Isa.MAX_FRAMES][];
    private final int[] returns = new int[Isa.MAX_FRAMES];
    private int written;
    private int depth;
    private int at;

    Model(long[] slots, Proof proof, byte[] memory, long number, byte[] packet) {
        this.slots = slots;
        this.proof = proof;
        memories[AddressSpace.STACK] = new byte[Isa.MAX_FRAMES * Isa.STACK_BYTES];
        memories[AddressSpace.ARGUMENTS] = memory;
        memories[AddressSpace.ARGUMENTS + 2] = packet;
        registers[1] = AddressSpace.pointer(AddressSpace.ARGUMENTS, 0);
        registers[2] = number;
        registers[3] = AddressSpace.pointer(AddressSpace.CONTEXT, 0);
        registers[Isa.FP] = AddressSpace.pointer(AddressSpace.STACK, Isa.STACK_BYTES);
        written = 0b100_0000_1110;
    }

    /** Fills the stack, so that bytes which were not written differ between two runs. */
    void fillStack(RandomGenerator random) {
        random.nextBytes(memories[AddressSpace.STACK]);
    }

    /** {@return what the program returns} */
    long run() {
        for (int step = 0; step < proof.steps(); step++) {
            check(proof.isReached(at), "slot is not reached");
            long word = slots[at];
            int opcode = Isa.opcode(word);
            if (opcode == (Isa.JMP | Isa.EXIT) && depth == 0) {
                return get(0);
            }
            if (Isa.classOf(opcode) == Isa.LD && opcode != Isa.LDDW) {
                if (!packetLoad(word)) {
                    return 0;
                }
            } else {
                execute(word, opcode);
            }
            at++;
        }
        throw new AssertionError("more than " + proof.steps() + " steps");
    }

    private void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError("at " + at + ": " + what);
        }
    }

    private long get(int register) {
        check(((written >> register) & 1) != 0, "r" + register + " is not written");
        return registers[register];
    }

    private void set(int register, long value) {
        registers[register] = value;
        written |= 1 << register;
    }

    private void execute(long word, int opcode) {
        switch (Isa.classOf(opcode)) {
            case Isa.ALU, Isa.ALU64 -> set(Isa.dst(word), arithmetic(word, opcode));
            case Isa.LDX -> set(Isa.dst(word), load(word, opcode));
            case Isa.ST -> write(word, Isa.bytes(opcode), Isa.immediate(word));
            case Isa.STX -> store(word, opcode);
            case Isa.LD -> {
                set(Isa.dst(word),
                        (Isa.immediate(word) & Bounds.LOW)
                                | ((long) Isa.immediate(slots[at + 1]) << 32));
                at++;
            }
            default -> jump(word, opcode);
        }
    }

    private boolean packetLoad(long word) {
        check(get(6) == AddressSpace.pointer(AddressSpace.CONTEXT, 0), "r6 is not the context");
        int bytes = Isa.bytes(Isa.opcode(word));
        long index = Isa.mode(Isa.opcode(word)) == Isa.IND ? get(Isa.src(word)) & Bounds.LOW : 0;
        long from = index + Isa.immediate(word);
        byte[] packet = memories[AddressSpace.ARGUMENTS + 2];
        if (from < 0 || from + bytes > packet.length) {
            return false;
        }
        long value = 0;
        for (int i = 0; i < bytes; i++) {
            value = (value << 8) | (packet[(int) from + i] & 0xff);
        }
        written &= ~0b11_1110;
        set(0, value);
        return true;
    }

    private long arithmetic(long word, int opcode) {
        int operation = Isa.operation(opcode);
        boolean is64 = Isa.classOf(opcode) == Isa.ALU64;
        boolean isRegister = (opcode & Isa.X) != 0;
        if (operation == Isa.END) {
            int unused = 64 - Isa.immediate(word);
            long value = get(Isa.dst(word));
            return opcode == (Isa.ALU | Isa.END)
                    ? (value << unused) >>> unused
                    : Long.reverseBytes(value) >>> unused;
        }
        long b = isRegister ? get(Isa.src(word)) : Isa.immediate(word);
        if (operation == Isa.MOV) {
            int unused = Isa.offset(word) == 0 ? 0 : 64 - Isa.offset(word);
            long value = (b << unused) >> unused;
            return is64 ? value : value & Bounds.LOW;
        }
        return ConcreteMath.apply(operation, Isa.offset(word) == 1, is64, get(Isa.dst(word)), b);
    }

    // --- memory -------------------------------------------------------------------------------

    private int place(long pointer, int offset, int bytes) {
        long address = pointer + offset;
        int memory = AddressSpace.memory(address);
        check(memory >= 0 && memory < memories.length && memories[memory] != null,
                "no memory at " + Long.toHexString(address));
        long from = AddressSpace.offset(address);
        check(from + bytes <= memories[memory].length, "outside memory " + memory);
        if (memory == AddressSpace.STACK) {
            check(from + bytes <= (long) (depth + 1) * Isa.STACK_BYTES, "a frame to come");
        }
        if (proof.memory(at) != Proof.UNPROVEN) {
            check(proof.memory(at) == memory, "the proof says memory " + proof.memory(at));
            long base = memory == AddressSpace.STACK ? (depth + 1) * Isa.STACK_BYTES : 0;
            check(proof.offset(at) == Proof.VARIABLE || proof.offset(at) == from - base,
                    "the proof says offset " + proof.offset(at));
        }
        return (int) from;
    }

    private long read(long pointer, int offset, int bytes) {
        int from = place(pointer, offset, bytes);
        byte[] memory = memories[AddressSpace.memory(pointer + offset)];
        long value = 0;
        for (int i = bytes - 1; i >= 0; i--) {
            value = (value << 8) | (memory[from + i] & 0xff);
        }
        return value;
    }

    private void write(long word, int bytes, long value) {
        long pointer = get(Isa.dst(word));
        int from = place(pointer, Isa.offset(word), bytes);
        byte[] memory = memories[AddressSpace.memory(pointer + Isa.offset(word))];
        for (int i = 0; i < bytes; i++) {
            memory[from + i] = (byte) (value >>> (8 * i));
        }
    }

    private long load(long word, int opcode) {
        long pointer = get(Isa.src(word));
        int bytes = Isa.bytes(opcode);
        if (AddressSpace.memory(pointer + Isa.offset(word)) == AddressSpace.CONTEXT) {
            return context((int) AddressSpace.offset(pointer + Isa.offset(word)), bytes);
        }
        long value = read(pointer, Isa.offset(word), bytes);
        int unused = 64 - bytes * 8;
        return Isa.mode(opcode) == Isa.MEMSX ? (value << unused) >> unused : value;
    }

    private long context(int offset, int bytes) {
        check(bytes == 4, "the context in " + bytes + " bytes");
        int packet = AddressSpace.ARGUMENTS + 2;
        return switch (offset) {
            case 0, 8 -> AddressSpace.pointer(packet, 0);
            case 4 -> AddressSpace.pointer(packet, memories[packet].length);
            case 12, 16, 20 -> 0;
            default -> throw new AssertionError("the context at " + offset);
        };
    }

    private void store(long word, int opcode) {
        int bytes = Isa.bytes(opcode);
        long operand = get(Isa.src(word));
        if (Isa.mode(opcode) == Isa.MEM) {
            write(word, bytes, operand);
            return;
        }
        long old = read(get(Isa.dst(word)), Isa.offset(word), bytes);
        int operation = Isa.immediate(word);
        if (operation == Isa.CMPXCHG) {
            long expected = bytes == 4 ? get(0) & Bounds.LOW : get(0);
            write(word, bytes, old == expected ? operand : old);
            set(0, old);
            return;
        }
        write(word, bytes, operation == Isa.XCHG
                ? operand
                : ConcreteMath.apply(operation & ~Isa.FETCH, false, true, old, operand));
        if ((operation & Isa.FETCH) != 0) {
            set(Isa.src(word), old);
        }
    }

    // --- jumps --------------------------------------------------------------------------------

    private void jump(long word, int opcode) {
        int operation = Isa.operation(opcode);
        if (operation == Isa.JA) {
            at = Isa.target(word, at) - 1;
        } else if (operation == Isa.CALL) {
            call(word);
        } else if (operation == Isa.EXIT) {
            leave();
        } else {
            long b = (opcode & Isa.X) != 0 ? get(Isa.src(word)) : Isa.immediate(word);
            boolean is64 = Isa.classOf(opcode) == Isa.JMP;
            if (ConcreteMath.holds(operation, is64, get(Isa.dst(word)), b)) {
                at = Isa.target(word, at) - 1;
            }
        }
    }

    private void call(long word) {
        saved[depth] = Arrays.copyOfRange(registers, LOCAL_REGISTERS, Isa.REGISTERS);
        returns[depth] = at | (written << 16);
        depth++;
        check(depth < Isa.MAX_FRAMES, "too deep");
        registers[Isa.FP] += Isa.STACK_BYTES;
        written &= 0b100_0011_1110;
        at = Isa.target(word, at) - 1;
    }

    private void leave() {
        depth--;
        System.arraycopy(saved[depth], 0, registers, LOCAL_REGISTERS, saved[depth].length);
        int result = written & 1;
        written = ((returns[depth] >>> 16) & ~0b11_1111) | result;
        at = returns[depth] & 0xffff;
    }
}
