// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.verify;

import exo.api.code.Program;
import exo.impl.code.isa.Isa;
import java.util.random.RandomGenerator;

/** Random programs: bits of any kind, or instructions that are likely to be accepted. */
final class Programs {
    private static final int[] SIZES = {Isa.B, Isa.H, Isa.W, Isa.DW};
    private static final int[] ATOMICS = {Isa.ADD, Isa.OR, Isa.AND | Isa.FETCH, Isa.XOR, Isa.XCHG,
            Isa.CMPXCHG};
    private static final int[] NUMBERS = {0, 1, -1, 2, 3, 7, 8, 15, 16, 31, 32, 63, 64, 255, -8,
            -16,
            Integer.MIN_VALUE, Integer.MAX_VALUE};

    private static final int FRAME = 1 << Isa.FP;

    private Programs() {}

    /** Slots with random fields, of which the opcodes are mostly known ones. */
    static long[] wild(RandomGenerator random) {
        long[] slots = new long[random.nextInt(1, 12)];
        for (int i = 0; i < slots.length; i++) {
            slots[i] = random.nextInt(3) == 0
                    ? random.nextLong()
                    : Program.slot(random.nextInt(256), random.nextInt(12), random.nextInt(12),
                            random.nextInt(-4, 5), random.nextInt(-4, 5));
        }
        return slots;
    }

    /**
     * Instructions whose form is right, with jumps inside the program, and an exit at the end. What
     * registers hold is guessed as if there were no jumps, so most operands are of the right kind.
     */
    static long[] likely(RandomGenerator random) {
        int length = random.nextInt(8, 32);
        long[] slots = new long[length];
        int at = 0;
        int numbers = 0b100;
        int pointers = 0b10;
        if (random.nextBoolean()) {
            at = packetStart(slots, random);
            pointers |= 0b1_0000;
            numbers |= 1;
        }
        slots[at++] = Program.slot(Isa.ST | Isa.MEM | Isa.DW, Isa.FP, 0, -8,
                any(random, NUMBERS));
        while (at < length - 1) {
            long slot = instruction(random, new int[]{at, length, numbers, pointers});
            int opcode = Isa.opcode(slot);
            int bit = 1 << Isa.dst(slot);
            boolean isCopy = opcode == (Isa.ALU64 | Isa.MOV | Isa.X)
                    && (((pointers | FRAME) >> Isa.src(slot)) & 1) != 0;
            boolean isMove = Isa.operation(opcode) == Isa.MOV && Isa.classOf(opcode) >= Isa.ALU;
            if (isCopy) {
                pointers |= bit;
                numbers &= ~bit;
            } else if (Isa.classOf(opcode) == Isa.LDX || isMove) {
                numbers |= bit;
                pointers &= ~bit;
            }
            slots[at++] = slot;
        }
        if ((numbers & 1) == 0) {
            slots[length - 2] = Program.slot(Isa.ALU64 | Isa.MOV, 0, 0, 0, 0);
        }
        slots[length - 1] = Program.slot(Isa.JMP | Isa.EXIT, 0, 0, 0, 0);
        return slots;
    }

    /** r4 points to the packet, r5 to its end, and they may be compared. */
    private static int packetStart(long[] slots, RandomGenerator random) {
        slots[0] = Program.slot(Isa.LDX | Isa.MEM | Isa.W, 4, 3, 0, 0);
        slots[1] = Program.slot(Isa.LDX | Isa.MEM | Isa.W, 5, 3, 4, 0);
        slots[2] = Program.slot(Isa.ALU64 | Isa.MOV | Isa.X, 0, 4, 0, 0);
        slots[3] = Program.slot(Isa.ALU64 | Isa.ADD, 0, 0, 0, random.nextInt(12));
        int condition = ConcreteMath.CONDITIONS[random.nextInt(ConcreteMath.CONDITIONS.length)];
        slots[4] = Program.slot(Isa.JMP | condition | Isa.X, 0, 5,
                random.nextInt(slots.length - 6), 0);
        return 5;
    }

    private static int any(RandomGenerator random, int[] of) {
        return of[random.nextInt(of.length)];
    }

    /** A register out of a set; once in a while any register. */
    private static int out(RandomGenerator random, int set) {
        if (set == 0 || random.nextInt(64) == 0) {
            return random.nextInt(10);
        }
        int register = random.nextInt(11);
        while (((set >> register) & 1) == 0) {
            register = random.nextInt(11);
        }
        return register;
    }

