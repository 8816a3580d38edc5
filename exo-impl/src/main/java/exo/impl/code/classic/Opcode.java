// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.classic;

/**
 * The codes of classic BPF ({@code linux/filter.h}, {@code net/bpf.h}). The low three bits are the
 * class; what the others mean depends on it.
 */
final class Opcode {
    static final int LD = 0x00;
    static final int LDX = 0x01;
    static final int ST = 0x02;
    static final int STX = 0x03;
    static final int ALU = 0x04;
    static final int JMP = 0x05;
    static final int RET = 0x06;
    static final int MISC = 0x07;

    static final int LD_IMM = 0x00;
    static final int LD_ABS_W = 0x20;
    static final int LD_ABS_H = 0x28;
    static final int LD_ABS_B = 0x30;
    static final int LD_IND_W = 0x40;
    static final int LD_IND_H = 0x48;
    static final int LD_IND_B = 0x50;
    static final int LD_MEM = 0x60;
    static final int LD_LEN = 0x80;
    static final int LDX_IMM = 0x01;
    static final int LDX_MEM = 0x61;
    static final int LDX_LEN = 0x81;
    static final int LDX_MSH = 0xb1;

    static final int ADD = 0x00;
    static final int SUB = 0x10;
    static final int MUL = 0x20;
    static final int DIV = 0x30;
    static final int OR = 0x40;
    static final int AND = 0x50;
    static final int LSH = 0x60;
    static final int RSH = 0x70;
    static final int NEG = 0x80;
    static final int MOD = 0x90;
    static final int XOR = 0xa0;

    static final int JA = 0x00;
    static final int JEQ = 0x10;
    static final int JGT = 0x20;
    static final int JGE = 0x30;
    static final int JSET = 0x40;

    static final int RET_K = 0x06;
    static final int RET_A = 0x16;
    static final int TAX = 0x07;
    static final int TXA = 0x87;

    /** Set where the second operand is X; it is k otherwise. */
    static final int SOURCE_X = 0x08;

    /** Words of scratch memory. */
    static final int SCRATCH_WORDS = 16;

    /** Loads from here on address the Linux kernel's own data instead of the packet. */
    static final int ANCILLARY = 0xffff_f000;

    private Opcode() {}

    static int classOf(int code) {
        return code & 0x07;
    }

    static int operation(int code) {
        return code & 0xf0;
    }

    static boolean usesX(int code) {
        return (code & SOURCE_X) != 0;
    }

    /** {@return whether the code is one of the language} */
    static boolean isKnown(int code) {
        return switch (code) {
            case LD_IMM, LD_ABS_W, LD_ABS_H, LD_ABS_B, LD_IND_W, LD_IND_H, LD_IND_B, LD_MEM,
                    LD_LEN, LDX_IMM, LDX_MEM, LDX_LEN, LDX_MSH, ST, STX, RET_K, RET_A, TAX, TXA,
                    JMP | JA, ALU | NEG ->
                true;
            default -> isKnownAlu(code) || isKnownJump(code);
        };
    }

    private static boolean isKnownAlu(int code) {
        int operation = operation(code);
        return code >>> 8 == 0 && classOf(code) == ALU && operation <= XOR && operation != NEG;
    }

    private static boolean isKnownJump(int code) {
        int operation = operation(code);
        return code >>> 8 == 0 && classOf(code) == JMP && operation >= JEQ && operation <= JSET;
    }

    /** {@return how many bytes a load from the packet reads, or 0 if the code is none} */
    static int loadBytes(int code) {
        return switch (code) {
            case LD_ABS_W, LD_IND_W -> 4;
            case LD_ABS_H, LD_IND_H -> 2;
            case LD_ABS_B, LD_IND_B, LDX_MSH -> 1;
            default -> 0;
        };
    }
}
