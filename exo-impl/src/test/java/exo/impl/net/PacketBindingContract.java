// SPDX-License-Identifier: Apache-2.0
package exo.impl.net;

import exo.api.Env;
import exo.api.ErrorCode;
import exo.api.Exokernel;
import exo.api.HostConfig;
import exo.api.code.ClassicProgram;
import exo.api.mem.MemoryConfig;
import exo.api.mem.Window;
import exo.api.net.Filters;
import exo.api.net.Ipv4Address;
import exo.api.net.MacAddress;
import exo.api.net.NetDevice;
import exo.api.net.PacketBinding;
import exo.api.net.RingSpec;
import exo.api.net.Station;
import exo.testkit.self.SideThread;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What a packet binding promises, whatever the device is connected to. */
abstract class PacketBindingContract {
    static final MacAddress MAC_A = MacAddress.parse("02:00:00:00:00:0a");
    static final MacAddress MAC_B = MacAddress.parse("02:00:00:00:00:0b");
    static final MacAddress MAC_NOBODY = MacAddress.parse("02:00:00:00:00:0c");
    static final Ipv4Address IP_OUT = Ipv4Address.parse("10.9.0.1");
    static final Ipv4Address IP_A = Ipv4Address.parse("10.9.0.2");
    static final Ipv4Address IP_B = Ipv4Address.parse("10.9.0.3");
    static final Ipv4Address IP_NOBODY = Ipv4Address.parse("10.9.0.4");
    static final String DEVICE = "net0";
    static final int LONGEST_PAYLOAD = 1480;
    private static final int PAGES = 512;

    Exokernel kernel;
    Env root;
    NetDevice device;
    Window window;
    Station stationA;
    Station stationB;
    Outside outside;
    private int nextPage;

    /** {@return a kernel with a device of the kind under test} */
    abstract Exokernel boot();

    /** {@return somebody at the other end of the device, for the calling thread} */
    abstract Outside openOutside();

    static HostConfig config() {
        return HostConfig.minimal().memory(MemoryConfig.frames(2 * PAGES));
    }

    @BeforeEach
    final void start() {
        kernel = boot();
        root = kernel.rootEnv();
        device = root.keys().find(DEVICE, NetDevice.class);
        window = root.memory().bindWindow(PAGES);
        window.allocPages(0, PAGES);
        stationA = root.net().allocStation(device, MAC_A, IP_A, "a");
        stationB = root.net().allocStation(device, MAC_B, IP_B, "b");
        outside = openOutside();
    }

    @AfterEach
    final void stop() {
        if (outside != null) {
            outside.close();
        }
        if (kernel != null) {
            kernel.close();
        }
    }

    final PacketBinding bind(Station station, ClassicProgram filter, int rxSlots) {
        RingSpec rings = RingSpec.of(rxSlots, 4);
        PacketBinding binding = root.net().bind(station, filter, window, nextPage, rings);
        nextPage += rings.pages(4096);
        return binding;
    }

    final PacketBinding bind(Station station) {
        return bind(station, Filters.acceptAll(), 8);
    }

    final int commit(PacketBinding from, byte[] frame) {
        int slot = from.tryReserve();
        assertTrue(slot >= 0);
        MemorySegment.copy(MemorySegment.ofArray(frame), 0, window.segment(), from.txOffset(slot),
                frame.length);
        return from.tryCommit(slot, frame.length);
    }

    final int send(PacketBinding from, byte[] frame) {
        int refusal = commit(from, frame);
        from.txFlush();
        return refusal;
    }

    final void awaitFrames(PacketBinding binding, int count) {
        long deadline = System.nanoTime() + Outside.PATIENCE.toNanos();
        while (binding.rxAvailable() < count) {
            assertTrue(System.nanoTime() < deadline,
                    binding.rxAvailable() + " of " + count + " frames have come");
            root.upcalls().await(deadline);
        }
    }

    final byte[] received(PacketBinding by, int index) {
        return window.segment()
                .asSlice(by.rxOffset(index), by.rxLength(index))
                .toArray(ValueLayout.JAVA_BYTE);
    }

    static byte[] toA(int payloadBytes) {
        return FrameBuilder.ipv4(Outside.MAC, MAC_A, IP_OUT, IP_A, payloadBytes);
    }

    static byte[] fromA(int payloadBytes) {
        return FrameBuilder.ipv4(MAC_A, Outside.MAC, IP_A, IP_OUT, payloadBytes);
    }