    private static long instruction(RandomGenerator random, int[] place) {
        int at = place[0];
        int length = place[1];
        int dst = random.nextInt(10);
        int old = out(random, place[2]);
        int src = out(random, place[2]);
        int pointer = out(random, place[3]);
        int number = any(random, NUMBERS);
        int size = any(random, SIZES);
        return switch (random.nextInt(18)) {
            case 0 -> Program.slot(Isa.ALU64 | Isa.MOV, dst, 0, 0, number);
            case 1 -> Program.slot(Isa.ALU64 | Isa.MOV | Isa.X, dst,
                    out(random, place[2] | place[3] | FRAME), 0, 0);
            case 2 -> Program.slot(Isa.ALU | Isa.MOV | Isa.X, dst, src, 8 * random.nextInt(3), 0);
            case 3, 4 -> arithmetic(random, old, src, number);
            case 5 -> Program.slot(Isa.ALU64 | Isa.AND, old, 0, 0, random.nextInt(16));
            case 6 -> Program.slot(Isa.ALU64 | Isa.ADD, pointer, 0, 0, random.nextInt(-8, 9));
            case 7 -> Program.slot(Isa.ALU64 | Isa.ADD | Isa.X, pointer, src, 0, 0);
            case 8 -> Program.slot(Isa.LDX | Isa.MEM | size, dst, pointer, random.nextInt(10), 0);
            case 9 -> Program.slot(Isa.STX | Isa.MEM | size, pointer, src, random.nextInt(10), 0);
            case 10 -> Program.slot(Isa.STX | Isa.MEM | Isa.DW, Isa.FP,
                    out(random, place[2] | place[3]), -8 * random.nextInt(1, 4), 0);
            case 11 -> Program.slot(Isa.ST | Isa.MEM | size, Isa.FP, 0, offset(random), number);
            case 12 -> random.nextInt(4) == 0
                    ? Program.slot(Isa.STX | Isa.ATOMIC | (random.nextBoolean() ? Isa.W : Isa.DW),
                            random.nextBoolean() ? 1 : 10, Math.min(9, src), offset(random),
                            any(random, ATOMICS))
                    : Program.slot(Isa.LDX | Isa.MEM | size, dst, Isa.FP, -8, 0);
            case 13 -> Program.slot(Isa.LDX | Isa.MEM | Isa.DW, dst, Isa.FP, offset(random), 0);
            case 14, 15, 16 -> conditional(random, at, length, old, src);
            default -> rare(random, at, length, old);
        };
    }

    private static int offset(RandomGenerator random) {
        return random.nextInt(4) == 0 ? -random.nextInt(1, 20) : -8 * random.nextInt(1, 4);
    }

    private static long arithmetic(RandomGenerator random, int dst, int src, int number) {
        int operation = any(random, ConcreteMath.OPERATIONS);
        int group = random.nextBoolean() ? Isa.ALU : Isa.ALU64;
        boolean isDivision = operation == Isa.DIV || operation == Isa.MOD;
        int offset = isDivision && random.nextBoolean() ? 1 : 0;
        if (operation == Isa.NEG) {
            return Program.slot(group | operation, dst, 0, 0, 0);
        }
        return random.nextBoolean()
                ? Program.slot(group | operation, dst, 0, offset, number)
                : Program.slot(group | operation | Isa.X, dst, src, offset, 0);
    }

    private static long conditional(RandomGenerator random, int at, int length, int dst,
            int src) {
        int number = any(random, NUMBERS);
        int group = random.nextInt(3) == 0 ? Isa.JMP32 : Isa.JMP;
        int condition = any(random, ConcreteMath.CONDITIONS);
        int target = random.nextInt(5) == 0
                ? random.nextInt(length)
                : random.nextInt(at + 1, Math.min(length, at + 6));
        int offset = target == at ? 0 : target - at - 1;
        return random.nextBoolean()
                ? Program.slot(group | condition, dst, 0, offset, number)
                : Program.slot(group | condition | Isa.X, dst, src, offset, 0);
    }

    private static long rare(RandomGenerator random, int at, int length, int old) {
        return switch (random.nextInt(5)) {
            case 0 -> Program.slot(Isa.JMP | Isa.CALL, 0, Isa.CALL_LOCAL, 0,
                    random.nextInt(at, length) - at);
            case 1 -> Program.slot(Isa.JMP | Isa.EXIT, 0, 0, 0, 0);
            case 2 -> Program.slot(Isa.ALU64 | Isa.END, old, 0, 0, 16 << random.nextInt(3));
            case 3 -> Program.slot(Isa.ALU64 | Isa.MOV | Isa.X, 6, 3, 0, 0);
            default -> Program.slot(Isa.LD | Isa.ABS | Isa.H, 0, 0, 0, random.nextInt(20));
        };
    }
}
