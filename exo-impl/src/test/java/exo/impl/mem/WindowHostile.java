// SPDX-License-Identifier: Apache-2.0
package exo.impl.mem;

import exo.api.Env;
import exo.api.EnvControl;
import exo.api.EnvSpec;
import exo.api.ErrorCode;
import exo.api.Exokernel;
import exo.api.HostConfig;
import exo.api.ResourceException;
import exo.api.Rights;
import exo.api.disk.BlockDevice;
import exo.api.disk.DiskConfig;
import exo.api.disk.Extent;
import exo.api.disk.ExtentQueue;
import exo.api.mem.Frames;
import exo.api.mem.MemoryConfig;
import exo.api.mem.Pages;
import exo.api.mem.Window;
import exo.impl.kernel.TestEnv;
import exo.testkit.Seed;
import exo.testkit.Seeds;
import exo.testkit.self.SideThread;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static exo.impl.cap.Refusals.refusal;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Can an environment reach memory that is not its own, or make the kernel lose a frame? */
@ExtendWith(Seeds.class)
class WindowHostile {
    private static final int FRAMES = 512;
    private static final int STALE = ErrorCode.STALE.refusal();

    private final Exokernel kernel = Exokernel.boot(HostConfig.minimal()
            .memory(MemoryConfig.frames(FRAMES))
            .disk(DiskConfig.temporary("disk0", 1 << 21)
                    .queue(DiskConfig.QueueBackend.PREAD)));
    private final Env root = kernel.rootEnv();
    private final long pageBytes = root.memory().pageBytes();

    @AfterEach
    void closeKernel() {
        kernel.close();
    }

    // ---- names

