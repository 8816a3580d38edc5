// SPDX-License-Identifier: Apache-2.0
package exo.libos.net.wire;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Reads and writes numbers in network byte order, at any alignment.
 *
 * <p><b>Thread-safety.</b> Stateless. <b>Cost.</b> One memory access; no allocation. A place
 * outside the segment throws {@link IndexOutOfBoundsException}: callers check lengths before.
 */
public final class Bytes {
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED
            .withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED
            .withOrder(ByteOrder.BIG_ENDIAN);

    private Bytes() {}

    /**
     * {@return the byte at a place, 0 to 255}
     *
     * @param memory where
     * @param at the place
     */
    public static int u8(MemorySegment memory, long at) {
        return memory.get(ValueLayout.JAVA_BYTE, at) & 0xff;
    }

    /**
     * {@return the two bytes at a place, 0 to 65,535}
     *
     * @param memory where
     * @param at the place
     */
    public static int u16(MemorySegment memory, long at) {
        return memory.get(SHORT, at) & 0xffff;
    }

    /**
     * {@return the four bytes at a place}
     *
     * @param memory where
     * @param at the place
     */
    public static int i32(MemorySegment memory, long at) {
        return memory.get(INT, at);
    }

    /**
     * {@return the six bytes of an Ethernet address at a place}
     *
     * @param memory where
     * @param at the place
     */
    public static long mac(MemorySegment memory, long at) {
        return ((long) u16(memory, at) << 32) | (i32(memory, at + 2) & 0xffff_ffffL);
    }

    /**
     * Writes one byte.
     *
     * @param memory where
     * @param at the place
     * @param value the byte, in the lower 8 bits
     */
    public static void put8(MemorySegment memory, long at, int value) {
        memory.set(ValueLayout.JAVA_BYTE, at, (byte) value);
    }

    /**
     * Writes two bytes.
     *
     * @param memory where
     * @param at the place
     * @param value the bytes, in the lower 16 bits
     */
    public static void put16(MemorySegment memory, long at, int value) {
        memory.set(SHORT, at, (short) value);
    }

    /**
     * Writes four bytes.
     *
     * @param memory where
     * @param at the place
     * @param value the bytes
     */
    public static void put32(MemorySegment memory, long at, int value) {
        memory.set(INT, at, value);
    }

    /**
     * Writes an Ethernet address.
     *
     * @param memory where
     * @param at the place
     * @param mac the address, in the lower 48 bits
     */
    public static void putMac(MemorySegment memory, long at, long mac) {
        put16(memory, at, (int) (mac >>> 32));
        put32(memory, at + 2, (int) mac);
    }
}
