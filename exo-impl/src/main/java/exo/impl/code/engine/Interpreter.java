// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.engine;

import exo.impl.code.isa.Isa;

/**
 * Runs a program instruction by instruction: the plain reference for the compiler. It checks every
 * access, and makes no use of proofs.
 */
final class Interpreter extends Code {
    private static final int END_WITH_ZERO = -2;

    private final Verified verified;
    private final long[] slots;
    private final boolean isChecked;

    /**
     * Makes the code.
     *
     * @param verified what it shall run
     */
    Interpreter(Verified verified) {
        this.verified = verified;
        slots = new long[verified.program().length()];
        for (int i = 0; i < slots.length; i++) {
            slots[i] = verified.program().slot(i);
        }
        isChecked = verified.isChecked();
    }

    @Override
    long run(Machine machine) {
        long[] r = machine.registers;
        int pc = 0;
        while (pc >= 0) {
            if (isChecked && --machine.fuel < 0) {
                throw machine.exhausted(pc);
            }
            long slot = slots[pc];
            int op = Isa.opcode(slot);
            switch (Isa.classOf(op)) {
                case Isa.ALU64 -> {
                    r[Isa.dst(slot)] = compute(r, slot);
                    pc++;
                }
                case Isa.ALU -> {
                    r[Isa.dst(slot)] = computeHalf(r, slot);
                    pc++;
                }
                case Isa.LDX -> {
                    r[Isa.dst(slot)] = load(machine, slot, pc);
                    pc++;
                }
                case Isa.ST, Isa.STX -> {
                    store(machine, slot, pc);
                    pc++;
                }
                case Isa.LD -> pc = loadOther(machine, slot, pc);
                default -> pc = jump(machine, slot, pc);
            }
        }
        return pc == END_WITH_ZERO ? 0 : r[0];
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

    private int loadOther(Machine machine, long slot, int pc) {
        long[] r = machine.registers;
        int op = Isa.opcode(slot);
        if (op == Isa.LDDW) {
            r[Isa.dst(slot)] = Verified.wide(slot, slots[pc + 1]);
            return pc + 2;
        }
        long index = Isa.mode(op) == Isa.IND ? r[Isa.src(slot)] & 0xffff_ffffL : 0;
        long value = machine.loadPacket(r[6], index + Isa.immediate(slot), Isa.bytes(op), pc);
        if (value < 0) {
            return END_WITH_ZERO;
        }
        r[0] = value;
        forgetArguments(r);
        return pc + 1;
    }

    private static int jump(Machine machine, long slot, int pc) {
        long[] r = machine.registers;
        int op = Isa.opcode(slot);
        return switch (Isa.operation(op)) {
            case Isa.JA -> Isa.target(slot, pc);
            case Isa.CALL -> call(machine, slot, pc);
            case Isa.EXIT -> machine.leave();
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
