// SPDX-License-Identifier: Apache-2.0
package exo.impl.mem;

import exo.api.Env;
import exo.api.EnvControl;
import exo.api.EnvSpec;
import exo.api.ErrorCode;
import exo.api.Exokernel;
import exo.api.HostConfig;
import exo.api.RepossessedException;
import exo.api.ResourceKind;
import exo.api.Rights;
import exo.api.disk.BlockDevice;
import exo.api.disk.DiskConfig;
import exo.api.disk.ExtentQueue;
import exo.api.mem.Frames;
import exo.api.mem.MemoryConfig;
import exo.api.mem.Pages;
import exo.api.mem.SoftTlb;
import exo.api.mem.Window;
import exo.api.net.Filters;
import exo.api.net.Ipv4Address;
import exo.api.net.MacAddress;
import exo.api.net.NetConfig;
import exo.api.net.NetDevice;
import exo.api.net.PacketBinding;
import exo.api.net.RingSpec;
import exo.api.net.Station;
import exo.api.upcall.Repossession;
import exo.impl.kernel.TestEnv;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static exo.impl.cap.Refusals.refusal;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What a libOS notes of its pages: protection, marks, soft bits. */
class PageNotesTest {
    private static final int PROTECTED = ErrorCode.PROTECTED.refusal();

    private final Exokernel kernel = Exokernel.boot(HostConfig.minimal()
            .memory(MemoryConfig.frames(64))
            .disk(DiskConfig.temporary("disk0", 1 << 21)
                    .queue(DiskConfig.QueueBackend.PREAD))
            .net(NetConfig.wire("wire0")));
    private final Env root = kernel.rootEnv();
    private final Window window = root.memory().bindWindow(64);

    @AfterEach
    void closeKernel() {
        kernel.close();
    }

    // ---- protection

    @Test
    void shouldHoldProtectionAgainstTransfers() {
        window.allocPages(0, 4);
        window.protect(0, 1, Rights.NONE);
        window.protect(1, 1, Rights.READ);
        assertEquals(Rights.NONE, window.protection(0));
        assertEquals(Rights.READ, window.protection(1));
        assertEquals(Rights.READ_WRITE, window.protection(2));
        BlockDevice disk = root.keys().find("disk0", BlockDevice.class);
        try (ExtentQueue queue = root.disk().bindQueue(disk, window, 8)) {
            int extent = queue.bind(root.disk().allocExtent(disk, "", 8));
            assertEquals(PROTECTED, queue.tryWrite(extent, 0, 1, window.page(0), 0));
            assertEquals(PROTECTED, queue.tryRead(extent, 0, 1, window.page(0), 0));
            assertEquals(0, queue.tryWrite(extent, 0, 1, window.page(1), 0));
            assertEquals(PROTECTED, queue.tryRead(extent, 0, 1, window.page(1), 0));
            assertEquals(ErrorCode.BUSY,
                    refusal(() -> window.protect(0, 4, Rights.READ_WRITE)), "a transfer on it");
            assertEquals(Rights.NONE, window.protection(0), "no effect");
            queue.await(1, Long.MAX_VALUE);
            assertTrue(queue.next());
            window.protect(0, 4, Rights.READ_WRITE);
            assertEquals(0, queue.tryRead(extent, 0, 1, window.page(0), 0));
        }
        window.protect(2, 1, Rights.NONE);
        window.releasePages(2, 1);
        window.allocPages(2, 1);
        assertEquals(Rights.READ_WRITE, window.protection(2), "a new use of the page");
    }

