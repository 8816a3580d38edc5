// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.merge;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Code that finds the entries that a packet belongs to in the table of a group. Any thread. */
abstract class Matcher {
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED
            .withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED
            .withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED
            .withOrder(ByteOrder.BIG_ENDIAN);

    /** For the generated classes. */
    Matcher() {}

    /**
     * {@return the first entry whose bits the packet has, or null; hot}
     *
     * @param memory memory that holds the packet
     * @param offset where it begins
     * @param lengthBytes its length
     * @param table a table of the layout that this was made for
     */
    abstract Entry find(MemorySegment memory, long offset, int lengthBytes, Table table);

    // --- called by generated code: numbers of a packet, big-endian and without sign -----------

    static long load8(MemorySegment memory, long at) {
        return memory.get(LONG, at);
    }

    static long load4(MemorySegment memory, long at) {
        return memory.get(INT, at) & 0xffff_ffffL;
    }

    static long load2(MemorySegment memory, long at) {
        return memory.get(SHORT, at) & 0xffffL;
    }

    static long load1(MemorySegment memory, long at) {
        return memory.get(ValueLayout.JAVA_BYTE, at) & 0xffL;
    }

    /** {@return four times the lower four bits of a byte} */
    static int header(MemorySegment memory, long at) {
        return (memory.get(ValueLayout.JAVA_BYTE, at) & 0xf) << 2;
    }
}
