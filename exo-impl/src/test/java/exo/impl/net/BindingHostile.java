// SPDX-License-Identifier: Apache-2.0
package exo.impl.net;

import exo.api.EnvSpec;
import exo.api.ErrorCode;
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
import exo.impl.kernel.TestEnv;
import exo.testkit.Seed;
import exo.testkit.Seeds;
import exo.testkit.self.SideThread;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static exo.impl.cap.Refusals.refusal;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Can a sender speak for another, or a ring be made to hold what is not its own? On the wire. */
@ExtendWith(Seeds.class)
class BindingHostile extends WireCase {
    private static final int OUTSIDE = ErrorCode.OUT_OF_RANGE.refusal();
    private static final int FORGED = ErrorCode.FORGED_SOURCE.refusal();

    BindingHostile() {
        super(60);
    }

    private PacketBinding bind(Station station, int page) {
        return root.net().bind(station, Filters.acceptAll(), window, page, RINGS);
    }

    @Test
    void shouldRefuseSlotsThatAreNotReserved() {
        PacketBinding a = bind(stationA, 0);
        for (int slot : new int[]{0, 3, 4, -1, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            assertEquals(OUTSIDE, a.tryCommit(slot, 60));
        }
        int slot = put(a, FrameBuilder.ipv4(MAC_A, MAC_B, IP_A, IP_B, 10));
        assertEquals(0, a.tryCommit(slot, 44));
        assertEquals(OUTSIDE, a.tryCommit(slot, 44), "committed twice");
        for (int i = 0; i < 4; i++) {
            assertTrue(a.tryReserve() >= 0);
        }
        assertEquals(ErrorCode.BUSY.refusal(), a.tryReserve());
        for (int wrong : new int[]{-1, 4, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            assertThrows(IndexOutOfBoundsException.class, () -> a.txOffset(wrong));
        }
    }

    @Test
    void shouldRefuseLengthsThatOverflowOrLeaveTheWindow() {
        PacketBinding a = bind(stationA, 0);
        PacketBinding b = bind(stationB, 10);
        long end = window.segment().byteSize();
        long[][] wrong = {{13, 0, 0}, {0, 0, 0}, {-1, 0, 0}, {Integer.MIN_VALUE, 0, 0},
                {14, -1, 1}, {14, end, 1}, {14, end - 1, 2}, {14, Long.MAX_VALUE, 1},
                {14, Long.MIN_VALUE, 1}, {14, 0, -1}, {14, 0, Integer.MIN_VALUE},
                {14, end + 1, 0}};
        for (long[] each : wrong) {
            int slot = put(a, FrameBuilder.ipv4(MAC_A, MAC_B, IP_A, IP_B, 10));
            assertEquals(OUTSIDE, a.tryCommit(slot, (int) each[0], each[1], (int) each[2]),
                    each[0] + ", " + each[1] + ", " + each[2]);
        }
        int[][] tooBig = {{2049, 0}, {1515, 0}, {Integer.MAX_VALUE, 0}, {14, 1501},
                {1514, 1}, {Integer.MAX_VALUE, 100_000}, {14, 200_000}};
        for (int[] each : tooBig) {
            int slot = put(a, FrameBuilder.ipv4(MAC_A, MAC_B, IP_A, IP_B, 10));
            assertEquals(ErrorCode.TOO_BIG.refusal(), a.tryCommit(slot, each[0], 0, each[1]));
        }
        int slot = put(a, FrameBuilder.ipv4(MAC_A, MAC_B, IP_A, IP_B, 1480));
        assertEquals(0, a.tryCommit(slot, 1514), "the longest");
        assertEquals(1, b.rxAvailable());
        assertEquals(wrong.length + tooBig.length, a.counters().refused());
    }

    @Test
    void shouldRefuseIndicesThatAreNotThere() {
        PacketBinding a = bind(stationA, 0);
        PacketBinding b = bind(stationB, 10);
        a.tryCommit(put(a, FrameBuilder.ipv4(MAC_A, MAC_B, IP_A, IP_B, 10)), 44);
        for (int wrong : new int[]{-1, 1, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            assertThrows(IndexOutOfBoundsException.class, () -> b.rxOffset(wrong));
            assertThrows(IndexOutOfBoundsException.class, () -> b.rxLength(wrong));
        }
        for (int wrong : new int[]{-1, 2, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            assertThrows(IndexOutOfBoundsException.class, () -> b.rxRelease(wrong));
        }
        assertEquals(1, b.rxAvailable());
        b.rxRelease(0);
        b.rxRelease(1);
        assertThrows(IndexOutOfBoundsException.class, () -> b.rxRelease(1));
    }

    @Test
    void shouldLeaveNoPinBehindARefusedRing() {
        long objects = root.account().objectsHeld();
        assertEquals(ErrorCode.STALE, refusal(() -> bind(stationA, 58)), "pages 60 are void");
        for (int page : new int[]{-1, 59, 64, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            assertThrows(RuntimeException.class, () -> bind(stationA, page));
        }
        assertThrows(VerificationException.class, () -> root.net()
                .bind(stationA,
                        ClassicProgram.parseDecimal("1, 5 0 0 4294967295"), window, 0, RINGS));
        assertEquals(ErrorCode.OUT_OF_RANGE, refusal(() -> root.net()
                .bind(stationA,
                        Filters.acceptAll(), window, 0, new RingSpec(8, 8, 1024))));
        Window readOnly = root.memory().bindWindow(8, Rights.READ);
        assertThrows(IllegalArgumentException.class, () -> root.net()
                .bind(stationA,
                        Filters.acceptAll(), readOnly, 0, RINGS));
        assertEquals(objects + 1, root.account().objectsHeld());
        window.releasePages(0, 60);
        window.close();
    }

    @Test
    void shouldKeepThePagesOfARing() {
        PacketBinding a = bind(stationA, 0);
        int pages = RINGS.pages(root.memory().pageBytes());
        assertEquals(ErrorCode.BUSY, refusal(() -> window.releasePages(pages - 1, 1)));
        assertEquals(ErrorCode.BUSY.refusal(), window.tryReturnPage(window.page(0)));
        assertEquals(ErrorCode.BUSY, refusal(window::close));
        window.releasePages(pages, 1);
        a.close();
        a.close();
        window.releasePages(0, pages);
        window.close();
    }

    @Test
    void shouldRefuseForeignThreadsWithoutEffect() {
        PacketBinding a = bind(stationA, 0);
        int slot = put(a, FrameBuilder.ipv4(MAC_A, MAC_B, IP_A, IP_B, 10));
        Runnable attack = () -> {
            for (Runnable call : List.<Runnable>of(a::rxAvailable, () -> a.rxOffset(0),
                    () -> a.rxLength(0), () -> a.rxRelease(0), a::tryReserve,
                    () -> a.tryCommit(slot, 44), a::txFlush, a::counters, a::close)) {
                assertThrows(WrongThreadException.class, call::run);
            }
        };
        SideThread.start(attack::run).join();
        TestEnv.run(root, EnvSpec.named("stranger").frames(16), env -> {
            attack.run();
            Window own = env.memory().bindWindow(16);
            own.allocPages(0, 16);
            assertEquals(ErrorCode.FOREIGN, refusal(() -> env.net()
                    .bind(stationA,
                            Filters.acceptAll(), own, 0, RINGS)));
            assertEquals(ErrorCode.FOREIGN,
                    refusal(() -> env.net().allocStation(wire, MAC_B, IP_B, "x")));
            assertEquals(ErrorCode.FOREIGN, refusal(() -> env.net().freeStation(stationA)));
        });
        TestEnv.run(root, EnvSpec.named("guest").frames(16).grant("s", stationB, Rights.READ),
                env -> {
                    Station mine = env.keys().find("s", Station.class);
                    assertThrows(IllegalArgumentException.class, () -> env.net()
                            .bind(mine,
                                    Filters.acceptAll(), window, 20, RINGS),
                            "somebody else's window");
                });
        assertEquals(0, a.tryCommit(slot, 44));
    }

    @Test
    void shouldBeSilentAfterItsEnd() {
        PacketBinding a = bind(stationA, 0);
        PacketBinding b = bind(stationB, 10);
        int early = b.tryReserve();
        a.tryCommit(put(a, FrameBuilder.ipv4(MAC_A, MAC_B, IP_A, IP_B, 10)), 44);
        root.net().freeStation(stationB);
        window.segment().asSlice(10 * 4096L, 8 * 2048).fill((byte) 0);
        a.tryCommit(put(a, FrameBuilder.ipv4(MAC_A, MAC_B, IP_A, IP_B, 10)), 44);
        for (byte each : window.segment().asSlice(10 * 4096L, 8 * 2048).toArray(JAVA_BYTE)) {
            assertEquals(0, each);
        }
        assertEquals(ErrorCode.REVOKED.refusal(), b.tryCommit(early, 44));
        assertEquals(1, b.counters().received());
        b.close();
        b.close();
    }

    /** Every frame that is taken as A's is compared with what the rule says. */
    @Test
    void shouldLetNoForgedSourceThrough(Seed seed) {
        RandomGenerator random = seed.random();
        PacketBinding a = bind(stationA, 0);
        PacketBinding b = bind(stationB, 10);
        int let = 0;
        for (int i = 0; i < 30_000; i++) {
            byte[] frame = random.nextBoolean()
                    ? FrameBuilder.ipv4(MAC_A, MAC_B, IP_A, IP_B, 20)
                    : FrameBuilder.arp(MAC_A, MAC_B, MAC_A, IP_A, IP_B);
            for (int flips = random.nextInt(3); flips > 0; flips--) {
                frame[6 + random.nextInt(36)] ^= (byte) (1 << random.nextInt(8));
            }
            int length = random.nextInt(8) == 0 ? 14 + random.nextInt(29) : frame.length;
            int refusal = a.tryCommit(put(a, frame), length);
            assertEquals(speaksForA(frame, length) ? 0 : FORGED, refusal, "frame " + i);
            let += refusal == 0 ? 1 : 0;
            b.rxRelease(b.rxAvailable());
        }
        assertTrue(let > 5000);
    }

    private static long number(byte[] frame, int at, int bytes) {
        long value = 0;
        for (int i = 0; i < bytes; i++) {
            value = (value << 8) | (frame[at + i] & 0xff);
        }
        return value;
    }

    private static boolean speaksForA(byte[] frame, int length) {
        if (number(frame, 6, 6) != MAC_A.bits()) {
            return false;
        }
        long ipv4 = IP_A.bits() & 0xffff_ffffL;
        if (number(frame, 12, 2) == 0x0800) {
            long source = length < 34 ? -1 : number(frame, 26, 4);
            return source == ipv4 || source == 0;
        }
        return number(frame, 12, 2) == 0x0806 && length >= 42
                && number(frame, 14, 6) == 0x0001_0800_0604L
                && number(frame, 22, 6) == MAC_A.bits()
                && (number(frame, 28, 4) == ipv4 || number(frame, 28, 4) == 0);
    }

    /** A second thread changes the source while the kernel reads: what arrives is still A's. */
    @Test
    void shouldSendWhatItCheckedThoughTheRingIsOverwritten() {
        PacketBinding a = bind(stationA, 0);
        PacketBinding b = bind(stationB, 10);
        byte[] honest = FrameBuilder.ipv4(MAC_A, MAC_B, IP_A, IP_B, 20);
        AtomicBoolean stop = new AtomicBoolean();
        MemorySegment ring = window.segment().asSlice(8 * 2048, 4 * 2048);
        SideThread changer = SideThread.start(() -> {
            while (!stop.get()) {
                for (int slot = 0; slot < 4; slot++) {
                    byte changed = ring.get(JAVA_BYTE, slot * 2048 + 11);
                    ring.set(JAVA_BYTE, slot * 2048 + 11, (byte) (changed ^ 1));
                    ring.set(JAVA_BYTE, slot * 2048 + 29, (byte) (changed & 3));
                }
            }
        });
        int received = 0;
        int forged = 0;
        // On a busy machine the changer may not run for a while.
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        for (int i = 0; i < 200_000
                || ((received == 0 || forged == 0) && System.nanoTime() - deadline < 0); i++) {
            forged += a.tryCommit(put(a, honest), honest.length) == FORGED ? 1 : 0;
            while (b.rxAvailable() > 0) {
                byte[] frame = window.segment()
                        .asSlice(b.rxOffset(0), b.rxLength(0))
                        .toArray(JAVA_BYTE);
                assertTrue(speaksForA(frame, frame.length), "frame " + i);
                received++;
                b.rxRelease(1);
            }
        }
        stop.set(true);
        changer.join();
        assertTrue(received > 0 && forged > 0, received + " received, " + forged + " refused");
    }

    @Test
    void shouldRefuseAddressesThatAreTaken() {
        for (Object[] taken : new Object[][]{{MAC_A, IP_B}, {MAC_A, Ipv4Address.ANY},
                {MacAddress.parse("02:00:00:00:00:0c"), IP_A}}) {
            assertEquals(ErrorCode.BUSY, refusal(() -> root.net()
                    .allocStation(wire,
                            (MacAddress) taken[0], (Ipv4Address) taken[1], "c")));
        }
        root.net().freeStation(stationA);
        assertEquals(ErrorCode.REVOKED, refusal(() -> root.net().freeStation(stationA)));
        root.net().allocStation(wire, MAC_A, IP_A, "a");
    }
}
