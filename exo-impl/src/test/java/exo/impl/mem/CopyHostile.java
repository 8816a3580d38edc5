// SPDX-License-Identifier: Apache-2.0
package exo.impl.mem;

import exo.api.Env;
import exo.api.EnvControl;
import exo.api.EnvSpec;
import exo.api.ErrorCode;
import exo.api.ExoException;
import exo.api.Exokernel;
import exo.api.HostConfig;
import exo.api.Rights;
import exo.api.disk.BlockDevice;
import exo.api.disk.DiskConfig;
import exo.api.disk.Extent;
import exo.api.disk.ExtentQueue;
import exo.api.mem.Frames;
import exo.api.mem.MemoryConfig;
import exo.api.mem.Window;
import exo.api.net.Filters;
import exo.api.net.Ipv4Address;
import exo.api.net.MacAddress;
import exo.api.net.NetConfig;
import exo.api.net.NetDevice;
import exo.api.net.RingSpec;
import exo.api.net.Station;
import exo.impl.kernel.TestEnv;
import exo.testkit.Seed;
import exo.testkit.Seeds;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static exo.impl.cap.Refusals.refusal;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Can a copy-on-write view reach what is not its own, or make the kernel lose a frame? */
@ExtendWith(Seeds.class)
class CopyHostile {
    private static final int FRAMES = 512;
    private static final int UNSETTLED = ErrorCode.UNSETTLED.refusal();

    private final Exokernel kernel = Exokernel.boot(HostConfig.minimal()
            .memory(MemoryConfig.frames(FRAMES))
            .disk(DiskConfig.temporary("disk0", 1 << 21)
                    .queue(DiskConfig.QueueBackend.PREAD))
            .net(NetConfig.wire("wire0")));
    private final Env root = kernel.rootEnv();
    private final long pageBytes = root.memory().pageBytes();

    @AfterEach
    void closeKernel() {
        kernel.close();
    }

    private void assertNothingLost() {
        assertEquals(0, root.account().framesHeld());
        Window all = root.memory().bindWindow(FRAMES);
        all.allocPages(0, FRAMES);
        all.close();
    }

    @Test
    void shouldRefuseTransfersOnUnsettledPages() {
        Window window = root.memory().bindWindow(32);
        window.allocPages(0, 32);
        window.segment().set(JAVA_LONG, 0, 1);
        Frames frozen = root.memory().snapshot(window, 0, 8, "frozen");
        window.segment().set(JAVA_LONG, 0, 2);
        BlockDevice disk = root.keys().find("disk0", BlockDevice.class);
        Extent extent = root.disk().allocExtent(disk, "", 8);
        try (ExtentQueue queue = root.disk().bindQueue(disk, window, 8)) {
            int bound = queue.bind(extent);
            assertEquals(UNSETTLED, queue.tryWrite(bound, 0, 1, window.page(0), 0));
            assertEquals(UNSETTLED, queue.tryRead(bound, 0, 1, window.page(1), 0));
            assertEquals(0, queue.tryRead(bound, 0, 1, window.page(8), 0), "a page beside them");
            queue.await(1, Long.MAX_VALUE);
            assertTrue(queue.next());
            assertEquals(ErrorCode.UNSETTLED,
                    refusal(() -> root.memory().snapshot(window, 7, 2, "again")));
            assertEquals(ErrorCode.UNSETTLED,
                    refusal(() -> root.memory().share(window, 0, 1, Rights.READ, "x")));
            assertEquals(UNSETTLED, window.tryReturnPage(window.page(0)));
            window.settle(0, 1);
            assertEquals(0, queue.tryWrite(bound, 0, 1, window.page(0), 0));
            queue.await(1, Long.MAX_VALUE);
            assertTrue(queue.next());
            assertEquals(0, queue.tryRead(bound, 0, 1, window.page(9), 0));
            queue.await(1, Long.MAX_VALUE);
            assertTrue(queue.next());
            assertEquals(2, window.segment().get(JAVA_LONG, 9 * pageBytes), "what the view held");
        }
        NetDevice wire = root.keys().find("wire0", NetDevice.class);
        Station station = root.net()
                .allocStation(wire, MacAddress.parse("02:00:00:00:00:0a"),
                        Ipv4Address.parse("10.0.0.1"), "station");
        RingSpec rings = RingSpec.of(4, 4);
        assertEquals(ErrorCode.UNSETTLED, refusal(
                () -> root.net().bind(station, Filters.acceptAll(), window, 1, rings)));
        window.settle(1, 7);
        root.net().bind(station, Filters.acceptAll(), window, 1, rings).close();
        root.keys().drop(frozen);
        window.close();
        assertNothingLost();
    }

