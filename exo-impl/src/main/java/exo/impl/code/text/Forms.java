// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.text;

import exo.impl.code.isa.Isa;
import exo.impl.code.text.Form.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Every mnemonic, by its name and by its opcode. */
final class Forms {
    private static final String[] SIZES = {"w", "h", "b", "dw"};
    private static final int OPCODES = 256;

    private static final Map<String, Form> BY_NAME = new HashMap<>();
    private static final List<List<Form>> BY_OPCODE = new ArrayList<>();

    static {
        for (int opcode = 0; opcode < OPCODES; opcode++) {
            BY_OPCODE.add(new ArrayList<>());
        }
        addArithmetic();
        addOrder();
        addMemory();
        addAtomic();
        addJumps();
    }

    private Forms() {}

    /**
     * {@return the form of a mnemonic}
     *
     * @param name the mnemonic in lower case; of atomic operations without {@code lock}, but after
     *        {@code "lock "}
     */
    static Optional<Form> named(String name) {
        return Optional.ofNullable(BY_NAME.get(name));
    }

    /** {@return the form whose text brings back a slot} */
    static Optional<Form> of(long slot) {
        for (Form form : BY_OPCODE.get(Isa.opcode(slot))) {
            if (form.matches(slot)) {
                return Optional.of(form);
            }
        }
        return Optional.empty();
    }

    /**
     * {@return the mnemonic that is nearest to what was written, if any is near}
     *
     * @param written what was written, in lower case
     */
    static Optional<String> nearest(String written) {
        return Nearest.of(written, BY_NAME.keySet());
    }

    private static void addArithmetic() {
        Object[][] names = {{"add", Isa.ADD}, {"sub", Isa.SUB}, {"mul", Isa.MUL},
                {"div", Isa.DIV}, {"or", Isa.OR}, {"and", Isa.AND}, {"lsh", Isa.LSH},
                {"rsh", Isa.RSH}, {"mod", Isa.MOD}, {"xor", Isa.XOR}, {"mov", Isa.MOV},
                {"arsh", Isa.ARSH}};
        for (Object[] name : names) {
            addBoth((String) name[0], (int) name[1], 0);
        }
        addBoth("sdiv", Isa.DIV, 1);
        addBoth("smod", Isa.MOD, 1);
        for (int bits = 8; bits <= 32; bits *= 2) {
            add("movsx" + bits + "64", Shape.EXTEND, Isa.ALU64 | Isa.MOV | Isa.X, bits, 0);
            if (bits < 32) {
                add("movsx" + bits + "32", Shape.EXTEND, Isa.ALU | Isa.MOV | Isa.X, bits, 0);
            }
        }
        add("neg", Shape.ONE_REGISTER, Isa.ALU64 | Isa.NEG, 0, 0);
        add("neg32", Shape.ONE_REGISTER, Isa.ALU | Isa.NEG, 0, 0);
        alias("neg64", "neg");
    }

    /** Adds an operation of both widths, with a register and with a number. */
    private static void addBoth(String name, int operation, int offset) {
        add(name, Shape.ARITHMETIC, Isa.ALU64 | operation, offset, 0);
        add(name + "32", Shape.ARITHMETIC, Isa.ALU | operation, offset, 0);
        alias(name + "64", name);
    }

    private static void addOrder() {
        for (int bits = 16; bits <= 64; bits *= 2) {
            add("le" + bits, Shape.ONE_REGISTER, Isa.ALU | Isa.END, 0, bits);
            add("be" + bits, Shape.ONE_REGISTER, Isa.ALU | Isa.END | Isa.X, 0, bits);
            add("bswap" + bits, Shape.ONE_REGISTER, Isa.ALU64 | Isa.END, 0, bits);
            alias("swap" + bits, "bswap" + bits);
        }
    }

    private static void addMemory() {
        add("lddw", Shape.WIDE, Isa.LDDW, 0, 0);
        for (int size = 0; size < SIZES.length; size++) {
            int bits = size << 3; // as the opcode has it: W, H, B, DW
            String letter = SIZES[size];
            add("ldx" + letter, Shape.LOAD, Isa.LDX | Isa.MEM | bits, 0, 0);
            add("st" + letter, Shape.STORE_NUMBER, Isa.ST | Isa.MEM | bits, 0, 0);
            add("stx" + letter, Shape.STORE, Isa.STX | Isa.MEM | bits, 0, 0);
            if (bits != Isa.DW) {
                add("ldxs" + letter, Shape.LOAD, Isa.LDX | Isa.MEMSX | bits, 0, 0);
                add("ldabs" + letter, Shape.PACKET, Isa.LD | Isa.ABS | bits, 0, 0);
                add("ldind" + letter, Shape.PACKET_AT, Isa.LD | Isa.IND | bits, 0, 0);
            }
        }
    }

    private static void addAtomic() {
        Object[][] names = {{"add", Isa.ADD}, {"or", Isa.OR}, {"and", Isa.AND}, {"xor", Isa.XOR}};
        for (Object[] name : names) {
            addAtomic((String) name[0], (int) name[1]);
            addAtomic("fetch " + name[0], (int) name[1] | Isa.FETCH);
        }
        addAtomic("xchg", Isa.XCHG);
        addAtomic("cmpxchg", Isa.CMPXCHG);
    }

    private static void addAtomic(String name, int operation) {
        String locked = "lock " + name;
        add(locked, Shape.STORE, Isa.STX | Isa.ATOMIC | Isa.DW, 0, operation);
        add(locked + "32", Shape.STORE, Isa.STX | Isa.ATOMIC | Isa.W, 0, operation);
        alias(locked + "64", locked);
    }

    private static void addJumps() {
        add("ja", Shape.JUMP, Isa.JMP | Isa.JA, 0, 0);
        add("ja32", Shape.JUMP, Isa.JMP32 | Isa.JA, 0, 0);
        Object[][] names = {{"jeq", Isa.JEQ}, {"jgt", Isa.JGT}, {"jge", Isa.JGE},
                {"jset", Isa.JSET}, {"jne", Isa.JNE}, {"jsgt", Isa.JSGT}, {"jsge", Isa.JSGE},
                {"jlt", Isa.JLT}, {"jle", Isa.JLE}, {"jslt", Isa.JSLT}, {"jsle", Isa.JSLE}};
        for (Object[] name : names) {
            add((String) name[0], Shape.BRANCH, Isa.JMP | (int) name[1], 0, 0);
            add(name[0] + "32", Shape.BRANCH, Isa.JMP32 | (int) name[1], 0, 0);
            alias(name[0] + "64", (String) name[0]);
        }
        add("call", Shape.CALL, Isa.JMP | Isa.CALL, 0, 0);
        add("exit", Shape.NOTHING, Isa.JMP | Isa.EXIT, 0, 0);
    }

    private static void add(String name, Shape shape, int opcode, int offset, int immediate) {
        Form form = new Form(name, shape, opcode, offset, immediate);
        BY_NAME.put(name, form);
        BY_OPCODE.get(opcode).add(form);
        if (shape == Shape.ARITHMETIC || shape == Shape.BRANCH || shape == Shape.CALL) {
            BY_OPCODE.get(opcode | Isa.X).add(form);
        }
    }

    /** Lets a form be written in another way, too; the disassembler does not. */
    private static void alias(String other, String name) {
        BY_NAME.put(other, BY_NAME.get(name));
    }
}
