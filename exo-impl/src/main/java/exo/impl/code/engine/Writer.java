// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.engine;

import exo.impl.code.isa.Isa;
import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;

import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;

/** The body of a method as it is written, and what its local variables are. */
final class Writer {
    static final ClassDesc MACHINE = ClassDesc.of(Machine.class.getName());
    static final ClassDesc SEGMENT = ClassDesc.of(MemorySegment.class.getName());
    static final ClassDesc BYTES = ClassDesc.of(Bytes.class.getName());
    /** The variable of a method that has no machine, or of what is not needed. */
    static final int NONE = -1;

    private static final ClassDesc SEGMENTS = SEGMENT.arrayType();
    private static final ClassDesc LONGS = CD_long.arrayType();
    private static final ClassDesc INTS = CD_int.arrayType();
    private static final long UNSIGNED = 0xffff_ffffL;

    final CodeBuilder code;
    /** The variable with the machine, or {@link #NONE}. */
    final int machine;
    private final int[] registers = new int[Isa.REGISTERS];
    private final Swapped swapped = new Swapped();
    private final Map<Integer, Integer> segments = new HashMap<>();
    private final Map<Integer, Integer> bases = new HashMap<>();
    private final Map<Integer, Integer> words = new HashMap<>();
    private int packetLength = NONE;
    private int halves;
    private int next;

    /**
     * Begins a method.
     *
     * @param code where it is written to
     * @param machine the variable with the machine, or {@link #NONE}
     * @param next the first variable behind the parameters
     */
    Writer(CodeBuilder code, int machine, int next) {
        this.code = code;
        this.machine = machine;
        this.next = next;
    }

    /** {@return a new variable for an int or a reference} */
    int newVariable() {
        return next++;
    }

    /** {@return a new variable for a long} */
    int newLong() {
        next += 2;
        return next - 2;
    }

    // --- registers ----------------------------------------------------------------------------

    /** Says in which variable, a long, a register is. */
    void bindRegister(int register, int variable) {
        registers[register] = variable;
    }

    /** Says in which variable, an int, a register is whose upper half is always 0. */
    void bindHalf(int register, int variable) {
        registers[register] = variable;
        halves |= 1 << register;
    }

    boolean isHalf(int register) {
        return (halves & 1 << register) != 0;
    }

    CodeBuilder get(int register) {
        if (isHalf(register)) {
            code.iload(registers[register]);
            return widen();
        }
        return code.lload(registers[register]);
    }

    CodeBuilder getInt(int register) {
        return isHalf(register)
                ? code.iload(registers[register])
                : code.lload(registers[register]).l2i();
    }

    CodeBuilder set(int register) {
        swapped.forget(register);
        return isHalf(register)
                ? code.l2i().istore(registers[register])
                : code.lstore(registers[register]);
    }

    /** Sets a register to the int on the operand stack, without sign. */
    CodeBuilder setUnsigned(int register) {
        swapped.forget(register);
        if (isHalf(register)) {
            return code.istore(registers[register]);
        }
        widen();
        return set(register);
    }

    /** Sets a register to the int on the operand stack, which is not negative. */
    CodeBuilder setPositive(int register) {
        swapped.forget(register);
        return isHalf(register)
                ? code.istore(registers[register])
                : code.i2l().lstore(registers[register]);
    }

    /** Makes the int on the operand stack a long, without sign. */
    CodeBuilder widen() {
        return code.i2l().loadConstant(UNSIGNED).land();
    }

    CodeBuilder setZero(int register) {
        swapped.forget(register);
        return isHalf(register)
                ? code.iconst_0().istore(registers[register])
                : code.lconst_0().lstore(registers[register]);
    }

    /** Sets r1 to r5 to 0. */
    void forgetArguments() {
        for (int register = 1; register <= 5; register++) {
            setZero(register);
        }
    }

    /** {@return which registers have their bytes in another variable too, in the other order} */
    Swapped swapped() {
        return swapped;
    }

    // --- words of the stack -------------------------------------------------------------------

    /** Keeps a place on the stack in a variable: a long if it has 8 bytes, otherwise an int. */
    void bindWord(int offset, int bytes) {
        if (bytes == Long.BYTES) {
            words.put(offset, newLong());
            code.lconst_0().lstore(words.get(offset));
        } else {
            words.put(offset, newVariable());
            code.iconst_0().istore(words.get(offset));
        }
    }

    /** {@return the variable of a place on the stack, or {@link #NONE} if it is memory} */
    int word(int offset) {
        return words.getOrDefault(offset, NONE);
    }

    // --- memory -------------------------------------------------------------------------------

    /** Notes in which variables the packet is. */
    void bindPacket(int memory, int segment, int base, int length) {
        segments.put(memory, segment);
        bases.put(memory, base);
        packetLength = length;
    }

    /** Writes what brings a memory from the machine to variables, if it is not in some yet. */
    void loadMemory(int memory, boolean hasBase) {
        if (segments.containsKey(memory)) {
            return;
        }
        segments.put(memory, newVariable());
        field("segments", SEGMENTS).loadConstant(memory).aaload().astore(segments.get(memory));
        if (hasBase) {
            bases.put(memory, newLong());
            field("bases", LONGS).loadConstant(memory).laload().lstore(bases.get(memory));
        }
    }

    /** Writes what brings the packet's length from the machine to a variable. */
    void loadPacketLength(int memory) {
        if (packetLength == NONE) {
            packetLength = newVariable();
            field("lengths", INTS).loadConstant(memory).iaload().istore(packetLength);
        }
    }

    private CodeBuilder field(String name, ClassDesc type) {
        return code.aload(machine).getfield(MACHINE, name, type);
    }

    CodeBuilder getSegment(int memory) {
        return code.aload(segments.get(memory));
    }

    /** Adds where a memory begins in its segment to the long on the operand stack. */
    void addBase(int memory) {
        if (bases.containsKey(memory)) {
            code.lload(bases.get(memory)).ladd();
        }
    }

    CodeBuilder getPacketLength() {
        return code.iload(packetLength);
    }

    // --- calls --------------------------------------------------------------------------------

    CodeBuilder callMachine(String name, ClassDesc result, ClassDesc... parameters) {
        return code.invokevirtual(MACHINE, name, MethodTypeDesc.of(result, parameters));
    }
}