    @Test
    void shouldRefuseToFreezeWhatOthersCanWrite() {
        Window window = root.memory().bindWindow(16);
        window.allocPages(0, 8);
        Frames shared = root.memory().share(window, 3, 1, Rights.READ_WRITE, "shared");
        assertEquals(ErrorCode.BUSY, refusal(() -> root.memory().snapshot(window, 0, 4, "s")));
        BlockDevice disk = root.keys().find("disk0", BlockDevice.class);
        try (ExtentQueue queue = root.disk().bindQueue(disk, window, 4)) {
            int bound = queue.bind(root.disk().allocExtent(disk, "", 8));
            assertEquals(0, queue.tryRead(bound, 0, 1, window.page(5), 0));
            assertEquals(ErrorCode.BUSY,
                    refusal(() -> root.memory().snapshot(window, 4, 4, "s")));
        }
        root.keys().drop(shared);
        Frames frozen = root.memory().snapshot(window, 0, 4, "s");
        assertEquals(Rights.READ.and(Rights.GRANT).and(Rights.REVOKE), frozen.rights());
        assertEquals(ErrorCode.INSUFFICIENT, refusal(() -> window.map(8, frozen, 0, 1)),
                "a writable window shows no frozen frame itself");
        assertEquals(12, root.account().framesHeld());
    }

    @Test
    void shouldRefuseWithoutEffect() throws InterruptedException {
        Window window = root.memory().bindWindow(FRAMES);
        window.allocPages(0, 4);
        window.tryReturnPage(window.page(3));
        Window readOnly = root.memory().bindWindow(4, Rights.READ);
        List<Runnable> stale = List.of(() -> root.memory().snapshot(window, 3, 1, "x"),
                () -> root.memory().snapshot(window, 3, 2, "x"),
                () -> root.memory().snapshot(window, 10, 1, "x"));
        stale.forEach(call -> assertEquals(ErrorCode.STALE, refusal(call)));
        assertThrows(IllegalStateException.class,
                () -> root.memory().snapshot(readOnly, 0, 1, "x"));
        assertThrows(IllegalArgumentException.class,
                () -> root.memory().snapshot(window, 0, 0, "x"));
        for (int wrong : new int[]{-1, Integer.MIN_VALUE, Integer.MAX_VALUE, FRAMES}) {
            assertThrows(IndexOutOfBoundsException.class,
                    () -> root.memory().snapshot(window, wrong, 1, "x"));
            assertThrows(IndexOutOfBoundsException.class, () -> window.settle(wrong, 1));
            assertThrows(IndexOutOfBoundsException.class, () -> window.isUnsettled(wrong));
        }
        Frames shared = root.memory().share(window, 1, 1, Rights.ALL, "shared");
        assertThrows(IllegalArgumentException.class, () -> window.mapCopy(10, shared, 0, 1));
        assertEquals(ErrorCode.ALREADY_EXISTS,
                refusal(() -> root.memory().snapshot(window, 0, 1, "shared")));
        assertEquals(4, root.account().framesHeld() + root.account().framesIdle());
        Frames frozen = root.memory().snapshot(window, 0, 1, "frozen");
        assertThrows(IllegalStateException.class, () -> readOnly.mapCopy(0, frozen, 0, 1));
        assertThrows(IndexOutOfBoundsException.class, () -> window.mapCopy(10, frozen, 0, 2));
        assertThrows(IndexOutOfBoundsException.class, () -> window.mapCopy(10, frozen, 1, 1));
        assertThrows(IllegalArgumentException.class, () -> window.mapCopy(10, frozen, 0, 0));
        assertEquals(ErrorCode.BUSY, refusal(() -> window.mapCopy(1, frozen, 0, 1)));
        Window rest = root.memory().bindWindow(FRAMES);
        rest.allocPages(0, FRAMES - 5);
        assertEquals(ErrorCode.QUOTA, refusal(() -> window.mapCopy(10, frozen, 0, 1)));
        assertEquals(ErrorCode.QUOTA, refusal(() -> root.memory().snapshot(rest, 0, 1, "q")));
        assertEquals(-1, window.frame(10));
        window.settle(0, 1); // the frame that was set aside is there, though the pool is full
        TestEnv.run(root, EnvSpec.named("stranger"), env -> {
            assertThrows(WrongThreadException.class, () -> window.settle(0, 1));
            assertThrows(WrongThreadException.class, () -> window.mapCopy(9, frozen, 0, 1));
            assertThrows(WrongThreadException.class,
                    () -> root.memory().snapshot(window, 0, 1, "x"));
            Window own = env.memory().bindWindow(1);
            assertEquals(ErrorCode.FOREIGN, refusal(() -> own.mapCopy(0, frozen, 0, 1)));
        });
        root.keys().drop(frozen);
        assertEquals(ErrorCode.REVOKED, refusal(() -> window.mapCopy(10, frozen, 0, 1)));
        window.close();
        assertThrows(IllegalStateException.class, () -> window.settle(0, 1));
        assertThrows(IllegalStateException.class,
                () -> root.memory().snapshot(window, 0, 1, "x"));
        rest.close();
        readOnly.close();
        assertNothingLost();
    }

