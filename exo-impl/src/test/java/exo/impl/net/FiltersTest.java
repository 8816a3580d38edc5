// SPDX-License-Identifier: Apache-2.0
package exo.impl.net;

import exo.api.code.ClassicProgram;
import exo.api.code.PacketFilter;
import exo.api.net.Filters;
import exo.api.net.Ipv4Address;
import exo.api.net.MacAddress;
import exo.impl.code.classic.ClassicFilters;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** Do the ready-made filters accept what they say, on both engines? */
class FiltersTest {
    private static final MacAddress MAC = MacAddress.parse("02:00:00:00:00:0a");
    private static final Ipv4Address HERE = Ipv4Address.parse("10.0.0.1");
    private static final Ipv4Address THERE = Ipv4Address.parse("192.168.255.254");
    private static final int TCP = 6;
    private static final int UDP = 17;

    private static boolean accepts(ClassicProgram program, byte[] frame) {
        PacketFilter compiled = ClassicFilters.compile(program);
        PacketFilter interpreted = ClassicFilters.interpret(program);
        int by = compiled.accept(MemorySegment.ofArray(frame), 0, frame.length);
        assertEquals(interpreted.accept(MemorySegment.ofArray(frame), 0, frame.length), by);
        return by != 0;
    }

    private static byte[] to(Ipv4Address target, int protocol, int headerWords, int port) {
        byte[] frame = FrameBuilder.ipv4(MAC, MAC, THERE, target, 60);
        frame[14] = (byte) (0x40 | headerWords);
        frame[20] = 0x40; // do not fragment
        frame[23] = (byte) protocol;
        int at = 14 + headerWords * 4 + 2;
        frame[at] = (byte) (port >>> 8);
        frame[at + 1] = (byte) port;
        return frame;
    }

    @Test
    void shouldAcceptEverything() {
        assertEquals(true, accepts(Filters.acceptAll(), new byte[0]));
        assertEquals(true, accepts(Filters.acceptAll(), new byte[1514]));
    }

    @Test
    void shouldAcceptArpAboutAndIpv4ToAnAddress() {
        ClassicProgram filter = Filters.arpAndIpv4To(HERE);
        byte[] arp = FrameBuilder.arp(MAC, MacAddress.BROADCAST, MAC, THERE, HERE);
        assertEquals(true, accepts(filter, arp));
        assertEquals(false, accepts(filter, Arrays.copyOf(arp, 41)), "cut in the address");
        assertEquals(false, accepts(filter,
                FrameBuilder.arp(MAC, MacAddress.BROADCAST, MAC, HERE, THERE)));
        byte[] packet = FrameBuilder.ipv4(MAC, MAC, THERE, HERE, 0);
        assertEquals(true, accepts(filter, packet));
        assertEquals(false, accepts(filter, Arrays.copyOf(packet, 33)));
        assertEquals(false, accepts(filter, FrameBuilder.ipv4(MAC, MAC, HERE, THERE, 0)));
        packet[12] = (byte) 0x86;
        packet[13] = (byte) 0xdd;
        assertEquals(false, accepts(filter, packet), "IPv6");
        assertEquals(false, accepts(filter, new byte[0]));
    }

    @Test
    void shouldAcceptUnfragmentedPacketsToAPort() {
        for (int port : new int[]{0, 80, 32_768, 65_535}) {
            ClassicProgram filter = Filters.ipv4PortTo(HERE, TCP, port);
            for (int words = 5; words <= 15; words++) {
                assertEquals(true, accepts(filter, to(HERE, TCP, words, port)), words + " words");
            }
            assertEquals(false, accepts(filter, to(HERE, TCP, 5, port ^ 1)));
            assertEquals(false, accepts(filter, to(HERE, UDP, 5, port)));
            assertEquals(false, accepts(filter, to(THERE, TCP, 5, port)));
            assertEquals(false, accepts(filter, Arrays.copyOf(to(HERE, TCP, 15, port), 77)));
            assertEquals(true, accepts(filter, Arrays.copyOf(to(HERE, TCP, 15, port), 78)));
        }
    }

    @Test
    void shouldRefuseLaterFragmentsAndTakeTheFirst() {
        ClassicProgram filter = Filters.ipv4PortTo(HERE, UDP, 53);
        byte[] frame = to(HERE, UDP, 5, 53);
        frame[20] = 0x20; // the first of several
        assertEquals(true, accepts(filter, frame));
        for (int at : new int[]{20, 21}) {
            byte[] later = frame.clone();
            later[at] |= 1;
            assertEquals(false, accepts(filter, later));
        }
    }
}
