// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.verify;

import exo.impl.code.isa.Isa;
import exo.impl.code.isa.Rule;

/**
 * Loads from a frame's stack, and stores to it. See {@link Frame} for the words.
 *
 * <p>Offsets here are relative to the frame pointer and were checked to lie on the stack.
 */
final class StackMemory {
    private static final int ALL = 0xf;
    private static final int WORD_BITS = 32;

    private StackMemory() {}

    // --- loads --------------------------------------------------------------------------------

    /**
     * {@return what a load gives, without sign}
     *
     * @param state where it happens
     * @param frame whose stack it is
     * @param offset the first byte
     * @param bytes how many, 1, 2, 4 or 8
     */
    static Register load(State state, int frame, int offset, int bytes) {
        Frame stack = state.frame(frame);
        int word = wordOf(offset);
        boolean isWhole = bytes == 8 && (offset & 7) == 0
                && stack.word(word - 1) == Register.UPPER;
        if (isWhole) {
            return stack.word(word);
        }
        checkReadable(state, frame, offset, offset + bytes);
        int shift = (offset & 3) * 8;
        if (shift + bytes * 8 > WORD_BITS) {
            return Register.number(Scalar.ofBytes(bytes));
        }
        Register content = stack.word(word);
        if (bytes == 4 && content.kind == Register.Kind.NUMBER && !isWhole(stack, word)) {
            return content;
        }
        Scalar number = ScalarOps.apply(Isa.RSH, false, true, number(stack, word),
                Scalar.constant(shift));
        return Register.number(ScalarOps.zext(number, bytes * 8));
    }

    /** Checks that bytes from one offset to before another were written, and are numbers. */
    static void checkReadable(State state, int frame, int from, int to) {
        Frame stack = state.frame(frame);
        for (int at = from; at < to; at++) {
            Register word = stack.word(wordOf(at));
            switch (word.kind) {
                case NUMBER -> {
                    // All of it was written.
                }
                case BYTES -> {
                    if ((word.where & (1 << (at & 3))) == 0) {
                        throw Rule.UNINITIALIZED_STACK.refuse(state.slot,
                                "the byte at " + at + " of the stack of frame " + frame
                                        + " is read, but not written on this path",
                                "write bytes " + from + " to " + (to - 1) + " first");
                    }
                }
                case UPPER -> checkNoPointer(state, stack.word(wordOf(at) + 1), at);
                default -> checkNoPointer(state, word, at);
            }
        }
    }

    private static void checkNoPointer(State state, Register content, int at) {
        if (content.isPointer()) {
            throw Rule.PARTIAL_POINTER.refuse(state.slot,
                    "the byte at " + at + " of the stack is part of " + content,
                    "load the pointer as a whole: 8 bytes, where it was stored");
        }
    }

    private static boolean isWhole(Frame stack, int word) {
        return (word & 1) == 1 && stack.word(word - 1) == Register.UPPER;
    }

    /** {@return the 4 bytes of a word that holds no pointer, as a number without sign} */
    private static Scalar number(Frame stack, int word) {
        Register content = stack.word(word);
        return switch (content.kind) {
            case UPPER -> ScalarOps.apply(Isa.RSH, false, true, stack.word(word + 1).value,
                    Scalar.constant(WORD_BITS));
            case NUMBER -> ScalarOps.zext32(content.value);
            default -> Scalar.ofBytes(4);
        };
    }

    // --- stores -------------------------------------------------------------------------------

    /**
     * Stores at a certain place.
     *
     * @param state where it happens
     * @param frame whose stack it is
     * @param offset the first byte
     * @param bytes how many, 1, 2, 4 or 8
     * @param content a number, or a pointer if it is 8 aligned bytes
     */
    static void store(State state, int frame, int offset, int bytes, Register content) {
        Frame stack = state.writable(frame);
        int word = wordOf(offset);
        if (bytes == 8 && (offset & 7) == 0) {
            stack.setWord(word, content);
            stack.setWord(word - 1, Register.UPPER);
        } else if (bytes == 4 && (offset & 3) == 0) {
            split(stack, word);
            stack.setWord(word, lower(content));
        } else {
            markWritten(state, frame, offset, offset + bytes);
        }
    }

    /** Notes that bytes from one offset to before another were written with some numbers. */
    static void markWritten(State state, int frame, int from, int to) {
        Frame stack = state.writable(frame);
        for (int at = from; at < to; at++) {
            int word = wordOf(at);
            split(stack, word);
            Register content = stack.word(word);
            int written = content.kind == Register.Kind.BYTES ? content.where : ALL;
            stack.setWord(word, Register.bytes(written | (1 << (at & 3))));
        }
    }

    /** Notes that bytes from one offset to before another may have been written. */
    static void markMaybeWritten(State state, int frame, int from, int to) {
        Frame stack = state.writable(frame);
        for (int word = wordOf(to - 1); word <= wordOf(from); word++) {
            split(stack, word);
            if (stack.word(word).kind == Register.Kind.NUMBER) {
                stack.setWord(word, Register.bytes(ALL));
            }
        }
    }

    /**
     * Takes a register of 8 bytes apart, since a part of it is written. A number leaves its halves;
     * what is left of a pointer must not be read, so it counts as not written.
     */
    private static void split(Frame stack, int word) {
        int low = word | 1;
        if (stack.word(low - 1) != Register.UPPER) {
            return;
        }
        Register content = stack.word(low);
        if (content.isNumber()) {
            Scalar upper = number(stack, low - 1);
            stack.setWord(low, lower(content));
            stack.setWord(low - 1, Register.number(upper));
        } else {
            stack.setWord(low, Register.bytes(0));
            stack.setWord(low - 1, Register.bytes(0));
        }
    }

    /** {@return the lower 4 bytes, which are still the same number if the others are zeros} */
    private static Register lower(Register number) {
        Scalar low = ScalarOps.zext32(number.value);
        return low == number.value ? number : Register.number(low);
    }

    /** {@return the word that an offset from the frame pointer lies in} */
    private static int wordOf(int offset) {
        return (-offset - 1) >> 2;
    }
}
