// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.merge;

import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.AccessFlag;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;
import static java.lang.constant.ConstantDescs.INIT_NAME;

/**
 * Writes the code of a group: a hidden class, which goes with its last use.
 *
 * <p>The code compares the packet's length, then window by window the guards, whose masks and
 * values are constants of the code; what is left goes into the words of the key, which are looked
 * up in the table. The table is data: members come and go without new code.
 */
final class MatcherCompiler {
    private static final ClassDesc SELF = ClassDesc.of(MatcherCompiler.class.getPackageName(),
            "CompiledMatcher");
    private static final ClassDesc MATCHER = ClassDesc.of(Matcher.class.getName());
    private static final ClassDesc ENTRY = ClassDesc.of(Entry.class.getName());
    private static final ClassDesc TABLE = ClassDesc.of(Table.class.getName());
    private static final ClassDesc SALT = ClassDesc.of(Salt.class.getName());
    private static final ClassDesc SEGMENT = ClassDesc.of(MemorySegment.class.getName());
    private static final MethodTypeDesc FIND = MethodTypeDesc.of(ENTRY, SEGMENT, CD_long, CD_int,
            TABLE);
    private static final MethodTypeDesc LOAD = MethodTypeDesc.of(CD_long, SEGMENT, CD_long);

    private static final MethodTypeDesc MIX = MethodTypeDesc.of(CD_long, CD_long, CD_long,
            CD_long);
    private static final MethodTypeDesc PLACE_OF = MethodTypeDesc.of(CD_int, CD_long, CD_long,
            CD_int);

    // Slots of find(this, memory, offset, lengthBytes, table).
    private static final int MEMORY = 1;
    private static final int OFFSET = 2;
    private static final int LENGTH = 4;
    private static final int TABLE_SLOT = 5;
    private static final int BASE = 6; // a long
    private static final int VALUE = 8; // a long
    private static final int PLACE = 10;
    private static final int FOUND = 11;
    private static final int KEY = 12; // longs

    private final Layout layout;
    private final Salt salt;

    private MatcherCompiler(Layout layout, Salt salt) {
        this.layout = layout;
        this.salt = salt;
    }

    /**
     * {@return the code for a layout}
     *
     * @param layout how keys are made
     * @param salt where they lie; its numbers become constants
     */
    static Matcher compile(Layout layout, Salt salt) {
        byte[] bytes = new MatcherCompiler(layout, salt).generate();
        try {
            return (Matcher) MethodHandles.lookup()
                    .defineHiddenClass(bytes, true)
                    .lookupClass()
                    .getDeclaredConstructor()
                    .newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("a generated class was refused", e);
        }
    }

    private byte[] generate() {
        return ClassFile.of()
                .build(SELF, type -> type
                        .withFlags(AccessFlag.FINAL, AccessFlag.SYNTHETIC)
                        .withSuperclass(MATCHER)
                        .withMethodBody(INIT_NAME, MethodTypeDesc.of(CD_void), 0,
                                code -> code.aload(0)
                                        .invokespecial(MATCHER, INIT_NAME,
                                                MethodTypeDesc.of(CD_void))
                                        .return_())
                        .withMethodBody("find", FIND, 0, this::emit));
    }

    private void emit(CodeBuilder code) {
        Label miss = code.newLabel();
        Shape shape = layout.shape;
        if (shape.least() > 0) {
            code.iload(LENGTH).loadConstant(shape.least()).if_icmplt(miss);
        }
        for (int word = 0; word < layout.words; word++) {
            code.lconst_0().lstore(KEY + 2 * word);
        }
        emitWindows(code, 0, miss);
        if (shape.base() != 0) {
            emitBase(code, miss);
            emitWindows(code, shape.base(), miss);
        }
        emitLookup(code, miss);
        code.labelBinding(miss).aconst_null().areturn();
    }

