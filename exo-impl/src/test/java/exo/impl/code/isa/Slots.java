// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.isa;

import exo.api.code.Program;

/** Short names for slots, so that tests read like programs. Registers are numbers. */
public final class Slots {
    private Slots() {}

    public static long mov(int dst, int number) {
        return Program.slot(Isa.ALU64 | Isa.MOV, dst, 0, 0, number);
    }

    public static long movr(int dst, int src) {
        return Program.slot(Isa.ALU64 | Isa.MOV | Isa.X, dst, src, 0, 0);
    }

    public static long mov32(int dst, int number) {
        return Program.slot(Isa.ALU | Isa.MOV, dst, 0, 0, number);
    }

    public static long mov32r(int dst, int src) {
        return Program.slot(Isa.ALU | Isa.MOV | Isa.X, dst, src, 0, 0);
    }

    public static long movsx(int dst, int src, int bits) {
        return Program.slot(Isa.ALU64 | Isa.MOV | Isa.X, dst, src, bits, 0);
    }

    public static long alu(int operation, int dst, int number) {
        return Program.slot(Isa.ALU64 | operation, dst, 0, 0, number);
    }

    public static long alur(int operation, int dst, int src) {
        return Program.slot(Isa.ALU64 | operation | Isa.X, dst, src, 0, 0);
    }

    public static long alu32(int operation, int dst, int number) {
        return Program.slot(Isa.ALU | operation, dst, 0, 0, number);
    }

    public static long alu32r(int operation, int dst, int src) {
        return Program.slot(Isa.ALU | operation | Isa.X, dst, src, 0, 0);
    }

    public static long add(int dst, int number) {
        return alu(Isa.ADD, dst, number);
    }

    public static long addr(int dst, int src) {
        return alur(Isa.ADD, dst, src);
    }

    public static long neg(int dst) {
        return Program.slot(Isa.ALU64 | Isa.NEG, dst, 0, 0, 0);
    }

    public static long le(int dst, int bits) {
        return Program.slot(Isa.ALU | Isa.END, dst, 0, 0, bits);
    }

    public static long be(int dst, int bits) {
        return Program.slot(Isa.ALU | Isa.END | Isa.X, dst, 0, 0, bits);
    }

    public static long ldx(int size, int dst, int src, int offset) {
        return Program.slot(Isa.LDX | Isa.MEM | size, dst, src, offset, 0);
    }

    public static long ldsx(int size, int dst, int src, int offset) {
        return Program.slot(Isa.LDX | Isa.MEMSX | size, dst, src, offset, 0);
    }

    public static long stx(int size, int dst, int offset, int src) {
        return Program.slot(Isa.STX | Isa.MEM | size, dst, src, offset, 0);
    }

    public static long st(int size, int dst, int offset, int number) {
        return Program.slot(Isa.ST | Isa.MEM | size, dst, 0, offset, number);
    }

    public static long atomic(int size, int dst, int offset, int src, int operation) {
        return Program.slot(Isa.STX | Isa.ATOMIC | size, dst, src, offset, operation);
    }

    public static long jmp(int condition, int dst, int number, int offset) {
        return Program.slot(Isa.JMP | condition, dst, 0, offset, number);
    }

    public static long jmpr(int condition, int dst, int src, int offset) {
        return Program.slot(Isa.JMP | condition | Isa.X, dst, src, offset, 0);
    }

    public static long jmp32(int condition, int dst, int number, int offset) {
        return Program.slot(Isa.JMP32 | condition, dst, 0, offset, number);
    }

    public static long jmp32r(int condition, int dst, int src, int offset) {
        return Program.slot(Isa.JMP32 | condition | Isa.X, dst, src, offset, 0);
    }

    public static long ja(int offset) {
        return Program.slot(Isa.JMP | Isa.JA, 0, 0, offset, 0);
    }

    public static long jal(int offset) {
        return Program.slot(Isa.JMP32 | Isa.JA, 0, 0, 0, offset);
    }

    public static long call(int helper) {
        return Program.slot(Isa.JMP | Isa.CALL, 0, 0, 0, helper);
    }

    public static long local(int offset) {
        return Program.slot(Isa.JMP | Isa.CALL, 0, Isa.CALL_LOCAL, 0, offset);
    }

    public static long callx(int register) {
        return Program.slot(Isa.CALLX, register, 0, 0, 0);
    }

    public static long exit() {
        return Program.slot(Isa.JMP | Isa.EXIT, 0, 0, 0, 0);
    }

    public static long abs(int size, int offset) {
        return Program.slot(Isa.LD | Isa.ABS | size, 0, 0, 0, offset);
    }

    public static long ind(int size, int src, int offset) {
        return Program.slot(Isa.LD | Isa.IND | size, 0, src, 0, offset);
    }

    /** The first slot of a wide load; the second is {@link #high}. */
    public static long lddw(int dst, int low) {
        return Program.slot(Isa.LDDW, dst, 0, 0, low);
    }

    public static long region(int dst, int index) {
        return Program.slot(Isa.LDDW, dst, Isa.LDDW_REGION, 0, index);
    }

    public static long high(int number) {
        return Program.slot(0, 0, 0, 0, number);
    }
}