    final LinkCounters link() {
        return ((KernelNetDevice) device).device().link().counters();
    }

    @Test
    void shouldReceiveFramesFromOutsideUnchanged() {
        PacketBinding a = bind(stationA);
        for (int payload : new int[]{0, 26, 700, LONGEST_PAYLOAD}) {
            byte[] frame = toA(payload);
            outside.send(frame);
            awaitFrames(a, 1);
            assertArrayEquals(frame, received(a, 0));
            a.rxRelease(1);
        }
        assertEquals(4, a.counters().received());
    }

    @Test
    void shouldSendFramesOutUnchangedAndInOrder() {
        PacketBinding a = bind(stationA);
        for (int payload : new int[]{26, 700, LONGEST_PAYLOAD}) {
            assertEquals(0, commit(a, fromA(payload)));
        }
        assertEquals(3, a.txFlush());
        assertEquals(0, a.txFlush());
        for (int payload : new int[]{26, 700, LONGEST_PAYLOAD}) {
            assertArrayEquals(fromA(payload), outside.receive());
        }
        assertEquals(3, a.counters().sent());
    }

    @Test
    void shouldSendThousandsOfFramesEachOnce() {
        PacketBinding a = bind(stationA);
        int next = 0;
        for (int i = 0; i < 3_000; i++) {
            assertEquals(0, commit(a, fromA(i % LONGEST_PAYLOAD)));
            if (i % 7 == 6 || i == 2_999) {
                a.txFlush();
                for (; next <= i; next++) {
                    assertArrayEquals(fromA(next % LONGEST_PAYLOAD), outside.receive());
                }
            }
        }
    }

    @Test
    void shouldRefuseFramesOnePastTheLongest() {
        PacketBinding a = bind(stationA);
        assertEquals(0, send(a, fromA(LONGEST_PAYLOAD)));
        assertEquals(ErrorCode.TOO_BIG.refusal(), send(a, fromA(LONGEST_PAYLOAD + 1)));
        assertEquals(0, send(a, fromA(1)));
        assertEquals(34 + LONGEST_PAYLOAD, outside.receive().length);
        assertArrayEquals(fromA(1), outside.receive());
    }

    @Test
    void shouldGiveAFrameToTheOldestBindingWhoseFilterAccepts() {
        PacketBinding picky = bind(stationA, Filters.ipv4PortTo(IP_A, 253, 1), 8);
        PacketBinding older = bind(stationA);
        PacketBinding younger = bind(stationA);
        outside.send(toA(10));
        awaitFrames(older, 1);
        assertEquals(0, picky.rxAvailable());
        assertEquals(0, younger.rxAvailable());
    }

    @Test
    void shouldNotDeliverForeignFrames() {
        PacketBinding a = bind(stationA);
        PacketBinding b = bind(stationB);
        outside.send(FrameBuilder.ipv4(Outside.MAC, MAC_NOBODY, IP_OUT, IP_A, 10));
        outside.send(FrameBuilder.ipv4(Outside.MAC, MAC_A, IP_OUT, IP_NOBODY, 10));
        outside.send(FrameBuilder.ipv4(Outside.MAC, MAC_A, IP_OUT, IP_B, 10));
        outside.send(toA(11));
        awaitFrames(a, 1);
        assertArrayEquals(toA(11), received(a, 0), "the last one comes, and no other");
        assertEquals(1, a.rxAvailable());
        assertEquals(0, b.rxAvailable());
    }

    @Test
    void shouldDeliverGroupFramesToEverybodyButTheSender() {
        PacketBinding a = bind(stationA);
        PacketBinding b = bind(stationB);
        byte[] call = FrameBuilder.arp(Outside.MAC, MacAddress.BROADCAST, Outside.MAC, IP_OUT,
                IP_A);
        outside.send(call);
        awaitFrames(a, 1);
        awaitFrames(b, 1);
        assertArrayEquals(call, received(a, 0));
        assertArrayEquals(call, received(b, 0));
        a.rxRelease(1);
        b.rxRelease(1);
        byte[] question = FrameBuilder.arp(MAC_A, MacAddress.BROADCAST, MAC_A, IP_A,
                IP_NOBODY); // the host's own stack answers for IP_OUT
        assertEquals(0, send(a, question));
        assertArrayEquals(question, outside.receive());
        awaitFrames(b, 1);
        assertArrayEquals(question, received(b, 0));
        assertEquals(0, a.rxAvailable());
    }