    /** Those with the most guards first, since these are likely to refuse most packets. */
    private void emitWindows(CodeBuilder code, int base, Label miss) {
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < layout.guards.length; i++) {
            if (layout.windows.get(i).base() == base) {
                order.add(i);
            }
        }
        order.sort(Comparator.comparingInt(i -> -Long.bitCount(layout.guards[i])));
        for (int i : order) {
            emitWindow(code, i, miss);
        }
    }

    private void emitBase(CodeBuilder code, Label miss) {
        code.aload(MEMORY)
                .lload(OFFSET)
                .loadConstant((long) layout.shape.base() - 1)
                .ladd()
                .invokestatic(MATCHER, "header", MethodTypeDesc.of(CD_int, SEGMENT, CD_long))
                .istore(PLACE);
        code.iload(PLACE)
                .loadConstant(layout.shape.leastBehindBase())
                .iadd()
                .iload(LENGTH)
                .if_icmpgt(miss);
        code.lload(OFFSET).iload(PLACE).i2l().ladd().lstore(BASE);
    }

    private void emitWindow(CodeBuilder code, int i, Label miss) {
        Window window = layout.windows.get(i);
        code.aload(MEMORY)
                .lload(window.base() == 0 ? OFFSET : BASE)
                .loadConstant((long) window.offset())
                .ladd()
                .invokestatic(MATCHER, "load" + window.bytes(), LOAD)
                .lstore(VALUE);
        if (layout.guards[i] != 0) {
            code.lload(VALUE)
                    .loadConstant(layout.guards[i])
                    .land()
                    .loadConstant(layout.values[i])
                    .lcmp()
                    .ifne(miss);
        }
        if (layout.word[i] >= 0) {
            int key = KEY + 2 * layout.word[i];
            int shift = layout.shift[i];
            code.lload(VALUE).loadConstant(layout.keyBits(i)).land();
            if (shift < 0) {
                code.loadConstant(-shift).lushr();
            } else {
                code.loadConstant(shift).lshl();
            }
            code.lload(key).lor().lstore(key);
        }
    }

    private void emitLookup(CodeBuilder code, Label miss) {
        if (layout.words == 0) {
            code.iconst_0().istore(PLACE);
            emitEntry(code, miss);
            code.aload(FOUND).areturn();
            return;
        }
        code.loadConstant(salt.first());
        for (int word = 0; word < layout.words; word++) {
            code.lload(KEY + 2 * word)
                    .loadConstant(salt.factor(word))
                    .invokestatic(SALT, "mix", MIX);
        }
        code.loadConstant(salt.last())
                .aload(TABLE_SLOT)
                .getfield(TABLE, "shift", CD_int)
                .invokestatic(SALT, "place", PLACE_OF)
                .istore(PLACE);
        Label again = code.newBoundLabel();
        Label next = code.newLabel();
        emitEntry(code, miss);
        for (int word = 0; word < layout.words; word++) {
            code.aload(FOUND);
            if (word == 0) {
                code.getfield(ENTRY, "word", CD_long);
            } else {
                code.getfield(ENTRY, "more", CD_long.arrayType()).loadConstant(word - 1).laload();
            }
            code.lload(KEY + 2 * word).lcmp().ifne(next);
        }
        code.aload(FOUND).areturn();
        code.labelBinding(next)
                .iload(PLACE)
                .iconst_1()
                .iadd()
                .aload(TABLE_SLOT)
                .getfield(TABLE, "entries", ENTRY.arrayType())
                .arraylength()
                .iconst_1()
                .isub()
                .iand()
                .istore(PLACE)
                .goto_(again);
    }

    /** Loads the entry at the place; a place that was never taken ends the search. */
    private static void emitEntry(CodeBuilder code, Label miss) {
        code.aload(TABLE_SLOT)
                .getfield(TABLE, "entries", ENTRY.arrayType())
                .iload(PLACE)
                .aaload()
                .dup()
                .astore(FOUND)
                .ifnull(miss);
    }
}
