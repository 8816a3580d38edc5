// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.engine;

import exo.impl.code.isa.Isa;

import static exo.impl.code.isa.Isa.ABS;
import static exo.impl.code.isa.Isa.ADD;
import static exo.impl.code.isa.Isa.ALU;
import static exo.impl.code.isa.Isa.ALU64;
import static exo.impl.code.isa.Isa.AND;
import static exo.impl.code.isa.Isa.B;
import static exo.impl.code.isa.Isa.DW;
import static exo.impl.code.isa.Isa.EXIT;
import static exo.impl.code.isa.Isa.H;
import static exo.impl.code.isa.Isa.IND;
import static exo.impl.code.isa.Isa.JEQ;
import static exo.impl.code.isa.Isa.JMP;
import static exo.impl.code.isa.Isa.JMP32;
import static exo.impl.code.isa.Isa.JNE;
import static exo.impl.code.isa.Isa.JSET;
import static exo.impl.code.isa.Isa.LD;
import static exo.impl.code.isa.Isa.LDX;
import static exo.impl.code.isa.Isa.LSH;
import static exo.impl.code.isa.Isa.MEM;
import static exo.impl.code.isa.Isa.MOV;
import static exo.impl.code.isa.Isa.RSH;
import static exo.impl.code.isa.Isa.W;
import static exo.impl.code.isa.Isa.X;

/**
 * Runs a program instruction by instruction: the plain reference for the compiler. It checks every
 * access, and makes no use of proofs.
 */
final class Interpreter extends Code {
    private static final long UNSIGNED = 0xffff_ffffL;

    private final Verified verified;
    private final long[] slots;
    private final int[] opcodes;
    private final boolean isChecked;

    /**
     * Makes the code.
     *
     * @param verified what it shall run
     */
    Interpreter(Verified verified) {
        this.verified = verified;
        slots = new long[verified.program().length()];
        opcodes = new int[slots.length];
        for (int i = 0; i < slots.length; i++) {
            slots[i] = verified.program().slot(i);
            opcodes[i] = Isa.opcode(slots[i]);
        }
        isChecked = verified.isChecked();
    }

    // One switch for what programs are mostly made of, which the JVM makes one jump of; all other
    // instructions are taken apart by other().
    //
    // The opcode is read from an array of its own, and the rest of the instruction where it is
    // needed. If that was read once, before the switch, the JVM would take it apart there, in all
    // ways that any case wants, and have too few registers for the parts.
    @Override
    long run(Machine machine) {
        long[] r = machine.registers;
        boolean isInside = true;
        int pc = 0;
        while (pc >= 0 && isInside) {
            if (isChecked && --machine.fuel < 0) {
                throw machine.exhausted(pc);
            }
            switch (opcodes[pc]) {
                case ALU64 | MOV -> set(r, pc, immediate(pc));
                case ALU64 | MOV | X -> set(r, pc, compute(r, slots[pc]));
                case ALU64 | ADD -> set(r, pc, dst(r, pc) + immediate(pc));
                case ALU64 | ADD | X -> set(r, pc, dst(r, pc) + src(r, pc));
                case ALU64 | AND -> set(r, pc, dst(r, pc) & immediate(pc));
                case ALU64 | LSH -> set(r, pc, dst(r, pc) << immediate(pc));
                case ALU64 | RSH -> set(r, pc, dst(r, pc) >>> immediate(pc));
                case ALU | MOV -> set(r, pc, immediate(pc) & UNSIGNED);
                case ALU | MOV | X -> set(r, pc, computeHalf(r, slots[pc]));
                case ALU | ADD -> set(r, pc, dst(r, pc) + immediate(pc) & UNSIGNED);
                case ALU | AND -> set(r, pc, dst(r, pc) & immediate(pc) & UNSIGNED);
                case ALU | LSH -> set(r, pc, dst(r, pc) << (immediate(pc) & 31) & UNSIGNED);
                case ALU | RSH -> set(r, pc, (dst(r, pc) & UNSIGNED) >>> (immediate(pc) & 31));
                case JMP | JEQ -> pc += skip(dst(r, pc) == immediate(pc), pc);
                case JMP | JNE -> pc += skip(dst(r, pc) != immediate(pc), pc);
                case JMP32 | JEQ -> pc += skip((int) dst(r, pc) == immediate(pc), pc);
                case JMP32 | JNE -> pc += skip((int) dst(r, pc) != immediate(pc), pc);
                case JMP32 | JSET -> pc += skip(((int) dst(r, pc) & immediate(pc)) != 0, pc);
                case LDX | MEM | B, LDX | MEM | H, LDX | MEM | W, LDX | MEM | DW ->
                    set(r, pc, load(machine, slots[pc], pc));
                case LD | ABS | B -> isInside = loadPacket(machine, immediate(pc), 1, pc);
                case LD | ABS | H -> isInside = loadPacket(machine, immediate(pc), 2, pc);
                case LD | ABS | W -> isInside = loadPacket(machine, immediate(pc), 4, pc);
                case LD | IND | B, LD | IND | H, LD | IND | W ->
                    isInside = loadPacketAt(machine, slots[pc], pc);
                case JMP | EXIT -> {
                    pc = machine.leave();
                    continue;
                }
                default -> {
                    pc = other(machine, slots[pc], pc);
                    continue;
                }
            }
            pc++;
        }
        return isInside ? r[0] : 0;
    }

    private long dst(long[] r, int pc) {
        return r[Isa.dst(slots[pc])];
    }

    private long src(long[] r, int pc) {
        return r[Isa.src(slots[pc])];
    }

    private void set(long[] r, int pc, long value) {
        r[Isa.dst(slots[pc])] = value;
    }

    private int immediate(int pc) {
        return Isa.immediate(slots[pc]);
    }

