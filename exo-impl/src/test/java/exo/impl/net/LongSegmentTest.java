// SPDX-License-Identifier: Apache-2.0
package exo.impl.net;

import exo.api.Env;
import exo.api.ErrorCode;
import exo.api.Exokernel;
import exo.api.HostConfig;
import exo.api.mem.MemoryConfig;
import exo.api.mem.Window;
import exo.api.net.Filters;
import exo.api.net.Ipv4Address;
import exo.api.net.MacAddress;
import exo.api.net.NetConfig;
import exo.api.net.NetDevice;
import exo.api.net.PacketBinding;
import exo.api.net.RingSpec;
import exo.api.net.Station;
import exo.testkit.HostFacility;
import exo.testkit.NeedsFacility;
import exo.testkit.Netns;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** TCP segments that are longer than a frame, committed at a packet link. */
@NeedsFacility(HostFacility.NETNS)
class LongSegmentTest {
    private static final MacAddress MAC_A = MacAddress.parse("02:00:00:00:00:0a");
    private static final MacAddress MAC_B = MacAddress.parse("02:00:00:00:00:0b");
    private static final MacAddress GROUP = MacAddress.parse("01:00:5e:00:00:01");
    private static final Ipv4Address IP_OUT = Ipv4Address.parse("10.9.0.1");
    private static final Ipv4Address IP_A = Ipv4Address.parse("10.9.0.2");
    private static final Ipv4Address IP_B = Ipv4Address.parse("10.9.0.3");
    private static final int OUT_OF_RANGE = ErrorCode.OUT_OF_RANGE.refusal();
    private static final int PAGES = 512;
    private static final int TCP_AT = 34;
    private static final int HEADERS = 54;
    private static final int MTU = 1500;
    /** What of the data lies behind the headers; odd, so that sums have to be swapped. */
    private static final int IN_SLOT = 101;
    private static final int FIN_PSH_ACK = 0x19;
    private static final int ACK = 0x10;
    private static final int SEQUENCE = -3000; // wraps around on the way

    private final Netns netns = Netns.create();
    private Exokernel kernel;
    private Env root;
    private Window window;
    private NetDevice device;
    private PacketBinding a;
    private Outside outside;

    @BeforeEach
    void start() {
        Netns.link(netns, "left", netns, "right");
        kernel = Inside.call(netns, () -> Exokernel.boot(HostConfig.minimal()
                .memory(MemoryConfig.frames(2 * PAGES))
                .net(NetConfig.packet("net0", "left").offloads(true))));
        root = kernel.rootEnv();
        window = root.memory().bindWindow(PAGES);
        window.allocPages(0, PAGES);
        device = root.keys().find("net0", NetDevice.class);
        a = bind(root.net().allocStation(device, MAC_A, IP_A, "a"), 0);
        outside = Inside.call(netns, () -> Outside.on("right"));
    }

    @AfterEach
    void stop() {
        outside.close();
        kernel.close();
        netns.close();
    }

    private PacketBinding bind(Station station, int page) {
        return root.net().bind(station, Filters.acceptAll(), window, page, RingSpec.of(64, 4));
    }

    private static byte[] headers(MacAddress to, Ipv4Address target, int dataBytes) {
        byte[] bytes = FrameBuilder.ipv4(MAC_A, to, IP_A, target, 20 + IN_SLOT);
        MemorySegment frame = MemorySegment.ofArray(bytes);
        frame.set(Ethernet.SHORT, 16, (short) (40 + dataBytes));
        frame.set(ValueLayout.JAVA_BYTE, 23, (byte) Checksum.TCP);
        frame.set(Ethernet.INT, TCP_AT, 80 << 16 | 2000);
        frame.set(Ethernet.INT, TCP_AT + 4, SEQUENCE);
        frame.set(Ethernet.INT, TCP_AT + 8, 77);
        frame.set(ValueLayout.JAVA_BYTE, TCP_AT + 12, (byte) 0x50);
        frame.set(ValueLayout.JAVA_BYTE, TCP_AT + 13, (byte) FIN_PSH_ACK);
        frame.set(Ethernet.SHORT, TCP_AT + 16, (short) 0x1234); // not the checksum
        Checksum.fillIpv4(frame, 14, 20);
        return bytes;
    }

