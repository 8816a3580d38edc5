// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.engine;

import exo.impl.code.isa.AddressSpace;
import exo.impl.code.isa.Isa;
import exo.impl.code.verify.Proof;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;

import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;

/**
 * Translates instructions that access memory.
 *
 * <p>An access that was proved to go to one memory goes there without a check of ours. Any other
 * goes through the machine.
 */
final class AccessWriter {
    private static final int CONTEXT_REGISTER = 6;

    private final Verified verified;
    private final Writer to;
    private final CodeBuilder code;
    private final int packet;

    AccessWriter(Verified verified, Writer to) {
        this.verified = verified;
        this.to = to;
        this.code = to.code;
        this.packet = verified.packet();
    }

    /** {@return the memory that an access goes to directly, or {@link Proof#UNPROVEN}} */
    static int direct(Verified verified, Flow flow, int i) {
        return flow.isAtomic(i) ? Proof.UNPROVEN : verified.proof().memory(i);
    }

    /** {@return whether an access is of the context, whose words are known without memory} */
    static boolean isContextWord(Verified verified, int i) {
        return verified.proof().memory(i) == AddressSpace.CONTEXT
                && verified.proof().offset(i) != Proof.VARIABLE;
    }

    // --- loads --------------------------------------------------------------------------------

    /** Writes a load of class LDX. */
    void load(int i, long slot) {
        int memory = verified.proof().memory(i);
        if (word(slot, Isa.src(slot)) != Writer.NONE) {
            loadWord(slot);
        } else if (isContextWord(verified, i)) {
            contextWord(verified.proof().offset(i));
            to.set(Isa.dst(slot));
        } else if (memory == Proof.UNPROVEN || memory == AddressSpace.CONTEXT) {
            loadChecked(i, slot);
            to.set(Isa.dst(slot));
        } else {
            address(i, slot, Isa.src(slot), memory);
            loadDirect(slot);
        }
    }

    /**
     * Writes a load and the instruction behind it, which takes what it loads as big-endian.
     *
     * @param i the load
     * @param slot its slot
     * @param next the slot behind both
     */
    void loadBig(int i, long slot, long next) {
        address(i, slot, Isa.src(slot), verified.proof().memory(i));
        getBig(Isa.dst(slot), Isa.bytes(Isa.opcode(slot)), next);
    }

    /** Sets a register to a big-endian number; segment and place are on the operand stack. */
    private void getBig(int register, int bytes, long next) {
        if (!Swapped.suits(next, register, bytes)) {
            get(bytes == 1 ? "get1" : "getBig" + bytes, bytes);
            setLoaded(register, bytes, false);
            return;
        }
        int asItLies = to.newVariable();
        get("get" + bytes, bytes);
        code.dup().istore(asItLies);
        if (bytes == Short.BYTES) {
            code.invokestatic(Writer.BYTES, "swap2", MethodTypeDesc.of(CD_int, CD_int));
        } else {
            code.invokestatic(ArithmeticWriter.INTEGER, "reverseBytes",
                    MethodTypeDesc.of(CD_int, CD_int));
        }
        setLoaded(register, bytes, false);
        to.swapped().note(register, asItLies, bytes);
    }

    private int word(long slot, int base) {
        return base == Isa.FP ? to.word(Isa.offset(slot)) : Writer.NONE;
    }

    private void loadWord(long slot) {
        int op = Isa.opcode(slot);
        int bytes = Isa.bytes(op);
        if (bytes == Long.BYTES) {
            code.lload(to.word(Isa.offset(slot)));
            to.set(Isa.dst(slot));
            return;
        }
        code.iload(to.word(Isa.offset(slot)));
        boolean isSigned = Isa.mode(op) == Isa.MEMSX;
        // What is above the bytes of the place is left there by stores.
        if (isSigned) {
            signExtend(bytes);
        } else if (bytes == 1) {
            code.loadConstant(0xff).iand();
        } else if (bytes == Short.BYTES) {
            code.i2c();
        }
        setLoaded(Isa.dst(slot), bytes, isSigned);
    }

    private void storeWord(long slot) {
        int variable = to.word(Isa.offset(slot));
        if (Isa.bytes(Isa.opcode(slot)) == Long.BYTES) {
            value(slot);
            code.lstore(variable);
        } else {
            intValue(slot);
            code.istore(variable);
        }
    }

