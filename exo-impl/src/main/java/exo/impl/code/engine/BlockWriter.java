// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.engine;

import exo.api.code.CodeFault;
import exo.api.code.Helper;
import exo.impl.code.isa.AddressSpace;
import exo.impl.code.isa.Isa;
import exo.impl.code.verify.Proof;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.DirectMethodHandleDesc;
import java.lang.constant.DynamicConstantDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandles;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;

/**
 * Translates a set of instructions to the body of a method. What differs between a function that is
 * a method, and a chunk of a program, is left to subclasses.
 */
abstract class BlockWriter {
    private static final ClassDesc INTEGER = ClassDesc.of(Integer.class.getName());
    private static final ClassDesc LONG = ClassDesc.of(Long.class.getName());
    private static final ClassDesc BODY = ClassDesc.of("exo.api.code.Helper$Body");
    private static final ClassDesc ACCESS = ClassDesc.of("exo.api.code.Helper$PointerAccess");
    private static final ClassDesc FAULT = ClassDesc.of(CodeFault.class.getName());
    private static final MethodTypeDesc CALL = MethodTypeDesc.of(CD_long, ACCESS, CD_long, CD_long,
            CD_long, CD_long, CD_long);
    private static final DirectMethodHandleDesc CLASS_DATA = ConstantDescs.ofConstantBootstrap(
            ClassDesc.of(MethodHandles.class.getName()), "classDataAt", CD_Object, CD_int);

    final Verified verified;
    final Flow flow;
    final Writer to;
    final CodeBuilder code;
    private final AccessWriter access;
    private final BitSet slots;
    private final Map<Integer, Label> labels = new HashMap<>();
    private final Label outside;
    private final Label trap;

    /** Makes the writer of some instructions. */
    BlockWriter(Verified verified, Flow flow, Writer to, BitSet slots) {
        this.verified = verified;
        this.flow = flow;
        this.to = to;
        this.code = to.code;
        this.slots = slots;
        access = new AccessWriter(verified, to);
        outside = code.newLabel();
        trap = code.newLabel();
    }

    // --- what differs -------------------------------------------------------------------------

    /** {@return the label of an instruction that a run may come to, but is not one of these} */
    abstract Label foreign(int target);

    /** Writes the end of a function. */
    abstract void exit();

    /** Writes the end of the run with 0. */
    abstract void endWithZero();

    /** Writes a call of a function. */
    abstract void callLocal(int i);

    /** {@return whether the packet is known to be as long as {@link Compiler} says} */
    boolean isLongPacket() {
        return false;
    }

    /** {@return whether the method may go to an instruction not only from the one before it} */
    boolean isJoin(int i) {
        return flow.isLeader(i);
    }

    // --- the same for all ---------------------------------------------------------------------

    /** Writes what brings the memory that the instructions access to variables. */
    void loadMemory() {
        for (int i = slots.nextSetBit(0); i >= 0; i = slots.nextSetBit(i + 1)) {
            if (flow.isLegacy(i) && !verified.isChecked()) {
                to.loadMemory(verified.packet(), true);
                to.loadPacketLength(verified.packet());
            }
            if (flow.isAccess(i)) {
                loadMemory(i);
            }
        }
    }

    private void loadMemory(int i) {
        int memory = AccessWriter.direct(verified, flow, i);
        boolean isWord = flow.baseRegister(i) == Isa.FP
                && to.word(Isa.offset(slot(i))) != Writer.NONE;
        if (memory == AddressSpace.CONTEXT) {
            to.loadPacketLength(verified.packet());
        } else if (memory != Proof.UNPROVEN && !isWord) {
            to.loadMemory(memory,
                    memory >= AddressSpace.ARGUMENTS && memory < AddressSpace.REGIONS);
        }
    }

    /** {@return the registers that the instructions name, as bits} */
    int mentioned() {
        int mask = 1;
        for (int i = slots.nextSetBit(0); i >= 0; i = slots.nextSetBit(i + 1)) {
            mask |= 1 << Isa.dst(slot(i)) | 1 << Isa.src(slot(i));
            if (flow.isCall(i) || flow.isLegacy(i)) {
                mask |= 0b1111110;
            }
            if (Isa.opcode(slot(i)) == Isa.CALLX) {
                mask |= 1 << Verified.callRegister(slot(i));
            }
        }
        return mask | 1 << Isa.FP;
    }

    private long slot(int i) {
        return verified.program().slot(i);
    }

    final Label label(int target) {
        if (!flow.isLive(target)) {
            return trap;
        }
        return slots.get(target)
                ? labels.computeIfAbsent(target, _ -> code.newLabel())
                : foreign(target);
    }

    /** Writes all instructions. */
    void writeAll() {
        int i = slots.nextSetBit(0);
        while (i >= 0) {
            code.labelBinding(label(i));
            if (isJoin(i)) {
                to.swapped().forgetAll();
            }
            if (verified.isChecked() && flow.isLeader(i)) {
                countSteps(i);
            }
            int last = write(i);
            i = slots.nextSetBit(last + 1);
            int next = flow.next(last);
            if (flow.fallsThrough(last) && i != next) {
                code.goto_(label(next));
            }
        }
        code.labelBinding(outside);
        endWithZero();
        code.labelBinding(trap);
        fault("unreachable", -1);
    }

