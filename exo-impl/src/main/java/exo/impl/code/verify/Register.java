// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.verify;

import exo.impl.code.isa.AddressSpace;

/**
 * What a register holds, or 4 bytes of the stack. Immutable.
 *
 * <p>A pointer is known as the memory it points to and its offset from the first byte of that; of
 * the stack, from the frame pointer. The offset is exact arithmetic, never one that wrapped around,
 * since {@link PointerMath} keeps it small.
 *
 * <p><b>Identities.</b> Registers with the same {@link #id}, other than 0, are tied. Numbers that
 * are tied are equal, so what a branch teaches about one holds for the others. Pointers to the
 * packet that are tied have the same unknown start, from which they are {@link #delta} bytes away;
 * {@link #range} bytes from that start were compared with the packet's end, if any were.
 */
final class Register {
    /** What it is. */
    enum Kind {
        /** Not written yet, so never read. */
        UNWRITTEN,
        /** A number. */
        NUMBER,
        /** A pointer to the packet's context. */
        CONTEXT,
        /** A pointer into the packet. */
        PACKET,
        /** The pointer beyond the packet's last byte. */
        PACKET_END,
        /** A pointer to the stack of a frame. */
        STACK,
        /** A pointer to an argument's memory or to a region. */
        MEMORY,
        /** Of the stack only: 4 bytes, some of which were written, as a mask. */
        BYTES,
        /** Of the stack only: the upper half of the register that lies below. */
        UPPER
    }

    /** The range of a start that was not compared: even itself may be beyond the packet's end. */
    static final int UNCHECKED = Integer.MIN_VALUE;
    /** Nothing was written. */
    static final Register UNWRITTEN = new Register(Kind.UNWRITTEN, 0, Scalar.ANY);
    /** The upper half of the register below. */
    static final Register UPPER = new Register(Kind.UPPER, 0, Scalar.ANY);
    private static final int REGISTER_BYTES = 136;
    private static final Register ANY = new Register(Kind.NUMBER, 0, Scalar.ANY);
    private static final Register[] BYTES = new Register[16];

    static {
        for (int written = 0; written < BYTES.length; written++) {
            BYTES[written] = new Register(Kind.BYTES, written, Scalar.ANY);
        }
    }

    final Kind kind;
    /** The number of the memory; for the stack, of the frame; for bytes, the mask. */
    final int where;
    /** The number, or the offset of the pointer. */
    final Scalar value;
    final int id;
    final int delta;
    final int range;

    private Register(Kind kind, int where, Scalar value) {
        this.kind = kind;
        this.where = where;
        this.value = value;
        id = 0;
        delta = 0;
        range = UNCHECKED;
    }

    /** Points to where another does, or is a number as the other is. */
    private Register(Register like, Scalar value, int id, int delta, int range) {
        kind = like.kind;
        where = like.where;
        this.value = value;
        this.id = id;
        this.delta = delta;
        this.range = range;
    }

    /** {@return a number} */
    static Register number(Scalar value) {
        return value == Scalar.ANY ? ANY : new Register(Kind.NUMBER, 0, value);
    }

    /** {@return a pointer to the first byte of a memory, or to the end of a frame's stack} */
    static Register pointer(Kind kind, int where) {
        return new Register(kind, where, Scalar.constant(0));
    }

    /** {@return 4 bytes of the stack, of which those are written that the mask says} */
    static Register bytes(int written) {
        return BYTES[written];
    }

    /** {@return the same, with something else known of the number or the offset} */
    Register withValue(Scalar other) {
        return value == other ? this : new Register(this, other, id, delta, range);
    }

    /** {@return the same, tied to others} */
    Register withId(int other) {
        return new Register(this, value, other, delta, range);
    }

    /** {@return the same, with so many bytes from its start compared with the packet's end} */
    Register withRange(int bytes) {
        return bytes <= range ? this : new Register(this, value, id, delta, bytes);
    }

    /** {@return the pointer moved by a constant} */
    Register moved(Scalar to, int by) {
        return new Register(this, to, id, delta + by, range);
    }

    /** {@return the pointer moved by a number that is not known, so with a start of its own} */
    Register movedToStart(Scalar to, int freshId) {
        return new Register(this, to, kind == Kind.PACKET ? freshId : 0, 0, UNCHECKED);
    }

    /** {@return whether it is a number} */
    boolean isNumber() {
        return kind == Kind.NUMBER;
    }

    /** {@return whether it is a pointer} */
    boolean isPointer() {
        return switch (kind) {
            case CONTEXT, PACKET, PACKET_END, STACK, MEMORY -> true;
            case UNWRITTEN, NUMBER, BYTES, UPPER -> false;
        };
    }

    /** {@return the bytes it takes with its value, unless it is one that all share} */
    int bytes() {
        return switch (kind) {
            case UNWRITTEN, BYTES, UPPER -> 0;
            default -> REGISTER_BYTES;
        };
    }

    /** {@return a number that is equal if what it holds is, whatever it is tied to} */
    int hash() {
        return (kind.name().hashCode() * 31 + where) * 31 + value.hash();
    }

    /** {@return what it is, in words for a message} */
    @Override
    public String toString() {
        return switch (kind) {
            case UNWRITTEN -> "not written";
            case NUMBER -> value.isConstant() ? "the number " + value : "a number, " + value;
            case CONTEXT -> "a pointer to the context" + at();
            case PACKET -> "a pointer to the packet" + at();
            case PACKET_END -> "the packet's end";
            case STACK -> "a pointer to the stack of frame " + where + at();
            case MEMORY -> "a pointer to " + memoryName(where) + at();
            case BYTES -> "bytes of the stack";
            case UPPER -> "the upper half of a register";
        };
    }

    /** {@return what messages call an argument's memory or a region} */
    static String memoryName(int memory) {
        return memory >= AddressSpace.REGIONS
                ? "region " + (memory - AddressSpace.REGIONS)
                : "argument " + (memory - AddressSpace.ARGUMENTS + 1);
    }

    private String at() {
        if (!value.isConstant()) {
            return " + (" + value + ")";
        }
        return value.value < 0 ? " - " + -value.value : " + " + value.value;
    }
}
