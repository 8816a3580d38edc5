// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.engine;

import exo.api.code.Helper;
import exo.api.code.PacketFilter;
import exo.impl.code.isa.Isa;
import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.MethodModel;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.classfile.instruction.SwitchCase;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.AccessFlag;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;
import static java.lang.constant.ConstantDescs.INIT_NAME;

/**
 * Translates programs to bytecode of the JVM: hidden classes, which are unloaded with the last
 * reference to what was made of them.
 *
 * <p>A program takes one of three forms. <ol>
 * <li><b>A filter without a machine</b>: all in variables of one method, if the verifier proved it
 * and it needs nothing but the packet. A prologue compares the packet's length with the farthest
 * byte that packet access at constant offsets reads. If the packet is long enough, these accesses
 * need no check of ours; if it is not, a second method does the same with checks. Whatever the
 * packet's length, the JVM checks each access against the memory that was given, and that this is
 * still there.
 * <li><b>A method for each function</b>, as long as the JVM compiles methods of their length.
 * <li><b>Parts and chunks</b> otherwise: methods of {@link Flow#CHUNK_SLOTS} slots each, between
 * which the registers go through memory. A loop goes from chunk to chunk.
 * </ol>
 *
 * <p>What is loaded in big-endian order is compared for equality in the order in which it lies in
 * memory: see {@link Swapped}.
 */
final class Compiler {
    /** The JVM does not compile methods of more bytes. */
    static final int MAX_METHOD_BYTES = 8000;

    /** Above this, it is not tried whether functions fit methods. */
    private static final int MAX_FUNCTION_SLOTS = 1500;
    private static final int MAX_FUNCTIONS = 64;

    private static final String PACKAGE = Compiler.class.getPackageName();
    private static final ClassDesc FILTER = ClassDesc.of(PacketFilter.class.getName());
    private static final ClassDesc CODE = ClassDesc.of(Code.class.getName());
    private static final ClassDesc PART = ClassDesc.of(PartedCode.Part.class.getName());
    private static final ClassDesc OBJECT = ClassDesc.of(Object.class.getName());
    private static final MethodTypeDesc NOTHING = MethodTypeDesc.of(CD_void);
    private static final MethodTypeDesc RUN = MethodTypeDesc.of(CD_long, Writer.MACHINE);
    private static final MethodTypeDesc RUN_PART = MethodTypeDesc.of(CD_int, Writer.MACHINE,
            CD_int);
    private static final MethodTypeDesc ACCEPT = MethodTypeDesc.of(CD_int, Writer.SEGMENT, CD_long,
            CD_int);

    private final Verified verified;
    private final Flow flow;
    private final Generated generated;

    /**
     * What a class is generated from.
     *
     * @param verified the program
     * @param flow its flow
     * @param self the class
     */
    record Generated(Verified verified, Flow flow, ClassDesc self) {}

    Compiler(Verified verified) {
        this.verified = verified;
        flow = new Flow(verified);
        generated = new Generated(verified, flow, ClassDesc.of(PACKAGE, "Compiled"));
    }

    /** {@return the program, for a machine} */
    Code compile() {
        if (mayFitMethods()) {
            byte[] bytes = generateFunctions();
            if (fits(bytes)) {
                return define(bytes, Code.class);
            }
        }
        return compileParts();
    }

    /** {@return the program in parts, however short} */
    Code compileParts() {
        int count = (verified.program().length() + PartedCode.SLOTS - 1) / PartedCode.SLOTS;
        PartedCode.Part[] parts = new PartedCode.Part[count];
        for (int i = 0; i < count; i++) {
            parts[i] = define(generatePart(i), PartedCode.Part.class);
        }
        return new PartedCode(verified, parts);
    }

    /** {@return the program as a filter without a machine, if it can be that} */
    Optional<PacketFilter> compileFilter() {
        if (!verified.isFilter() || !mayFitMethods() || needsMachine()) {
            return Optional.empty();
        }
        byte[] bytes = generateFilter();
        return fits(bytes) ? Optional.of(define(bytes, PacketFilter.class)) : Optional.empty();
    }