    @Test
    void shouldTakeViewsAndSnapshotsByForce() throws InterruptedException {
        CountDownLatch ready = new CountDownLatch(1);
        CountDownLatch taken = new CountDownLatch(1);
        EnvControl child = root.createEnv(EnvSpec.named("deaf").frames(24), env -> {
            Window window = env.memory().bindWindow(8);
            window.allocPages(0, 8);
            window.segment().fill((byte) 5);
            Frames frozen = env.memory().snapshot(window, 0, 8, "frozen");
            Window copy = env.memory().bindWindow(8);
            copy.mapCopy(0, frozen, 0, 8);
            window.guarantee(0, 8, true);
            copy.segment().fill((byte) 6);
            ready.countDown();
            taken.await();
            assertEquals(0, copy.segment().get(JAVA_LONG, 0), "views went first");
            assertTrue(!frozen.isLive(), "then the frozen frames");
            for (int page = 0; page < 8; page++) {
                assertEquals(0x0505_0505_0505_0505L,
                        window.segment().get(JAVA_LONG, page * pageBytes));
                assertTrue(window.isUnsettled(page));
            }
            assertEquals(8, env.account().framesHeld());
            window.settle(0, 8);
        });
        ready.await();
        assertEquals(16, child.reclaimFrames(12, Duration.ZERO), "frozen frames go together");
        taken.countDown();
        TestEnv.await(child);
        assertNothingLost();
    }

    @Test
    void shouldCountViewsThatGoWithTheirSnapshot() throws InterruptedException {
        CountDownLatch ready = new CountDownLatch(1);
        CountDownLatch taken = new CountDownLatch(1);
        EnvControl child = root.createEnv(EnvSpec.named("deaf").frames(4), env -> {
            Window window = env.memory().bindWindow(2);
            window.allocPages(0, 2);
            Window copy = env.memory().bindWindow(1);
            copy.mapCopy(0, env.memory().snapshot(window, 0, 1, "frozen"), 0, 1);
            copy.guarantee(0, 1, true);
            window.guarantee(0, 2, true);
            ready.countDown();
            taken.await();
            assertEquals(-1, copy.frame(0), "it went with what it is a view of");
            assertTrue(window.frame(1) >= 0, "which was enough");
        });
        ready.await();
        assertEquals(2, child.reclaimFrames(2, Duration.ZERO));
        taken.countDown();
        TestEnv.await(child);
        assertNothingLost();
    }

