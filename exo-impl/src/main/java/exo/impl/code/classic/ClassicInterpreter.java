// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.classic;

import exo.api.code.ClassicProgram;
import exo.api.code.ClassicProgram.Instruction;
import exo.api.code.PacketFilter;
import java.lang.foreign.MemorySegment;

/**
 * Runs a verified program instruction by instruction: the plain reference for the compiler, and the
 * engine for programs that are too long to be compiled well.
 *
 * <p>Arithmetic is unsigned, modulo 2^32. A load that does not lie wholly in the packet, and a
 * division by an X of 0, end the program with 0. A shift by an X of 32 or more gives 0.
 */
final class ClassicInterpreter implements PacketFilter {
    private final int[] code;
    private final int[] skipTrue;
    private final int[] skipFalse;
    private final int[] operand;
    private final boolean usesScratch;

    /**
     * Makes the filter.
     *
     * @param program a program that {@link ClassicVerifier} accepted
     */
    ClassicInterpreter(ClassicProgram program) {
        int length = program.length();
        code = new int[length];
        skipTrue = new int[length];
        skipFalse = new int[length];
        operand = new int[length];
        boolean scratch = false;
        for (int i = 0; i < length; i++) {
            Instruction instruction = program.at(i);
            code[i] = instruction.code();
            skipTrue[i] = instruction.jt();
            skipFalse[i] = instruction.jf();
            operand[i] = instruction.k();
            scratch |= code[i] == Opcode.ST || code[i] == Opcode.STX;
        }
        usesScratch = scratch;
    }

    @Override
    public int accept(MemorySegment memory, long offset, int lengthBytes) {
        int a = 0;
        int x = 0;
        // C2 keeps the array off the heap, since it does not leave this method.
        int[] scratch = usesScratch ? new int[Opcode.SCRATCH_WORDS] : null;
        int pc = 0;
        while (true) {
            int op = code[pc];
            int k = operand[pc];
            int bytes = Opcode.loadBytes(op);
            if (bytes != 0) {
                boolean indexed = op == Opcode.LD_IND_W || op == Opcode.LD_IND_H
                        || op == Opcode.LD_IND_B;
                long at = Integer.toUnsignedLong(k) + (indexed ? Integer.toUnsignedLong(x) : 0);
                if (at + bytes > lengthBytes) {
                    return 0;
                }
                if (op == Opcode.LDX_MSH) {
                    x = Packet.headerLength(memory, offset + at);
                } else {
                    a = Packet.load(memory, offset + at, bytes);
                }
                pc++;
                continue;
            }
            switch (Opcode.classOf(op)) {
                case Opcode.LD -> a = loadOther(op, k, lengthBytes, scratch);
                case Opcode.LDX -> x = loadOther(op, k, lengthBytes, scratch);
                case Opcode.ST -> scratch[k] = a;
                case Opcode.STX -> scratch[k] = x;
                case Opcode.ALU -> {
                    int with = Opcode.usesX(op) ? x : k;
                    if (with == 0 && isDivision(op)) {
                        return 0;
                    }
                    a = Packet.compute(Opcode.operation(op), a, with);
                }
                case Opcode.JMP -> pc += op == (Opcode.JMP | Opcode.JA)
                        ? k
                        : holds(op, a, Opcode.usesX(op) ? x : k) ? skipTrue[pc] : skipFalse[pc];
                case Opcode.RET -> {
                    return op == Opcode.RET_A ? a : k;
                }
                default -> {
                    if (op == Opcode.TAX) {
                        x = a;
                    } else {
                        a = x;
                    }
                }
            }
            pc++;
        }
    }

    private static int loadOther(int op, int k, int lengthBytes, int[] scratch) {
        return switch (op) {
            case Opcode.LD_MEM, Opcode.LDX_MEM -> scratch[k];
            case Opcode.LD_LEN, Opcode.LDX_LEN -> lengthBytes;
            default -> k;
        };
    }

    private static boolean isDivision(int op) {
        int operation = Opcode.operation(op);
        return operation == Opcode.DIV || operation == Opcode.MOD;
    }

    private static boolean holds(int op, int a, int with) {
        return switch (Opcode.operation(op)) {
            case Opcode.JEQ -> a == with;
            case Opcode.JGT -> Integer.compareUnsigned(a, with) > 0;
            case Opcode.JGE -> Integer.compareUnsigned(a, with) >= 0;
            default -> (a & with) != 0;
        };
    }
}
