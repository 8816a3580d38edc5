// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.classic;

import exo.api.code.ClassicProgram;
import exo.api.code.ClassicProgram.Instruction;
import exo.api.code.PacketFilter;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.DynamicConstantDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.AccessFlag;

import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;
import static java.lang.constant.ConstantDescs.INIT_NAME;

/**
 * Translates verified programs to JVM bytecode: one hidden class with one method for each program,
 * which is unloaded with it.
 *
 * <p>A and X are local variables, scratch words too; jumps are jumps. A prologue compares the
 * packet's length with the farthest byte that any absolute load reads. Where the packet is long
 * enough, those loads need no check of their own; where it is not, the program is interpreted
 * instead, since how far it gets depends on its jumps.
 */
final class ClassicCompiler {
    /** Above this, a method nears the 8,000 bytes beyond which the JVM does not compile it. */
    static final int MAX_INSTRUCTIONS = 250;

    private static final ClassDesc PACKET = ClassDesc.of(Packet.class.getName());
    private static final ClassDesc FILTER = ClassDesc.of(PacketFilter.class.getName());
    private static final ClassDesc SEGMENT = ClassDesc.of(MemorySegment.class.getName());
    private static final ClassDesc INTEGER = ClassDesc.of(Integer.class.getName());
    private static final ClassDesc INTERPRETER = ClassDesc.of(ClassicInterpreter.class.getName());
    /** The interpreter of the same program, which the class carries as its data. */
    private static final DynamicConstantDesc<Object> REFERENCE = DynamicConstantDesc.ofNamed(
            ConstantDescs.ofConstantBootstrap(ClassDesc.of(MethodHandles.class.getName()),
                    "classData", CD_Object),
            ConstantDescs.DEFAULT_NAME, INTERPRETER);
    private static final ClassDesc SELF = ClassDesc.of(ClassicCompiler.class.getPackageName(),
            "CompiledFilter");
    private static final MethodTypeDesc ACCEPT = MethodTypeDesc.of(CD_int, SEGMENT, CD_long,
            CD_int);
    private static final MethodTypeDesc LOAD = MethodTypeDesc.of(CD_int, SEGMENT, CD_long);
    private static final MethodTypeDesc BINARY = MethodTypeDesc.of(CD_int, CD_int, CD_int);

    // Slots of accept(this, memory, offset, lengthBytes).
    private static final int MEMORY = 1;
    private static final int OFFSET = 2;
    private static final int LENGTH = 4;
    private static final int A = 5;
    private static final int X = 6;
    private static final int AT = 7; // a long
    private static final int SCRATCH = 9;

    private final ClassicProgram program;
    private final Label[] labels;
    private final long absoluteEnd;

    private ClassicCompiler(ClassicProgram program) {
        this.program = program;
        this.labels = new Label[program.length()];
        this.absoluteEnd = absoluteEnd(program);
    }

    /**
     * {@return the filter}
     *
     * @param program a program that {@link ClassicVerifier} accepted, of at most {@value
     *        #MAX_INSTRUCTIONS} instructions
     */
    static PacketFilter compile(ClassicProgram program) {
        byte[] bytes = new ClassicCompiler(program).generate();
        try {
            return (PacketFilter) MethodHandles.lookup()
                    .defineHiddenClassWithClassData(bytes, new ClassicInterpreter(program), true)
                    .lookupClass()
                    .getDeclaredConstructor()
                    .newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("a generated class was refused", e);
        }
    }

    private static long absoluteEnd(ClassicProgram program) {
        long end = 0;
        for (int i = 0; i < program.length(); i++) {
            Instruction instruction = program.at(i);
            if (isAbsolute(instruction.code())) {
                end = Math.max(end, Integer.toUnsignedLong(instruction.k())
                        + Opcode.loadBytes(instruction.code()));
            }
        }
        return end;
    }

    private static boolean isAbsolute(int code) {
        return Opcode.loadBytes(code) != 0 && code != Opcode.LD_IND_W && code != Opcode.LD_IND_H
                && code != Opcode.LD_IND_B;
    }

    private byte[] generate() {
        return ClassFile.of()
                .build(SELF, type -> type
                        .withFlags(AccessFlag.FINAL, AccessFlag.SYNTHETIC)
                        .withInterfaceSymbols(FILTER)
                        .withMethodBody(INIT_NAME, MethodTypeDesc.of(CD_void), ClassFile.ACC_PUBLIC,
                                code -> code.aload(0)
                                        .invokespecial(CD_Object, INIT_NAME,
                                                MethodTypeDesc.of(CD_void))
                                        .return_())
                        .withMethodBody("accept", ACCEPT, ClassFile.ACC_PUBLIC, this::emit));
    }

    private void emit(CodeBuilder code) {
        for (int i = 0; i < labels.length; i++) {
            labels[i] = code.newLabel();
        }
        emitPrologue(code);
        for (int i = 0; i < labels.length; i++) {
            code.labelBinding(labels[i]);
            emit(code, i, program.at(i));
        }
    }

    private void emitPrologue(CodeBuilder code) {
        Label longEnough = code.newLabel();
        code.iload(LENGTH).i2l().loadConstant(absoluteEnd).lcmp().ifge(longEnough);
        code.loadConstant(REFERENCE)
                .aload(MEMORY)
                .lload(OFFSET)
                .iload(LENGTH)
                .invokevirtual(INTERPRETER, "accept", ACCEPT)
                .ireturn();
        code.labelBinding(longEnough);
        for (int local = A; local <= X; local++) {
            code.iconst_0().istore(local);
        }
        for (int word = 0; word < Opcode.SCRATCH_WORDS; word++) {
            if (usesWord(word)) {
                code.iconst_0().istore(SCRATCH + word);
            }
        }
    }