    private static byte[] content(int dataBytes) {
        byte[] content = new byte[dataBytes];
        for (int i = 0; i < dataBytes; i++) {
            content[i] = (byte) (i * 31 + i / 256);
        }
        return content;
    }

    /** Commits a head, with data that lie behind it and in pages. */
    private int commit(byte[] head, int dataBytes, int segmentBytes) {
        int slot = a.tryReserve();
        assertTrue(slot >= 0);
        MemorySegment memory = window.segment();
        MemorySegment data = MemorySegment.ofArray(content(dataBytes));
        long at = a.txOffset(slot);
        long rest = 400L * 4096 + 3;
        MemorySegment.copy(MemorySegment.ofArray(head), 0, memory, at, head.length);
        MemorySegment.copy(data, 0, memory, at + head.length - IN_SLOT, IN_SLOT);
        MemorySegment.copy(data, IN_SLOT, memory, rest, dataBytes - IN_SLOT);
        int refusal = a.tryCommitUncut(slot, head.length, rest, dataBytes - IN_SLOT, segmentBytes);
        a.txFlush();
        return refusal;
    }

    private int commit(int dataBytes, int segmentBytes) {
        return commit(headers(Outside.MAC, IP_OUT, dataBytes), dataBytes, segmentBytes);
    }

    private static void assertPart(MemorySegment frame, byte[] content, int at, int dataBytes) {
        assertEquals(HEADERS + dataBytes, frame.byteSize());
        assertEquals(40 + dataBytes, frame.get(Ethernet.SHORT, 16) & 0xffff);
        assertEquals(SEQUENCE + at, frame.get(Ethernet.INT, TCP_AT + 4));
        boolean last = at + dataBytes == content.length;
        assertEquals(last ? FIN_PSH_ACK : ACK, frame.get(ValueLayout.JAVA_BYTE, TCP_AT + 13));
        assertEquals(0, Checksum.fold(Checksum.sum(frame, 14, 20)), "header checksum");
        long pseudo = Checksum.sum(frame, 26, 8) + Checksum.TCP + 20 + dataBytes;
        assertEquals(0, Checksum.fold(pseudo + Checksum.sum(frame, TCP_AT, 20 + dataBytes)),
                "TCP checksum");
        assertArrayEquals(Arrays.copyOfRange(content, at, at + dataBytes),
                frame.asSlice(HEADERS).toArray(ValueLayout.JAVA_BYTE));
    }

    private void assertArrivesCut(int dataBytes, int segmentBytes) {
        byte[] content = content(dataBytes);
        for (int at = 0; at < dataBytes; at += segmentBytes) {
            assertPart(MemorySegment.ofArray(outside.receive()), content, at,
                    Math.min(segmentBytes, dataBytes - at));
        }
    }

    @Test
    void shouldHaveTheHostCutASegmentWhereTheLinkDoesNotTakeItWhole() {
        netns.withoutOffloads("left");
        netns.withoutOffloads("right");
        for (int dataBytes : new int[]{IN_SLOT, 1460, 1461, 9999, 0xffff - 40}) {
            assertEquals(0, commit(dataBytes, 1460));
            assertArrivesCut(dataBytes, 1460);
        }
        assertEquals(0, commit(5000, 512));
        assertArrivesCut(5000, 512);
        assertEquals(6, a.counters().sent());
    }