    @Test
    void shouldKeepFramesBetweenItsOwnStationsInside() {
        PacketBinding a = bind(stationA);
        PacketBinding b = bind(stationB);
        byte[] local = FrameBuilder.ipv4(MAC_A, MAC_B, IP_A, IP_B, 100);
        assertEquals(0, send(a, local));
        assertArrayEquals(local, received(b, 0));
        assertEquals(0, send(a, fromA(1)));
        assertArrayEquals(fromA(1), outside.receive(), "nothing but this has left");
    }

    @Test
    void shouldDropAtAFullRingAndCount() {
        PacketBinding a = bind(stationA);
        PacketBinding b = bind(stationB);
        for (int i = 0; i < 11; i++) {
            outside.send(toA(i));
        }
        outside.send(FrameBuilder.ipv4(Outside.MAC, MAC_B, IP_OUT, IP_B, 1));
        awaitFrames(b, 1);
        assertEquals(8, a.rxAvailable());
        assertEquals(8, a.counters().received());
        assertEquals(3, a.counters().dropped());
        assertArrayEquals(toA(0), received(a, 0));
        assertArrayEquals(toA(7), received(a, 7));
        a.rxRelease(8);
        outside.send(toA(20));
        awaitFrames(a, 1);
        assertArrayEquals(toA(20), received(a, 0));
    }

    @Test
    void shouldRefuseAForgedSource() {
        PacketBinding a = bind(stationA);
        int forged = ErrorCode.FORGED_SOURCE.refusal();
        assertEquals(forged,
                send(a, FrameBuilder.ipv4(MAC_B, Outside.MAC, IP_A, IP_OUT, 10)));
        assertEquals(forged,
                send(a, FrameBuilder.ipv4(MAC_A, Outside.MAC, IP_B, IP_OUT, 10)));
        assertEquals(forged, send(a,
                FrameBuilder.arp(MAC_A, MacAddress.BROADCAST, MAC_A, IP_OUT, IP_OUT)));
        assertEquals(0, send(a, fromA(11)));
        assertArrayEquals(fromA(11), outside.receive(), "nothing but this has left");
        assertEquals(3, a.counters().refused());
    }

    @Test
    void shouldFallSilentWhenItsStationIsRevokedUnderTraffic() {
        PacketBinding a = bind(stationA, Filters.acceptAll(), 64);
        PacketBinding b = bind(stationB, Filters.acceptAll(), 64);
        AtomicBoolean enough = new AtomicBoolean();
        SideThread traffic = SideThread.start(() -> {
            try (Outside sender = openOutside()) {
                byte[] forB = FrameBuilder.ipv4(Outside.MAC, MAC_B, IP_OUT, IP_B, 20);
                while (!enough.get()) {
                    sender.send(toA(20));
                    sender.send(forB);
                }
            }
        });
        awaitFrames(a, 1);
        root.net().freeStation(stationA);
        long receivedByThen = a.counters().received();
        b.rxRelease(b.rxAvailable());
        awaitFrames(b, 64); // traffic goes on
        assertEquals(receivedByThen, a.counters().received());
        assertEquals(ErrorCode.REVOKED.refusal(), a.tryCommit(a.tryReserve(), 60));
        enough.set(true);
        traffic.join();
    }

    @Test
    void shouldLeaveNothingWhenTheKernelClosesUnderTraffic()
            throws InterruptedException, IOException {
        stop(); // the one that was started is counted neither before nor after
        kernel = null;
        outside = null;
        long descriptors = count("fd");
        start();
        PacketBinding a = bind(stationA);
        AtomicBoolean enough = new AtomicBoolean();
        SideThread traffic = SideThread.start(() -> {
            try (Outside sender = openOutside()) {
                while (!enough.get()) {
                    sender.send(toA(20));
                }
            } catch (RuntimeException | AssertionError ended) {
                enough.set(true); // the other end is gone
            }
        });
        awaitFrames(a, 1);
        kernel.close();
        enough.set(true);
        traffic.join();
        outside.close();
        outside = null;
        assertEquals(descriptors, count("fd"));
        assertFalse(Files.readString(Path.of("/proc/self/maps")).contains("socket:["));
        assertTrue(Thread.getAllStackTraces()
                .keySet()
                .stream()
                .noneMatch(thread -> thread.getName().equals("exo-net-" + DEVICE)));
    }

    private static long count(String folder) throws IOException {
        try (Stream<Path> entries = Files.list(Path.of("/proc/self", folder))) {
            return entries.count();
        }
    }
}
