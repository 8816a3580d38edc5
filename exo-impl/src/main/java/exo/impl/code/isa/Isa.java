// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.isa;

/**
 * The numbers of RFC 9669, section 3 to 5, and how a slot is taken apart.
 *
 * <pre>
 *   63            32 31          16 15  12 11   8 7         0
 *  | immediate      | offset       | src  | dst  | opcode    |
 *
 *   opcode of ALU and JMP:   | operation:4 | source:1 | class:3 |
 *   opcode of loads, stores: | mode:3 | size:2 | class:3 |
 * </pre>
 */
public final class Isa {
    /** Instruction class: load to a register of what the instruction holds, and packet access. */
    public static final int LD = 0x00;
    /** Instruction class: load from memory. */
    public static final int LDX = 0x01;
    /** Instruction class: store an immediate. */
    public static final int ST = 0x02;
    /** Instruction class: store a register, and atomic operations. */
    public static final int STX = 0x03;
    /** Instruction class: arithmetic on the lower 32 bits. */
    public static final int ALU = 0x04;
    /** Instruction class: jumps that compare 64 bits. */
    public static final int JMP = 0x05;
    /** Instruction class: jumps that compare the lower 32 bits. */
    public static final int JMP32 = 0x06;
    /** Instruction class: arithmetic on 64 bits. */
    public static final int ALU64 = 0x07;

    /** The source bit: the operand is a register, not the immediate. */
    public static final int X = 0x08;

    /** Size: 4 bytes. */
    public static final int W = 0x00;
    /** Size: 2 bytes. */
    public static final int H = 0x08;
    /** Size: 1 byte. */
    public static final int B = 0x10;
    /** Size: 8 bytes. */
    public static final int DW = 0x18;

    /** Mode: a 64-bit immediate in two slots. */
    public static final int IMM = 0x00;
    /** Mode: legacy packet access at a constant offset. */
    public static final int ABS = 0x20;
    /** Mode: legacy packet access at a register plus an offset. */
    public static final int IND = 0x40;
    /** Mode: memory, without sign. */
    public static final int MEM = 0x60;
    /** Mode: memory, sign-extended. */
    public static final int MEMSX = 0x80;
    /** Mode: an atomic operation on memory, which the immediate names. */
    public static final int ATOMIC = 0xc0;

    /** Arithmetic. */
    public static final int ADD = 0x00;
    /** Arithmetic. */
    public static final int SUB = 0x10;
    /** Arithmetic. */
    public static final int MUL = 0x20;
    /** Arithmetic: without sign, or signed if the offset is 1; by 0 gives 0. */
    public static final int DIV = 0x30;
    /** Arithmetic. */
    public static final int OR = 0x40;
    /** Arithmetic. */
    public static final int AND = 0x50;
    /** Arithmetic. */
    public static final int LSH = 0x60;
    /** Arithmetic: logical shift to the right. */
    public static final int RSH = 0x70;
    /** Arithmetic. */
    public static final int NEG = 0x80;
    /** Arithmetic: without sign, or signed if the offset is 1; by 0 leaves what was there. */
    public static final int MOD = 0x90;
    /** Arithmetic. */
    public static final int XOR = 0xa0;
    /** Arithmetic: move; sign-extending from as many bits as the offset says. */
    public static final int MOV = 0xb0;
    /** Arithmetic: shift to the right with the sign. */
    public static final int ARSH = 0xc0;
    /** Arithmetic: byte order; ALU to little or big endian, ALU64 swaps in any case. */
    public static final int END = 0xd0;

    /** Jump: always. */
    public static final int JA = 0x00;
    /** Jump. */
    public static final int JEQ = 0x10;
    /** Jump: more, without sign. */
    public static final int JGT = 0x20;
    /** Jump. */
    public static final int JGE = 0x30;
    /** Jump: any bit in common. */
    public static final int JSET = 0x40;
    /** Jump. */
    public static final int JNE = 0x50;
    /** Jump: more, signed. */
    public static final int JSGT = 0x60;
    /** Jump. */
    public static final int JSGE = 0x70;
    /** Call: a helper, or a function of the program if the source is 1. */
    public static final int CALL = 0x80;
    /** The end of a function. */
    public static final int EXIT = 0x90;
    /** Jump: less, without sign. */
    public static final int JLT = 0xa0;
    /** Jump. */
    public static final int JLE = 0xb0;
    /** Jump: less, signed. */
    public static final int JSLT = 0xc0;
    /** Jump. */
    public static final int JSLE = 0xd0;

    /** Modifier of an atomic operation: the source register gets what was in memory. */
    public static final int FETCH = 0x01;
    /** Atomic operation: exchange, which always fetches. */
    public static final int XCHG = 0xe0 | FETCH;
    /** Atomic operation: compare with r0 and exchange, which always fetches to r0. */
    public static final int CMPXCHG = 0xf0 | FETCH;

    /** The opcode of a wide load. */
    public static final int LDDW = LD | IMM | DW;
    /** Source of a wide load: the address of a region of the program. */
    public static final int LDDW_REGION = 6;
    /** Source of a call: a function of the program, as far away as the immediate says. */
    public static final int CALL_LOCAL = 1;
    /** The opcode of a call by register, whose number is the destination: not in RFC 9669. */
    public static final int CALLX = JMP | CALL | X;

    /** How many registers there are. */
    public static final int REGISTERS = 11;
    /** The frame pointer: beyond the last byte of a function's stack; read only. */
    public static final int FP = 10;
    /** The bytes of a function's stack. */
    public static final int STACK_BYTES = 512;
    /** The most functions that are active at once. */
    public static final int MAX_FRAMES = 8;

    private Isa() {}

    /** {@return the opcode of a slot} */
    public static int opcode(long slot) {
        return (int) slot & 0xff;
    }

    /** {@return the instruction class of an opcode} */
    public static int classOf(int opcode) {
        return opcode & 0x07;
    }

    /** {@return the operation of an opcode of an ALU or JMP class} */
    public static int operation(int opcode) {
        return opcode & 0xf0;
    }

    /** {@return the mode of an opcode of a load or store class} */
    public static int mode(int opcode) {
        return opcode & 0xe0;
    }

    /** {@return how many bytes an opcode of a load or store class moves} */
    public static int bytes(int opcode) {
        return switch (opcode & 0x18) {
            case W -> 4;
            case H -> 2;
            case B -> 1;
            default -> 8;
        };
    }

    /** {@return the destination register of a slot} */
    public static int dst(long slot) {
        return (int) (slot >>> 8) & 0xf;
    }

    /** {@return the source register of a slot} */
    public static int src(long slot) {
        return (int) (slot >>> 12) & 0xf;
    }

    /** {@return the offset of a slot, signed} */
    public static int offset(long slot) {
        return (short) (slot >>> 16);
    }

    /** {@return the immediate of a slot, signed} */
    public static int immediate(long slot) {
        return (int) (slot >> 32);
    }

    /**
     * {@return where a jump of a slot goes, or a local call}
     *
     * @param slot the slot
     * @param index its index
     */
    public static int target(long slot, int index) {
        int opcode = opcode(slot);
        boolean isLong = opcode == (JMP32 | JA) || opcode == (JMP | CALL);
        return index + 1 + (isLong ? immediate(slot) : offset(slot));
    }

    /**
     * {@return the register whose number a call by register names: in the destination, or, as
     * older compilers have it, in the immediate; a number out of range stays one}
     */
    public static int callRegister(long slot) {
        return dst(slot) != 0 ? dst(slot) : immediate(slot);
    }
}