    private void signExtend(int bytes) {
        switch (bytes) {
            case 1 -> code.i2b();
            case 2 -> code.i2s();
            default -> {
            }
        }
    }

    private void contextWord(int offset) {
        switch (offset) {
            case AddressSpace.CONTEXT_DATA, AddressSpace.CONTEXT_DATA_META ->
                code.loadConstant(AddressSpace.pointer(packet, 0));
            case AddressSpace.CONTEXT_DATA_END -> {
                code.loadConstant(AddressSpace.pointer(packet, 0));
                to.getPacketLength().i2l().ladd();
            }
            default -> code.lconst_0();
        }
    }

    private void loadChecked(int i, long slot) {
        int op = Isa.opcode(slot);
        code.aload(to.machine);
        pointer(slot, Isa.src(slot));
        code.loadConstant(Isa.bytes(op)).loadConstant(i);
        to.callMachine(Isa.mode(op) == Isa.MEMSX ? "loadSigned" : "load", CD_long, CD_long, CD_int,
                CD_int);
    }

    private void loadDirect(long slot) {
        int op = Isa.opcode(slot);
        int bytes = Isa.bytes(op);
        get("get" + bytes, bytes);
        boolean isSigned = Isa.mode(op) == Isa.MEMSX;
        if (isSigned) {
            signExtend(bytes);
        }
        setLoaded(Isa.dst(slot), bytes, isSigned);
    }

    /** Sets a register to what was loaded: a long if it has 8 bytes, otherwise an int. */
    private void setLoaded(int register, int bytes, boolean isSigned) {
        if (isSigned) {
            code.i2l();
            to.set(register);
            return;
        }
        switch (bytes) {
            case Long.BYTES -> to.set(register);
            case Integer.BYTES -> to.setUnsigned(register);
            default -> to.setPositive(register);
        }
    }

    private void get(String name, int bytes) {
        code.invokestatic(Writer.BYTES, name, MethodTypeDesc.of(
                bytes == Long.BYTES ? CD_long : CD_int, Writer.SEGMENT, CD_long));
    }

    private void pointer(long slot, int base) {
        to.get(base);
        if (Isa.offset(slot) != 0) {
            code.loadConstant((long) Isa.offset(slot)).ladd();
        }
    }

    /** Writes what puts the segment and the place in it on the operand stack. */
    private void address(int i, long slot, int base, int memory) {
        int offset = verified.proof().offset(i);
        to.getSegment(memory);
        if (memory == AddressSpace.STACK || offset == Proof.VARIABLE) {
            // The offset is what the lower half of the sum is, and the memory has no more than
            // 2 GB: so the sum of the lower halves is not negative.
            to.getInt(base);
            if (Isa.offset(slot) != 0) {
                code.loadConstant(Isa.offset(slot)).iadd();
            }
            code.i2l();
        } else {
            code.loadConstant((long) offset);
        }
        to.addBase(memory);
    }

    // --- stores -------------------------------------------------------------------------------

    /** Writes a store of class ST or STX, atomic operations too. */
    void store(int i, long slot) {
        int op = Isa.opcode(slot);
        int memory = verified.proof().memory(i);
        if (Isa.classOf(op) == Isa.STX && Isa.mode(op) == Isa.ATOMIC) {
            atomic(i, slot);
        } else if (word(slot, Isa.dst(slot)) != Writer.NONE) {
            storeWord(slot);
        } else if (memory == Proof.UNPROVEN || memory == AddressSpace.CONTEXT) {
            code.aload(to.machine);
            pointer(slot, Isa.dst(slot));
            value(slot);
            code.loadConstant(Isa.bytes(op)).loadConstant(i);
            to.callMachine("store", CD_void, CD_long, CD_long, CD_int, CD_int);
        } else {
            storeDirect(i, slot, memory);
        }
    }

    private void storeDirect(int i, long slot, int memory) {
        int op = Isa.opcode(slot);
        int bytes = Isa.bytes(op);
        address(i, slot, Isa.dst(slot), memory);
        ClassDesc type = bytes == Long.BYTES ? CD_long : CD_int;
        if (bytes == Long.BYTES) {
            value(slot);
        } else {
            intValue(slot);
        }
        code.invokestatic(Writer.BYTES, "put" + bytes,
                MethodTypeDesc.of(CD_void, Writer.SEGMENT, CD_long, type));
    }

