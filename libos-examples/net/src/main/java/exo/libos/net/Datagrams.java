// SPDX-License-Identifier: Apache-2.0
package exo.libos.net;

import exo.api.ErrorCode;
import exo.libos.net.link.ArpCache;
import exo.libos.net.link.Counts;
import exo.libos.net.link.FrameLink;
import exo.libos.net.link.TokenBucket;
import exo.libos.net.wire.Bytes;
import exo.libos.net.wire.Checksum;
import exo.libos.net.wire.Headers;
import java.lang.foreign.MemorySegment;

/** UDP, and the part of ICMP that a host must have: it answers echoes, and for closed ports. */
final class Datagrams {
    private static final int ECHO_REPLY = 0;
    private static final int UNREACHABLE = 3;
    private static final int PORT_UNREACHABLE = 3;
    private static final int FRAGMENTATION_NEEDED = 4;
    private static final int ECHO = 8;
    /** How much of a datagram goes back with the message about it, after its IPv4 header. */
    private static final int QUOTED_BYTES = 8;
    private static final int MESSAGES_PER_SECOND = 100;
    private static final int ECHOES_PER_SECOND = 10_000;

    private final FrameLink link;
    private final ArpCache arp;
    private final MemorySegment memory;
    private final Counts counts;
    private final TcpTable connections;
    private final UdpHandler[] ports = new UdpHandler[1 << 16];
    private final TokenBucket messages = new TokenBucket(MESSAGES_PER_SECOND);
    private final TokenBucket echoes = new TokenBucket(ECHOES_PER_SECOND);

    Datagrams(FrameLink link, ArpCache arp, TcpTable connections) {
        this.link = link;
        this.arp = arp;
        this.memory = link.memory();
        this.counts = link.counts();
        this.connections = connections;
    }

    UdpHandler port(int port) {
        return ports[port];
    }

    void port(int port, UdpHandler handler) {
        ports[port] = handler;
    }

    /** Takes the payload of an IPv4 packet. hot: AllocationTest. */
    void receiveUdp(long ip, int source, long udp, int arrivedBytes) {
        int lengthBytes = arrivedBytes < Headers.UDP_BYTES ? 0 : Bytes.u16(memory, udp + 4);
        if (lengthBytes < Headers.UDP_BYTES || lengthBytes > arrivedBytes) {
            counts.malformed++;
            return;
        }
        boolean checked = Bytes.u16(memory, udp + 6) != 0;
        long sum = Checksum.pseudo(source, link.address(), Headers.UDP, lengthBytes);
        if (checked && Checksum.fold(sum + Checksum.sum(memory, udp, lengthBytes)) != 0xffff) {
            counts.badChecksums++;
            return;
        }
        UdpHandler handler = ports[Bytes.u16(memory, udp + 2)];
        if (handler == null) {
            portUnreachable(ip, source, udp);
            return;
        }
        counts.datagramsReceived++;
        handler.onDatagram(source, Bytes.u16(memory, udp), udp + Headers.UDP_BYTES,
                lengthBytes - Headers.UDP_BYTES);
    }

    private void portUnreachable(long ip, int source, long udp) {
        if (!messages.tryTake(connections.now())) {
            return;
        }
        int quoted = (int) (udp - ip) + QUOTED_BYTES;
        int neighbour = arp.nextHop(source);
        int slot = neighbour == 0 ? -1 : link.tryReserve();
        if (slot < 0) {
            return;
        }
        long icmp = link.offset(slot) + Headers.ETHERNET_BYTES + Headers.IPV4_BYTES;
        Bytes.put16(memory, icmp, UNREACHABLE << 8 | PORT_UNREACHABLE);
        Bytes.put32(memory, icmp + 4, 0);
        MemorySegment.copy(memory, ip, memory, icmp + Headers.ICMP_BYTES, quoted);
        sendIcmp(slot, neighbour, source, Headers.ICMP_BYTES + quoted);
        counts.unreachables++;
    }

    /** Takes the payload of an IPv4 packet. */
    void receiveIcmp(int source, long icmp, int lengthBytes) {
        if (lengthBytes < Headers.ICMP_BYTES) {
            counts.malformed++;
            return;
        }
        if (Checksum.sum(memory, icmp, lengthBytes) != 0xffff) {
            counts.badChecksums++;
            return;
        }
        int type = Bytes.u8(memory, icmp);
        int code = Bytes.u8(memory, icmp + 1);
        if (type == ECHO && code == 0) {
            echo(source, icmp, lengthBytes);
        } else if (type == UNREACHABLE && code == FRAGMENTATION_NEEDED) {
            tooBig(icmp + Headers.ICMP_BYTES, lengthBytes - Headers.ICMP_BYTES,
                    Bytes.u16(memory, icmp + 6));
        }
    }

