// SPDX-License-Identifier: Apache-2.0
package exo.impl.net;

import exo.host.Mapping;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.LongAdder;

/**
 * Makes frames of the host's own stack into what would have been on a wire.
 *
 * <p>Between interfaces of one host, the sender leaves two jobs to hardware that is not there:
 * filling in the transport checksum, and cutting TCP segments of up to 64 KiB into ones that fit
 * the link. A station shall not have to know, so both are done here, on the kernel's copy.
 *
 * <p>Confined to the receiving thread of its link; another one, to the sender of long segments to
 * stations of the same device.
 */
final class HostFrames implements AutoCloseable {
    private static final int STAGING_BYTES = 1 << 14;
    private static final int TCP_FIN_PSH = 0x09;
    private static final int TCP_CWR = 0x80;

    private final Mapping staging = Mapping.reserve(STAGING_BYTES);
    private final LongAdder dropped = new LongAdder();

    /** {@return frames that were too long and could not be cut} */
    long dropped() {
        return dropped.sum();
    }

    /**
     * Passes a frame on.
     *
     * @param device who gets it
     * @param memory memory of the kernel that holds the frame; may be changed
     * @param at where it begins
     * @param lengthBytes its length
     * @param checksumMissing whether the sender left the transport checksum open
     */
    void accept(Device device, MemorySegment memory, long at, int lengthBytes,
            boolean checksumMissing) {
        if (lengthBytes > device.maxFrameBytes()) {
            cut(device, memory, at, lengthBytes, device.mtu());
            return;
        }
        if (checksumMissing) {
            complete(memory, at, lengthBytes);
        }
        device.receive(memory, at, lengthBytes, null);
    }

    static boolean isWholeIpv4(MemorySegment memory, long at, int lengthBytes) {
        if (lengthBytes < Ethernet.IPV4_LEAST_FRAME_BYTES
                || Ethernet.type(memory, at) != Ethernet.IPV4) {
            return false;
        }
        long ip = at + Ethernet.HEADER_BYTES;
        int total = totalBytes(memory, ip);
        boolean fragment = (memory.get(Ethernet.SHORT, ip + 6) & 0x3fff) != 0;
        return !fragment && headerBytes(memory, ip) >= 20 && total >= headerBytes(memory, ip)
                && total <= lengthBytes - Ethernet.HEADER_BYTES;
    }

    static int headerBytes(MemorySegment memory, long ip) {
        return (memory.get(ValueLayout.JAVA_BYTE, ip) & 0xf) * 4;
    }

    static int totalBytes(MemorySegment memory, long ip) {
        return memory.get(Ethernet.SHORT, ip + 2) & 0xffff;
    }

    static int protocol(MemorySegment memory, long ip) {
        return memory.get(ValueLayout.JAVA_BYTE, ip + 9) & 0xff;
    }

    private static void complete(MemorySegment memory, long at, int lengthBytes) {
        if (!isWholeIpv4(memory, at, lengthBytes)) {
            return;
        }
        long ip = at + Ethernet.HEADER_BYTES;
        int header = headerBytes(memory, ip);
        int total = totalBytes(memory, ip);
        int protocol = protocol(memory, ip);
        int least = protocol == Checksum.TCP
                ? 20
                : protocol == Checksum.UDP ? 8 : Integer.MAX_VALUE;
        if (total - header >= least) {
            Checksum.fillTransport(memory, ip, header, total, protocol);
        }
    }

    /** Cuts a long TCP segment at the begin of a memory into frames of some data at most. */
    void cut(Device device, MemorySegment memory, int lengthBytes, int segmentBytes) {
        cut(device, memory, 0, lengthBytes, segmentBytes);
    }

    /** Cuts a long TCP segment into frames that fit, as a network card would. */
    private void cut(Device device, MemorySegment memory, long at, int lengthBytes,
            int segmentBytes) {
        long ip = at + Ethernet.HEADER_BYTES;
        if (!isWholeIpv4(memory, at, lengthBytes) || protocol(memory, ip) != Checksum.TCP) {
            dropped.increment();
            return;
        }
        int ipHeader = headerBytes(memory, ip);
        int total = totalBytes(memory, ip);
        int tcpHeader = total - ipHeader < 20
                ? 0
                : ((memory.get(ValueLayout.JAVA_BYTE, ip + ipHeader + 12) & 0xf0) >>> 4) * 4;
        int headers = ipHeader + tcpHeader;
        int payload = total - headers;
        int most = Math.min(device.mtu() - headers, segmentBytes);
        if (tcpHeader < 20 || payload < 1 || most < 1) {
            dropped.increment();
            return;
        }
        for (int done = 0, number = 0; done < payload; done += most, number++) {
            int part = Math.min(most, payload - done);
            MemorySegment out = staging.segment();
            int head = Ethernet.HEADER_BYTES + headers;
            MemorySegment.copy(memory, at, out, 0, head);
            MemorySegment.copy(memory, at + head + done, out, head, part);
            renumber(out, ipHeader, done, number, done + part == payload);
            Checksum.fillTransport(setLength(out, headers + part, ipHeader),
                    Ethernet.HEADER_BYTES, ipHeader, headers + part, Checksum.TCP);
            device.receive(out, 0, head + part, null);
        }
    }

    private static MemorySegment setLength(MemorySegment out, int totalBytes, int ipHeader) {
        out.set(Ethernet.SHORT, Ethernet.HEADER_BYTES + 2, (short) totalBytes);
        Checksum.fillIpv4(out, Ethernet.HEADER_BYTES, ipHeader);
        return out;
    }

    /** Sets what differs from part to part: identification, sequence number, flags. */
    private static void renumber(MemorySegment out, int ipHeader, int done, int number,
            boolean last) {
        long ip = Ethernet.HEADER_BYTES;
        long tcp = ip + ipHeader;
        out.set(Ethernet.SHORT, ip + 4, (short) (out.get(Ethernet.SHORT, ip + 4) + number));
        out.set(Ethernet.INT, tcp + 4, out.get(Ethernet.INT, tcp + 4) + done);
        int flags = out.get(ValueLayout.JAVA_BYTE, tcp + 13);
        int cleared = (last ? 0 : TCP_FIN_PSH) | (number == 0 ? 0 : TCP_CWR);
        out.set(ValueLayout.JAVA_BYTE, tcp + 13, (byte) (flags & ~cleared));
    }

    @Override
    public void close() {
        staging.close();
    }
}