    private boolean needsMachine() {
        BitSet slots = flow.functions().getFirst().slots();
        if (verified.isChecked()) {
            return true;
        }
        boolean isStackWords = !StackWords.of(verified, flow, slots).isEmpty();
        for (int i = slots.nextSetBit(0); i >= 0; i = slots.nextSetBit(i + 1)) {
            if (flow.isCall(i) || (flow.isAccess(i) && !isWithoutMachine(i, isStackWords))) {
                return true;
            }
        }
        return false;
    }

    private boolean isWithoutMachine(int i, boolean isStackWords) {
        int memory = AccessWriter.direct(verified, flow, i);
        return memory == verified.packet() || AccessWriter.isContextWord(verified, i)
                || (isStackWords && flow.baseRegister(i) == Isa.FP);
    }

    // --- does it fit --------------------------------------------------------------------------

    private boolean mayFitMethods() {
        List<Flow.Function> functions = flow.functions();
        if (!flow.hasAllFunctions() || functions.size() > MAX_FUNCTIONS) {
            return false;
        }
        for (Flow.Function function : functions) {
            boolean isCalled = function.entry() != 0 || flow.isFirstCalled();
            boolean endsRun = isCalled
                    && function.slots().stream().anyMatch(flow::isLegacy);
            // Packet access that ends the run is simple only where no function is left to return.
            if (endsRun || function.slots().cardinality() > MAX_FUNCTION_SLOTS) {
                return false;
            }
        }
        return true;
    }

    private static boolean fits(byte[] bytes) {
        return longestMethod(bytes) < MAX_METHOD_BYTES;
    }

    /** {@return the bytes of the longest method of a class} */
    static int longestMethod(byte[] bytes) {
        ClassModel model = ClassFile.of().parse(bytes);
        int longest = 0;
        for (MethodModel method : model.methods()) {
            CodeAttribute code = (CodeAttribute) method.code().orElseThrow();
            longest = Math.max(longest, code.codeLength());
        }
        return longest;
    }

    // --- classes ------------------------------------------------------------------------------

    byte[] generateFilter() {
        return ClassFile.of()
                .build(generated.self(), type -> {
                    begin(type, OBJECT);
                    type.withInterfaceSymbols(FILTER);
                    long end = longPacketBytes();
                    type.withMethodBody("accept", ACCEPT, ClassFile.ACC_PUBLIC,
                            code -> writeAccept(code, end));
                    if (end > 0) {
                        type.withMethodBody("acceptShort", ACCEPT, ClassFile.ACC_PRIVATE,
                                code -> writeFilter(code, false));
                    }
                });
    }

    /**
     * {@return how long a packet must be that packet access at constant offsets needs no check, and
     * that no sum overflows in the check of other access}
     */
    private long longPacketBytes() {
        long end = 0;
        BitSet slots = flow.functions().getFirst().slots();
        for (int i = slots.nextSetBit(0); i >= 0; i = slots.nextSetBit(i + 1)) {
            long slot = verified.program().slot(i);
            int op = Isa.opcode(slot);
            boolean isBelow = Isa.immediate(slot) < 0;
            if (flow.isLegacy(i) && !isBelow) {
                end = Math.max(end, (long) Isa.immediate(slot) + Isa.bytes(op));
            } else if (flow.isLegacy(i) && Isa.mode(op) == Isa.ABS) {
                // Below 0 lies outside of any packet: then no packet is long enough.
                end = Long.MAX_VALUE;
            }
        }
        return end;
    }

    private void writeAccept(CodeBuilder code, long end) {
        if (end > 0) {
            Label longEnough = code.newLabel();
            code.iload(4).i2l().loadConstant(end).lcmp().ifge(longEnough);
            code.aload(0).aload(1).lload(2).iload(4);
            code.invokevirtual(generated.self(), "acceptShort", ACCEPT).ireturn();
            code.labelBinding(longEnough);
        }
        writeFilter(code, true);
    }

