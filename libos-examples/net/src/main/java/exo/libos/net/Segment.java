// SPDX-License-Identifier: Apache-2.0
package exo.libos.net;

import exo.libos.net.wire.Bytes;
import exo.libos.net.wire.Headers;
import java.lang.foreign.MemorySegment;

/**
 * The TCP segment that is being received, taken apart. One object serves all segments of a stack.
 *
 * <p>{@link #tryParse} reads nothing outside of the length it was given, whatever the fields say;
 * options that are not understood are passed over, and options whose lengths contradict the header
 * make the segment malformed.
 */
final class Segment {
    /** The most SACK blocks that fit into the options. */
    static final int MOST_BLOCKS = 4;
    private static final int END = 0;
    private static final int NOTHING = 1;
    private static final int MSS = 2;
    private static final int WINDOW_SCALE = 3;
    private static final int SACK_PERMITTED = 4;
    private static final int SACK = 5;
    private static final int TIMESTAMPS = 8;
    /** The largest shift of a window (RFC 7323, section 2.3). */
    private static final int MOST_SHIFT = 14;

    int source; // IPv4 address
    int sourcePort;
    int destinationPort;
    int sequence;
    int acknowledgement;
    int flags;
    int window; // as it is in the header, not shifted
    long dataOffset; // in the window of the stack
    int dataBytes;
    int mss; // 0 if the option is absent
    int shift; // -1 if the option is absent
    boolean sackPermitted;
    boolean hasTimestamps;
    int timestamp;
    int timestampEcho;
    int blockCount;
    final int[] blockStart = new int[MOST_BLOCKS];
    final int[] blockEnd = new int[MOST_BLOCKS];

    boolean has(int flag) {
        return (flags & flag) != 0;
    }

    /** {@return how many sequence numbers the segment takes} */
    int sequenceLength() {
        return dataBytes + (has(Headers.SYN) ? 1 : 0) + (has(Headers.FIN) ? 1 : 0);
    }

    /** {@return the name of the connection of a segment: ports and address of the peer} */
    static long key(int address, int remotePort, int localPort) {
        return ((long) address << 32) | ((long) remotePort << 16) | localPort;
    }

    /**
     * Takes a segment apart.
     *
     * @param memory the window
     * @param at where the segment begins
     * @param lengthBytes its length
     * @return whether it is well formed
     */
    boolean tryParse(MemorySegment memory, long at, int lengthBytes) {
        if (lengthBytes < Headers.TCP_BYTES) {
            return false;
        }
        int headerBytes = Bytes.u8(memory, at + 12) >>> 4 << 2;
        if (headerBytes < Headers.TCP_BYTES || headerBytes > lengthBytes) {
            return false;
        }
        sourcePort = Bytes.u16(memory, at);
        destinationPort = Bytes.u16(memory, at + 2);
        sequence = Bytes.i32(memory, at + 4);
        acknowledgement = Bytes.i32(memory, at + 8);
        flags = Bytes.u8(memory, at + 13);
        window = Bytes.u16(memory, at + 14);
        dataOffset = at + headerBytes;
        dataBytes = lengthBytes - headerBytes;
        mss = 0;
        shift = -1;
        sackPermitted = false;
        hasTimestamps = false;
        blockCount = 0;
        return sourcePort != 0 && parseOptions(memory, at + Headers.TCP_BYTES, at + headerBytes);
    }

    private boolean parseOptions(MemorySegment memory, long first, long end) {
        long at = first;
        while (at < end) {
            int kind = Bytes.u8(memory, at);
            if (kind == END) {
                return true;
            }
            if (kind == NOTHING) {
                at++;
                continue;
            }
            if (end - at < 2) {
                return false;
            }
            int length = Bytes.u8(memory, at + 1);
            if (length < 2 || length > end - at) {
                return false;
            }
            parseOption(memory, at, kind, length);
            at += length;
        }
        return true;
    }

    private void parseOption(MemorySegment memory, long at, int kind, int length) {
        if (kind == MSS && length == 4) {
            mss = Bytes.u16(memory, at + 2);
        } else if (kind == WINDOW_SCALE && length == 3) {
            shift = Math.min(Bytes.u8(memory, at + 2), MOST_SHIFT);
        } else if (kind == SACK_PERMITTED && length == 2) {
            sackPermitted = true;
        } else if (kind == TIMESTAMPS && length == 10) {
            hasTimestamps = true;
            timestamp = Bytes.i32(memory, at + 2);
            timestampEcho = Bytes.i32(memory, at + 6);
        } else if (kind == SACK && length % 8 == 2) {
            for (int i = 2; i < length && blockCount < MOST_BLOCKS; i += 8) {
                blockStart[blockCount] = Bytes.i32(memory, at + i);
                blockEnd[blockCount] = Bytes.i32(memory, at + i + 4);
                blockCount++;
            }
        }
    }
}
