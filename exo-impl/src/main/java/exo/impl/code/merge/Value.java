// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.merge;

import exo.impl.code.isa.Isa;

/**
 * What is known of what a register or a word of the stack holds. Immutable.
 *
 * @param kind what it is
 * @param base for {@link Kind#PACKET} and {@link Kind#SUM}, what the number counts from
 * @param number a constant, or the offset of a pointer
 * @param cells the bits of {@link Kind#BITS}
 */
@SuppressWarnings("ArrayRecordComponent")
record Value(Kind kind, int base, long number, int[] cells) {
    private static final int[] NO_CELLS = {};
    static final Value UNKNOWN = new Value(Kind.UNKNOWN, 0, 0, NO_CELLS);
    static final Value CONTEXT = new Value(Kind.CONTEXT, 0, 0, NO_CELLS);
    static final Value END = new Value(Kind.END, 0, 0, NO_CELLS);
    static final Value LENGTH = new Value(Kind.LENGTH, 0, 0, NO_CELLS);

    /** What a value is. */
    enum Kind {
        /** Any number, or any pointer. */
        UNKNOWN,
        /** The number. */
        CONSTANT,
        /** A number with bits of the packet. */
        BITS,
        /** A pointer to the context. */
        CONTEXT,
        /** A pointer to a byte of the packet: the number counts from the base. */
        PACKET,
        /** A pointer to the end of the packet. */
        END,
        /** The length of the packet. */
        LENGTH,
        /** The distance of the base from the packet's first byte, plus the number. */
        SUM,
        /** A pointer to the stack: the number is the distance from the frame pointer. */
        STACK
    }

    static Value constant(long number) {
        return new Value(Kind.CONSTANT, 0, number, NO_CELLS);
    }

    static Value bits(int[] cells) {
        if (cells == null) {
            return UNKNOWN;
        }
        return Bits.isConstant(cells)
                ? constant(Bits.number(cells))
                : new Value(Kind.BITS, 0, 0, cells);
    }

    static Value packet(int base, long number) {
        return new Value(Kind.PACKET, base, number, NO_CELLS);
    }

    static Value stack(long number) {
        return new Value(Kind.STACK, 0, number, NO_CELLS);
    }

    boolean is(Kind wanted) {
        return kind == wanted;
    }

    private boolean hasBits() {
        return kind == Kind.CONSTANT || kind == Kind.BITS;
    }

    /** {@return its bits, if it is a constant or has bits of the packet; null otherwise} */
    int[] asBits() {
        return switch (kind) {
            case CONSTANT -> Bits.constant(number);
            case BITS -> cells;
            default -> null;
        };
    }

    /** {@return this as the distance of a base plus a number, if it is one; unknown otherwise} */
    Value asSum() {
        int header = kind == Kind.BITS ? Bits.headerOf(cells) : -1;
        return switch (kind) {
            case SUM -> this;
            case CONSTANT -> new Value(Kind.SUM, 0, number, NO_CELLS);
            case BITS -> header < 0 ? UNKNOWN : new Value(Kind.SUM, header + 1, 0, NO_CELLS);
            default -> UNKNOWN;
        };
    }

    /** {@return the lower 32 bits} */
    Value low() {
        return switch (kind) {
            case CONSTANT -> constant(number & 0xffff_ffffL);
            case BITS -> bits(Bits.truncate(cells, Integer.SIZE));
            case LENGTH -> this;
            case SUM -> number >= 0 && number <= Bits.MAX_OFFSET ? this : UNKNOWN;
            default -> UNKNOWN;
        };
    }

    /**
     * {@return the result of an operation}
     *
     * @param operation the operation
     * @param with the other operand
     * @param width 64, or 32 if both operands are cut to that and the result shall be
     */
    Value compute(int operation, Value with, int width) {
        Value a = width == Integer.SIZE ? low() : this;
        Value b = width == Integer.SIZE ? with.low() : with;
        Value result = switch (operation) {
            case Isa.MOV -> b;
            case Isa.ADD -> a.add(b);
            case Isa.SUB -> a.subtract(b);
            default -> a.hasBits() && b.hasBits() ? a.computeBits(operation, b, width) : UNKNOWN;
        };
        return width == Integer.SIZE ? result.low() : result;
    }

    private Value add(Value with) {
        if (kind == Kind.PACKET || kind == Kind.STACK) {
            return move(with);
        }
        if (with.kind == Kind.PACKET || with.kind == Kind.STACK) {
            return with.move(this);
        }
        if (kind == Kind.CONSTANT && with.kind == Kind.CONSTANT) {
            return constant(number + with.number);
        }
        Value sum = with.kind == Kind.CONSTANT ? asSum() : UNKNOWN;
        if (sum.kind == Kind.SUM) {
            return new Value(Kind.SUM, sum.base, sum.number + with.number, NO_CELLS);
        }
        if (kind == Kind.CONSTANT && with.kind != Kind.CONSTANT) {
            return with.add(this);
        }
        return hasBits() && with.hasBits() ? bits(Bits.add(asBits(), with.asBits())) : UNKNOWN;
    }

    private Value move(Value by) {
        Value sum = by.asSum();
        if (sum.kind != Kind.SUM
                || (sum.base != 0 && (base != 0 || kind == Kind.STACK))) {
            return UNKNOWN;
        }
        return new Value(kind, base + sum.base, number + sum.number, NO_CELLS);
    }

    private Value subtract(Value with) {
        if (kind == Kind.END && with.kind == Kind.PACKET && with.base == 0 && with.number == 0) {
            return LENGTH;
        }
        return with.kind == Kind.CONSTANT ? add(constant(-with.number)) : UNKNOWN;
    }

    private Value computeBits(int operation, Value with, int width) {
        int[] a = asBits();
        return switch (operation) {
            case Isa.AND -> bits(Bits.and(a, with.asBits()));
            case Isa.OR -> bits(Bits.or(a, with.asBits()));
            case Isa.XOR -> bits(Bits.xor(a, with.asBits()));
            default -> with.kind == Kind.CONSTANT
                    ? shift(operation, a, with.number, width)
                    : UNKNOWN;
        };
    }

    private static Value shift(int operation, int[] a, long by, int width) {
        int count = (int) by & (width - 1);
        int power = by > 0 && Long.bitCount(by) == 1 ? Long.numberOfTrailingZeros(by) : -1;
        return switch (operation) {
            case Isa.LSH -> bits(Bits.shiftLeft(a, count));
            case Isa.RSH -> bits(Bits.shiftRight(a, count, width, Bits.ZERO));
            case Isa.ARSH -> bits(Bits.shiftRight(a, count, width, a[width - 1]));
            case Isa.MUL -> power < 0 ? UNKNOWN : bits(Bits.shiftLeft(a, power));
            case Isa.DIV -> power < 0
                    ? UNKNOWN
                    : bits(Bits.shiftRight(a, power, width, Bits.ZERO));
            case Isa.MOD -> power < 0 ? UNKNOWN : bits(Bits.truncate(a, power));
            default -> UNKNOWN;
        };
    }
}