    @Test
    void shouldNotLetSnapshotsHideFramesFromForce() throws InterruptedException {
        CountDownLatch ready = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(1);
        EnvControl child = root.createEnv(EnvSpec.named("hider").frames(16), env -> {
            Window window = env.memory().bindWindow(8);
            window.allocPages(0, 8);
            env.memory().snapshot(window, 0, 8, "frozen");
            window.close();
            ready.countDown();
            done.await();
            assertEquals(0, env.account().framesHeld());
        });
        ready.await();
        child.reclaimFrames(16, Duration.ZERO);
        done.countDown();
        TestEnv.await(child);
        assertNothingLost();
    }

    /** Copies, writes, settles, drops at random, and looks whether a copy holds what it should. */
    private void copyAtRandom(Env env, RandomGenerator random, AtomicBoolean stop) {
        int pages = 16;
        Window window = env.memory().bindWindow(pages);
        Window copy = env.memory().bindWindow(pages);
        long mark = random.nextLong() | 1;
        Frames frozen = null;
        while (!stop.get()) {
            int page = random.nextInt(pages);
            try {
                switch (random.nextInt(8)) {
                    case 0 -> window.allocPages(page, 1);
                    case 1 -> window.releasePages(page, 1);
                    case 2 -> {
                        if (frozen == null || !frozen.isLive()) {
                            frozen = env.memory().snapshot(window, page, 1, "s");
                        }
                    }
                    case 3 -> {
                        if (frozen != null) {
                            copy.mapCopy(page, frozen, 0, 1);
                        }
                    }
                    case 4 -> copy.settle(page, 1);
                    case 5 -> window.settle(page, 1);
                    case 6 -> copy.releasePages(page, 1);
                    default -> {
                        if (frozen != null && frozen.isLive()) {
                            env.keys().drop(frozen);
                        }
                    }
                }
                env.upcalls().poll();
            } catch (ExoException e) {
                if (e.code() == ErrorCode.ENV_ENDED) {
                    return;
                }
                assertTrue(List
                        .of(ErrorCode.BUSY, ErrorCode.QUOTA, ErrorCode.STALE, ErrorCode.REPOSSESSED,
                                ErrorCode.REVOKED, ErrorCode.UNSETTLED, ErrorCode.ALREADY_EXISTS)
                        .contains(e.code()), e.getMessage());
            }
            for (Window each : List.of(window, copy)) {
                long at = random.nextInt(pages) * pageBytes + random.nextInt(512) * 8L;
                long seen = each.segment().get(JAVA_LONG, at);
                assertTrue(seen == 0 || seen == mark, () -> "reads " + seen + " at " + at);
                each.segment().set(JAVA_LONG, at, mark);
            }
        }
    }

    @Test
    void shouldLoseNothingWhateverComesBetween(Seed seed) {
        long deadline = System.nanoTime() + 3_000_000_000L;
        RandomGenerator random = seed.random();
        while (System.nanoTime() < deadline) {
            AtomicBoolean stop = new AtomicBoolean();
            List<EnvControl> children = List.of(1, 2, 3)
                    .stream()
                    .map(i -> {
                        long salt = random.nextLong();
                        return root.createEnv(EnvSpec.named("env-" + i).frames(60),
                                env -> copyAtRandom(env, new Seed(salt).random(), stop));
                    })
                    .toList();
            for (int i = 0; i < 30; i++) {
                TestEnv.takeFrame(children.get(random.nextInt(3)),
                        Duration.ofNanos(random.nextInt(3) * 100_000L));
            }
            stop.set(random.nextBoolean()); // or the end comes in the middle
            children.forEach(child -> TestEnv.end(child, Duration.ofMillis(50)));
            stop.set(true);
            assertNothingLost();
        }
    }
}
