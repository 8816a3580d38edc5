// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.engine;

import exo.impl.code.isa.Isa;
import java.lang.classfile.Label;
import java.lang.classfile.instruction.SwitchCase;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import static java.lang.constant.ConstantDescs.CD_long;

/**
 * Translates a chunk of a program to a method that takes the machine and the instruction to begin
 * with, and returns where to go on. Between chunks the registers are in the machine.
 */
final class ChunkWriter extends BlockWriter {
    private static final int SLOT = 1;

    private final BitSet slots;
    private final int registers;
    private final int next;
    private final Label leave;
    private final Map<Integer, Label> exits = new TreeMap<>();

    /** Makes the writer of a method with parameters machine and slot. */
    ChunkWriter(Compiler.Generated generated, Writer to, BitSet slots) {
        super(generated.verified(), generated.flow(), to, slots);
        this.slots = slots;
        registers = to.newVariable();
        next = to.newVariable();
        leave = code.newLabel();
    }

    /** Writes the method. */
    void write() {
        code.aload(to.machine)
                .getfield(Writer.MACHINE, "registers", CD_long.arrayType())
                .astore(registers);
        for (int register = 0; register < Isa.REGISTERS; register++) {
            code.aload(registers).loadConstant(register).laload();
            to.bindRegister(register, to.newLong());
            to.set(register);
        }
        loadMemory();
        enter();
        writeAll();
        for (Map.Entry<Integer, Label> exit : exits.entrySet()) {
            code.labelBinding(exit.getValue());
            leave(exit.getKey());
        }
        code.labelBinding(leave);
        for (int register = 0; register < Isa.FP; register++) {
            code.aload(registers).loadConstant(register);
            to.get(register).lastore();
        }
        code.iload(next).ireturn();
    }

    private void enter() {
        List<SwitchCase> cases = new ArrayList<>();
        for (int i = slots.nextSetBit(0); i >= 0; i = slots.nextSetBit(i + 1)) {
            if (i == 0 || flow.isLeader(i)) {
                cases.add(SwitchCase.of(i, label(i)));
            }
        }
        code.iload(SLOT).tableswitch(cases.getFirst().target(), cases);
    }

    private void leave(int where) {
        code.loadConstant(where).istore(next).goto_(leave);
    }

    @Override
    Label foreign(int target) {
        return exits.computeIfAbsent(target, _ -> code.newLabel());
    }

    @Override
    void exit() {
        leave(PartedCode.EXIT);
    }

    @Override
    void endWithZero() {
        code.loadConstant(PartedCode.END_WITH_ZERO).ireturn();
    }

    @Override
    void callLocal(int i) {
        leave(PartedCode.call(i));
    }
}