    @Test
    void shouldHoldProtectionAgainstSends() {
        window.allocPages(0, 20);
        NetDevice wire = root.keys().find("wire0", NetDevice.class);
        MacAddress mac = MacAddress.parse("02:00:00:00:00:0a");
        Station station = root.net().allocStation(wire, mac, Ipv4Address.parse("10.0.0.1"), "s");
        window.protect(9, 1, Rights.READ);
        RingSpec rings = RingSpec.of(4, 4);
        assertEquals(ErrorCode.PROTECTED, refusal(
                () -> root.net().bind(station, Filters.acceptAll(), window, 8, rings)));
        try (PacketBinding binding = root.net()
                .bind(station, Filters.acceptAll(), window, 0, rings)) {
            assertEquals(ErrorCode.BUSY, refusal(() -> window.protect(0, 1, Rights.NONE)));
            long payload = 15L * root.memory().pageBytes();
            assertEquals(0, send(binding, mac, payload));
            window.protect(14, 1, Rights.NONE);
            assertEquals(0, send(binding, mac, payload));
            assertEquals(PROTECTED, send(binding, mac, payload - 1), "its first byte");
            assertEquals(PROTECTED, send(binding, mac, payload - 1000));
            window.protect(14, 1, Rights.READ);
            assertEquals(0, send(binding, mac, payload - 1));
        }
    }

    private int send(PacketBinding binding, MacAddress from, long payload) {
        int slot = binding.tryReserve();
        long at = binding.txOffset(slot);
        for (int i = 0; i < 6; i++) {
            window.segment().set(JAVA_BYTE, at + i, (byte) -1);
            window.segment()
                    .set(JAVA_BYTE, at + 6 + i,
                            (byte) (from.bits() >> (40 - 8 * i)));
        }
        window.segment().set(JAVA_BYTE, at + 12, (byte) 8); // IPv4, from 0.0.0.0
        return binding.tryCommit(slot, 14, payload, 200);
    }