    private int skip(boolean jumps, int pc) {
        return jumps ? Isa.offset(slots[pc]) : 0;
    }

    // Loads from a place in the packet, and returns whether it is one.
    private static boolean loadPacket(Machine machine, long at, int bytes, int pc) {
        long[] r = machine.registers;
        long value = machine.loadPacket(r[6], at, bytes, pc);
        if (value < 0) {
            return false;
        }
        r[0] = value;
        forgetArguments(r);
        return true;
    }

    private static boolean loadPacketAt(Machine machine, long slot, int pc) {
        long index = machine.registers[Isa.src(slot)] & UNSIGNED;
        return loadPacket(machine, index + Isa.immediate(slot), Isa.bytes(Isa.opcode(slot)), pc);
    }

    // Executes any other instruction, and returns where to go on.
    private int other(Machine machine, long slot, int pc) {
        long[] r = machine.registers;
        switch (Isa.classOf(Isa.opcode(slot))) {
            case Isa.ALU64 -> r[Isa.dst(slot)] = compute(r, slot);
            case Isa.ALU -> r[Isa.dst(slot)] = computeHalf(r, slot);
            case Isa.LDX -> r[Isa.dst(slot)] = load(machine, slot, pc);
            case Isa.ST, Isa.STX -> store(machine, slot, pc);
            // Packet access is not left to this method: so it is a wide load.
            case Isa.LD -> {
                r[Isa.dst(slot)] = Verified.wide(slot, slots[pc + 1]);
                return pc + 2;
            }
            default -> {
                return jump(machine, slot, pc);
            }
        }
        return pc + 1;
    }

    private static long operand(long[] r, long slot) {
        return (Isa.opcode(slot) & Isa.X) != 0 ? r[Isa.src(slot)] : Isa.immediate(slot);
    }

    private static long compute(long[] r, long slot) {
        int operation = Isa.operation(Isa.opcode(slot));
        long a = r[Isa.dst(slot)];
        return operation == Isa.END
                ? Arithmetic.swap(a, Isa.immediate(slot))
                : Arithmetic.compute(operation, Isa.offset(slot), a, operand(r, slot));
    }

    private static long computeHalf(long[] r, long slot) {
        int op = Isa.opcode(slot);
        long a = r[Isa.dst(slot)];
        if (Isa.operation(op) == Isa.END) {
            int bits = Isa.immediate(slot);
            return (op & Isa.X) != 0 ? Arithmetic.swap(a, bits) : Arithmetic.truncate(a, bits);
        }
        return Integer.toUnsignedLong(Arithmetic.compute(Isa.operation(op), Isa.offset(slot),
                (int) a, (int) operand(r, slot)));
    }

    private static long load(Machine machine, long slot, int pc) {
        int op = Isa.opcode(slot);
        long pointer = machine.registers[Isa.src(slot)] + Isa.offset(slot);
        return Isa.mode(op) == Isa.MEMSX
                ? machine.loadSigned(pointer, Isa.bytes(op), pc)
                : machine.load(pointer, Isa.bytes(op), pc);
    }

    private static void store(Machine machine, long slot, int pc) {
        long[] r = machine.registers;
        int op = Isa.opcode(slot);
        long pointer = r[Isa.dst(slot)] + Isa.offset(slot);
        if (Isa.mode(op) == Isa.ATOMIC) {
            atomic(machine, slot, pointer, pc);
        } else {
            long value = Isa.classOf(op) == Isa.ST ? Isa.immediate(slot) : r[Isa.src(slot)];
            machine.store(pointer, value, Isa.bytes(op), pc);
        }
    }

    private static void atomic(Machine machine, long slot, long pointer, int pc) {
        long[] r = machine.registers;
        int operation = Isa.immediate(slot);
        long value = r[Isa.src(slot)];
        long old = Isa.bytes(Isa.opcode(slot)) == Integer.BYTES
                ? machine.atomic4(pointer, value, r[0], operation, pc)
                : machine.atomic8(pointer, value, r[0], operation, pc);
        if (operation == Isa.CMPXCHG) {
            r[0] = old;
        } else if ((operation & Isa.FETCH) != 0) {
            r[Isa.src(slot)] = old;
        }
    }

    private static int jump(Machine machine, long slot, int pc) {
        long[] r = machine.registers;
        int op = Isa.opcode(slot);
        return switch (Isa.operation(op)) {
            case Isa.JA -> Isa.target(slot, pc);
            case Isa.CALL -> call(machine, slot, pc);
            default -> holds(r, slot) ? Isa.target(slot, pc) : pc + 1;
        };
    }

    private static boolean holds(long[] r, long slot) {
        int op = Isa.opcode(slot);
        long a = r[Isa.dst(slot)];
        long b = operand(r, slot);
        boolean isHalf = Isa.classOf(op) == Isa.JMP32;
        return Arithmetic.holds(Isa.operation(op), isHalf ? (int) a : a, isHalf ? (int) b : b);
    }

    private static int call(Machine machine, long slot, int pc) {
        long[] r = machine.registers;
        boolean isByRegister = Isa.opcode(slot) == Isa.CALLX;
        if (!isByRegister && Isa.src(slot) == Isa.CALL_LOCAL) {
            machine.enter(pc);
            return Isa.target(slot, pc);
        }
        long number = isByRegister ? r[Verified.callRegister(slot)] : Isa.immediate(slot);
        r[0] = machine.callHelper(number, pc);
        forgetArguments(r);
        return pc + 1;
    }

    private static void forgetArguments(long[] r) {
        for (int i = 1; i <= 5; i++) {
            r[i] = 0;
        }
    }

    @Override
    public String toString() {
        return "interpreter of " + verified.program();
    }
}
