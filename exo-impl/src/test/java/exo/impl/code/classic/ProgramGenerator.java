// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.classic;

import exo.api.code.ClassicProgram;
import exo.api.code.ClassicProgram.Instruction;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** Makes random programs of classic BPF: ones the verifier accepts, and ones it may refuse. */
final class ProgramGenerator {
    private static final int[] ALU = {Opcode.ADD, Opcode.SUB, Opcode.MUL, Opcode.DIV, Opcode.OR,
            Opcode.AND, Opcode.LSH, Opcode.RSH, Opcode.NEG, Opcode.MOD, Opcode.XOR};
    private static final int[] JUMPS = {Opcode.JEQ, Opcode.JGT, Opcode.JGE, Opcode.JSET};
    private static final int[] LOADS = {Opcode.LD_ABS_W, Opcode.LD_ABS_H, Opcode.LD_ABS_B,
            Opcode.LD_IND_W, Opcode.LD_IND_H, Opcode.LD_IND_B, Opcode.LDX_MSH};
    private static final int[] EDGES = {0, 1, 2, 31, 32, 0x7fff_ffff, 0x8000_0000, -1, -2, 0x800,
            255, 256, 65_535};

    private final RandomGenerator random;

    ProgramGenerator(RandomGenerator random) {
        this.random = random;
    }

    /** {@return a program that the verifier accepts} */
    ClassicProgram valid(int mostInstructions) {
        List<Instruction> list = new ArrayList<>();
        int words = random.nextInt(4);
        for (int word = 0; word < words && list.size() < mostInstructions - 1; word++) {
            list.add(op(random.nextBoolean() ? Opcode.ST : Opcode.STX, word * 5));
        }
        int length = list.size() + 1 + random.nextInt(mostInstructions - list.size());
        while (list.size() < length - 1) {
            list.add(body(length - list.size() - 2, Math.min(words, list.size())));
        }
        list.add(ret());
        return ClassicProgram.of(list);
    }

    /** {@return a program of any numbers, near to valid ones} */
    ClassicProgram wild(int mostInstructions) {
        List<Instruction> list = new ArrayList<>();
        int length = 1 + random.nextInt(mostInstructions);
        for (int i = 0; i < length; i++) {
            int code = switch (random.nextInt(16)) {
                case 0 -> random.nextInt(65_536);
                case 1 -> random.nextInt(256);
                case 2, 3, 4 -> Opcode.RET_K;
                default -> known();
            };
            list.add(new Instruction(code, random.nextInt(4), random.nextInt(4),
                    random.nextInt(3) == 0 ? edge() : random.nextInt(20)));
        }
        return ClassicProgram.of(list);
    }

    private int known() {
        int code = random.nextInt(256);
        while (!Opcode.isKnown(code)) {
            code = random.nextInt(256);
        }
        return code;
    }

    private Instruction ret() {
        return random.nextBoolean() ? op(Opcode.RET_A, 0) : op(Opcode.RET_K, edge());
    }

    /** {@return an instruction; {@code room} is how many follow before the last} */
    private Instruction body(int room, int words) {
        return switch (random.nextInt(12)) {
            case 0, 1, 2 -> op(LOADS[random.nextInt(LOADS.length)], offset());
            case 3, 4, 5 -> alu();
            case 6, 7 -> jump(room);
            case 8 -> words == 0
                    ? op(Opcode.LD_LEN, 0)
                    : op(random.nextBoolean() ? Opcode.LD_MEM : Opcode.LDX_MEM,
                            5 * random.nextInt(words));
            case 9 -> op(random.nextBoolean() ? Opcode.ST : Opcode.STX, random.nextInt(16));
            case 10 -> op(random.nextBoolean() ? Opcode.TAX : Opcode.TXA, 0);
            default -> op(random.nextInt(16) == 0
                    ? Opcode.RET_A
                    : random.nextBoolean() ? Opcode.LD_IMM : Opcode.LDX_IMM, small());
        };
    }

    private Instruction alu() {
        int operation = ALU[random.nextInt(ALU.length)];
        boolean withX = operation != Opcode.NEG && random.nextBoolean();
        int k = switch (operation) {
            case Opcode.LSH, Opcode.RSH -> random.nextInt(32);
            case Opcode.DIV, Opcode.MOD -> Math.max(1, edge());
            default -> edge();
        };
        return op(Opcode.ALU | operation | (withX ? Opcode.SOURCE_X : 0), k);
    }

    private Instruction jump(int room) {
        if (random.nextInt(8) == 0) {
            return op(Opcode.JMP | Opcode.JA, random.nextInt(room + 1));
        }
        int reach = Math.min(255, room) + 1;
        return new Instruction(Opcode.JMP | JUMPS[random.nextInt(JUMPS.length)]
                | (random.nextBoolean() ? Opcode.SOURCE_X : 0), random.nextInt(reach),
                random.nextInt(reach), random.nextBoolean() ? edge() : small());
    }

    private int offset() {
        return switch (random.nextInt(20)) {
            case 0 -> Opcode.ANCILLARY - 1 - random.nextInt(4);
            case 1 -> Integer.MAX_VALUE - random.nextInt(4);
            case 2 -> random.nextInt(2000);
            default -> random.nextInt(40);
        };
    }

    private int small() {
        return random.nextInt(64);
    }

    private int edge() {
        return random.nextInt(4) == 0 ? random.nextInt() : EDGES[random.nextInt(EDGES.length)];
    }

    private static Instruction op(int code, int k) {
        return new Instruction(code, 0, 0, k);
    }
}
