// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.merge;

import exo.api.code.Program;
import exo.impl.code.isa.AddressSpace;
import exo.impl.code.isa.Isa;
import exo.impl.code.merge.Path.NotOfFormException;
import exo.impl.code.merge.Value.Kind;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.function.Consumer;

/**
 * Goes all ways through a filter with symbols instead of a packet. At a comparison a way forks,
 * unless what it knows of the packet decides.
 *
 * <p>Time is bounded: by {@value #MAX_PATHS} ways of {@value #MAX_STEPS} instructions together.
 */
final class Explorer {
    /** The most ways through a program that are gone. */
    static final int MAX_PATHS = 1024;
    /** The most instructions that are looked at, on all ways together. */
    static final int MAX_STEPS = 50_000;

    private final Program program;
    private final boolean isProven;
    private final Consumer<Path> accepted;
    private final Deque<Path> open = new ArrayDeque<>();
    private int paths = 1;
    private int steps;

    Explorer(Program program, boolean isProven, Consumer<Path> accepted) {
        this.program = program;
        this.isProven = isProven;
        this.accepted = accepted;
    }

    /**
     * Goes all ways.
     *
     * @throws NotOfFormException if the program does what cannot be followed
     */
    void run() {
        open.push(new Path());
        while (!open.isEmpty()) {
            Path path = open.pop();
            boolean goesOn = true;
            while (goesOn) {
                if (++steps > MAX_STEPS) {
                    throw new NotOfFormException("more than " + MAX_STEPS + " steps");
                }
                goesOn = step(path);
            }
        }
    }

    /** {@return whether the way goes on} */
    private boolean step(Path path) {
        int at = path.slot;
        long slot = program.slot(at);
        int opcode = Isa.opcode(slot);
        path.slot = at + 1;
        switch (Isa.classOf(opcode)) {
            case Isa.ALU, Isa.ALU64 -> compute(path, slot);
            case Isa.LD -> {
                return load(path, slot, at);
            }
            case Isa.LDX -> loadMemory(path, slot);
            case Isa.ST, Isa.STX -> store(path, slot);
            default -> {
                return jump(path, slot, at);
            }
        }
        return true;
    }

    // --- arithmetic ---------------------------------------------------------------------------

    private void compute(Path path, long slot) {
        int opcode = Isa.opcode(slot);
        int operation = Isa.operation(opcode);
        int width = Isa.classOf(opcode) == Isa.ALU64 ? Long.SIZE : Integer.SIZE;
        Value value = path.registers[Isa.dst(slot)];
        Value result;
        if (operation == Isa.END) {
            result = swap(value, slot);
        } else if (operation == Isa.NEG || Isa.offset(slot) != 0) {
            result = operation == Isa.MOV
                    ? extendSign(path.registers[Isa.src(slot)], Isa.offset(slot), width)
                    : Value.UNKNOWN;
        } else {
            result = value.compute(operation, operand(path, slot), width);
        }
        path.registers[Isa.dst(slot)] = result;
    }

    private static Value operand(Path path, long slot) {
        return (Isa.opcode(slot) & Isa.X) != 0
                ? path.registers[Isa.src(slot)]
                : Value.constant(Isa.immediate(slot));
    }

    private static Value extendSign(Value value, int bits, int width) {
        int[] cells = value.asBits();
        Value wide = cells == null ? Value.UNKNOWN : Value.bits(Bits.extendSign(cells, bits));
        return width == Integer.SIZE ? wide.low() : wide;
    }

    private static Value swap(Value value, long slot) {
        int[] cells = value.asBits();
        int bits = Isa.immediate(slot);
        boolean isToLittle = Isa.opcode(slot) == (Isa.ALU | Isa.END);
        if (cells == null) {
            return Value.UNKNOWN;
        }
        return Value.bits(isToLittle ? Bits.truncate(cells, bits) : Bits.swap(cells, bits));
    }

    // --- memory -------------------------------------------------------------------------------

