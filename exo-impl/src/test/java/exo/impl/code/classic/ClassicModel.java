// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.classic;

import exo.api.code.ClassicProgram;
import exo.api.code.ClassicProgram.Instruction;

/**
 * The language as its manual page tells it, in 64-bit arithmetic over a byte array: written for the
 * tests alone, sharing no code with the engines.
 */
final class ClassicModel {
    private static final long WORD = 0xffff_ffffL;
    private static final int REFUSED = -1;

    private ClassicModel() {}

    static int run(ClassicProgram program, byte[] packet) {
        long a = 0;
        long x = 0;
        long[] memory = new long[16];
        for (int pc = 0;; pc++) {
            Instruction i = program.at(pc);
            long k = i.k() & WORD;
            long operand = (i.code() & 8) != 0 ? x : k;
            switch (i.code() & 7) {
                case 0, 1 -> {
                    long value = loaded(i.code(), k, x, packet, memory);
                    if (value == REFUSED) {
                        return 0;
                    }
                    a = (i.code() & 7) == 0 ? value : a;
                    x = (i.code() & 7) == 1 ? value : x;
                }
                case 2 -> memory[i.k()] = a;
                case 3 -> memory[i.k()] = x;
                case 4 -> {
                    if (operand == 0 && ((i.code() & 0xf0) == 0x30 || (i.code() & 0xf0) == 0x90)) {
                        return 0;
                    }
                    a = computed(i.code() & 0xf0, a, operand) & WORD;
                }
                case 5 -> pc += (int) skipped(i, a, operand);
                case 6 -> {
                    return (int) (i.code() == 0x16 ? a : k);
                }
                default -> {
                    x = i.code() == 0x07 ? a : x;
                    a = i.code() == 0x87 ? x : a;
                }
            }
        }
    }

    private static long loaded(int code, long k, long x, byte[] packet, long[] memory) {
        return switch (code & 0xe0) {
            case 0x00 -> k;
            case 0x20 -> bytes(packet, k, 4 >> ((code & 0x18) >> 3));
            case 0x40 -> bytes(packet, k + x, 4 >> ((code & 0x18) >> 3));
            case 0x60 -> memory[(int) k];
            case 0x80 -> packet.length;
            default -> {
                long octet = bytes(packet, k, 1);
                yield octet == REFUSED ? REFUSED : (octet & 15) * 4;
            }
        };
    }

    private static long bytes(byte[] packet, long at, int count) {
        if (at + count > packet.length) {
            return REFUSED;
        }
        long value = 0;
        for (int i = 0; i < count; i++) {
            value = (value << 8) | (packet[(int) at + i] & 0xff);
        }
        return value;
    }

    private static long computed(int operation, long a, long operand) {
        return switch (operation) {
            case 0x00 -> a + operand;
            case 0x10 -> a - operand;
            case 0x20 -> a * operand;
            case 0x30 -> a / operand;
            case 0x40 -> a | operand;
            case 0x50 -> a & operand;
            case 0x60 -> operand > 31 ? 0 : a << operand;
            case 0x70 -> operand > 31 ? 0 : a >> operand;
            case 0x80 -> -a;
            case 0x90 -> a % operand;
            default -> a ^ operand;
        };
    }

    private static long skipped(Instruction i, long a, long operand) {
        boolean holds = switch (i.code() & 0xf0) {
            case 0x10 -> a == operand;
            case 0x20 -> a > operand;
            case 0x30 -> a >= operand;
            default -> (a & operand) != 0;
        };
        return (i.code() & 0xf0) == 0 ? i.k() : holds ? i.jt() : i.jf();
    }
}
