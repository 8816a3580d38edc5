// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.merge;

import exo.impl.code.isa.Isa;
import exo.impl.code.merge.Path.NotOfFormException;
import exo.impl.code.merge.Value.Kind;
import java.util.Arrays;

/** What a comparison asks of the packet. Immutable. */
sealed interface Question {

    /**
     * Assumes an answer.
     *
     * @param path the way on which it is assumed
     * @param answer whether the comparison holds
     * @return whether that can be
     */
    boolean assume(Path path, boolean answer);

    /** The answer is known. */
    record Known(boolean answer) implements Question {
        @Override
        public boolean assume(Path path, boolean wanted) {
            return wanted == answer;
        }
    }

    /** Any answer can be. */
    record Open() implements Question {
        @Override
        public boolean assume(Path path, boolean wanted) {
            path.assumeUnknown();
            return true;
        }
    }

    /** The answer is {@code ifAll} if all literals hold, and the other if not. */
    @SuppressWarnings("ArrayRecordComponent")
    record All(int[] literals, boolean ifAll) implements Question {
        @Override
        public boolean assume(Path path, boolean wanted) {
            return wanted == ifAll ? path.assume(literals) : path.assumeNot(literals);
        }
    }

    /** The answer is {@code ifSo} if the packet has so many bytes from a base on. */
    record Length(int base, long bytes, boolean ifSo) implements Question {
        @Override
        public boolean assume(Path path, boolean wanted) {
            return wanted == ifSo
                    ? path.assumeLength(base, bytes)
                    : path.assumeShorter(base, bytes);
        }
    }

    /**
     * {@return what a comparison asks}
     *
     * @param operation the comparison
     * @param left what is compared
     * @param right with what
     * @param width 64 or 32 bits
     */
    static Question of(int operation, Value left, Value right, int width) {
        if (left.is(Kind.END) || right.is(Kind.LENGTH)
                || (left.is(Kind.CONSTANT) && !right.is(Kind.CONSTANT))) {
            int mirrored = mirrored(operation);
            return mirrored < 0 || right.is(Kind.END)
                    ? new Open()
                    : of(mirrored, right, left, width);
        }
        if (left.is(Kind.PACKET) && right.is(Kind.END) && width == Long.SIZE) {
            return reaches(operation, left.base(), left.number());
        }
        if (left.is(Kind.LENGTH) && right.is(Kind.CONSTANT)) {
            return hasLength(operation, right, width);
        }
        Value a = width == Integer.SIZE ? left.low() : left;
        Value b = width == Integer.SIZE ? right.low() : right;
        boolean isPointer = a.is(Kind.PACKET) || a.is(Kind.CONTEXT) || a.is(Kind.STACK);
        if (isPointer && b.is(Kind.CONSTANT) && b.number() == 0
                && (operation == Isa.JEQ || operation == Isa.JNE)) {
            return new Known(operation == Isa.JNE);
        }
        if (a.asBits() == null || !b.is(Kind.CONSTANT)) {
            return new Open();
        }
        return compare(operation, a.asBits(), b.number(), width);
    }

    private static int mirrored(int operation) {
        return switch (operation) {
            case Isa.JEQ, Isa.JNE, Isa.JSET -> operation;
            case Isa.JGT -> Isa.JLT;
            case Isa.JGE -> Isa.JLE;
            case Isa.JLT -> Isa.JGT;
            case Isa.JLE -> Isa.JGE;
            case Isa.JSGT -> Isa.JSLT;
            case Isa.JSGE -> Isa.JSLE;
            case Isa.JSLT -> Isa.JSGT;
            case Isa.JSLE -> Isa.JSGE;
            default -> -1;
        };
    }

