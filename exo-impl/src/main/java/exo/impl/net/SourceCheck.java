// SPDX-License-Identifier: Apache-2.0
package exo.impl.net;

import exo.api.ErrorCode;
import java.lang.foreign.MemorySegment;

/**
 * The inverse filter: whether a frame speaks for the station that sends it.
 *
 * <p>The Ethernet source must be the station's. A station with a definite IPv4 address may send
 * IPv4 packets from it (or from 0.0.0.0, as a host without an address does), and ARP packets whose
 * sender is the station (or, in a probe, nobody); nothing else. A station for any address may send
 * everything.
 *
 * <p>The caller passes the kernel's own copy of the frame: what was checked is what is sent.
 */
final class SourceCheck {
    private static final int FORGED = ErrorCode.FORGED_SOURCE.refusal();
    private static final int IPV4_SOURCE = 26;
    private static final int ARP_SENDER_MAC = 22;
    private static final int ARP_SENDER_IPV4 = 28;
    private static final int ARP_ETHERNET_IPV4 = 0x0001_0800;
    private static final int ARP_LENGTHS = 0x0604;

    private SourceCheck() {}

    /** {@return 0, or the refusal} hot: guarded by the packet benchmarks. */
    static int check(MemorySegment frame, long at, int lengthBytes, long mac, int ipv4) {
        if (Ethernet.source(frame, at) != mac) {
            return FORGED;
        }
        if (ipv4 == 0) {
            return 0;
        }
        return switch (Ethernet.type(frame, at)) {
            case Ethernet.IPV4 -> checkIpv4(frame, at, lengthBytes, ipv4);
            case Ethernet.ARP -> checkArp(frame, at, lengthBytes, mac, ipv4);
            default -> FORGED;
        };
    }

    private static int checkIpv4(MemorySegment frame, long at, int lengthBytes, int ipv4) {
        if (lengthBytes < Ethernet.IPV4_LEAST_FRAME_BYTES) {
            return FORGED;
        }
        int source = frame.get(Ethernet.INT, at + IPV4_SOURCE);
        return source == ipv4 || source == 0 ? 0 : FORGED;
    }

    private static int checkArp(MemorySegment frame, long at, int lengthBytes, long mac, int ipv4) {
        if (lengthBytes < Ethernet.ARP_FRAME_BYTES
                || frame.get(Ethernet.INT, at + 14) != ARP_ETHERNET_IPV4
                || (frame.get(Ethernet.SHORT, at + 18) & 0xffff) != ARP_LENGTHS) {
            return FORGED;
        }
        int sender = frame.get(Ethernet.INT, at + ARP_SENDER_IPV4);
        boolean own = Ethernet.mac(frame, at + ARP_SENDER_MAC) == mac;
        return own && (sender == ipv4 || sender == 0) ? 0 : FORGED;
    }
}