    @Test
    void shouldPassASegmentWholeWhereTheLinkTakesIt() {
        assertEquals(0, commit(20_000, 1460));
        MemorySegment frame = MemorySegment.ofArray(outside.receive());
        assertEquals(HEADERS + 20_000, frame.byteSize());
        assertArrayEquals(content(20_000),
                frame.asSlice(HEADERS).toArray(ValueLayout.JAVA_BYTE));
    }

    @Test
    void shouldCutForAStationOfTheSameDevice() {
        PacketBinding b = bind(root.net().allocStation(device, MAC_B, IP_B, "b"), 100);
        for (int dataBytes : new int[]{1000, 1001, 9999}) {
            assertEquals(0, commit(headers(MAC_B, IP_B, dataBytes), dataBytes, 1000));
            byte[] content = content(dataBytes);
            int frames = (dataBytes + 999) / 1000;
            assertEquals(frames, b.rxAvailable());
            for (int i = 0; i < frames; i++) {
                assertPart(window.segment().asSlice(b.rxOffset(i), b.rxLength(i)), content,
                        1000 * i, Math.min(1000, dataBytes - 1000 * i));
            }
            b.rxRelease(frames);
        }
    }

    @Test
    void shouldRefuseSegmentsOutsideOfTheLimits() {
        assertEquals(0xffff, a.station().maxUncutBytes());
        assertEquals(ErrorCode.TOO_BIG.refusal(), commit(0xffff - 39, 1460));
        assertEquals(0, commit(3000, MTU - 40));
        assertEquals(OUT_OF_RANGE, commit(3000, MTU - 39));
        assertEquals(0, commit(3000, PacketBinding.LEAST_SEGMENT_BYTES));
        assertEquals(OUT_OF_RANGE, commit(3000, PacketBinding.LEAST_SEGMENT_BYTES - 1));
        assertEquals(2, a.counters().sent());
        assertEquals(3, a.counters().refused());
    }

    @Test
    void shouldRefuseHeadersThatAreNotTrue() {
        int[][] changes = {{16, 0}, {12, 0x86}, {14, 0x44}, {14, 0x4f}, {20, 0x20}, {23, 17},
                {46, 0x40}, {0, 1}};
        for (int[] change : changes) {
            byte[] head = headers(Outside.MAC, IP_OUT, 3000);
            head[change[0]] = (byte) change[1];
            int refusal = commit(head, 3000, 1460);
            int expected = change[0] == 12 ? ErrorCode.FORGED_SOURCE.refusal() : OUT_OF_RANGE;
            assertEquals(expected, refusal, "byte " + change[0] + " = " + change[1]);
        }
        byte[] head = headers(Outside.MAC, IP_OUT, 3000);
        head[46] = (byte) 0xf0; // 60 bytes of headers, which are there
        assertEquals(0, commit(head, 3000, MTU - 80));
        assertEquals(OUT_OF_RANGE, commit(head, 3000, MTU - 79));
        assertEquals(OUT_OF_RANGE, commit(headers(GROUP, IP_OUT, 3000), 3000, 1460));
    }

    @Test
    void shouldRefuseForgedSources() {
        byte[] mac = headers(Outside.MAC, IP_OUT, 3000);
        mac[11]++;
        assertEquals(ErrorCode.FORGED_SOURCE.refusal(), commit(mac, 3000, 1460));
        byte[] ip = headers(Outside.MAC, IP_OUT, 3000);
        ip[29]++;
        assertEquals(ErrorCode.FORGED_SOURCE.refusal(), commit(ip, 3000, 1460));
    }

    @Test
    void shouldRefuseAllOnceRevoked() {
        root.net().freeStation(a.station());
        assertEquals(ErrorCode.REVOKED.refusal(), commit(3000, 1460));
    }

    @Test
    void shouldLoseSegmentsWhileTheInterfaceIsDown() {
        netns.down("left");
        assertEquals(0, commit(3000, 1460));
        netns.up("left");
        netns.withoutOffloads("left");
        assertEquals(0, commit(4000, 1460));
        assertArrivesCut(4000, 1460);
    }
}
