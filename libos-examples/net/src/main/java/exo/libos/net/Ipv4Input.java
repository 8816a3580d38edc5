// SPDX-License-Identifier: Apache-2.0
package exo.libos.net;

import exo.libos.net.link.ArpCache;
import exo.libos.net.link.Counts;
import exo.libos.net.link.FrameLink;
import exo.libos.net.wire.Bytes;
import exo.libos.net.wire.Checksum;
import exo.libos.net.wire.Headers;
import java.lang.foreign.MemorySegment;

/**
 * Takes frames: checks the Ethernet and IPv4 headers and hands the rest on.
 *
 * <p>The length in the IPv4 header counts, since Ethernet pads short frames; it must not exceed
 * what arrived. Options are passed over. Fragments are refused, since this stack neither makes nor
 * needs them.
 */
final class Ipv4Input {
    private final FrameLink link;
    private final ArpCache arp;
    private final TcpInput tcp;
    private final Datagrams datagrams;
    private final MemorySegment memory;
    private final Counts counts;

    Ipv4Input(FrameLink link, ArpCache arp, TcpInput tcp, Datagrams datagrams) {
        this.link = link;
        this.arp = arp;
        this.tcp = tcp;
        this.datagrams = datagrams;
        this.memory = link.memory();
        this.counts = link.counts();
    }

    /**
     * Takes one frame. hot: AllocationTest.
     *
     * @return the connection it belongs to, or null
     */
    Tcb receive(long frame, int frameBytes, long nowNanos) {
        counts.framesReceived++;
        if (frameBytes < Headers.ETHERNET_BYTES) {
            counts.malformed++;
            return null;
        }
        int type = Bytes.u16(memory, frame + Headers.ETHERNET_TYPE);
        long payload = frame + Headers.ETHERNET_BYTES;
        int payloadBytes = frameBytes - Headers.ETHERNET_BYTES;
        if (type == Headers.TYPE_ARP) {
            arp.receive(payload, payloadBytes, nowNanos);
            return null;
        }
        if (type != Headers.TYPE_IPV4 || Bytes.mac(memory, frame) != link.mac()) {
            counts.notForUs++; // RFC 1122: no answer to what was sent to a group
            return null;
        }
        return receivePacket(payload, payloadBytes);
    }

    private Tcb receivePacket(long ip, int arrivedBytes) {
        if (arrivedBytes < Headers.IPV4_BYTES) {
            counts.malformed++;
            return null;
        }
        int version = Bytes.u8(memory, ip);
        int headerBytes = (version & 0xf) << 2;
        int totalBytes = Bytes.u16(memory, ip + 2);
        if (version >>> 4 != 4 || headerBytes < Headers.IPV4_BYTES || headerBytes > totalBytes
                || totalBytes > arrivedBytes) {
            counts.malformed++;
            return null;
        }
        if (Checksum.sum(memory, ip, headerBytes) != 0xffff) {
            counts.badChecksums++;
            return null;
        }
        int source = Bytes.i32(memory, ip + 12);
        if (Bytes.i32(memory, ip + 16) != link.address() || source == link.address()
                || !arp.isUnicast(source)) {
            counts.notForUs++;
            return null;
        }
        if ((Bytes.u16(memory, ip + 6) & Headers.FRAGMENT_BITS) != 0) {
            counts.fragmentsRefused++;
            return null;
        }
        int protocol = Bytes.u8(memory, ip + 9);
        long payload = ip + headerBytes;
        int payloadBytes = totalBytes - headerBytes;
        if (protocol == Headers.TCP) {
            return tcp.receive(source, payload, payloadBytes);
        }
        if (protocol == Headers.UDP) {
            datagrams.receiveUdp(ip, source, payload, payloadBytes);
        } else if (protocol == Headers.ICMP) {
            datagrams.receiveIcmp(source, payload, payloadBytes);
        } else {
            counts.notForUs++;
        }
        return null;
    }
}
