// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.pcap.flow;

/** The codes of classic BPF that the compiler of expressions produces. */
public final class Op {
    /** A statement that does nothing and is left out of the program. */
    static final int NOTHING = -1;

    /** A size of a load: four bytes. */
    public static final int WORD = 0x00;
    /** A size of a load: two bytes. */
    public static final int HALF = 0x08;
    /** A size of a load: one byte. */
    public static final int BYTE = 0x10;

    /** A := constant. */
    public static final int LD_IMM = 0x00;
    /** A := packet[constant]; add a size. */
    public static final int LD_ABS = 0x20;
    /** A := packet[X + constant]; add a size. */
    public static final int LD_IND = 0x40;
    /** A := scratch word. */
    public static final int LD_MEM = 0x60;
    /** A := length of the packet. */
    public static final int LD_LEN = 0x80;
    /** X := constant. */
    public static final int LDX_IMM = 0x01;
    /** X := scratch word. */
    public static final int LDX_MEM = 0x61;
    /** X := four times the low half of a byte. */
    public static final int LDX_MSH = 0xb1;
    /** Scratch word := A. */
    public static final int ST = 0x02;
    /** Scratch word := X. */
    public static final int STX = 0x03;
    /** A := -A. */
    public static final int NEG = 0x84;
    /** X := A. */
    public static final int TAX = 0x07;
    /** A := X. */
    public static final int TXA = 0x87;
    /** Return a constant. */
    public static final int RET = 0x06;

    /** A := A + constant; so are the others below. Add {@link #X} for X in place of constant. */
    public static final int ADD = 0x04;
    /** Subtraction. */
    public static final int SUB = 0x14;
    /** Multiplication. */
    public static final int MUL = 0x24;
    /** Division. */
    public static final int DIV = 0x34;
    /** Bitwise or. */
    public static final int OR = 0x44;
    /** Bitwise and. */
    public static final int AND = 0x54;
    /** Shift to the left. */
    public static final int LSH = 0x64;
    /** Shift to the right. */
    public static final int RSH = 0x74;
    /** Remainder. */
    public static final int MOD = 0x94;
    /** Exclusive or. */
    public static final int XOR = 0xa4;

    /** Jump always. */
    static final int JA = 0x05;
    /** Branch if A is equal to a constant. Add {@link #X} for X in place of constant. */
    public static final int JEQ = 0x15;
    /** Branch if A is greater. */
    public static final int JGT = 0x25;
    /** Branch if A is greater or equal. */
    public static final int JGE = 0x35;
    /** Branch if A has any of the bits. */
    public static final int JSET = 0x45;

    /** The second operand is X. */
    public static final int X = 0x08;

    private static final int CLASS = 0x07;
    private static final int MODE = 0xe0;

    private Op() {}

    static int classOf(int code) {
        return code & CLASS;
    }

    static boolean isAlu(int code) {
        return code >= 0 && classOf(code) == classOf(ADD);
    }

    static boolean isIndirect(int code) {
        return code >= 0 && classOf(code) == 0 && (code & MODE) == LD_IND;
    }

    static boolean isAbsolute(int code) {
        return code >= 0 && classOf(code) == 0 && (code & MODE) == LD_ABS;
    }

    static boolean usesX(int code) {
        return (code & X) != 0;
    }
}