    private void writeFilter(CodeBuilder code, boolean isLongPacket) {
        // this, memory, offset (a long), lengthBytes
        Writer to = new Writer(code, Writer.NONE, 5);
        to.bindPacket(verified.packet(), 1, 2, 4);
        new FunctionWriter(generated, to, flow.functions().getFirst(), FunctionWriter.Kind.FILTER,
                isLongPacket).write();
    }

    byte[] generateFunctions() {
        return ClassFile.of()
                .build(generated.self(), type -> {
                    begin(type, CODE);
                    for (Flow.Function function : flow.functions()) {
                        writeFunction(type, function);
                    }
                });
    }

    private void writeFunction(ClassBuilder type, Flow.Function function) {
        if (function.entry() == 0) {
            type.withMethodBody("run", RUN, 0,
                    code -> new FunctionWriter(generated, new Writer(code, 1, 2), function,
                            FunctionWriter.Kind.MAIN, false).write());
        }
        if (function.entry() != 0 || flow.isFirstCalled()) {
            type.withMethodBody(FunctionWriter.methodName(function.entry()),
                    FunctionWriter.CALLED, ClassFile.ACC_STATIC | ClassFile.ACC_PRIVATE,
                    code -> new FunctionWriter(generated, new Writer(code, 0, 13), function,
                            FunctionWriter.Kind.CALLED, false).write());
        }
    }

    byte[] generatePart(int part) {
        int first = part * PartedCode.SLOTS / Flow.CHUNK_SLOTS;
        int count = Math.min(PartedCode.SLOTS,
                verified.program().length() - part * PartedCode.SLOTS);
        int end = first + (count + Flow.CHUNK_SLOTS - 1) / Flow.CHUNK_SLOTS;
        return ClassFile.of()
                .build(generated.self(), type -> {
                    begin(type, PART);
                    type.withMethodBody("run", RUN_PART, 0,
                            code -> writeSwitch(code, first, end));
                    for (int chunk = first; chunk < end; chunk++) {
                        writeChunk(type, chunk);
                    }
                });
    }

    private void writeSwitch(CodeBuilder code, int first, int end) {
        Label none = code.newLabel();
        List<SwitchCase> cases = new ArrayList<>();
        for (int chunk = first; chunk < end; chunk++) {
            if (!flow.chunkSlots(chunk).isEmpty()) {
                cases.add(SwitchCase.of(chunk, code.newLabel()));
            }
        }
        code.iload(2).loadConstant(Flow.CHUNK_SLOTS).idiv().tableswitch(none, cases);
        for (SwitchCase one : cases) {
            code.labelBinding(one.target())
                    .aload(1)
                    .iload(2)
                    .invokestatic(generated.self(), chunkName(one.caseValue()), RUN_PART)
                    .ireturn();
        }
        code.labelBinding(none).loadConstant(PartedCode.END_WITH_ZERO).ireturn();
    }

    private void writeChunk(ClassBuilder type, int chunk) {
        BitSet slots = flow.chunkSlots(chunk);
        if (!slots.isEmpty()) {
            type.withMethodBody(chunkName(chunk), RUN_PART,
                    ClassFile.ACC_STATIC | ClassFile.ACC_PRIVATE,
                    code -> new ChunkWriter(generated, new Writer(code, 0, 2), slots).write());
        }
    }

    private static String chunkName(int chunk) {
        return "chunk" + chunk;
    }

    private static void begin(ClassBuilder type, ClassDesc superclass) {
        type.withFlags(AccessFlag.FINAL, AccessFlag.SYNTHETIC)
                .withSuperclass(superclass)
                .withMethodBody(INIT_NAME, NOTHING, ClassFile.ACC_PUBLIC,
                        code -> code.aload(0)
                                .invokespecial(superclass, INIT_NAME, NOTHING)
                                .return_());
    }

    private <T> T define(byte[] bytes, Class<T> type) {
        List<Helper.Body> bodies = verified.contract()
                .helpers()
                .values()
                .stream()
                .map(Helper::body)
                .toList();
        try {
            return type.cast(MethodHandles.lookup()
                    .defineHiddenClassWithClassData(bytes, bodies, true)
                    .lookupClass()
                    .getDeclaredConstructor()
                    .newInstance());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("a generated class was refused", e);
        }
    }
}