    private void fault(String name, int i) {
        code.loadConstant(i)
                .invokestatic(Writer.MACHINE, name, MethodTypeDesc.of(FAULT, CD_int))
                .athrow();
    }

    private void countSteps(int i) {
        int count = flow.blockLength(i);
        Label enough = code.newLabel();
        code.aload(to.machine)
                .dup()
                .getfield(Writer.MACHINE, "fuel", CD_int)
                .loadConstant(count)
                .isub()
                .dup_x1()
                .putfield(Writer.MACHINE, "fuel", CD_int)
                .ifge(enough);
        code.aload(to.machine).loadConstant(i).loadConstant(count);
        to.callMachine("exhausted", FAULT, CD_int, CD_int).athrow();
        code.labelBinding(enough);
    }

    /** Writes an instruction, or two in one; {@return the last of them} */
    private int write(int i) {
        long slot = slot(i);
        switch (Isa.classOf(Isa.opcode(slot))) {
            case Isa.ALU64 -> ArithmeticWriter.write(to, slot);
            case Isa.ALU -> ArithmeticWriter.writeHalf(to, slot);
            case Isa.LDX -> {
                if (isBigLoad(i)) {
                    access.loadBig(i, slot, following(i + 1));
                    return i + 1;
                }
                access.load(i, slot);
            }
            case Isa.ST, Isa.STX -> access.store(i, slot);
            case Isa.LD -> loadOther(i, slot);
            default -> jump(i, slot);
        }
        return i;
    }

    /** {@return whether an instruction loads, and the next takes that as big-endian} */
    private boolean isBigLoad(int i) {
        long slot = slot(i);
        int op = Isa.opcode(slot);
        int memory = AccessWriter.direct(verified, flow, i);
        if (Isa.mode(op) != Isa.MEM || memory == Proof.UNPROVEN || memory == AddressSpace.CONTEXT
                || !slots.get(i + 1) || flow.isLeader(i + 1)
                || (Isa.src(slot) == Isa.FP && to.word(Isa.offset(slot)) != Writer.NONE)) {
            return false;
        }
        long next = slot(i + 1);
        boolean swaps = Isa.opcode(next) == (Isa.ALU | Isa.END | Isa.X)
                || Isa.opcode(next) == (Isa.ALU64 | Isa.END);
        return swaps && Isa.dst(next) == Isa.dst(slot)
                && Isa.immediate(next) == Isa.bytes(op) * Byte.SIZE;
    }

    private void loadOther(int i, long slot) {
        if (Isa.opcode(slot) == Isa.LDDW) {
            code.loadConstant(Verified.wide(slot, slot(i + 1)));
            to.set(Isa.dst(slot));
        } else if (verified.isChecked()) {
            access.legacyChecked(i, slot, outside);
        } else {
            access.legacy(slot, following(i), outside, isLongPacket());
        }
    }

    /** {@return the slot behind an instruction if only that goes to it, otherwise 0: no jump} */
    private long following(int i) {
        return slots.get(i + 1) && !isJoin(i + 1) ? slot(i + 1) : 0;
    }

    // --- jumps and calls ----------------------------------------------------------------------

    private void jump(int i, long slot) {
        switch (Isa.operation(Isa.opcode(slot))) {
            case Isa.JA -> code.goto_(label(Isa.target(slot, i)));
            case Isa.CALL -> call(i, slot);
            case Isa.EXIT -> exit();
            default -> jumpIf(i, slot);
        }
    }

    private void jumpIf(int i, long slot) {
        int target = Isa.target(slot, i);
        if (!flow.isLive(target) || isRepeated(slot, i)) {
            return;
        }
        Label then = label(target);
        if (!flow.isLive(i + 1)) {
            code.goto_(then);
        } else if (to.swapped().isKnown(slot)) {
            code.iload(to.swapped().variable(slot)).loadConstant(to.swapped().constant(slot));
            jumpIfInts(Isa.operation(Isa.opcode(slot)), then);
        } else if (Isa.classOf(Isa.opcode(slot)) == Isa.JMP32) {
            jumpIf32(slot, Isa.operation(Isa.opcode(slot)), then);
        } else if (comparesHalves(slot)) {
            jumpIf32(slot, withoutSign(Isa.operation(Isa.opcode(slot))), then);
        } else {
            jumpIf64(slot, then);
        }
    }

    /**
     * {@return whether a jump if a register has one value is followed by a jump to the same place
     * unless it has another value, which says all: tcpdump writes such pairs}
     *
     * <p>Where steps are counted, the way over the second jump would be one step longer.
     */
    private boolean isRepeated(long slot, int i) {
        if (verified.isChecked()) {
            return false;
        }
        long next = following(i);
        int group = Isa.classOf(Isa.opcode(slot));
        return Isa.opcode(slot) == (group | Isa.JEQ) && Isa.opcode(next) == (group | Isa.JNE)
                && Isa.dst(slot) == Isa.dst(next) && Isa.immediate(slot) != Isa.immediate(next)
                && Isa.target(slot, i) == Isa.target(next, i + 1);
    }

