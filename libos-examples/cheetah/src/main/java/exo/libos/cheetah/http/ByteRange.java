// SPDX-License-Identifier: Apache-2.0
package exo.libos.cheetah.http;

import java.lang.foreign.MemorySegment;

/**
 * The part of a representation that a request asks for.
 *
 * <p>A request for several parts is answered with the whole, as if the field were not there: the
 * standard permits it, and nobody can make the server send one page a thousand times.
 *
 * <p><b>Thread-safety.</b> Confined to one thread. <b>Cost.</b> No allocation.
 *
 * @see "RFC 9110, HTTP Semantics, section 14, Range Requests"
 */
public final class ByteRange {
    /** What a field asks for. */
    public enum Answer {
        /** Nothing that is understood: send all. */
        WHOLE,
        /** The bytes from {@link ByteRange#first} to {@link ByteRange#last}. */
        PART,
        /** Bytes that are not there. */
        UNSATISFIABLE
    }

    private static final byte[] UNIT = Ascii.bytes("bytes=");

    private long first;
    private long last;

    /** No range. */
    public ByteRange() {}

    /**
     * Reads the Range field.
     *
     * @param bytes where it lies
     * @param offset where its value begins
     * @param length how many bytes that has
     * @param sizeBytes how many bytes there are
     * @return what to send
     */
    Answer parse(MemorySegment bytes, long offset, int length, long sizeBytes) {
        long end = offset + length;
        if (length <= UNIT.length
                || !Ascii.matchesAnyCase(bytes, offset, UNIT.length, UNIT)) {
            return Answer.WHOLE;
        }
        long from = Ascii.skipBlanks(bytes, offset + UNIT.length, end);
        long dash = Ascii.find(bytes, from, end, '-');
        if (dash == end) {
            return Answer.WHOLE;
        }
        long begin = Ascii.decimal(bytes, from, dash - from);
        long finish = Ascii.decimal(bytes, dash + 1, end - dash - 1);
        if (dash == from) {
            return suffix(finish, sizeBytes);
        }
        boolean isOpen = dash + 1 == end;
        if (begin < 0 || (finish < 0 && !isOpen) || (!isOpen && finish < begin)) {
            return Answer.WHOLE;
        }
        first = begin;
        last = isOpen ? sizeBytes - 1 : Math.min(finish, sizeBytes - 1);
        return begin < sizeBytes ? Answer.PART : Answer.UNSATISFIABLE;
    }

    private Answer suffix(long wantedBytes, long sizeBytes) {
        if (wantedBytes < 0) {
            return Answer.WHOLE;
        }
        first = Math.max(0, sizeBytes - wantedBytes);
        last = sizeBytes - 1;
        return wantedBytes > 0 && sizeBytes > 0 ? Answer.PART : Answer.UNSATISFIABLE;
    }

    /** {@return the position of the first byte} */
    public long first() {
        return first;
    }

    /** {@return the position of the last byte, not of the one after it} */
    public long last() {
        return last;
    }
}
