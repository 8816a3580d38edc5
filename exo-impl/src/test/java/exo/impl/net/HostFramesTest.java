// SPDX-License-Identifier: Apache-2.0
package exo.impl.net;

import exo.api.Env;
import exo.api.Exokernel;
import exo.api.HostConfig;
import exo.api.mem.Window;
import exo.api.net.Filters;
import exo.api.net.Ipv4Address;
import exo.api.net.MacAddress;
import exo.api.net.NetDevice;
import exo.api.net.PacketBinding;
import exo.api.net.RingSpec;
import exo.api.net.Station;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

class HostFramesTest {
    private static final MacAddress OUTSIDE = MacAddress.parse("02:00:00:00:00:01");
    private static final MacAddress MAC = MacAddress.parse("02:00:00:00:00:0b");
    private static final Ipv4Address FROM = Ipv4Address.parse("10.0.0.1");
    private static final Ipv4Address IP = Ipv4Address.parse("10.0.0.2");

    private final Exokernel kernel = Exokernel.boot(HostConfig.embedded());
    private final Env root = kernel.rootEnv();
    private final Window window = root.memory().bindWindow(64);
    private final PacketBinding binding;
    private final Device device;
    private final HostFrames frames = new HostFrames();

    HostFramesTest() {
        window.allocPages(0, 64);
        Station station = root.net()
                .allocStation(root.keys().find("wire0", NetDevice.class), MAC,
                        IP, "station");
        binding = root.net().bind(station, Filters.acceptAll(), window, 0, RingSpec.of(64, 1));
        device = ((KernelBinding) binding).capability().state().device();
    }

    @AfterEach
    void close() {
        frames.close();
        kernel.close();
    }

    private static byte[] tcp(int payloadBytes, int flags) {
        byte[] bytes = FrameBuilder.ipv4(OUTSIDE, MAC, FROM, IP, 20 + payloadBytes);
        MemorySegment frame = MemorySegment.ofArray(bytes);
        frame.set(ValueLayout.JAVA_BYTE, 23, (byte) 6);
        frame.set(Ethernet.SHORT, 18, (short) 0xfffe); // the identification wraps around
        frame.set(Ethernet.INT, 38, -1000); // so does the sequence number
        frame.set(ValueLayout.JAVA_BYTE, 46, (byte) 0x50);
        frame.set(ValueLayout.JAVA_BYTE, 47, (byte) flags);
        frame.set(Ethernet.SHORT, 50, (short) 0x1234); // not the checksum
        Checksum.fillIpv4(frame, 14, 20);
        return bytes;
    }

    private MemorySegment received(int index) {
        return window.segment().asSlice(binding.rxOffset(index), binding.rxLength(index));
    }

    private static void assertSound(MemorySegment frame) {
        int total = frame.get(Ethernet.SHORT, 16) & 0xffff;
        assertEquals(frame.byteSize(), 14 + total);
        assertEquals(0, Checksum.fold(Checksum.sum(frame, 14, 20)), "header checksum");
        long pseudo = Checksum.sum(frame, 26, 8) + 6 + total - 20;
        assertEquals(0, Checksum.fold(pseudo + Checksum.sum(frame, 34, total - 20)),
                "transport checksum");
    }

    @Test
    void shouldFillInAMissingChecksum() {
        for (int payload : new int[]{0, 1, 2, 3, 1001}) {
            byte[] frame = tcp(payload, 0x18);
            frames.accept(device, MemorySegment.ofArray(frame), 0, frame.length, true);
            assertSound(received(0));
            binding.rxRelease(1);
        }
    }

    @Test
    void shouldLeaveAChecksumAloneThatIsThere() {
        byte[] frame = tcp(10, 0x18);
        frames.accept(device, MemorySegment.ofArray(frame), 0, frame.length, false);
        assertEquals(0x1234, received(0).get(Ethernet.SHORT, 50));
    }

    @Test
    void shouldCutALongSegment() {
        byte[] frame = tcp(10_000, 0x99); // CWR, ACK, PSH, FIN
        frames.accept(device, MemorySegment.ofArray(frame), 0, frame.length, true);
        assertEquals(7, binding.rxAvailable());
        int at = 0;
        for (int i = 0; i < 7; i++) {
            MemorySegment part = received(i);
            assertSound(part);
            assertEquals((short) (0xfffe + i), part.get(Ethernet.SHORT, 18));
            assertEquals(-1000 + at, part.get(Ethernet.INT, 38));
            int flags = part.get(ValueLayout.JAVA_BYTE, 47) & 0xff;
            assertEquals(i == 0 ? 0x90 : i == 6 ? 0x19 : 0x10, flags);
            int bytes = (int) part.byteSize() - 54;
            assertEquals(-1, part.asSlice(54)
                    .mismatch(
                            MemorySegment.ofArray(frame).asSlice(54 + at, bytes)));
            at += bytes;
        }
        assertEquals(10_000, at);
        assertEquals(0, frames.dropped());
    }

    @Test
    void shouldDropLongFramesThatCannotBeCut() {
        byte[] udp = tcp(3000, 0);
        udp[23] = 17;
        byte[] shortHeader = tcp(3000, 0);
        shortHeader[46] = 0x40;
        byte[] longHeader = tcp(3000, 0);
        longHeader[14] = 0x4f;
        longHeader[14 + 60 + 12] = (byte) 0xf0;
        byte[] lyingLength = tcp(3000, 0);
        lyingLength[16] = (byte) 0xff;
        byte[] fragment = tcp(3000, 0);
        fragment[20] = 0x20;
        byte[] notIp = tcp(3000, 0);
        notIp[12] = 0x12;
        for (byte[] frame : new byte[][]{udp, shortHeader, lyingLength, fragment, notIp}) {
            frames.accept(device, MemorySegment.ofArray(frame), 0, frame.length, true);
        }
        assertEquals(5, frames.dropped());
        assertEquals(0, binding.rxAvailable());
        frames.accept(device, MemorySegment.ofArray(longHeader), 0, longHeader.length, true);
        assertTrue(binding.rxAvailable() > 0, "long headers are cut too");
    }

    @Test
    void shouldNotTouchWhatItDoesNotUnderstand() {
        for (int length = 0; length < 60; length++) {
            byte[] frame = java.util.Arrays.copyOf(tcp(0, 0), length);
            byte[] before = frame.clone();
            frames.accept(device, MemorySegment.ofArray(frame), 0, length, true);
            if (length < 54) {
                assertEquals(-1, java.util.Arrays.mismatch(before, frame));
            }
        }
    }
}