    @Test
    void shouldRefuseToProtectWhatShowsVoid() {
        window.allocPages(0, 2);
        assertEquals(ErrorCode.STALE, refusal(() -> window.protect(1, 2, Rights.READ)));
        assertEquals(Rights.READ_WRITE, window.protection(1));
        for (Rights wrong : new Rights[]{Rights.WRITE, Rights.ALL, Rights.GRANT}) {
            assertThrows(IllegalArgumentException.class, () -> window.protect(0, 1, wrong));
        }
        for (int wrong : new int[]{-1, 64, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            assertThrows(IndexOutOfBoundsException.class,
                    () -> window.protect(wrong, 1, Rights.READ));
            assertThrows(IndexOutOfBoundsException.class, () -> window.protection(wrong));
            assertThrows(IndexOutOfBoundsException.class, () -> window.softBits(wrong));
            assertThrows(IndexOutOfBoundsException.class, () -> window.softBits(wrong, 1));
            assertThrows(IndexOutOfBoundsException.class,
                    () -> window.guarantee(wrong, 1, true));
        }
        window.close();
        assertThrows(IllegalStateException.class, () -> window.protect(0, 1, Rights.READ));
        assertThrows(IllegalStateException.class, () -> window.softBits(0));
        assertThrows(IllegalStateException.class, () -> window.guarantee(0, 1, true));
    }

    @Test
    void shouldBelongToTheThreadOfTheWindow() {
        window.allocPages(0, 1);
        TestEnv.run(root, EnvSpec.named("stranger"), env -> {
            assertThrows(WrongThreadException.class, () -> window.protect(0, 1, Rights.READ));
            assertThrows(WrongThreadException.class, () -> window.guarantee(0, 1, true));
            assertThrows(WrongThreadException.class, () -> window.softBits(0, 1));
            assertThrows(WrongThreadException.class, () -> window.trackWrites(true));
            assertThrows(WrongThreadException.class,
                    () -> window.collectReferenced(0, 1, new long[1]));
            assertThrows(WrongThreadException.class,
                    () -> window.bindTlb(1, (tlb, address, access) -> {}));
        });
        assertEquals(0, window.softBits(0));
    }

    // ---- soft bits

    @Test
    void shouldKeepSoftBitsWhileAPageIsMapped() {
        window.allocPages(0, 3);
        assertEquals(0, window.softBits(1));
        window.softBits(1, 0xdead_beef);
        window.tryReturnPage(window.page(1));
        assertEquals(1, Pages.index(window.tryTakePage()));
        Frames frozen = root.memory().snapshot(window, 1, 1, "s");
        window.settle(1, 1);
        root.keys().drop(frozen);
        assertEquals(0xdead_beef, window.softBits(1));
        window.releasePages(1, 1);
        window.allocPages(1, 1);
        assertEquals(0, window.softBits(1));
    }

    // ---- marks

    @Test
    void shouldMarkNoMorePagesThanTheQuotaGuarantees() {
        TestEnv.run(root, EnvSpec.named("marker").frames(4), env -> {
            Window first = env.memory().bindWindow(4);
            Window second = env.memory().bindWindow(4);
            first.allocPages(0, 3);
            second.allocPages(0, 1);
            first.guarantee(0, 3, true);
            second.guarantee(0, 1, true); // all four
            first.guarantee(0, 3, true); // no more than before
            second.guarantee(0, 1, true);
            first.releasePages(2, 1);
            second.allocPages(1, 1);
            second.guarantee(1, 1, true); // the mark went with the page
            second.guarantee(0, 2, false);
            second.guarantee(0, 2, false);
            second.guarantee(0, 2, true);
            assertEquals(ErrorCode.STALE, refusal(() -> second.guarantee(2, 1, false)));
        });
        window.allocPages(0, 1);
        assertEquals(ErrorCode.STALE, refusal(() -> window.guarantee(0, 2, true)));
        Frames shared = root.memory().share(window, 0, 1, Rights.READ, "s");
        Window view = root.memory().bindWindow(1, Rights.READ);
        view.map(0, shared, 0, 1);
        assertEquals(ErrorCode.STALE, refusal(() -> view.guarantee(0, 1, true)),
                "somebody else's frame");
    }

    @Test
    void shouldRefuseMarksPastTheGuarantee() {
        TestEnv.run(root, EnvSpec.named("marker").frames(2).extraFrames(2), env -> {
            Window own = env.memory().bindWindow(4);
            own.allocPages(0, 4);
            own.guarantee(0, 2, true);
            assertEquals(ErrorCode.QUOTA, refusal(() -> own.guarantee(2, 1, true)));
            assertEquals(ErrorCode.QUOTA, refusal(() -> own.guarantee(1, 2, true)));
            own.guarantee(1, 1, false);
            own.guarantee(1, 1, true); // the refused ones left nothing
        });
    }

    @Test
    void shouldKeepMarksWhenTheQuotaShrinks() throws InterruptedException {
        CountDownLatch marked = new CountDownLatch(1);
        CountDownLatch lowered = new CountDownLatch(1);
        EnvControl child = root.createEnv(EnvSpec.named("marker").frames(2).extraFrames(2), env -> {
            Window own = env.memory().bindWindow(4);
            own.allocPages(0, 4);
            own.guarantee(0, 2, true);
            marked.countDown();
            lowered.await();
            own.guarantee(0, 2, true); // two of one that is guaranteed now
            assertEquals(ErrorCode.QUOTA, refusal(() -> own.guarantee(2, 1, true)));
        });
        marked.await();
        child.reclaimFrames(1, Duration.ZERO);
        lowered.countDown();
        TestEnv.await(child);
    }

    @Test
    void shouldTakeMarkedPagesLast() throws InterruptedException {
        CountDownLatch ready = new CountDownLatch(1);
        CountDownLatch some = new CountDownLatch(1);
        CountDownLatch seen = new CountDownLatch(1);
        CountDownLatch more = new CountDownLatch(1);
        EnvControl child = root.createEnv(EnvSpec.named("deaf").frames(8), env -> {
            Window older = env.memory().bindWindow(4);
            Window newer = env.memory().bindWindow(4);
            older.allocPages(0, 4);
            newer.allocPages(0, 4);
            newer.guarantee(2, 2, true);
            older.tryReturnPage(older.page(0));
            ready.countDown();
            some.await();
            assertEquals(-1, older.frame(0), "idle first");
            assertEquals(-1, newer.frame(1), "then from the window bound last");
            assertEquals(-1, newer.frame(0));
            assertEquals(-1, older.frame(3));
            assertTrue(older.frame(2) >= 0 && newer.frame(2) >= 0 && newer.frame(3) >= 0);
            seen.countDown();
            more.await();
            assertTrue(older.frame(1) < 0 && newer.frame(3) < 0);
            assertTrue(newer.frame(2) >= 0, "one is left");
            newer.guarantee(2, 1, false);
        });
        ready.await();
        assertEquals(4, child.reclaimFrames(4, Duration.ZERO));
        some.countDown();
        seen.await();
        assertEquals(3, child.reclaimFrames(3, Duration.ZERO));
        more.countDown();
        TestEnv.await(child);
    }

    /** As share and snapshot meet it, if a page goes while they are under way. */
    @Test
    void shouldNameThePageOfARunThatWasLost() {
        TestEnv.run(root, EnvSpec.named("user").frames(4), env -> {
            KernelWindow own = (KernelWindow) env.memory().bindWindow(4);
            own.allocPages(0, 4);
            int[] frames = own.copies().freezable(0, 4);
            own.copies().checkShown(0, frames);
            assertEquals(1, ((KernelMemory) env.memory()).repossess(1));
            Repossession entry = env.upcalls().repossessions(true).getFirst();
            assertEquals(3, entry.place());
            assertEquals(entry, assertThrows(RepossessedException.class,
                    () -> own.copies().checkShown(0, frames)).entry());
            assertEquals(entry, assertThrows(RepossessedException.class,
                    () -> own.copies().freeze(0, frames)).entry());
        });
    }

    @Test
    void shouldSayHowAPageWasLostUntilItIsReleased() throws InterruptedException {
        CountDownLatch ready = new CountDownLatch(1);
        CountDownLatch taken = new CountDownLatch(1);
        EnvControl child = root.createEnv(EnvSpec.named("user").frames(4), env -> {
            Window own = env.memory().bindWindow(4);
            own.allocPages(0, 4);
            long name = own.page(3);
            SoftTlb tlb = own.bindTlb(4, (self, at, access) -> {
                throw new AssertionError("no miss is expected");
            });
            ready.countDown();
            taken.await();
            List<Runnable> uses = List.of(
                    () -> own.protect(3, 1, Rights.READ),
                    () -> own.guarantee(2, 2, true),
                    () -> env.memory().share(own, 3, 1, Rights.READ, "late"),
                    () -> env.memory().snapshot(own, 3, 1, "late"),
                    () -> tlb.insert(0, name, Rights.READ));
            Repossession entry = env.upcalls().repossessions(true).getFirst();
            for (Runnable use : uses) {
                RepossessedException said = assertThrows(RepossessedException.class, use::run);
                assertEquals(entry, said.entry(), "although it was cleared");
                assertEquals(ErrorCode.REPOSSESSED, said.code());
            }
            own.releasePages(3, 1);
            for (Runnable use : uses) {
                assertEquals(ErrorCode.STALE, refusal(use));
            }
            own.guarantee(0, 3, true); // the refused marks left no trace
        });
        ready.await();
        assertEquals(1, child.reclaimFrames(1, Duration.ZERO));
        taken.countDown();
        TestEnv.await(child);
    }

    @Test
    void shouldForgetALossWhenThePageShowsAFrameAgain() throws InterruptedException {
        CountDownLatch ready = new CountDownLatch(1);
        CountDownLatch taken = new CountDownLatch(1);
        EnvControl child = root.createEnv(EnvSpec.named("user").frames(4), env -> {
            Window own = env.memory().bindWindow(4);
            own.allocPages(0, 2);
            ready.countDown();
            taken.await();
            own.allocPages(1, 1);
            own.protect(1, 1, Rights.READ);
            own.releasePages(1, 1);
            assertEquals(ErrorCode.STALE, refusal(() -> own.protect(1, 1, Rights.READ)));
        });
        ready.await();
        assertEquals(1, child.reclaimFrames(3, Duration.ZERO));
        child.give(ResourceKind.FRAMES, 1);
        taken.countDown();
        TestEnv.await(child);
    }
}
