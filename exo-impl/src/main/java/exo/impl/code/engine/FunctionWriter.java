// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.engine;

import exo.impl.code.isa.AddressSpace;
import exo.impl.code.isa.Isa;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;

import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;

/** Translates a function of a program to one method: registers are local variables. */
final class FunctionWriter extends BlockWriter {
    /** What the method of a called function takes: the machine, r1 to r5, its frame pointer. */
    static final MethodTypeDesc CALLED = MethodTypeDesc.of(CD_long, Writer.MACHINE, CD_long,
            CD_long, CD_long, CD_long, CD_long, CD_long);

    private static final int ARGUMENTS = 5;

    private final ClassDesc self;
    private final Flow.Function function;
    private final Kind kind;
    private final boolean isLongPacket;

    /** Which method it is. */
    enum Kind {
        /** The whole program as a packet filter without a machine: its result is an int. */
        FILTER,
        /** The first function of the program. */
        MAIN,
        /** A function that others call. */
        CALLED
    }

    FunctionWriter(Compiler.Generated generated, Writer to, Flow.Function function, Kind kind,
            boolean isLongPacket) {
        super(generated.verified(), generated.flow(), to, function.slots());
        this.self = generated.self();
        this.function = function;
        this.kind = kind;
        this.isLongPacket = isLongPacket;
    }

    /** Writes the method. */
    void write() {
        bindRegisters();
        StackWords.of(verified, flow, function.slots()).forEach(to::bindWord);
        loadMemory();
        if (function.slots().nextSetBit(0) != function.entry()) {
            code.goto_(label(function.entry()));
        }
        writeAll();
    }

    private void bindRegisters() {
        int mentioned = mentioned();
        int half = HalfRegisters.of(verified, flow, function.slots(), arguments());
        for (int register = 0; register < Isa.REGISTERS; register++) {
            boolean isParameter = kind == Kind.CALLED
                    && ((register >= 1 && register <= ARGUMENTS) || register == Isa.FP);
            if (isParameter) {
                // Behind the machine, r1 to r5 and r10 follow each other.
                to.bindRegister(register,
                        1 + 2 * ((register == Isa.FP ? ARGUMENTS + 1 : register) - 1));
            } else if ((mentioned & 1 << register) != 0) {
                bindVariable(register, (half & 1 << register) != 0);
                initialize(register);
            }
        }
    }

    private int arguments() {
        return kind == Kind.CALLED ? ARGUMENTS : verified.contract().arguments().size();
    }

    private void bindVariable(int register, boolean isHalf) {
        if (isHalf) {
            to.bindHalf(register, to.newVariable());
        } else {
            to.bindRegister(register, to.newLong());
        }
    }

    private void initialize(int register) {
        boolean isArgument = register >= 1 && register <= arguments() && kind != Kind.CALLED;
        if (register == Isa.FP) {
            code.loadConstant(AddressSpace.pointer(AddressSpace.STACK, Isa.STACK_BYTES));
        } else if (isArgument && kind == Kind.FILTER) {
            code.loadConstant(AddressSpace.pointer(AddressSpace.CONTEXT, 0));
        } else if (isArgument) {
            code.aload(to.machine).loadConstant(register - 1);
            to.callMachine("argument", CD_long, CD_int);
        } else {
            to.setZero(register);
            return;
        }
        to.set(register);
    }

    @Override
    Label foreign(int target) {
        throw new IllegalStateException("function " + function.entry() + " lacks " + target);
    }

    @Override
    boolean isLongPacket() {
        return isLongPacket;
    }

    @Override
    boolean isJoin(int i) {
        return flow.isTarget(i);
    }

    @Override
    void exit() {
        if (kind == Kind.FILTER) {
            to.getInt(0).ireturn();
        } else {
            to.get(0).lreturn();
        }
    }

    @Override
    void endWithZero() {
        if (kind == Kind.FILTER) {
            code.iconst_0().ireturn();
        } else {
            code.lconst_0().lreturn();
        }
    }

    @Override
    void callLocal(int i) {
        int target = Isa.target(verified.program().slot(i), i);
        code.aload(to.machine);
        pushArguments();
        to.get(Isa.FP)
                .loadConstant(i)
                .invokestatic(Writer.MACHINE, "deeper",
                        MethodTypeDesc.of(CD_long, CD_long, CD_int))
                .invokestatic(self, methodName(target), CALLED);
        to.set(0);
        if (verified.isChecked()) {
            to.forgetArguments();
        }
    }

    /** {@return the name of the method of a function that others call} */
    static String methodName(int entry) {
        return "function" + entry;
    }
}
