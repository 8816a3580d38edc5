// SPDX-License-Identifier: Apache-2.0
package exo.impl.net;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The ones' complement checksum of IP, TCP and UDP (RFC 1071). */
final class Checksum {
    private static final int CHECKSUM_IN_TCP = 16;
    private static final int CHECKSUM_IN_UDP = 6;
    private static final int CHECKSUM_IN_IPV4 = 10;
    static final int TCP = 6;
    static final int UDP = 17;

    private Checksum() {}

    /**
     * {@return the sum of big-endian 16-bit words, not yet folded; an odd last byte counts as high}
     */
    static long sum(MemorySegment memory, long at, int lengthBytes) {
        long sum = 0;
        int i = 0;
        for (; i + Integer.BYTES <= lengthBytes; i += Integer.BYTES) {
            sum += memory.get(Ethernet.INT, at + i) & 0xffff_ffffL;
        }
        if (i + Short.BYTES <= lengthBytes) {
            sum += memory.get(Ethernet.SHORT, at + i) & 0xffff;
            i += Short.BYTES;
        }
        if (i < lengthBytes) {
            sum += (memory.get(ValueLayout.JAVA_BYTE, at + i) & 0xff) << 8;
        }
        return sum;
    }

    /** {@return the checksum that a sum leads to} */
    static short fold(long sum) {
        long folded = (sum >>> 32) + (sum & 0xffff_ffffL);
        while (folded >>> 16 != 0) {
            folded = (folded >>> 16) + (folded & 0xffff);
        }
        return (short) ~folded;
    }

    /** Fills in the header checksum of an IPv4 packet. */
    static void fillIpv4(MemorySegment memory, long ip, int headerBytes) {
        memory.set(Ethernet.SHORT, ip + CHECKSUM_IN_IPV4, (short) 0);
        memory.set(Ethernet.SHORT, ip + CHECKSUM_IN_IPV4, fold(sum(memory, ip, headerBytes)));
    }

    /** Fills in the checksum of the TCP segment or UDP datagram in an IPv4 packet. */
    static void fillTransport(MemorySegment memory, long ip, int headerBytes, int totalBytes,
            int protocol) {
        long at = ip + headerBytes;
        int lengthBytes = totalBytes - headerBytes;
        long field = at + (protocol == TCP ? CHECKSUM_IN_TCP : CHECKSUM_IN_UDP);
        memory.set(Ethernet.SHORT, field, (short) 0);
        long pseudo = sum(memory, ip + 12, 8) + protocol + lengthBytes;
        short checksum = fold(pseudo + sum(memory, at, lengthBytes));
        boolean zeroMeansNone = protocol == UDP && checksum == 0;
        memory.set(Ethernet.SHORT, field, zeroMeansNone ? (short) 0xffff : checksum);
    }
}
