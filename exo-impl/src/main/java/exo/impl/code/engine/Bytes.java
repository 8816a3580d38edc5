// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.engine;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

import static exo.impl.code.isa.Isa.ADD;
import static exo.impl.code.isa.Isa.AND;
import static exo.impl.code.isa.Isa.CMPXCHG;
import static exo.impl.code.isa.Isa.FETCH;
import static exo.impl.code.isa.Isa.OR;
import static exo.impl.code.isa.Isa.XOR;

/**
 * Numbers in memory, unaligned, little-endian unless a name says otherwise. The bounds are those of
 * the segment: whoever calls has checked the program's.
 */
final class Bytes {
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED
            .withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED
            .withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED
            .withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort BIG_SHORT = SHORT.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt BIG_INT = INT.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfLong BIG_LONG = LONG.withOrder(ByteOrder.BIG_ENDIAN);
    private static final VarHandle ATOMIC_INT = ValueLayout.JAVA_INT
            .withOrder(ByteOrder.LITTLE_ENDIAN)
            .varHandle();
    private static final VarHandle ATOMIC_LONG = ValueLayout.JAVA_LONG
            .withOrder(ByteOrder.LITTLE_ENDIAN)
            .varHandle();

    private Bytes() {}

    static int get1(MemorySegment memory, long at) {
        return memory.get(ValueLayout.JAVA_BYTE, at) & 0xff;
    }

    static int get2(MemorySegment memory, long at) {
        return memory.get(SHORT, at) & 0xffff;
    }

    static int get4(MemorySegment memory, long at) {
        return memory.get(INT, at);
    }

    static long get8(MemorySegment memory, long at) {
        return memory.get(LONG, at);
    }

    static int getBig2(MemorySegment memory, long at) {
        return memory.get(BIG_SHORT, at) & 0xffff;
    }

    static int getBig4(MemorySegment memory, long at) {
        return memory.get(BIG_INT, at);
    }

    static long getBig8(MemorySegment memory, long at) {
        return memory.get(BIG_LONG, at);
    }

    /** {@return a number of 2 bytes, without sign, with its bytes in the other order} */
    static int swap2(int value) {
        return Short.reverseBytes((short) value) & 0xffff;
    }

    static void put1(MemorySegment memory, long at, int value) {
        memory.set(ValueLayout.JAVA_BYTE, at, (byte) value);
    }

    static void put2(MemorySegment memory, long at, int value) {
        memory.set(SHORT, at, (short) value);
    }

    static void put4(MemorySegment memory, long at, int value) {
        memory.set(INT, at, value);
    }

    static void put8(MemorySegment memory, long at, long value) {
        memory.set(LONG, at, value);
    }

    static long get(MemorySegment memory, long at, int bytes) {
        return switch (bytes) {
            case 1 -> get1(memory, at);
            case 2 -> get2(memory, at);
            case 4 -> Integer.toUnsignedLong(get4(memory, at));
            default -> get8(memory, at);
        };
    }

    /** {@return a big-endian number of 1, 2 or 4 bytes, without sign} */
    static long getBig(MemorySegment memory, long at, int bytes) {
        return switch (bytes) {
            case 1 -> get1(memory, at);
            case 2 -> getBig2(memory, at);
            default -> Integer.toUnsignedLong(getBig4(memory, at));
        };
    }

    static void put(MemorySegment memory, long at, int bytes, long value) {
        switch (bytes) {
            case 1 -> put1(memory, at, (int) value);
            case 2 -> put2(memory, at, (int) value);
            case 4 -> put4(memory, at, (int) value);
            default -> put8(memory, at, value);
        }
    }

    /**
     * {@return what an atomic operation found in memory, 4 bytes without sign, or 8}
     *
     * <p>Atomic with respect to other threads if the memory is native or of a {@code long[]}, and
     * the place aligned; on other memory the JVM offers no such operation.
     *
     * @param memory the memory
     * @param at where in it
     * @param operation the operation as an instruction names it
     * @param value its operand; of 4 bytes, the lower half counts
     * @param expected what {@link exo.impl.code.isa.Isa#CMPXCHG} compares with
     */
    static long atomic4(MemorySegment memory, long at, int operation, int value, int expected) {
        if (!isAligned(memory, at, Integer.BYTES)) {
            int old = get4(memory, at);
            put4(memory, at, (int) plain(operation, old, value, expected));
            return Integer.toUnsignedLong(old);
        }
        int old = switch (operation & ~FETCH) {
            case ADD -> (int) ATOMIC_INT.getAndAdd(memory, at, value);
            case OR -> (int) ATOMIC_INT.getAndBitwiseOr(memory, at, value);
            case AND -> (int) ATOMIC_INT.getAndBitwiseAnd(memory, at, value);
            case XOR -> (int) ATOMIC_INT.getAndBitwiseXor(memory, at, value);
            case CMPXCHG & ~FETCH ->
                (int) ATOMIC_INT.compareAndExchange(memory, at, expected, value);
            default -> (int) ATOMIC_INT.getAndSet(memory, at, value);
        };
        return Integer.toUnsignedLong(old);
    }

    /** As {@link #atomic4}, of 8 bytes. */
    static long atomic8(MemorySegment memory, long at, int operation, long value, long expected) {
        if (!isAligned(memory, at, Long.BYTES)) {
            long old = get8(memory, at);
            put8(memory, at, plain(operation, old, value, expected));
            return old;
        }
        return switch (operation & ~FETCH) {
            case ADD -> (long) ATOMIC_LONG.getAndAdd(memory, at, value);
            case OR -> (long) ATOMIC_LONG.getAndBitwiseOr(memory, at, value);
            case AND -> (long) ATOMIC_LONG.getAndBitwiseAnd(memory, at, value);
            case XOR -> (long) ATOMIC_LONG.getAndBitwiseXor(memory, at, value);
            case CMPXCHG & ~FETCH ->
                (long) ATOMIC_LONG.compareAndExchange(memory, at, expected, value);
            default -> (long) ATOMIC_LONG.getAndSet(memory, at, value);
        };
    }

    /** Memory of a byte[] is never aligned enough for the JVM, wherever it lies. */
    private static boolean isAligned(MemorySegment memory, long at, int bytes) {
        return (memory.isNative() || memory.maxByteAlignment() >= bytes)
                && (memory.address() + at & bytes - 1) == 0;
    }

    private static long plain(int operation, long old, long value, long expected) {
        return switch (operation & ~FETCH) {
            case ADD -> old + value;
            case OR -> old | value;
            case AND -> old & value;
            case XOR -> old ^ value;
            case CMPXCHG & ~FETCH -> old == expected ? value : old;
            default -> value;
        };
    }
}
