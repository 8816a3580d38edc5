// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.classic;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** What both engines do to a packet and to a word, so that they cannot disagree on it. */
final class Packet {
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED
            .withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED
            .withOrder(ByteOrder.BIG_ENDIAN);

    private Packet() {}

    static int load(MemorySegment memory, long at, int bytes) {
        return switch (bytes) {
            case 4 -> loadWord(memory, at);
            case 2 -> loadHalf(memory, at);
            default -> loadByte(memory, at);
        };
    }

    static int loadWord(MemorySegment memory, long at) {
        return memory.get(INT, at);
    }

    static int loadHalf(MemorySegment memory, long at) {
        return memory.get(SHORT, at) & 0xffff;
    }

    static int loadByte(MemorySegment memory, long at) {
        return memory.get(ValueLayout.JAVA_BYTE, at) & 0xff;
    }

    /** {@return four times the low four bits of a byte: the length of an IPv4 header} */
    static int headerLength(MemorySegment memory, long at) {
        return (memory.get(ValueLayout.JAVA_BYTE, at) & 0xf) << 2;
    }

    static int shiftLeft(int a, int by) {
        return Integer.compareUnsigned(by, 31) > 0 ? 0 : a << by;
    }

    static int shiftRight(int a, int by) {
        return Integer.compareUnsigned(by, 31) > 0 ? 0 : a >>> by;
    }

    static int compute(int operation, int a, int with) {
        return switch (operation) {
            case Opcode.ADD -> a + with;
            case Opcode.SUB -> a - with;
            case Opcode.MUL -> a * with;
            case Opcode.DIV -> Integer.divideUnsigned(a, with);
            case Opcode.MOD -> Integer.remainderUnsigned(a, with);
            case Opcode.OR -> a | with;
            case Opcode.AND -> a & with;
            case Opcode.XOR -> a ^ with;
            case Opcode.LSH -> shiftLeft(a, with);
            case Opcode.RSH -> shiftRight(a, with);
            default -> -a;
        };
    }
}
