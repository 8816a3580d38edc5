// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.engine;

import exo.impl.code.isa.Isa;
import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;

import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_short;

/** Translates instructions of arithmetic. */
final class ArithmeticWriter {
    private static final ClassDesc ARITHMETIC = ClassDesc.of(Arithmetic.class.getName());
    private static final ClassDesc SHORT = ClassDesc.of(Short.class.getName());
    static final ClassDesc INTEGER = ClassDesc.of(Integer.class.getName());
    private static final ClassDesc LONG = ClassDesc.of(Long.class.getName());
    private static final MethodTypeDesc LONGS = MethodTypeDesc.of(CD_long, CD_long, CD_long);
    private static final MethodTypeDesc INTS = MethodTypeDesc.of(CD_int, CD_int, CD_int);

    private ArithmeticWriter() {}

    /** Writes an instruction of 64-bit arithmetic. */
    static void write(Writer to, long slot) {
        int operation = Isa.operation(Isa.opcode(slot));
        int dst = Isa.dst(slot);
        switch (operation) {
            case Isa.END -> swap(to, slot);
            case Isa.NEG -> to.get(dst).lneg();
            case Isa.MOV -> {
                operand(to, slot);
                signExtend(to.code, Isa.offset(slot));
            }
            case Isa.DIV, Isa.MOD -> {
                operand(to, slot);
                to.get(dst).invokestatic(ARITHMETIC, division(slot), LONGS);
            }
            case Isa.LSH, Isa.RSH, Isa.ARSH -> {
                to.get(dst);
                intOperand(to, slot);
                shift(to.code, operation);
            }
            default -> {
                to.get(dst);
                operand(to, slot);
                simple(to.code, operation);
            }
        }
        to.set(dst);
    }

    /** Writes an instruction of 32-bit arithmetic. */
    static void writeHalf(Writer to, long slot) {
        int operation = Isa.operation(Isa.opcode(slot));
        int dst = Isa.dst(slot);
        switch (operation) {
            case Isa.END -> {
                if ((Isa.opcode(slot) & Isa.X) != 0) {
                    swap(to, slot);
                } else {
                    truncate(to, slot);
                }
                to.set(dst);
                return;
            }
            case Isa.NEG -> to.getInt(dst).ineg();
            case Isa.MOV -> {
                intOperand(to, slot);
                signExtendInt(to.code, Isa.offset(slot));
            }
            case Isa.DIV, Isa.MOD -> {
                intOperand(to, slot);
                to.getInt(dst).invokestatic(ARITHMETIC, division(slot), INTS);
            }
            default -> {
                to.getInt(dst);
                intOperand(to, slot);
                simpleInt(to.code, operation);
            }
        }
        to.setUnsigned(dst);
    }

    /** Writes what puts the operand of an instruction on the operand stack as a long. */
    static void operand(Writer to, long slot) {
        if ((Isa.opcode(slot) & Isa.X) != 0) {
            to.get(Isa.src(slot));
        } else {
            to.code.loadConstant((long) Isa.immediate(slot));
        }
    }

    /** Writes what puts the lower half of the operand on the operand stack as an int. */
    static void intOperand(Writer to, long slot) {
        if ((Isa.opcode(slot) & Isa.X) != 0) {
            to.getInt(Isa.src(slot));
        } else {
            to.code.loadConstant(Isa.immediate(slot));
        }
    }

    private static String division(long slot) {
        String name = Isa.operation(Isa.opcode(slot)) == Isa.DIV ? "divide" : "remainder";
        return Isa.offset(slot) == 0 ? name : name + "Signed";
    }

    private static void simple(CodeBuilder code, int operation) {
        switch (operation) {
            case Isa.ADD -> code.ladd();
            case Isa.SUB -> code.lsub();
            case Isa.MUL -> code.lmul();
            case Isa.OR -> code.lor();
            case Isa.AND -> code.land();
            default -> code.lxor();
        }
    }

    private static void simpleInt(CodeBuilder code, int operation) {
        switch (operation) {
            case Isa.ADD -> code.iadd();
            case Isa.SUB -> code.isub();
            case Isa.MUL -> code.imul();
            case Isa.OR -> code.ior();
            case Isa.AND -> code.iand();
            case Isa.XOR -> code.ixor();
            // The JVM masks counts as RFC 9669 wants it.
            case Isa.LSH -> code.ishl();
            case Isa.RSH -> code.iushr();
            default -> code.ishr();
        }
    }

    private static void shift(CodeBuilder code, int operation) {
        switch (operation) {
            case Isa.LSH -> code.lshl();
            case Isa.RSH -> code.lushr();
            default -> code.lshr();
        }
    }

    private static void signExtend(CodeBuilder code, int bits) {
        if (bits != 0) {
            code.l2i();
            signExtendInt(code, bits);
            code.i2l();
        }
    }

    private static void signExtendInt(CodeBuilder code, int bits) {
        switch (bits) {
            case 8 -> code.i2b();
            case 16 -> code.i2s();
            default -> {
            }
        }
    }

    private static void truncate(Writer to, long slot) {
        to.get(Isa.dst(slot));
        if (Isa.immediate(slot) != Long.SIZE) {
            to.code.loadConstant((1L << Isa.immediate(slot)) - 1).land();
        }
    }

    private static void swap(Writer to, long slot) {
        to.get(Isa.dst(slot));
        switch (Isa.immediate(slot)) {
            case 16 -> to.code.l2i()
                    .i2s()
                    .invokestatic(SHORT, "reverseBytes", MethodTypeDesc.of(CD_short, CD_short))
                    .loadConstant(0xffff)
                    .iand()
                    .i2l();
            case 32 -> {
                to.code.l2i()
                        .invokestatic(INTEGER, "reverseBytes", MethodTypeDesc.of(CD_int, CD_int));
                to.widen();
            }
            default ->
                to.code.invokestatic(LONG, "reverseBytes", MethodTypeDesc.of(CD_long, CD_long));
        }
    }
}