    private void echo(int source, long icmp, int lengthBytes) {
        int neighbour = arp.nextHop(source);
        boolean fits = lengthBytes <= link.mtu() - Headers.IPV4_BYTES;
        if (neighbour == 0 || !fits || !echoes.tryTake(connections.now())) {
            return;
        }
        int slot = link.tryReserve();
        if (slot < 0) {
            return;
        }
        long reply = link.offset(slot) + Headers.ETHERNET_BYTES + Headers.IPV4_BYTES;
        MemorySegment.copy(memory, icmp, memory, reply, lengthBytes);
        Bytes.put16(memory, reply, ECHO_REPLY << 8);
        sendIcmp(slot, neighbour, source, lengthBytes);
        counts.echoReplies++;
    }

    private void sendIcmp(int slot, int neighbour, int destination, int icmpBytes) {
        long ip = link.offset(slot) + Headers.ETHERNET_BYTES;
        long icmp = ip + Headers.IPV4_BYTES;
        link.putIpv4(ip, Headers.IPV4_BYTES + icmpBytes, Headers.ICMP, destination);
        Bytes.put16(memory, icmp + 2, 0);
        Bytes.put16(memory, icmp + 2, Checksum.of(Checksum.sum(memory, icmp, icmpBytes)));
        arp.trySend(slot, neighbour, Headers.IPV4_BYTES + icmpBytes, connections.now());
    }

    /** A router says that a segment was too big for the next network (RFC 1191). */
    private void tooBig(long ip, int quotedBytes, int mtu) {
        if (quotedBytes < Headers.IPV4_BYTES + QUOTED_BYTES) {
            counts.malformed++;
            return;
        }
        int headerBytes = (Bytes.u8(memory, ip) & 0xf) << 2;
        boolean ours = headerBytes >= Headers.IPV4_BYTES
                && headerBytes + QUOTED_BYTES <= quotedBytes
                && Bytes.u8(memory, ip + 9) == Headers.TCP
                && Bytes.i32(memory, ip + 12) == link.address();
        if (!ours) {
            counts.notForUs++;
            return;
        }
        long tcp = ip + headerBytes;
        long key = Segment.key(Bytes.i32(memory, ip + 16), Bytes.u16(memory, tcp + 2),
                Bytes.u16(memory, tcp));
        connections.shrinkSegments(key, Bytes.i32(memory, tcp + 4), mtu);
    }

    /**
     * Sends a datagram.
     *
     * @param flow receiver, his port and the own port, as {@link Segment#key} joins them
     * @return 0 or a refusal
     */
    int trySend(long flow, MemorySegment source, long sourceOffset, int byteCount) {
        if (byteCount > link.mtu() - Headers.IPV4_BYTES - Headers.UDP_BYTES) {
            return ErrorCode.TOO_BIG.refusal();
        }
        int destination = (int) (flow >>> 32);
        int neighbour = arp.nextHop(destination);
        if (neighbour == 0) {
            return ErrorCode.NOT_FOUND.refusal();
        }
        int slot = link.tryReserve();
        if (slot < 0) {
            return slot;
        }
        long ip = link.offset(slot) + Headers.ETHERNET_BYTES;
        long udp = ip + Headers.IPV4_BYTES;
        int udpBytes = Headers.UDP_BYTES + byteCount;
        link.putIpv4(ip, Headers.IPV4_BYTES + udpBytes, Headers.UDP, destination);
        Bytes.put16(memory, udp, (int) flow);
        Bytes.put16(memory, udp + 2, (int) (flow >>> 16));
        Bytes.put16(memory, udp + 4, udpBytes);
        Bytes.put16(memory, udp + 6, 0);
        MemorySegment.copy(source, sourceOffset, memory, udp + Headers.UDP_BYTES, byteCount);
        long sum = Checksum.pseudo(link.address(), destination, Headers.UDP, udpBytes)
                + Checksum.sum(memory, udp, udpBytes);
        int checksum = Checksum.of(sum);
        Bytes.put16(memory, udp + 6, checksum == 0 ? 0xffff : checksum); // 0 would mean none
        if (!arp.trySend(slot, neighbour, Headers.IPV4_BYTES + udpBytes, connections.now())) {
            return ErrorCode.BUSY.refusal();
        }
        counts.datagramsSent++;
        return 0;
    }
}