    @Test
    void shouldRefuseEveryNameButTheCurrentOne(Seed seed) {
        RandomGenerator random = seed.random();
        Window window = root.memory().bindWindow(8);
        window.allocPages(0, 4);
        List<Long> old = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            long name = window.page(i % 4);
            assertEquals(0, window.tryReturnPage(name));
            assertEquals(STALE, window.tryReturnPage(name), "a second time");
            old.add(name);
            assertTrue(window.tryTakePage() >= 0);
            for (long stale : old) {
                assertEquals(STALE, window.tryReturnPage(stale));
                assertFalse(window.isLive(stale));
            }
        }
        long current = window.page(1);
        for (int i = 0; i < 100_000; i++) {
            long guess = switch (i % 4) {
                case 0 -> random.nextLong();
                case 1 -> Pages.name(random.nextInt(8), random.nextLong());
                case 2 -> current ^ (1L << random.nextInt(64));
                default -> -random.nextInt(100);
            };
            if (guess != window.page(Math.floorMod(Pages.index(guess), 8))) {
                assertEquals(STALE, window.tryReturnPage(guess), "guess " + guess);
                assertFalse(window.isLive(guess));
            }
        }
        assertEquals(4, root.account().framesHeld());
    }

    @Test
    void shouldForgetNamesWhenAPageIsMappedAgain() {
        Window window = root.memory().bindWindow(2);
        window.allocPages(0, 1);
        long first = window.page(0);
        window.releasePages(0, 1);
        assertFalse(window.isLive(first));
        window.allocPages(0, 1);
        assertFalse(window.isLive(first));
        assertEquals(STALE, window.tryReturnPage(first));
        assertTrue(window.isLive(window.page(0)));
    }

    // ---- arguments

    @Test
    void shouldRefuseNumbersThatOverflow() {
        Window window = root.memory().bindWindow(8);
        window.allocPages(0, 2);
        int[] wrong = {-1, Integer.MIN_VALUE, Integer.MAX_VALUE, 9};
        for (int number : wrong) {
            assertThrows(IndexOutOfBoundsException.class, () -> window.page(number));
            assertThrows(IndexOutOfBoundsException.class, () -> window.frame(number));
            assertThrows(IndexOutOfBoundsException.class, () -> window.hostFrame(number));
            assertThrows(IndexOutOfBoundsException.class, () -> window.allocPages(number, 1));
            assertThrows(IndexOutOfBoundsException.class,
                    () -> window.allocPagesAt(number, 1, 100));
            assertThrows(IndexOutOfBoundsException.class, () -> window.releasePages(number, 1));
            assertThrows(RuntimeException.class, () -> window.allocPages(2, number));
            assertThrows(RuntimeException.class, () -> window.releasePages(0, number));
            assertThrows(RuntimeException.class,
                    () -> root.memory().share(window, 0, number, Rights.READ, "x"));
            assertThrows(RuntimeException.class,
                    () -> root.memory().share(window, number, 1, Rights.READ, "x"));
        }
        for (int frame : new int[]{-1, FRAMES, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            assertEquals(ErrorCode.OUT_OF_RANGE,
                    refusal(() -> window.allocPagesAt(2, 1, frame)));
            assertThrows(IndexOutOfBoundsException.class,
                    () -> root.memory().isFreeFrame(frame));
        }
        for (int pages : new int[]{0, -1, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
            assertThrows(IllegalArgumentException.class, () -> root.memory().bindWindow(pages));
        }
        assertEquals(2, root.account().framesHeld());
        assertEquals(FRAMES - 2, root.memory().freeFrameCount());
    }

    @Test
    void shouldNotShareNothing() {
        Window window = root.memory().bindWindow(2);
        window.allocPages(0, 2);
        assertThrows(IllegalArgumentException.class,
                () -> root.memory().share(window, 0, 0, Rights.READ, "nothing"));
        assertThrows(ResourceException.class, () -> root.keys().find("nothing", Frames.class));
        Frames frames = root.memory().share(window, 0, 2, Rights.READ_WRITE, "two");
        Window other = root.memory().bindWindow(4);
        for (int[] wrong : new int[][]{{0, 3}, {2, 1}, {-1, 1}, {0, -1}, {1, Integer.MAX_VALUE},
                {Integer.MIN_VALUE, 1}}) {
            assertThrows(IndexOutOfBoundsException.class,
                    () -> other.map(0, frames, wrong[0], wrong[1]));
        }
        assertThrows(IllegalArgumentException.class, () -> other.map(0, frames, 0, 0));
        assertThrows(IndexOutOfBoundsException.class, () -> other.map(3, frames, 0, 2));
        assertEquals(-1, other.frame(0));
        assertThrows(IndexOutOfBoundsException.class, () -> frames.frame(2));
        assertThrows(IndexOutOfBoundsException.class, () -> frames.frame(-1));
    }

    // ---- threads

    private void assertWrongThread(Window window, long name, Frames frames) {
        List<Runnable> calls = List.of(() -> window.allocPages(2, 1),
                () -> window.allocPagesAt(2, 1, 100), () -> window.map(2, frames, 0, 1),
                () -> window.releasePages(0, 1), window::tryTakePage,
                () -> window.tryReturnPage(name), () -> window.page(0), () -> window.isLive(name),
                () -> window.frame(0), () -> window.hostFrame(0), window::close);
        for (int i = 0; i < calls.size(); i++) {
            assertThrows(WrongThreadException.class, calls.get(i)::run, "call " + i);
        }
    }

    @Test
    void shouldRefuseForeignThreadsWithoutEffect() {
        Window window = root.memory().bindWindow(4);
        window.allocPages(0, 2);
        Frames frames = root.memory().share(window, 1, 1, Rights.READ_WRITE, "f");
        long name = window.page(0);
        TestEnv.run(root, EnvSpec.named("stranger").frames(4), env -> {
            assertWrongThread(window, name, frames);
            assertThrows(IllegalArgumentException.class,
                    () -> env.memory().share(window, 0, 1, Rights.READ, "stolen"));
            assertThrows(WrongThreadException.class, () -> root.memory().bindWindow(1));
            assertThrows(WrongThreadException.class, () -> root.memory().freeFrameCount());
        });
        SideThread.start(() -> {
            assertWrongThread(window, name, frames);
            assertThrows(WrongThreadException.class,
                    () -> root.memory().share(window, 0, 1, Rights.READ, "stolen"));
        }).join();
        assertEquals(name, window.page(0));
        assertEquals(2, root.account().framesHeld());
        assertEquals(-1, window.frame(2));
    }

    // ---- after the end

    @Test
    void shouldRefuseEverythingAfterClose() {
        Window window = root.memory().bindWindow(4);
        window.allocPages(0, 2);
        Window source = root.memory().bindWindow(1);
        source.allocPages(0, 1);
        Frames frames = root.memory().share(source, 0, 1, Rights.READ_WRITE, "f");
        long name = window.page(0);
        window.tryReturnPage(window.page(1));
        window.close();
        window.close();
        for (Runnable call : List.<Runnable>of(() -> window.allocPages(2, 1),
                () -> window.allocPagesAt(2, 1, 100), () -> window.map(2, frames, 0, 1),
                () -> window.releasePages(0, 1), () -> window.page(0), () -> window.isLive(name),
                () -> window.frame(0), () -> window.hostFrame(0),
                () -> window.segment().get(JAVA_LONG, 0),
                () -> window.segment().set(JAVA_LONG, 0, 1L),
                () -> root.memory().share(window, 0, 1, Rights.READ, "x"))) {
            assertThrows(IllegalStateException.class, call::run);
        }
        assertEquals(STALE, window.tryReturnPage(name));
        assertEquals(Pages.NONE, window.tryTakePage());
        assertEquals(1, root.account().framesHeld());
    }

    @Test
    void shouldNotLetALeakedSegmentOutliveItsEnvironment() {
        AtomicReference<java.lang.foreign.MemorySegment> leaked = new AtomicReference<>();
        AtomicReference<Env> leakedEnv = new AtomicReference<>();
        TestEnv.run(root, EnvSpec.named("careless").frames(2), env -> {
            Window window = env.memory().bindWindow(2);
            window.allocPages(0, 2);
            leaked.set(window.segment());
            leakedEnv.set(env);
        });
        assertThrows(IllegalStateException.class, () -> leaked.get().get(JAVA_LONG, 0));
        assertThrows(WrongThreadException.class, () -> leakedEnv.get().memory().bindWindow(1));
    }

    // ---- repossession against the owner

    /**
     * A frame is being taken while a transfer holds another page of the same window; the owner
     * releases or remaps the pages that are not held.
     */
    @Test
    void shouldNotLoseFramesThatAreReleasedWhileTheyAreTaken() throws InterruptedException {
        CountDownLatch pinned = new CountDownLatch(1);
        AtomicBoolean reclaimed = new AtomicBoolean();
        BlockDevice disk = root.keys().find("disk0", BlockDevice.class);
        Extent extent = root.disk().allocExtent(disk, "", 8);
        EnvControl child = root.createEnv(EnvSpec.named("owner")
                .frames(16)
                .grant("x", extent, Rights.READ_WRITE), env -> {
                    Window window = env.memory().bindWindow(16);
                    window.allocPages(0, 16);
                    try (ExtentQueue queue = env.disk()
                            .bindQueue(
                                    env.keys().find("x", Extent.class), window, 4)) {
                        assertEquals(0, queue.tryRead(0, 0, 1, window.page(15), 0));
                        pinned.countDown();
                        // Not submitted: the repossession has to wait for it, or to kill the queue.
                        while (window.page(14) != Pages.NONE) {
                            assertTrue(queue.inFlight() > 0);
                        }
                        window.releasePages(10, 5);
                        ErrorCode refused = refusal(() -> window.allocPages(10, 5));
                        assertTrue(refused == ErrorCode.BUSY || refused == ErrorCode.QUOTA);
                    }
                    while (!reclaimed.get()) {
                        env.upcalls().poll();
                    }
                    for (int page = 0; page < 8; page++) {
                        window.segment().set(JAVA_LONG, page * pageBytes, 7);
                    }
                    assertTrue(env.account().framesHeld() <= 8);
                });
        assertTrue(pinned.await(20, TimeUnit.SECONDS));
        child.reclaimFrames(8, Duration.ZERO);
        reclaimed.set(true);
        TestEnv.await(child);
        assertEquals(FRAMES, root.memory().freeFrameCount());
        assertEquals(0, root.account().framesHeld());
    }

    @Test
    void shouldCountFramesThatAreBeingAllocatedWhenItReclaims() {
        for (int round = 0; round < 30; round++) {
            AtomicBoolean stop = new AtomicBoolean();
            EnvControl child = root.createEnv(EnvSpec.named("restless").frames(FRAMES), env -> {
                Window window = env.memory().bindWindow(FRAMES);
                while (!stop.get()) {
                    int may = env.quota().frames();
                    try {
                        window.allocPages(0, Math.max(1, may));
                        window.segment().fill((byte) 0x33);
                    } catch (ResourceException e) {
                        assertEquals(ErrorCode.QUOTA, e.code());
                    }
                    window.releasePages(0, FRAMES);
                }
            });
            Window mine = root.memory().bindWindow(FRAMES);
            for (int taken = 0; taken < FRAMES; taken += 64) {
                child.reclaimFrames(64, Duration.ZERO);
                mine.allocPages(taken, 64); // the quota says that they are there
                for (int page = taken; page < taken + 64; page++) {
                    assertEquals(0, mine.segment().get(JAVA_LONG, page * pageBytes));
                }
            }
            stop.set(true);
            TestEnv.await(child);
            mine.close();
            assertEquals(FRAMES, root.memory().freeFrameCount());
        }
    }

    @Test
    void shouldTakeIdleFramesBeforeThoseInUse() throws InterruptedException {
        CountDownLatch ready = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(1);
        EnvControl child = root.createEnv(EnvSpec.named("idler").frames(4), env -> {
            Window window = env.memory().bindWindow(4);
            window.allocPages(0, 4);
            window.tryReturnPage(window.page(1));
            ready.countDown();
            done.await(); // deaf to the request
            assertEquals(-1, window.frame(1));
            assertTrue(window.page(3) != Pages.NONE && window.page(0) != Pages.NONE);
        });
        assertTrue(ready.await(20, TimeUnit.SECONDS));
        assertEquals(1, child.reclaimFrames(1, Duration.ZERO));
        assertEquals(0, child.account().framesIdle());
        assertEquals(3, child.account().framesHeld());
        done.countDown();
        TestEnv.await(child);
    }

    @Test
    void shouldTreatDeadlinesThatOverflowAsVeryLate() throws InterruptedException {
        CountDownLatch done = new CountDownLatch(1);
        EnvControl child = root.createEnv(EnvSpec.named("rich").frames(8), env -> done.await());
        Duration endless = Duration.ofSeconds(Long.MAX_VALUE);
        assertEquals(0, child.reclaimFrames(4, endless));
        assertEquals(0, child.reclaimFrames(2, Duration.ofSeconds(Long.MIN_VALUE)));
        assertEquals(ErrorCode.OUT_OF_RANGE, refusal(() -> child.reclaimFrames(3, endless)));
        done.countDown();
        assertTrue(child.awaitExit(endless).isPresent());
        assertTrue(child.end(endless).failure().isEmpty());
        assertEquals(FRAMES, root.quota().frames());
        Window window = root.memory().bindWindow(FRAMES);
        window.allocPages(0, FRAMES);
    }

    // ---- foreign bytes

    /** Fills its pages with its own number, and looks for anybody else's. */
    private void guard(Env env, long number, RandomGenerator random, AtomicBoolean stop) {
        int pages = 48;
        Window window = env.memory().bindWindow(pages);
        while (!stop.get()) {
            int page = random.nextInt(pages);
            try {
                switch (random.nextInt(5)) {
                    case 0 -> window.allocPages(page, 1);
                    case 1 -> window.releasePages(page, 1);
                    case 2 -> window.tryReturnPage(window.page(page));
                    case 3 -> window.tryTakePage();
                    default -> env.upcalls().poll();
                }
            } catch (ResourceException e) {
                assertTrue(e.code() == ErrorCode.BUSY || e.code() == ErrorCode.QUOTA
                        || e.code() == ErrorCode.ENV_ENDED, e.getMessage());
                if (e.code() == ErrorCode.ENV_ENDED) {
                    return;
                }
            }
            for (int i = 0; i < 8; i++) {
                long at = random.nextInt(pages) * pageBytes + random.nextInt(512) * 8L;
                long seen = window.segment().get(JAVA_LONG, at);
                assertTrue(seen == 0 || seen == number,
                        () -> "env " + number + " reads " + seen + " at " + at);
                window.segment().set(JAVA_LONG, at, number);
            }
        }
    }

    @Test
    void shouldNeverShowForeignBytes(Seed seed) {
        long deadline = System.nanoTime() + 3_000_000_000L;
        RandomGenerator random = seed.random();
        long number = 1;
        while (System.nanoTime() < deadline) {
            AtomicBoolean stop = new AtomicBoolean();
            List<EnvControl> children = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                long own = number++;
                long salt = random.nextLong();
                children.add(root.createEnv(EnvSpec.named("env-" + own).frames(100).threads(2),
                        env -> {
                            env.startThread("second", inner -> guard(inner, own,
                                    new Seed(salt + 1).random(), stop));
                            guard(env, own, new Seed(salt).random(), stop);
                        }));
            }
            for (int i = 0; i < 40; i++) {
                TestEnv.takeFrame(children.get(random.nextInt(4)),
                        Duration.ofNanos(random.nextInt(3) * 100_000L));
            }
            stop.set(true);
            children.forEach(TestEnv::await);
            assertEquals(FRAMES, root.memory().freeFrameCount());
        }
    }

    @Test
    void shouldEndSharedMappingsWithTheOwnersPages() {
        Window window = root.memory().bindWindow(4);
        window.allocPages(0, 4);
        window.segment().fill((byte) 0x11);
        Frames frames = root.memory().share(window, 0, 4, Rights.READ_WRITE, "shared");
        TestEnv.run(root, EnvSpec.named("reader").frames(4).grant("f", frames, Rights.READ),
                env -> {
                    Frames mine = env.keys().find("f", Frames.class);
                    Window writable = env.memory().bindWindow(4);
                    assertEquals(ErrorCode.INSUFFICIENT,
                            refusal(() -> writable.map(0, mine, 0, 4)));
                    Window view = env.memory().bindWindow(4, Rights.READ);
                    view.map(0, mine, 0, 4);
                    assertEquals(0x1111_1111_1111_1111L, view.segment().get(JAVA_LONG, 0));
                    assertThrows(IllegalArgumentException.class,
                            () -> view.segment().set(JAVA_LONG, 0, 1L));
                    assertEquals(STALE, view.tryReturnPage(view.page(0)), "not its own frame");
                    assertEquals(ErrorCode.STALE, refusal(
                            () -> env.memory().share(view, 0, 1, Rights.READ, "again")));
                    assertEquals(0, env.account().framesHeld());
                });
        window.releasePages(0, 4);
        assertFalse(frames.isLive());
    }
}
