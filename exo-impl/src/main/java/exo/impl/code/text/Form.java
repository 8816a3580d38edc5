// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.text;

import exo.impl.code.isa.Isa;

/**
 * How one mnemonic is written and encoded.
 *
 * @param name the mnemonic; for atomic operations what stands between {@code lock} and the operands
 * @param shape which operands follow
 * @param opcode the opcode, without the source bit where the operand decides about it
 * @param offset what the offset field holds, where no operand does
 * @param immediate what the immediate field holds, where no operand does
 */
record Form(String name, Shape shape, int opcode, int offset, int immediate) {

    /** Which operands a form has. */
    enum Shape {
        /** {@code add %r1, %r2} or {@code add %r1, 5}. */
        ARITHMETIC("a register, then a register or a number, as in 'add %r1, 5'"),
        /** {@code movsx832 %r1, %r2}. */
        EXTEND("two registers, as in 'movsx832 %r1, %r2'"),
        /** {@code neg %r1} or {@code be16 %r1}. */
        ONE_REGISTER("a register, as in 'neg %r1'"),
        /** {@code lddw %r1, 5} or {@code lddw %r1, region name+4}. */
        WIDE("a register, then a number or a region, as in 'lddw %r1, region table+8'"),
        /** {@code ldxw %r1, [%r2+4]}. */
        LOAD("a register, then memory, as in 'ldxw %r1, [%r2+4]'"),
        /** {@code stw [%r1+4], 5}. */
        STORE_NUMBER("memory, then a number, as in 'stw [%r1+4], 5'"),
        /** {@code stxw [%r1+4], %r2}, and atomic operations. */
        STORE("memory, then a register, as in 'stxw [%r1+4], %r2'"),
        /** {@code ja label}. */
        JUMP("a label or a distance, as in 'ja +2'"),
        /** {@code jeq %r1, 5, label}. */
        BRANCH("a register, a register or number, a label or distance, as in 'jeq %r1, 5, +2'"),
        /** {@code call 5}, {@code call %r1} or {@code call local label}. */
        CALL("a number, a register, or 'local' and a label, as in 'call local f'"),
        /** {@code exit}. */
        NOTHING("nothing"),
        /** {@code ldabsw 12}. */
        PACKET("a number, as in 'ldabsw 12'"),
        /** {@code ldindw %r1, 12}. */
        PACKET_AT("a register and a number, as in 'ldindw %r1, 12'");

        private final String operands;

        Shape(String operands) {
            this.operands = operands;
        }

        /** {@return what follows the mnemonic, in words} */
        String operands() {
            return operands;
        }
    }

    /** {@return whether the mnemonic follows the word {@code lock}} */
    boolean isAtomic() {
        return Isa.classOf(opcode) == Isa.STX && Isa.mode(opcode) == Isa.ATOMIC;
    }

    /**
     * {@return whether a slot is what this form encodes, so that its text brings it back}
     *
     * @param slot a slot whose opcode is this form's, but for the source bit
     */
    boolean matches(long slot) {
        boolean isRegister = (Isa.opcode(slot) & Isa.X) != 0;
        int dst = Isa.dst(slot);
        int src = Isa.src(slot);
        if (dst >= Isa.REGISTERS || src >= Isa.REGISTERS) {
            return false;
        }
        boolean isOffsetFixed = Isa.offset(slot) == offset;
        boolean isImmediateFixed = Isa.immediate(slot) == immediate;
        return switch (shape) {
            case ARITHMETIC -> isOffsetFixed && (isRegister ? isImmediateFixed : src == 0);
            case EXTEND -> isOffsetFixed && isImmediateFixed;
            case ONE_REGISTER -> src == 0 && isOffsetFixed && isImmediateFixed;
            case WIDE -> (src == 0 || src == Isa.LDDW_REGION) && isOffsetFixed;
            case LOAD, STORE -> isImmediateFixed;
            case STORE_NUMBER -> src == 0;
            case JUMP -> dst == 0 && src == 0 && (isFar() ? isOffsetFixed : isImmediateFixed);
            case BRANCH -> isRegister ? isImmediateFixed : src == 0;
            case CALL -> isOffsetFixed && (isRegister
                    ? src == 0 && isImmediateFixed
                    : dst == 0 && src <= Isa.CALL_LOCAL);
            case NOTHING -> dst == 0 && src == 0 && isOffsetFixed && isImmediateFixed;
            case PACKET -> dst == 0 && src == 0 && isOffsetFixed;
            case PACKET_AT -> dst == 0 && isOffsetFixed;
        };
    }

    /** {@return whether the immediate, not the offset, says how far it jumps} */
    boolean isFar() {
        return opcode == (Isa.JMP32 | Isa.JA);
    }
}