    private boolean usesWord(int word) {
        for (int i = 0; i < program.length(); i++) {
            int code = program.at(i).code();
            if ((code == Opcode.ST || code == Opcode.STX) && program.at(i).k() == word) {
                return true;
            }
        }
        return false;
    }

    private void emit(CodeBuilder code, int i, Instruction instruction) {
        int op = instruction.code();
        if (Opcode.loadBytes(op) != 0) {
            emitLoad(code, op, instruction.k());
            return;
        }
        switch (Opcode.classOf(op)) {
            case Opcode.LD -> emitOther(code, op, instruction.k()).istore(A);
            case Opcode.LDX -> emitOther(code, op, instruction.k()).istore(X);
            case Opcode.ST -> code.iload(A).istore(SCRATCH + instruction.k());
            case Opcode.STX -> code.iload(X).istore(SCRATCH + instruction.k());
            case Opcode.ALU -> emitAlu(code, op, instruction.k());
            case Opcode.JMP -> emitJump(code, i, instruction);
            case Opcode.RET -> (op == Opcode.RET_A
                    ? code.iload(A)
                    : code.loadConstant(instruction.k())).ireturn();
            default -> code.iload(op == Opcode.TAX ? A : X).istore(op == Opcode.TAX ? X : A);
        }
    }

    private static void emitLoad(CodeBuilder code, int op, int k) {
        long constant = Integer.toUnsignedLong(k);
        if (isAbsolute(op)) {
            code.aload(MEMORY).lload(OFFSET).loadConstant(constant).ladd();
        } else {
            Label inside = code.newLabel();
            code.iload(X)
                    .i2l()
                    .loadConstant(0xffff_ffffL)
                    .land()
                    .loadConstant(constant)
                    .ladd()
                    .lstore(AT);
            code.lload(AT)
                    .loadConstant((long) Opcode.loadBytes(op))
                    .ladd()
                    .iload(LENGTH)
                    .i2l()
                    .lcmp()
                    .ifle(inside);
            code.iconst_0().ireturn();
            code.labelBinding(inside);
            code.aload(MEMORY).lload(OFFSET).lload(AT).ladd();
        }
        String how = op == Opcode.LDX_MSH ? "headerLength" : switch (Opcode.loadBytes(op)) {
            case 4 -> "loadWord";
            case 2 -> "loadHalf";
            default -> "loadByte";
        };
        code.invokestatic(PACKET, how, LOAD).istore(op == Opcode.LDX_MSH ? X : A);
    }

    private static CodeBuilder emitOther(CodeBuilder code, int op, int k) {
        return switch (op) {
            case Opcode.LD_MEM, Opcode.LDX_MEM -> code.iload(SCRATCH + k);
            case Opcode.LD_LEN, Opcode.LDX_LEN -> code.iload(LENGTH);
            default -> code.loadConstant(k);
        };
    }

    private static void emitAlu(CodeBuilder code, int op, int k) {
        int operation = Opcode.operation(op);
        boolean division = operation == Opcode.DIV || operation == Opcode.MOD;
        if (division && Opcode.usesX(op)) {
            Label divisible = code.newLabel();
            code.iload(X).ifne(divisible).iconst_0().ireturn().labelBinding(divisible);
        }
        code.iload(A);
        if (operation == Opcode.NEG) {
            code.ineg().istore(A);
            return;
        }
        emitOperand(code, op, k);
        switch (operation) {
            case Opcode.ADD -> code.iadd();
            case Opcode.SUB -> code.isub();
            case Opcode.MUL -> code.imul();
            case Opcode.OR -> code.ior();
            case Opcode.AND -> code.iand();
            case Opcode.XOR -> code.ixor();
            case Opcode.DIV -> code.invokestatic(INTEGER, "divideUnsigned", BINARY);
            case Opcode.MOD -> code.invokestatic(INTEGER, "remainderUnsigned", BINARY);
            case Opcode.LSH -> code.invokestatic(PACKET, "shiftLeft", BINARY);
            default -> code.invokestatic(PACKET, "shiftRight", BINARY);
        }
        code.istore(A);
    }

    private static void emitOperand(CodeBuilder code, int op, int k) {
        if (Opcode.usesX(op)) {
            code.iload(X);
        } else {
            code.loadConstant(k);
        }
    }

    private void emitJump(CodeBuilder code, int i, Instruction instruction) {
        int op = instruction.code();
        if (op == (Opcode.JMP | Opcode.JA)) {
            code.goto_(labels[i + 1 + instruction.k()]);
            return;
        }
        Label ifTrue = labels[i + 1 + instruction.jt()];
        Label ifFalse = labels[i + 1 + instruction.jf()];
        code.iload(A);
        emitOperand(code, op, instruction.k());
        switch (Opcode.operation(op)) {
            case Opcode.JEQ -> code.if_icmpeq(ifTrue);
            case Opcode.JSET -> code.iand().ifne(ifTrue);
            case Opcode.JGT -> code.invokestatic(INTEGER, "compareUnsigned", BINARY).ifgt(ifTrue);
            default -> code.invokestatic(INTEGER, "compareUnsigned", BINARY).ifge(ifTrue);
        }
        code.goto_(ifFalse);
    }
}