    private void value(long slot) {
        if (Isa.classOf(Isa.opcode(slot)) == Isa.ST) {
            code.loadConstant((long) Isa.immediate(slot));
        } else {
            to.get(Isa.src(slot));
        }
    }

    private void intValue(long slot) {
        if (Isa.classOf(Isa.opcode(slot)) == Isa.ST) {
            code.loadConstant(Isa.immediate(slot));
        } else {
            to.getInt(Isa.src(slot));
        }
    }

    private void atomic(int i, long slot) {
        int operation = Isa.immediate(slot);
        code.aload(to.machine);
        pointer(slot, Isa.dst(slot));
        to.get(Isa.src(slot));
        to.get(0).loadConstant(operation).loadConstant(i);
        to.callMachine("atomic" + Isa.bytes(Isa.opcode(slot)), CD_long, CD_long, CD_long, CD_long,
                CD_int, CD_int);
        if (operation == Isa.CMPXCHG) {
            to.set(0);
        } else if ((operation & Isa.FETCH) != 0) {
            to.set(Isa.src(slot));
        } else {
            code.pop2();
        }
    }

    // --- legacy packet access -----------------------------------------------------------------

    /**
     * Writes legacy packet access through the machine.
     *
     * @param i the instruction
     * @param slot its slot
     * @param outside where to go if it does not lie in the packet
     */
    void legacyChecked(int i, long slot, Label outside) {
        int value = to.newLong();
        code.aload(to.machine);
        to.get(CONTEXT_REGISTER);
        legacyOffset(slot);
        code.loadConstant(Isa.bytes(Isa.opcode(slot))).loadConstant(i);
        to.callMachine("loadPacket", CD_long, CD_long, CD_long, CD_int, CD_int);
        code.dup2().lstore(value).lconst_0().lcmp().iflt(outside);
        code.lload(value);
        to.set(0);
        to.forgetArguments();
    }

    /**
     * Writes legacy packet access of a proven program.
     *
     * @param slot its slot
     * @param next the slot behind it
     * @param outside where to go if it does not lie in the packet
     * @param isLong whether the packet is known to be as long as {@link Compiler} says
     */
    void legacy(long slot, long next, Label outside, boolean isLong) {
        boolean isAbsolute = Isa.mode(Isa.opcode(slot)) == Isa.ABS;
        if (isLong && isAbsolute) {
            to.getSegment(packet).loadConstant((long) Isa.immediate(slot));
        } else if (isLong && Isa.immediate(slot) >= 0) {
            legacyInLong(slot, outside);
        } else {
            legacyAnywhere(slot, outside);
        }
        to.addBase(packet);
        getBig(0, Isa.bytes(Isa.opcode(slot)), next);
    }

    /**
     * Compares 32 bits: since the packet is longer than what is added to the register, nothing
     * overflows.
     */
    private void legacyInLong(long slot, Label outside) {
        int index = Isa.src(slot);
        int offset = Isa.immediate(slot);
        to.getInt(index);
        to.getPacketLength()
                .loadConstant(offset + Isa.bytes(Isa.opcode(slot)))
                .isub()
                .invokestatic(ArithmeticWriter.INTEGER, "compareUnsigned",
                        MethodTypeDesc.of(CD_int, CD_int, CD_int))
                .ifgt(outside);
        to.getSegment(packet);
        to.getInt(index).loadConstant(offset).iadd().i2l();
    }

    private void legacyAnywhere(long slot, Label outside) {
        int at = to.newLong();
        legacyOffset(slot);
        code.lstore(at);
        if (Isa.immediate(slot) < 0) {
            code.lload(at).lconst_0().lcmp().iflt(outside);
        }
        code.lload(at).loadConstant((long) Isa.bytes(Isa.opcode(slot))).ladd();
        to.getPacketLength().i2l().lcmp().ifgt(outside);
        to.getSegment(packet).lload(at);
    }

    private void legacyOffset(long slot) {
        if (Isa.mode(Isa.opcode(slot)) == Isa.IND) {
            to.get(Isa.src(slot)).loadConstant(0xffff_ffffL).land();
            if (Isa.immediate(slot) != 0) {
                code.loadConstant((long) Isa.immediate(slot)).ladd();
            }
        } else {
            code.loadConstant((long) Isa.immediate(slot));
        }
    }
}
