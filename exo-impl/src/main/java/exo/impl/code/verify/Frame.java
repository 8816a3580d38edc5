// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.verify;

import exo.impl.code.isa.Isa;
import java.util.Arrays;

/**
 * The registers and the stack of one active function.
 *
 * <p><b>The stack</b> is words of 4 bytes, counted downward from the frame pointer, as far as they
 * were ever written:
 *
 * <pre>
 *   r10 - 8      r10 - 4      r10
 *    | word 1     | word 0     |
 *
 *   a register of 8 bytes     word 1 is the register, word 0 is UPPER
 *   a number of 4 bytes       one word is the number, without sign
 *   anything else             BYTES, with a bit for each byte that was written
 * </pre>
 *
 * <p><b>Sharing.</b> Frames are shared between states until one of them writes: {@link State}
 * copies a frame before it changes a shared one, and the frame its words.
 */
final class Frame {
    private static final Register[] NO_WORDS = {};
    private static final int GROWTH = 4;
    /** What a frame takes with its array of registers and the head of that of words. */
    private static final int FRAME_BYTES = 128;
    private static final int REFERENCE_BYTES = 4;

    /** What the registers hold. To be written by {@link State} only. */
    final Register[] registers;
    /** The slot where the caller goes on. */
    final int returnSlot;
    /** Whether several states have it, so that it must not be changed any more. */
    boolean isShared;

    private Register[] words;
    private boolean areWordsShared;

    private Frame(Register[] registers, int returnSlot, Register[] words) {
        this.registers = registers;
        this.returnSlot = returnSlot;
        this.words = words;
    }

    /**
     * {@return a frame of a function that begins}
     *
     * @param index which frame it is
     * @param returnSlot where its caller goes on
     */
    static Frame begin(int index, int returnSlot) {
        Register[] registers = new Register[Isa.REGISTERS];
        Arrays.fill(registers, Register.UNWRITTEN);
        registers[Isa.FP] = Register.pointer(Register.Kind.STACK, index);
        return new Frame(registers, returnSlot, NO_WORDS);
    }

    /** {@return a frame that may be changed while this one stays} */
    Frame copy() {
        areWordsShared = true;
        Frame copy = new Frame(registers.clone(), returnSlot, words);
        copy.areWordsShared = true;
        return copy;
    }

    /** {@return how many words were ever written; those beyond are unwritten} */
    int wordCount() {
        return words.length;
    }

    /** {@return a word of the stack} */
    Register word(int index) {
        return index < words.length ? words[index] : Register.bytes(0);
    }

    /** Writes a word of the stack, which leaves other frames that share it as they are. */
    void setWord(int index, Register content) {
        if (word(index) == content) {
            return;
        }
        if (index >= words.length) {
            int length = Math.min((index / GROWTH + 1) * GROWTH, Isa.STACK_BYTES / 4);
            Register[] longer = Arrays.copyOf(words, length);
            Arrays.fill(longer, words.length, length, Register.bytes(0));
            words = longer;
            areWordsShared = false;
        } else if (areWordsShared) {
            words = words.clone();
            areWordsShared = false;
        }
        words[index] = content;
    }

    /** Tells every register and word that is tied to others by an identity what became known. */
    void refine(int id, Scalar value) {
        for (int i = 0; i < Isa.FP; i++) {
            registers[i] = refined(registers[i], id, value);
        }
        // Words that were the same register stay the same one, which is cheaper to keep.
        Register before = Register.UNWRITTEN;
        Register after = before;
        for (int i = 0; i < words.length; i++) {
            if (words[i].id == id) {
                after = words[i] == before ? after : refined(words[i], id, value);
                before = words[i];
                setWord(i, after);
            }
        }
    }

    private static Register refined(Register register, int id, Scalar value) {
        return register.id == id && register.isNumber() ? register.withValue(value) : register;
    }

    /** Tells every pointer of a start how many bytes from there the packet has. */
    void extend(int id, int range) {
        for (int i = 0; i < Isa.FP; i++) {
            registers[i] = extended(registers[i], id, range);
        }
        for (int i = 0; i < words.length; i++) {
            if (words[i].id == id) {
                setWord(i, extended(words[i], id, range));
            }
        }
    }

    private static Register extended(Register register, int id, int range) {
        boolean isTied = register.id == id && register.kind == Register.Kind.PACKET;
        return isTied ? register.withRange(range) : register;
    }

    /** {@return the bytes that this frame does not share with another one, which stays} */
    @SuppressWarnings("ReferenceEquality") // what is shared is the same, not equal
    int bytesBeside(Frame other) {
        if (this == other) {
            return 0;
        }
        int bytes = FRAME_BYTES;
        for (int i = 0; i < Isa.FP; i++) {
            bytes += registers[i] == other.registers[i] ? 0 : registers[i].bytes();
        }
        if (words == other.words) {
            return bytes;
        }
        bytes += REFERENCE_BYTES * words.length;
        for (int i = 0; i < words.length; i++) {
            bytes += words[i] == other.word(i) ? 0 : words[i].bytes();
        }
        return bytes;
    }

    /** {@return whether any register or word is tied by an identity} */
    boolean isTied(int id) {
        for (int i = 0; i < Isa.FP; i++) {
            if (registers[i].id == id) {
                return true;
            }
        }
        for (Register word : words) {
            if (word.id == id) {
                return true;
            }
        }
        return false;
    }
}
