// SPDX-License-Identifier: Apache-2.0
package exo.impl.net;

import exo.api.CapabilityException;
import exo.api.Env;
import exo.api.EnvControl;
import exo.api.EnvSpec;
import exo.api.ErrorCode;
import exo.api.ResourceException;
import exo.api.Rights;
import exo.api.VerificationException;
import exo.api.code.ClassicProgram;
import exo.api.mem.Window;
import exo.api.net.Filters;
import exo.api.net.Ipv4Address;
import exo.api.net.MacAddress;
import exo.api.net.PacketBinding;
import exo.api.net.RingSpec;
import exo.api.net.Station;
import exo.api.upcall.UpcallHandler;
import exo.api.upcall.Upcalls;
import exo.impl.kernel.TestEnv;
import exo.testkit.self.SideThread;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class WireBindingTest extends WireCase {
    private static final MacAddress MAC_C = MacAddress.parse("02:00:00:00:00:0c");
    private static final Ipv4Address IP_C = Ipv4Address.parse("10.0.0.3");

    private int nextPage;

    WireBindingTest() {
        super(64);
    }

    private PacketBinding bind(Station station, ClassicProgram filter) {
        PacketBinding binding = root.net().bind(station, filter, window, nextPage, RINGS);
        nextPage += RINGS.pages(4096);
        return binding;
    }

    private byte[] received(PacketBinding by, int index) {
        return window.segment()
                .asSlice(by.rxOffset(index), by.rxLength(index))
                .toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
    }

    @Test
    void shouldDeliverAFrameUnchanged() {
        PacketBinding a = bind(stationA, Filters.acceptAll());
        PacketBinding b = bind(stationB, Filters.acceptAll());
        byte[] frame = FrameBuilder.ipv4(MAC_A, MAC_B, IP_A, IP_B, 1400);
        assertEquals(0, send(a, frame));
        assertEquals(1, b.rxAvailable());
        assertArrayEquals(frame, received(b, 0));
        assertEquals(0, a.rxAvailable());
        b.rxRelease(1);
        assertEquals(0, b.rxAvailable());
        assertThrows(IndexOutOfBoundsException.class, () -> b.rxRelease(1));
        assertThrows(IndexOutOfBoundsException.class, () -> b.rxOffset(0));
        assertEquals(1, a.counters().sent());
        assertEquals(1, b.counters().received());
    }

    @Test
    void shouldSendTheRestFromElsewhereInTheWindow() {
        PacketBinding a = bind(stationA, Filters.acceptAll());
        PacketBinding b = bind(stationB, Filters.acceptAll());
        byte[] frame = FrameBuilder.ipv4(MAC_A, MAC_B, IP_A, IP_B, 1000);
        long rest = 60L * 4096 - 500; // across a page boundary
        MemorySegment.copy(MemorySegment.ofArray(frame), 54, window.segment(), rest,
                frame.length - 54);
        int slot = a.tryReserve();
        MemorySegment.copy(MemorySegment.ofArray(frame), 0, window.segment(), a.txOffset(slot),
                54);
        assertEquals(0, a.tryCommit(slot, 54, rest, frame.length - 54));
        window.segment().asSlice(rest, 100).fill((byte) 0); // may change after the commit
        a.txFlush();
        assertArrayEquals(frame, received(b, 0));
    }

    @Test
    void shouldDeliverToOneBindingOnly() {
        PacketBinding a = bind(stationA, Filters.acceptAll());
        PacketBinding older = bind(stationB, Filters.ipv4PortTo(IP_B, 253, 1));
        PacketBinding middle = bind(stationB, Filters.acceptAll());
        PacketBinding younger = bind(stationB, Filters.acceptAll());
        send(a, FrameBuilder.ipv4(MAC_A, MAC_B, IP_A, IP_B, 10));
        assertEquals(0, older.rxAvailable(), "its filter refuses");
        assertEquals(1, middle.rxAvailable());
        assertEquals(0, younger.rxAvailable(), "a later binding takes nothing away");
    }

    @Test
    void shouldNotDeliverWhatIsForAnotherAddress() {
        PacketBinding a = bind(stationA, Filters.acceptAll());
        PacketBinding b = bind(stationB, Filters.acceptAll());
        send(a, FrameBuilder.ipv4(MAC_A, MAC_C, IP_A, IP_B, 10));
        send(a, FrameBuilder.ipv4(MAC_A, MAC_B, IP_A, IP_C, 10));
        assertEquals(0, b.rxAvailable());
    }

    @Test
    void shouldDeliverBroadcastsToAllButTheSender() {
        Station stationC = root.net().allocStation(wire, MAC_C, IP_C, "c");
        PacketBinding a = bind(stationA, Filters.acceptAll());
        PacketBinding b = bind(stationB, Filters.arpAndIpv4To(IP_B));
        PacketBinding c = bind(stationC, Filters.arpAndIpv4To(IP_C));
        send(a, FrameBuilder.arp(MAC_A, MacAddress.BROADCAST, MAC_A, IP_A, IP_C));
        assertEquals(0, a.rxAvailable());
        assertEquals(0, b.rxAvailable(), "its filter wants its own address");
        assertEquals(1, c.rxAvailable());
    }

    @Test
    void shouldDropAtAFullRingAndCount() {
        PacketBinding a = bind(stationA, Filters.acceptAll());
        PacketBinding b = bind(stationB, Filters.acceptAll());
        for (int i = 0; i < 11; i++) {
            assertEquals(0, send(a, FrameBuilder.ipv4(MAC_A, MAC_B, IP_A, IP_B, i)));
        }
        assertEquals(8, b.rxAvailable());
        assertEquals(3, b.counters().dropped());
        assertEquals(34, b.rxLength(0), "the oldest stay");
        b.rxRelease(5);
        assertEquals(0, send(a, FrameBuilder.ipv4(MAC_A, MAC_B, IP_A, IP_B, 99)));
        assertEquals(4, b.rxAvailable());
        assertEquals(133, b.rxLength(3));
    }

    @Test
    void shouldRefuseForgedSources() {
        PacketBinding a = bind(stationA, Filters.acceptAll());
        PacketBinding b = bind(stationB, Filters.acceptAll());
        int forged = ErrorCode.FORGED_SOURCE.refusal();
        byte[] plain = FrameBuilder.ipv4(MAC_A, MAC_B, IP_A, IP_B, 10);
        byte[] otherType = plain.clone();
        otherType[12] = (byte) 0x86; // IPv6
        otherType[13] = (byte) 0xdd;
        List<byte[]> lies = List.of(FrameBuilder.ipv4(MAC_C, MAC_B, IP_A, IP_B, 10),
                FrameBuilder.ipv4(MAC_A, MAC_B, IP_C, IP_B, 10),
                FrameBuilder.arp(MAC_A, MAC_B, MAC_C, IP_A, IP_B),
                FrameBuilder.arp(MAC_A, MAC_B, MAC_A, IP_C, IP_B),
                FrameBuilder.arp(MAC_C, MAC_B, MAC_A, IP_A, IP_B), otherType,
                java.util.Arrays.copyOf(plain, 33),
                java.util.Arrays.copyOf(FrameBuilder.arp(MAC_A, MAC_B, MAC_A, IP_A, IP_B), 41));
        for (byte[] lie : lies) {
            assertEquals(forged, send(a, lie));
        }
        assertEquals(0, b.rxAvailable());
        assertEquals(lies.size(), a.counters().refused());
        assertEquals(lies.size(), root.account().packetsRefused());
        assertEquals(0, send(a, FrameBuilder.ipv4(MAC_A, MAC_B, Ipv4Address.ANY, IP_B, 10)));
        assertEquals(0, send(a, FrameBuilder.arp(MAC_A, MAC_B, MAC_A, Ipv4Address.ANY, IP_B)));
        assertEquals(0, send(a, plain));
    }

    @Test
    void shouldLetAStationForAnyAddressSendEverythingFromItsOwnMac() {
        Station any = root.net().allocStation(wire, MAC_C, Ipv4Address.ANY, "any");
        PacketBinding c = bind(any, Filters.acceptAll());
        PacketBinding b = bind(stationB, Filters.acceptAll());
        assertEquals(0, send(c, FrameBuilder.ipv4(MAC_C, MAC_B, IP_A, IP_B, 10)));
        assertEquals(ErrorCode.FORGED_SOURCE.refusal(),
                send(c, FrameBuilder.ipv4(MAC_A, MAC_B, IP_A, IP_B, 10)));
        assertEquals(1, b.rxAvailable());
    }

    @Test
    void shouldRefuseFramesAndSlotsBeyondTheLimits() {
        PacketBinding a = bind(stationA, Filters.acceptAll());
        PacketBinding b = bind(stationB, Filters.acceptAll());
        assertEquals(0, send(a, FrameBuilder.ipv4(MAC_A, MAC_B, IP_A, IP_B, 1480)));
        assertEquals(1514, b.rxLength(0), "the longest frame");
        int outside = ErrorCode.OUT_OF_RANGE.refusal();
        assertEquals(outside, a.tryCommit(0, 60), "not reserved");
        assertEquals(outside, a.tryCommit(-1, 60));
        assertEquals(outside, a.tryCommit(4, 60));
        assertEquals(ErrorCode.TOO_BIG.refusal(), a.tryCommit(a.tryReserve(), 1515));
        assertEquals(ErrorCode.TOO_BIG.refusal(), a.tryCommit(a.tryReserve(), 2049, 0, 0));
        assertEquals(outside,
                a.tryCommit(a.tryReserve(), 54, 0, Integer.MAX_VALUE - 200_000_000));
        assertEquals(outside, a.tryCommit(a.tryReserve(), 13));
        assertEquals(outside, a.tryCommit(a.tryReserve(), 54, -1, 10));
        assertEquals(outside, a.tryCommit(a.tryReserve(), 54, 64L * 4096 - 9, 10));
        assertEquals(outside, a.tryCommit(a.tryReserve(), 54, Long.MAX_VALUE, 10));
        assertEquals(outside, a.tryCommit(a.tryReserve(), 54, 0, -1));
        for (int i = 0; i < 4; i++) {
            assertTrue(a.tryReserve() >= 0, "each refused slot was given back");
        }
        assertEquals(ErrorCode.BUSY.refusal(), a.tryReserve());
        assertThrows(IndexOutOfBoundsException.class, () -> a.txOffset(4));
    }

    @Test
    void shouldRefuseUnsoundFilters() {
        ClassicProgram endless = ClassicProgram.parseDecimal("1, 5 0 0 4294967295");
        assertThrows(VerificationException.class, () -> bind(stationA, endless));
        assertTrue(root.account().objectsHeld() < 10);
        bind(stationA, Filters.acceptAll()); // the pages are not pinned by the refused one
    }

    @Test
    void shouldRefuseBadPlacements() {
        Window small = root.memory().bindWindow(RINGS.pages(4096));
        assertEquals(ErrorCode.STALE, assertThrows(ResourceException.class,
                () -> root.net().bind(stationA, Filters.acceptAll(), small, 0, RINGS)).code());
        small.allocPages(0, 5);
        assertEquals(ErrorCode.STALE, assertThrows(ResourceException.class,
                () -> root.net().bind(stationA, Filters.acceptAll(), small, 0, RINGS)).code());
        small.releasePages(0, 5); // nothing stayed pinned
        small.allocPages(0, 6);
        assertThrows(IndexOutOfBoundsException.class,
                () -> root.net().bind(stationA, Filters.acceptAll(), small, 1, RINGS));
        assertEquals(ErrorCode.OUT_OF_RANGE,
                assertThrows(ResourceException.class, () -> root.net()
                        .bind(stationA,
                                Filters.acceptAll(), small, 0, new RingSpec(8, 4, 1024)))
                        .code());
        PacketBinding bound = root.net().bind(stationA, Filters.acceptAll(), small, 0, RINGS);
        assertEquals(ErrorCode.BUSY, assertThrows(ResourceException.class,
                () -> small.releasePages(0, 1)).code());
        bound.close();
        bound.close(); // idempotent
        small.releasePages(0, 6);
        small.close();
    }

    @Test
    void shouldRefuseTakenAddresses() {
        assertEquals(ErrorCode.BUSY, assertThrows(ResourceException.class,
                () -> root.net().allocStation(wire, MAC_A, IP_C, "x")).code());
        assertEquals(ErrorCode.BUSY, assertThrows(ResourceException.class,
                () -> root.net().allocStation(wire, MAC_C, IP_A, "x")).code());
        assertThrows(IllegalArgumentException.class,
                () -> root.net().allocStation(wire, MacAddress.BROADCAST, IP_C, "x"));
        root.net().freeStation(stationA);
        root.net().allocStation(wire, MAC_A, IP_A, "again");
    }

    @Test
    void shouldCheckRights() {
        Station deaf = root.keys().derive(stationA, Rights.WRITE, "deaf");
        Station mute = root.keys().derive(stationB, Rights.READ, "mute");
        PacketBinding a = bind(deaf, Filters.acceptAll());
        PacketBinding b = bind(mute, Filters.acceptAll());
        assertEquals(0, send(a, FrameBuilder.ipv4(MAC_A, MAC_B, IP_A, IP_B, 10)));
        assertEquals(1, b.rxAvailable());
        assertEquals(ErrorCode.INSUFFICIENT.refusal(),
                send(b, FrameBuilder.ipv4(MAC_B, MAC_A, IP_B, IP_A, 10)));
        assertEquals(0, a.rxAvailable());
        assertThrows(CapabilityException.class, () -> root.net().freeStation(deaf));
    }

    @Test
    void shouldFallSilentWhenItsStationIsRevoked() {
        PacketBinding a = bind(stationA, Filters.acceptAll());
        Station derived = root.keys().derive(stationB, Rights.READ_WRITE, "derived");
        PacketBinding b = bind(derived, Filters.acceptAll());
        send(a, FrameBuilder.ipv4(MAC_A, MAC_B, IP_A, IP_B, 10));
        assertEquals(1, root.keys().revoke(stationB));
        send(a, FrameBuilder.ipv4(MAC_A, MAC_B, IP_A, IP_B, 20));
        assertEquals(1, b.rxAvailable(), "what was there stays, nothing comes");
        assertEquals(ErrorCode.REVOKED.refusal(),
                send(b, FrameBuilder.ipv4(MAC_B, MAC_A, IP_B, IP_A, 10)));
        assertEquals(ErrorCode.REVOKED, assertThrows(CapabilityException.class,
                () -> bind(derived, Filters.acceptAll())).code());
        b.close();
    }

    @Test
    void shouldCarryTrafficBetweenTwoEnvironments() throws InterruptedException {
        Station mine = root.keys().derive(stationB, Rights.ALL, "mine");
        CountDownLatch ready = new CountDownLatch(1);
        int frames = 5_000;
        EnvControl echo = root.createEnv(
                EnvSpec.named("echo").frames(16).grant("station", mine, Rights.READ_WRITE),
                env -> echo(env, ready, frames));
        assertTrue(ready.await(20, TimeUnit.SECONDS));
        PacketBinding a = bind(stationA, Filters.acceptAll());
        byte[] frame = FrameBuilder.ipv4(MAC_A, MAC_B, IP_A, IP_B, 64);
        int answered = 0;
        long retryAt = System.nanoTime();
        while (answered < frames) {
            if (System.nanoTime() >= retryAt) { // the echo drops when it is slow
                assertEquals(0, send(a, frame));
                retryAt = System.nanoTime() + 20_000_000;
            }
            root.upcalls().await(retryAt);
            int got = a.rxAvailable();
            if (got > 0) {
                a.rxRelease(got);
                answered += got;
                retryAt = System.nanoTime();
            }
        }
        TestEnv.end(echo, Duration.ofSeconds(10));
    }

    private static void echo(Env env, CountDownLatch ready, int frames) {
        Window own = env.memory().bindWindow(16);
        own.allocPages(0, 16);
        env.net()
                .bind(env.keys().find("station", Station.class),
                        Filters.acceptAll(), own, 0, RingSpec.of(8, 8));
        boolean[] stop = {false};
        env.upcalls().handler(new UpcallHandler() {
            @Override
            public void onPackets(PacketBinding from) {
                int count = from.rxAvailable();
                for (int i = 0; i < count; i++) {
                    int slot = from.tryReserve();
                    long out = from.txOffset(slot);
                    MemorySegment.copy(own.segment(), from.rxOffset(i), own.segment(), out,
                            from.rxLength(i));
                    FrameBuilder.ethernet(own.segment().asSlice(out, 64), MAC_B, MAC_A,
                            Ethernet.IPV4);
                    own.segment().set(Ethernet.INT, out + 26, IP_B.bits());
                    own.segment().set(Ethernet.INT, out + 30, IP_A.bits());
                    assertEquals(0, from.tryCommit(slot, from.rxLength(i)));
                }
                from.rxRelease(count);
                from.txFlush();
            }

            @Override
            public void onStopRequest() {
                stop[0] = true;
            }
        });
        ready.countDown();
        while (!stop[0]) {
            env.upcalls().await(Upcalls.NEVER);
        }
        assertTrue(env.account().packetsSent() >= frames - 16);
    }

    @Test
    void shouldBelongToTheThreadThatBoundIt() {
        PacketBinding a = bind(stationA, Filters.acceptAll());
        SideThread.start(() -> {
            for (Runnable call : List.<Runnable>of(a::rxAvailable, a::tryReserve, a::txFlush,
                    a::counters, a::close, () -> a.tryCommit(0, 14),
                    () -> a.tryCommitUncut(0, 54, 0, 0, 512))) {
                assertThrows(WrongThreadException.class, call::run);
            }
        }).join();
    }

    @Test
    void shouldRefuseLongSegmentsSinceAWireCutsNothing() {
        PacketBinding a = bind(stationA, Filters.acceptAll());
        assertEquals(0, stationA.maxUncutBytes());
        assertEquals(ErrorCode.OUT_OF_RANGE.refusal(), a.tryCommitUncut(0, 54, 0, 0, 512));
        int slot = a.tryReserve();
        assertEquals(ErrorCode.TOO_BIG.refusal(), a.tryCommitUncut(slot, 54, 0, 0, 512));
        assertEquals(ErrorCode.OUT_OF_RANGE.refusal(), a.tryCommitUncut(slot, 54, 0, 0, 512),
                "the slot was given back");
    }

    @Test
    void shouldTakePagesUnderARingByForceAndCloseTheBinding() throws InterruptedException {
        CountDownLatch holding = new CountDownLatch(1);
        CountDownLatch taken = new CountDownLatch(1);
        EnvControl child = root.createEnv(EnvSpec.named("ringed")
                .frames(6)
                .grant("station",
                        stationB, Rights.READ_WRITE),
                env -> {
                    Window own = env.memory().bindWindow(6);
                    own.allocPages(0, 6);
                    PacketBinding binding = env.net()
                            .bind(env.keys().find("station", Station.class),
                                    Filters.acceptAll(), own, 0, RINGS);
                    holding.countDown();
                    taken.await();
                    int slot = binding.tryReserve();
                    assertEquals(ErrorCode.REVOKED.refusal(), binding.tryCommit(slot, 60));
                    binding.close();
                });
        assertTrue(holding.await(20, TimeUnit.SECONDS));
        assertEquals(6, child.reclaimFrames(6, Duration.ofMillis(5)));
        PacketBinding a = bind(stationA, Filters.acceptAll());
        assertEquals(0, send(a, FrameBuilder.ipv4(MAC_A, MAC_B, IP_A, IP_B, 10)));
        taken.countDown();
        TestEnv.await(child);
    }
}
