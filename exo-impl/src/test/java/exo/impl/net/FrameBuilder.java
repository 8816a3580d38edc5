// SPDX-License-Identifier: Apache-2.0
package exo.impl.net;

import exo.api.net.Ipv4Address;
import exo.api.net.MacAddress;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Builds frames for tests. */
final class FrameBuilder {
    private FrameBuilder() {}

    /** An IPv4 packet of an experimental protocol with a payload of repeated bytes. */
    static byte[] ipv4(MacAddress from, MacAddress to, Ipv4Address source, Ipv4Address target,
            int payloadBytes) {
        byte[] bytes = new byte[34 + payloadBytes];
        MemorySegment frame = MemorySegment.ofArray(bytes);
        ethernet(frame, from, to, Ethernet.IPV4);
        frame.set(ValueLayout.JAVA_BYTE, 14, (byte) 0x45);
        frame.set(Ethernet.SHORT, 16, (short) (20 + payloadBytes));
        frame.set(ValueLayout.JAVA_BYTE, 22, (byte) 64);
        frame.set(ValueLayout.JAVA_BYTE, 23, (byte) 253);
        frame.set(Ethernet.INT, 26, source.bits());
        frame.set(Ethernet.INT, 30, target.bits());
        Checksum.fillIpv4(frame, 14, 20);
        for (int i = 0; i < payloadBytes; i++) {
            bytes[34 + i] = (byte) i;
        }
        return bytes;
    }

    /** An ARP request. */
    static byte[] arp(MacAddress from, MacAddress to, MacAddress senderMac, Ipv4Address sender,
            Ipv4Address target) {
        byte[] bytes = new byte[42];
        MemorySegment frame = MemorySegment.ofArray(bytes);
        ethernet(frame, from, to, Ethernet.ARP);
        frame.set(Ethernet.INT, 14, 0x00010800);
        frame.set(Ethernet.SHORT, 18, (short) 0x0604);
        frame.set(Ethernet.SHORT, 20, (short) 1);
        setMac(frame, 22, senderMac);
        frame.set(Ethernet.INT, 28, sender.bits());
        frame.set(Ethernet.INT, 38, target.bits());
        return bytes;
    }

    static void ethernet(MemorySegment frame, MacAddress from, MacAddress to, int type) {
        setMac(frame, 0, to);
        setMac(frame, 6, from);
        frame.set(Ethernet.SHORT, 12, (short) type);
    }

    static void setMac(MemorySegment frame, long at, MacAddress mac) {
        frame.set(Ethernet.SHORT, at, (short) (mac.bits() >>> 32));
        frame.set(Ethernet.INT, at + 2, (int) mac.bits());
    }
}
