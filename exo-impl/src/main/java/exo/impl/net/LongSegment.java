// SPDX-License-Identifier: Apache-2.0
package exo.impl.net;

import exo.api.ErrorCode;
import exo.api.net.PacketBinding;
import exo.host.Mapping;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A TCP segment over IPv4 that somebody else cuts into frames: what its headers say, and whether
 * that is true.
 *
 * <p>A device has one, and reads each segment into it. One for a station of the same device is cut
 * here, in memory that is taken at the first of them.
 *
 * <p>Guarded by the device's transmit lock.
 */
final class LongSegment implements AutoCloseable {
    /** The longest IPv4 packet. */
    static final int MOST_BYTES = 0xffff;
    private static final int OUT_OF_RANGE = ErrorCode.OUT_OF_RANGE.refusal();
    private static final int WHOLE_BYTES = 1 << 17; // more than the longest frame, whole pages
    private static final int LEAST_TCP_BYTES = 20;
    private static final int DATA_OFFSET_IN_TCP = 12;
    private static final int CHECKSUM_IN_TCP = 16;

    private int headBytes;
    private int restBytes;
    private int tcpAt;
    private int headerBytes;
    private int segmentBytes;
    private HostFrames cutter; // null until a station of the same device gets something
    private Mapping whole;

    /** {@return how many bytes lie in the place reserved, from the Ethernet header on} */
    int headBytes() {
        return headBytes;
    }

    /** {@return how many bytes follow} */
    int restBytes() {
        return restBytes;
    }

    /** {@return where in the frame the TCP header begins} */
    int tcpAt() {
        return tcpAt;
    }

    /** {@return how long all headers are} */
    int headerBytes() {
        return headerBytes;
    }

    /** {@return the most data of a frame} */
    int segmentBytes() {
        return segmentBytes;
    }

    /** {@return whether it is longer than one frame may be} */
    boolean mustBeCut() {
        return headBytes + restBytes - headerBytes > segmentBytes;
    }

    /** States how long the next segment is, before it is read. */
    void lengths(int head, int rest, int segment) {
        headBytes = head;
        restBytes = rest;
        segmentBytes = segment;
    }

    /**
     * Reads the headers, and puts the sum of the pseudo header into the checksum field.
     *
     * @param memory memory of the kernel that holds the head
     * @param at where it begins
     * @param mtu of the device
     * @return 0, or the refusal if they are not right
     */
    int read(MemorySegment memory, long at, int mtu) {
        long ip = at + Ethernet.HEADER_BYTES;
        int total = headBytes + restBytes - Ethernet.HEADER_BYTES;
        if (!HostFrames.isWholeIpv4(memory, at, headBytes + restBytes)
                || HostFrames.totalBytes(memory, ip) != total
                || HostFrames.protocol(memory, ip) != Checksum.TCP
                || Ethernet.isGroup(Ethernet.destination(memory, at))) {
            return OUT_OF_RANGE;
        }
        tcpAt = Ethernet.HEADER_BYTES + HostFrames.headerBytes(memory, ip);
        if (headBytes < tcpAt + LEAST_TCP_BYTES) {
            return OUT_OF_RANGE;
        }
        int tcpBytes = ((memory.get(ValueLayout.JAVA_BYTE, at + tcpAt + DATA_OFFSET_IN_TCP)
                & 0xf0) >>> 4) * 4;
        headerBytes = tcpAt + tcpBytes;
        if (tcpBytes < LEAST_TCP_BYTES || headerBytes > headBytes
                || segmentBytes < PacketBinding.LEAST_SEGMENT_BYTES
                || segmentBytes > mtu + Ethernet.HEADER_BYTES - headerBytes) {
            return OUT_OF_RANGE;
        }
        int lengthBytes = headBytes + restBytes - tcpAt;
        long pseudo = Checksum.sum(memory, ip + 12, 8) + Checksum.TCP + lengthBytes;
        memory.set(Ethernet.SHORT, at + tcpAt + CHECKSUM_IN_TCP, (short) ~Checksum.fold(pseudo));
        return 0;
    }

    /**
     * Gives it to a station of the same device.
     *
     * @param device the device
     * @param head memory that holds the head
     * @param at where it begins
     * @param memory memory that holds the rest
     * @param restOffset where it begins
     */
    void deliver(Device device, MemorySegment head, long at, MemorySegment memory,
            long restOffset) {
        if (cutter == null) {
            whole = Mapping.reserve(WHOLE_BYTES);
            cutter = new HostFrames();
        }
        MemorySegment target = whole.segment();
        MemorySegment.copy(head, at, target, 0, headBytes);
        MemorySegment.copy(memory, restOffset, target, headBytes, restBytes);
        int lengthBytes = headBytes + restBytes;
        if (mustBeCut()) {
            cutter.cut(device, target, lengthBytes, segmentBytes);
        } else {
            cutter.accept(device, target, 0, lengthBytes, true);
        }
    }

    @Override
    public void close() {
        if (cutter != null) {
            cutter.close();
            whole.close();
        }
    }
}
