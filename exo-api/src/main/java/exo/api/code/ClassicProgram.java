// SPDX-License-Identifier: Apache-2.0
package exo.api.code;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A program of classic BPF, not yet verified. Immutable.
 *
 * <p>A program looks at a packet and returns how many bytes of it are accepted; 0 refuses the
 * packet.
 *
 * <p><b>Shape.</b> 1 to {@value #MAX_INSTRUCTIONS} instructions, each as {@code struct sock_filter}
 * of {@code linux/filter.h} has it: a 16-bit code, two 8-bit forward jumps, a 32-bit operand.
 *
 * @see "McCanne, Jacobson: The BSD Packet Filter, USENIX Winter 1993"
 */
public final class ClassicProgram {
    /** The most instructions of a program. */
    public static final int MAX_INSTRUCTIONS = 4096;

    /** The bytes of an instruction in the binary form. */
    public static final int INSTRUCTION_BYTES = 8;

    private final Instruction[] instructions;

    private ClassicProgram(Instruction[] instructions) {
        if (instructions.length < 1 || instructions.length > MAX_INSTRUCTIONS) {
            throw new IllegalArgumentException(
                    "a program has 1 to " + MAX_INSTRUCTIONS + " instructions, but this one has "
                            + instructions.length);
        }
        this.instructions = instructions;
    }

    /**
     * One instruction.
     *
     * @param code operation, 16 bits
     * @param jt instructions to skip if the condition holds, 8 bits
     * @param jf instructions to skip if it does not hold, 8 bits
     * @param k operand, 32 bits
     */
    public record Instruction(int code, int jt, int jf, int k) {
        /** Checks the widths. */
        public Instruction {
            if (code >>> 16 != 0 || jt >>> 8 != 0 || jf >>> 8 != 0) {
                throw new IllegalArgumentException(
                        "code must fit 16 bits, jt and jf 8 bits, but they are " + code + ", " + jt
                                + ", " + jf);
            }
        }
    }

    /**
     * {@return a program of these instructions}
     *
     * @param instructions the instructions, 1 to {@value #MAX_INSTRUCTIONS}
     */
    public static ClassicProgram of(List<Instruction> instructions) {
        // By way of a copy, since a list of the caller's own class may keep the array it gives out
        // and change it after the verifier has looked.
        return new ClassicProgram(List.copyOf(instructions).toArray(Instruction[]::new));
    }

    /**
     * {@return the program in the decimal form that {@code tcpdump -ddd} prints: the number of
     * instructions, then four numbers for each}
     *
     * @param text the text; numbers are separated by blanks, commas or line ends
     * @throws IllegalArgumentException if the text is something else; the message names the place
     */
    public static ClassicProgram parseDecimal(String text) {
        String[] words = text.strip().split("[\\s,]+");
        int count = (int) number(words, 0, ClassicProgram.MAX_INSTRUCTIONS);
        if (words.length != 1 + 4 * count) {
            throw new IllegalArgumentException(
                    "the text announces " + count + " instructions of 4 numbers each, but "
                            + (words.length - 1) + " numbers follow");
        }
        List<Instruction> list = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            int at = 1 + 4 * i;
            list.add(
                    new Instruction((int) number(words, at, 0xffff),
                            (int) number(words, at + 1, 0xff), (int) number(words, at + 2, 0xff),
                            (int) number(words, at + 3, 0xffff_ffffL)));
        }
        return of(list);
    }

    /**
     * {@return the program that an array of {@code struct sock_filter} holds, as Linux has it on a
     * little-endian machine: 16 bits of code, 8 of jt, 8 of jf, 32 of operand}
     *
     * @param bytes the array, {@value #INSTRUCTION_BYTES} bytes for each instruction; the program
     *        keeps no reference to it
     * @throws IllegalArgumentException if the number of bytes is none of a program
     */
    public static ClassicProgram ofBinary(byte[] bytes) {
        int count = bytes.length / INSTRUCTION_BYTES;
        if (bytes.length % INSTRUCTION_BYTES != 0 || count < 1 || count > MAX_INSTRUCTIONS) {
            throw new IllegalArgumentException("a program has " + INSTRUCTION_BYTES
                    + " bytes for each of its 1 to " + MAX_INSTRUCTIONS
                    + " instructions, but here are " + bytes.length + " bytes");
        }
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        Instruction[] instructions = new Instruction[count];
        for (int i = 0; i < count; i++) {
            instructions[i] = new Instruction(Short.toUnsignedInt(in.getShort()),
                    Byte.toUnsignedInt(in.get()), Byte.toUnsignedInt(in.get()), in.getInt());
        }
        return new ClassicProgram(instructions);
    }

    private static long number(String[] words, int index, long most) {
        String word = words[index];
        if (!word.matches("[0-9]{1,10}") || Long.parseLong(word) > most) {
            throw new IllegalArgumentException(
                    "word " + (index + 1) + ", '" + word + "', is not a number from 0 to " + most);
        }
        return Long.parseLong(word);
    }

    /** {@return how many instructions it has} */
    public int length() {
        return instructions.length;
    }

    /**
     * {@return an instruction}
     *
     * @param index which, from 0
     */
    public Instruction at(int index) {
        return instructions[index];
    }

    /** {@return the program in the form that {@link #parseDecimal} reads} */
    public String toDecimal() {
        StringBuilder text = new StringBuilder().append(instructions.length);
        for (Instruction i : instructions) {
            text.append('\n')
                    .append(i.code)
                    .append(' ')
                    .append(i.jt)
                    .append(' ')
                    .append(i.jf)
                    .append(' ')
                    .append(Integer.toUnsignedString(i.k));
        }
        return text.append('\n').toString();
    }

    /** {@return the program in the form that {@link #ofBinary} reads, in a new array} */
    public byte[] toBinary() {
        ByteBuffer out = ByteBuffer.allocate(INSTRUCTION_BYTES * instructions.length)
                .order(ByteOrder.LITTLE_ENDIAN);
        for (Instruction i : instructions) {
            out.putShort((short) i.code).put((byte) i.jt).put((byte) i.jf).putInt(i.k);
        }
        return out.array();
    }

    /**
     * {@return the program for people to read, in the form of {@code tcpdump -d}: a line for each
     * instruction, which names the instructions that it jumps to}
     */
    public String toListing() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < instructions.length; i++) {
            text.append(ClassicListing.line(i, instructions[i])).append('\n');
        }
        return text.toString();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ClassicProgram program
                && Arrays.equals(instructions, program.instructions);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(instructions);
    }

    @Override
    public String toString() {
        return "ClassicProgram of " + instructions.length + " instructions";
    }
}