    private boolean comparesHalves(long slot) {
        boolean isSourceHalf = (Isa.opcode(slot) & Isa.X) == 0
                ? Isa.immediate(slot) >= 0
                : to.isHalf(Isa.src(slot));
        return to.isHalf(Isa.dst(slot)) && isSourceHalf;
    }

    /** {@return the comparison of halves that says what one of numbers of 64 bits says} */
    private static int withoutSign(int operation) {
        return switch (operation) {
            case Isa.JSGT -> Isa.JGT;
            case Isa.JSGE -> Isa.JGE;
            case Isa.JSLT -> Isa.JLT;
            case Isa.JSLE -> Isa.JLE;
            default -> operation;
        };
    }

    private void jumpIf64(long slot, Label then) {
        int operation = Isa.operation(Isa.opcode(slot));
        to.get(Isa.dst(slot));
        ArithmeticWriter.operand(to, slot);
        switch (operation) {
            case Isa.JEQ, Isa.JNE, Isa.JSGT, Isa.JSGE, Isa.JSLT, Isa.JSLE -> code.lcmp();
            case Isa.JSET -> code.land().lconst_0().lcmp();
            default -> code.invokestatic(LONG, "compareUnsigned",
                    MethodTypeDesc.of(CD_int, CD_long, CD_long));
        }
        jumpBy(operation, then);
    }

    private void jumpIf32(long slot, int operation, Label then) {
        to.getInt(Isa.dst(slot));
        ArithmeticWriter.intOperand(to, slot);
        jumpIfInts(operation, then);
    }

    private void jumpIfInts(int operation, Label then) {
        switch (operation) {
            case Isa.JEQ -> code.if_icmpeq(then);
            case Isa.JNE -> code.if_icmpne(then);
            case Isa.JSGT -> code.if_icmpgt(then);
            case Isa.JSGE -> code.if_icmpge(then);
            case Isa.JSLT -> code.if_icmplt(then);
            case Isa.JSLE -> code.if_icmple(then);
            case Isa.JSET -> code.iand().ifne(then);
            default -> {
                code.invokestatic(INTEGER, "compareUnsigned",
                        MethodTypeDesc.of(CD_int, CD_int, CD_int));
                jumpBy(operation, then);
            }
        }
    }

    private void jumpBy(int operation, Label then) {
        switch (operation) {
            case Isa.JEQ -> code.ifeq(then);
            case Isa.JNE, Isa.JSET -> code.ifne(then);
            case Isa.JGT, Isa.JSGT -> code.ifgt(then);
            case Isa.JGE, Isa.JSGE -> code.ifge(then);
            case Isa.JLT, Isa.JSLT -> code.iflt(then);
            default -> code.ifle(then);
        }
    }

    private void call(int i, long slot) {
        if (flow.isLocalCall(i)) {
            callLocal(i);
            return;
        }
        boolean isByRegister = Isa.opcode(slot) == Isa.CALLX;
        int number = isByRegister ? verified.proof().helper(i) : Isa.immediate(slot);
        Helper helper = isByRegister && number == Proof.UNPROVEN
                ? null
                : verified.contract().helpers().get(number);
        if (helper == null) {
            callByNumber(i, slot, isByRegister);
        } else {
            callKnown(i, number, helper);
        }
        to.set(0);
        if (verified.isChecked()) {
            to.forgetArguments();
        }
    }

    private void callByNumber(int i, long slot, boolean isByRegister) {
        for (int register = 1; register <= 5; register++) {
            code.aload(to.machine)
                    .getfield(Writer.MACHINE, "registers", CD_long.arrayType())
                    .loadConstant(register);
            to.get(register).lastore();
        }
        code.aload(to.machine);
        if (isByRegister) {
            to.get(Verified.callRegister(slot));
        } else {
            code.loadConstant((long) Isa.immediate(slot));
        }
        code.loadConstant(i);
        to.callMachine("callHelper", CD_long, CD_long, CD_int);
    }

    private void callKnown(int i, int number, Helper helper) {
        int index = List.copyOf(verified.contract().helpers().keySet()).indexOf(number);
        code.aload(to.machine).loadConstant(i).putfield(Writer.MACHINE, "caller", CD_int);
        // A constant to the JVM, so that it can compile the helper into the program.
        code.loadConstant(DynamicConstantDesc.ofNamed(CLASS_DATA, ConstantDescs.DEFAULT_NAME, BODY,
                index));
        code.aload(to.machine);
        pushArguments();
        code.invokeinterface(BODY, "call", CALL);
        if (helper.result() == Helper.Result.NOTHING) {
            code.pop2().lconst_0();
        }
    }

    final void pushArguments() {
        for (int register = 1; register <= 5; register++) {
            to.get(register);
        }
    }
}