    private boolean load(Path path, long slot, int at) {
        int opcode = Isa.opcode(slot);
        if (opcode == Isa.LDDW) {
            if (Isa.src(slot) != 0) {
                throw new NotOfFormException("memory of the program");
            }
            path.registers[Isa.dst(slot)] = Value.constant((Isa.immediate(slot) & 0xffff_ffffL)
                    | (long) Isa.immediate(program.slot(at + 1)) << 32);
            path.slot = at + 2;
            return true;
        }
        Value index = Isa.mode(opcode) == Isa.IND
                ? path.registers[Isa.src(slot)].low().asSum()
                : Value.constant(0);
        Arrays.fill(path.registers, 0, 6, Value.UNKNOWN);
        if (index.is(Kind.UNKNOWN)) {
            path.assumeUnknown();
            return true;
        }
        int bytes = Isa.bytes(opcode);
        long offset = index.number() + Isa.immediate(slot);
        if (offset < 0 && index.base() != 0) {
            throw new NotOfFormException("bytes before a base");
        }
        if (offset < 0 || !path.assumeLength(index.base(), offset + bytes)) {
            return false;
        }
        path.registers[0] = path.load(index.base(), offset, bytes, true);
        return true;
    }

    private void loadMemory(Path path, long slot) {
        Value pointer = path.registers[Isa.src(slot)];
        int bytes = Isa.bytes(Isa.opcode(slot));
        long at = pointer.number() + Isa.offset(slot);
        Value loaded = switch (pointer.kind()) {
            case CONTEXT -> loadContext(Isa.offset(slot));
            case STACK -> path.load(at, bytes);
            case PACKET -> {
                requireInside(path, pointer.base(), at, bytes);
                yield path.load(pointer.base(), at, bytes, false);
            }
            default -> {
                requireProof();
                yield Value.UNKNOWN;
            }
        };
        boolean isSigned = Isa.mode(Isa.opcode(slot)) == Isa.MEMSX;
        path.registers[Isa.dst(slot)] = isSigned
                ? extendSign(loaded, bytes * Byte.SIZE, Long.SIZE)
                : loaded;
    }

    private static Value loadContext(int offset) {
        return switch (offset) {
            case AddressSpace.CONTEXT_DATA, AddressSpace.CONTEXT_DATA_META -> Value.packet(0, 0);
            case AddressSpace.CONTEXT_DATA_END -> Value.END;
            default -> Value.constant(0);
        };
    }

    private void requireInside(Path path, int base, long at, int bytes) {
        if (at < 0 || at + bytes > path.known(base)) {
            requireProof();
            // The verifier knows better, so the packet is that long on this way.
            path.assumeLength(base, at + bytes);
        }
    }

    private void requireProof() {
        if (!isProven) {
            throw new NotOfFormException("an access that may fault");
        }
    }

    private static void store(Path path, long slot) {
        int opcode = Isa.opcode(slot);
        Value pointer = path.registers[Isa.dst(slot)];
        if (!pointer.is(Kind.STACK) || Isa.mode(opcode) != Isa.MEM) {
            throw new NotOfFormException("a store outside the stack");
        }
        Value value = Isa.classOf(opcode) == Isa.STX
                ? path.registers[Isa.src(slot)]
                : Value.constant(Isa.immediate(slot));
        path.store(pointer.number() + Isa.offset(slot), Isa.bytes(opcode), value);
    }

    // --- jumps --------------------------------------------------------------------------------

    private boolean jump(Path path, long slot, int at) {
        int operation = Isa.operation(Isa.opcode(slot));
        switch (operation) {
            case Isa.JA -> path.slot = Isa.target(slot, at);
            case Isa.CALL -> throw new NotOfFormException("a call");
            case Isa.EXIT -> {
                exit(path);
                return false;
            }
            default -> {
                return jumpIf(path, slot, at);
            }
        }
        return true;
    }

    private void exit(Path path) {
        Question isZero = Question.of(Isa.JEQ, path.registers[0].low(), Value.constant(0),
                Integer.SIZE);
        if (isZero.assume(path, false)) {
            accepted.accept(path);
        }
    }

    private boolean jumpIf(Path path, long slot, int at) {
        int opcode = Isa.opcode(slot);
        int width = Isa.classOf(opcode) == Isa.JMP ? Long.SIZE : Integer.SIZE;
        Question question = Question.of(Isa.operation(opcode), path.registers[Isa.dst(slot)],
                operand(path, slot), width);
        Path jumps = path.fork();
        if (question.assume(jumps, true)) {
            if (++paths > MAX_PATHS) {
                throw new NotOfFormException("more than " + MAX_PATHS + " ways");
            }
            jumps.slot = Isa.target(slot, at);
            open.push(jumps);
        }
        return question.assume(path, false);
    }
}