    /** A pointer is compared with the end: does the packet reach so far? */
    private static Question reaches(int operation, int base, long bytes) {
        if (base != 0 && bytes < 0) {
            throw new NotOfFormException("bytes before a base");
        }
        return switch (operation) {
            case Isa.JGT -> new Length(base, bytes, false);
            case Isa.JLE -> new Length(base, bytes, true);
            case Isa.JGE -> new Length(base, bytes + 1, false);
            case Isa.JLT -> new Length(base, bytes + 1, true);
            default -> new Open();
        };
    }

    private static Question hasLength(int operation, Value right, int width) {
        long bytes = width == Integer.SIZE ? right.low().number() : right.number();
        if (bytes < 0 || bytes > Integer.MAX_VALUE) {
            return new Open();
        }
        return switch (operation) {
            case Isa.JGT, Isa.JSGT -> new Length(0, bytes + 1, true);
            case Isa.JGE, Isa.JSGE -> new Length(0, bytes, true);
            case Isa.JLT, Isa.JSLT -> new Length(0, bytes, false);
            case Isa.JLE, Isa.JSLE -> new Length(0, bytes + 1, false);
            case Isa.JEQ -> bytes == 0 ? new Length(0, 1, false) : new Open();
            case Isa.JNE -> bytes == 0 ? new Length(0, 1, true) : new Open();
            default -> new Open();
        };
    }

    private static Question compare(int operation, int[] cells, long number, int width) {
        boolean isPositive = cells[width - 1] == Bits.ZERO && number >>> (width - 1) == 0;
        return switch (operation) {
            case Isa.JEQ -> equal(cells, number, -1, true);
            case Isa.JNE -> equal(cells, number, -1, false);
            case Isa.JSET -> equal(cells, 0, number, false);
            case Isa.JGE -> atLeast(cells, number, true);
            case Isa.JLT -> atLeast(cells, number, false);
            case Isa.JGT -> above(cells, number, true);
            case Isa.JLE -> above(cells, number, false);
            case Isa.JSGE -> isPositive ? atLeast(cells, number, true) : new Open();
            case Isa.JSLT -> isPositive ? atLeast(cells, number, false) : new Open();
            case Isa.JSGT -> isPositive ? above(cells, number, true) : new Open();
            case Isa.JSLE -> isPositive ? above(cells, number, false) : new Open();
            default -> new Open();
        };
    }

    private static Question equal(int[] cells, long number, long mask, boolean ifEqual) {
        int[] literals = new int[Long.SIZE];
        int count = 0;
        for (int i = 0; i < Long.SIZE; i++) {
            int bit = (int) (number >>> i) & 1;
            if (((mask >>> i) & 1) == 0) {
                continue;
            }
            if (cells[i] >= Bits.FIRST_CELL) {
                literals[count++] = (cells[i] - Bits.FIRST_CELL) ^ bit;
            } else if (cells[i] != bit) {
                return new Known(!ifEqual);
            }
        }
        return count == 0
                ? new Known(ifEqual)
                : new All(Arrays.copyOf(literals, count), ifEqual);
    }

    private static Question above(int[] cells, long number, boolean ifAbove) {
        return number == -1L ? new Known(!ifAbove) : atLeast(cells, number + 1, ifAbove);
    }

    /** Without sign: is it at least the number? For a power of 2: is one of the bits above set? */
    private static Question atLeast(int[] cells, long number, boolean ifSo) {
        if (number == 0) {
            return new Known(ifSo);
        }
        if (Long.bitCount(number) == 1) {
            return equal(cells, 0, -number, !ifSo);
        }
        long least = 0;
        long most = 0;
        for (int i = 0; i < Long.SIZE; i++) {
            least |= cells[i] == Bits.ONE ? 1L << i : 0;
            most |= cells[i] == Bits.ZERO ? 0 : 1L << i;
        }
        if (Long.compareUnsigned(most, number) < 0 || Long.compareUnsigned(least, number) >= 0) {
            return new Known((Long.compareUnsigned(least, number) >= 0) == ifSo);
        }
        return new Open();
    }
}
