// SPDX-License-Identifier: Apache-2.0
package exo.impl.disk;

import exo.api.Env;
import exo.api.EnvControl;
import exo.api.EnvSpec;
import exo.api.ErrorCode;
import exo.api.Exokernel;
import exo.api.HostConfig;
import exo.api.ResourceException;
import exo.api.ResourceKind;
import exo.api.Rights;
import exo.api.disk.BlockDevice;
import exo.api.disk.DiskConfig;
import exo.api.disk.DiskConfig.QueueBackend;
import exo.api.disk.Extent;
import exo.api.disk.ExtentQueue;
import exo.api.mem.Window;
import exo.api.revoke.Notice;
import exo.api.upcall.Upcalls;
import exo.impl.cap.PinnableWindow;
import exo.impl.kernel.TestEnv;
import exo.testkit.Seed;
import exo.testkit.Seeds;
import exo.testkit.self.OwnProcess;
import exo.testkit.self.SideThread;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static exo.impl.cap.Refusals.refusal;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Can an environment reach blocks that are not its own, or move bytes through what is gone? */
@ExtendWith(Seeds.class)
class ExtentHostile {
    private static final int REVOKED = ErrorCode.REVOKED.refusal();

    private Exokernel kernel;
    private Env root;
    private BlockDevice disk;
    private Window window;

    private void boot(QueueBackend backend) {
        kernel = Exokernel.boot(HostConfig.minimal()
                .disk(DiskConfig.temporary("disk0", 4 << 20).queue(backend)));
        root = kernel.rootEnv();
        disk = root.keys().find("disk0", BlockDevice.class);
        window = root.memory().bindWindow(64);
        window.allocPages(0, 64);
    }

    @AfterEach
    void closeKernel() {
        if (kernel != null) {
            kernel.close();
        }
    }

    private static void finish(ExtentQueue queue) {
        while (queue.inFlight() > 0) {
            queue.await(1, Upcalls.NEVER);
            while (queue.next()) {
                assertTrue(queue.result() > 0 || queue.result() < 0);
            }
        }
    }

    private long[] contentOf(Extent extent) {
        long[] words = new long[(int) extent.blockCount()];
        try (ExtentQueue queue = root.disk().bindQueue(extent, window, 4)) {
            for (int block = 0; block < words.length; block++) {
                assertEquals(0, queue.tryRead(0, block, 1, window.page(63), 0));
                finish(queue);
                words[block] = window.segment().get(JAVA_LONG, 63L * 4096 + 8);
            }
        }
        return words;
    }

    private void fill(Extent extent, long value) {
        window.segment().asSlice(62L * 4096, 4096).fill((byte) value);
        try (ExtentQueue queue = root.disk().bindQueue(extent, window, 4)) {
            for (int block = 0; block < extent.blockCount(); block++) {
                assertEquals(0, queue.tryWrite(0, block, 1, window.page(62), 0));
                finish(queue);
            }
        }
    }

    /** Does a thread that never ends keep the image or the pool by the ring it has? */
    @ParameterizedTest
    @EnumSource(names = {"IO_URING", "PREAD"})
    void shouldLetTheHostGoAlthoughAThreadOfAnEndedEnvironmentGoesOn(QueueBackend backend,
            @TempDir Path folder) throws InterruptedException {
        long rings = rings();
        HostConfig config = HostConfig.minimal()
                .disk(DiskConfig.at("disk0", folder.resolve("image"))
                        .bytes(4 << 20)
                        .queue(backend));
        CountDownLatch reading = new CountDownLatch(1);
        CountDownLatch let = new CountDownLatch(1);
        try {
            kernel = Exokernel.boot(config);
            root = kernel.rootEnv();
            disk = root.keys().find("disk0", BlockDevice.class);
            Extent extent = root.disk().allocExtent(disk, "", 4);
            EnvControl control = root.createEnv(EnvSpec.named("stays")
                    .frames(4)
                    .grant("x", extent, Rights.READ), env -> {
                        Window pages = env.memory().bindWindow(4);
                        pages.allocPages(0, 4);
                        ExtentQueue queue = env.disk()
                                .bindQueue(env.keys().find("x", Extent.class), pages, 4);
                        queue.tryRead(0, 0, 4, pages.page(0), 1);
                        queue.submit();
                        reading.countDown();
                        while (let.getCount() > 0) { // whoever interrupts it
                            LockSupport.parkNanos(1_000_000);
                            Thread.interrupted();
                        }
                    });
            assertTrue(reading.await(20, TimeUnit.SECONDS));
            control.end(Duration.ZERO);
            kernel.close();
            Exokernel.boot(config).close();
            assertEquals(rings, rings(), "the ring holds the file and the frames");
            assertEquals(1, let.getCount(), "the thread is there still");
        } finally {
            let.countDown();
        }
    }

    private static long rings() {
        return OwnProcess.mappings(line -> line.contains("io_uring"));
    }

    /** Is a page lost for ever whose transfer the kernel killed to take another? */
    @ParameterizedTest
    @EnumSource(names = {"IO_URING", "PREAD"})
    void shouldLetGoOfPagesWhenAKilledQueueIsClosed(QueueBackend backend)
            throws InterruptedException {
        boot(backend);
        Extent extent = root.disk().allocExtent(disk, "", 4);
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch taken = new CountDownLatch(1);
        EnvControl child = root.createEnv(EnvSpec.named("child")
                .frames(2)
                .grant("extent", extent,
                        Rights.READ_WRITE),
                env -> {
                    Window own = env.memory().bindWindow(2);
                    own.allocPages(0, 2);
                    Extent granted = env.keys().find("extent", Extent.class);
                    ExtentQueue queue = env.disk().bindQueue(granted, own, 4);
                    assertEquals(0, queue.tryWrite(0, 0, 1, own.page(0), 1));
                    assertEquals(0, queue.tryWrite(0, 1, 1, own.page(1), 2));
                    entered.countDown();
                    taken.await();
                    assertEquals(REVOKED, queue.tryWrite(0, 0, 1, own.page(0), 3));
                    queue.close();
                    own.releasePages(0, 2);
                    own.allocPages(1, 1);
                    try (ExtentQueue next = env.disk().bindQueue(granted, own, 4)) {
                        assertEquals(0, next.tryWrite(0, 1, 1, own.page(1), 4));
                        finish(next);
                    }
                });
        assertTrue(entered.await(20, TimeUnit.SECONDS));
        assertEquals(1, child.reclaimFrames(1, Duration.ZERO));
        taken.countDown();
        TestEnv.await(child);
    }

    /** A frame is taken after a transfer has pinned it, and before the transfer is entered. */
    @ParameterizedTest
    @EnumSource(names = {"IO_URING", "PREAD"})
    void shouldEnterNoTransferOnAFrameThatIsTakenInBetween(QueueBackend backend)
            throws InterruptedException {
        boot(backend);
        Extent extent = root.disk().allocExtent(disk, "", 4);
        CountDownLatch pinned = new CountDownLatch(1);
        CountDownLatch taken = new CountDownLatch(1);
        EnvControl child = root.createEnv(EnvSpec.named("child")
                .frames(1)
                .grant("extent", extent, Rights.READ_WRITE),
                env -> {
                    Window own = env.memory().bindWindow(1);
                    own.allocPages(0, 1);
                    Extent granted = env.keys().find("extent", Extent.class);
                    Window slow = afterPin(own, () -> {
                        pinned.countDown();
                        taken.await();
                    });
                    try (ExtentQueue queue = env.disk().bindQueue(granted, slow, 4)) {
                        assertEquals(REVOKED, queue.tryRead(0, 0, 1, own.page(0), 1));
                        assertEquals(0, queue.inFlight());
                    }
                });
        pinned.await();
        assertEquals(1, child.reclaim(ResourceKind.FRAMES, 1, Notice.NONE).forced());
        taken.countDown();
        TestEnv.await(child);
    }

    /** What happens between two steps of a transfer. */
    private interface Between {
        void run() throws InterruptedException;
    }

    /** {@return the window, which does something whenever it has pinned a page} */
    private static Window afterPin(Window real, Between between) {
        return (Window) Proxy.newProxyInstance(Window.class.getClassLoader(),
                new Class<?>[]{Window.class, PinnableWindow.class}, (proxy, method, arguments) -> {
                    Object answer = method.invoke(real, arguments);
                    if (method.getName().equals("tryPin") && (int) answer >= 0) {
                        between.run();
                    }
                    return answer;
                });
    }

    @ParameterizedTest
    @EnumSource(names = {"IO_URING", "PREAD"})
    void shouldRefuseEverythingAfterClose(QueueBackend backend) {
        boot(backend);
        Extent extent = root.disk().allocExtent(disk, "", 4);
        ExtentQueue queue = root.disk().bindQueue(extent, window, 4);
        assertEquals(0, queue.tryRead(0, 0, 1, window.page(0), 1));
        queue.close();
        queue.close();
        assertEquals(REVOKED, queue.tryRead(0, 0, 1, window.page(0), 1));
        assertEquals(REVOKED, queue.tryWrite(0, 0, 1, window.page(0), 1));
        assertEquals(REVOKED, queue.tryFlush(0, 1));
        assertFalse(queue.next());
        assertEquals(0, queue.inFlight());
        assertThrows(IllegalStateException.class, queue::submit);
        assertThrows(IllegalStateException.class, () -> queue.await(0, 0));
        assertThrows(IllegalStateException.class, () -> queue.bind(extent));
        assertThrows(IllegalStateException.class, () -> queue.unbind(0));
        window.releasePages(0, 1); // nothing pins it
        assertTrue(root.keys().all().contains(extent));
    }

    @ParameterizedTest
    @EnumSource(names = {"IO_URING", "PREAD"})
    void shouldRefuseForeignThreadsWithoutEffect(QueueBackend backend) {
        boot(backend);
        Extent extent = root.disk().allocExtent(disk, "", 4);
        ExtentQueue queue = root.disk().bindQueue(extent, window, 4);
        long page = window.page(0);
        Runnable attack = () -> {
            for (Runnable call : List.<Runnable>of(() -> queue.tryRead(0, 0, 1, page, 1),
                    () -> queue.tryWrite(0, 0, 1, page, 1), () -> queue.tryFlush(0, 1),
                    queue::submit, () -> queue.await(0, 0), queue::next, () -> queue.bind(extent),
                    () -> queue.unbind(0), queue::close)) {
                assertThrows(WrongThreadException.class, call::run);
            }
            assertThrows(WrongThreadException.class,
                    () -> root.disk().bindQueue(extent, window, 1));
        };
        SideThread.start(attack::run).join();
        TestEnv.run(root, EnvSpec.named("stranger").frames(1), env -> {
            attack.run();
            Window own = env.memory().bindWindow(1);
            assertEquals(ErrorCode.FOREIGN, refusal(() -> env.disk().bindQueue(disk, own, 1)));
        });
        assertEquals(0, queue.inFlight());
        assertEquals(0, queue.tryRead(0, 0, 1, page, 1));
        queue.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"IO_URING", "PREAD"})
    void shouldReachNoBlockOutsideWhateverTheNumbers(QueueBackend backend, Seed seed) {
        boot(backend);
        RandomGenerator random = seed.random();
        Extent before = root.disk().allocExtent(disk, "", 8);
        Extent mine = root.disk().allocExtent(disk, "", 8);
        Extent after = root.disk().allocExtent(disk, "", 8);
        fill(before, 1);
        fill(after, 2);
        long[] edges = {0, 1, 7, 8, 9, -1, -8, Long.MAX_VALUE, Long.MIN_VALUE, 1L << 32,
                (1L << 52) - 1, Long.MAX_VALUE / 4096, mine.firstBlock(), -mine.firstBlock()};
        int[] counts = {0, 1, 2, 8, 9, -1, Integer.MAX_VALUE, Integer.MIN_VALUE, 1 << 15,
                (1 << 15) + 1, 1 << 20};
        int[] numbers = {0, 1, -1, 255, 256, Integer.MAX_VALUE, Integer.MIN_VALUE};
        window.segment().asSlice(0, 40 * 4096).fill((byte) 0x77);
        try (ExtentQueue queue = root.disk().bindQueue(mine, window, 64)) {
            int entered = 0;
            for (int i = 0; i < 20_000; i++) {
                long block = edges[random.nextInt(edges.length)] + random.nextInt(2);
                int count = counts[random.nextInt(counts.length)];
                int number = random.nextInt(2) == 0 ? 0 : numbers[random.nextInt(7)];
                long page = random.nextInt(3) == 0
                        ? random.nextLong()
                        : window.page(random.nextInt(40));
                int refusal = random.nextInt(3) == 0
                        ? queue.tryRead(number, block, count, page, i)
                        : queue.tryWrite(number, block, count, page, i);
                boolean inside = number == 0 && block >= 0 && count >= 1 && count <= 8
                        && block <= 8 - count;
                assertTrue(refusal < 0 || inside, "number " + number + " block " + block
                        + " count " + count + " page " + page);
                entered += refusal == 0 ? 1 : 0;
                if (queue.inFlight() > 32) {
                    finish(queue);
                }
            }
            finish(queue);
            assertTrue(entered > 100);
        }
        for (long word : contentOf(before)) {
            assertEquals(0x0101_0101_0101_0101L, word);
        }
        for (long word : contentOf(after)) {
            assertEquals(0x0202_0202_0202_0202L, word);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"IO_URING", "PREAD"})
    void shouldKeepPagesUntilTheirTransferIsOver(QueueBackend backend) {
        boot(backend);
        Extent extent = root.disk().allocExtent(disk, "", 8);
        ExtentQueue queue = root.disk().bindQueue(extent, window, 8);
        long page = window.page(3);
        assertEquals(0, queue.tryRead(0, 0, 2, page, 0));
        assertEquals(ErrorCode.BUSY.refusal(), window.tryReturnPage(page));
        assertEquals(ErrorCode.BUSY.refusal(), window.tryReturnPage(window.page(4)));
        assertEquals(ErrorCode.BUSY, refusal(() -> window.releasePages(0, 5)));
        assertEquals(ErrorCode.BUSY, refusal(() -> window.releasePages(4, 1)));
        assertEquals(ErrorCode.BUSY, refusal(window::close));
        assertTrue(window.isLive(page));
        finish(queue);
        window.releasePages(0, 5);
        assertEquals(ErrorCode.BUSY, refusal(window::close));
        queue.close();
        window.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"IO_URING", "PREAD"})
    void shouldMoveNothingAfterItsExtentWasRevoked(QueueBackend backend)
            throws InterruptedException {
        boot(backend);
        Extent extent = root.disk().allocExtent(disk, "", 8);
        for (int round = 0; round < 15; round++) {
            fill(extent, 1);
            CountDownLatch writing = new CountDownLatch(1);
            EnvControl writer = root.createEnv(EnvSpec.named("writer")
                    .frames(4)
                    .grant("x",
                            extent, Rights.READ_WRITE),
                    env -> {
                        Window own = env.memory().bindWindow(4);
                        own.allocPages(0, 4);
                        own.segment().fill((byte) 9);
                        ExtentQueue queue = env.disk()
                                .bindQueue(env.keys().find("x", Extent.class), own, 16);
                        for (int i = 0;; i++) {
                            int refusal = queue.tryWrite(0, i % 8, 1, own.page(i % 4), i);
                            if (refusal == REVOKED) {
                                break;
                            }
                            if (i == 100) {
                                writing.countDown();
                            }
                            if (refusal != 0 || i % 4 == 0) {
                                queue.await(1, System.nanoTime() + 1_000_000);
                                while (queue.next()) {
                                    assertTrue(queue.result() == 1 || queue.result() < 0);
                                }
                            }
                        }
                        env.upcalls().await(Upcalls.NEVER);
                        throw new IllegalStateException("stop here, with a queue left open");
                    });
            assertTrue(writing.await(20, TimeUnit.SECONDS));
            root.keys().revoke(extent);
            fill(extent, 5);
            for (long word : contentOf(extent)) {
                assertEquals(0x0505_0505_0505_0505L, word, "a write after the revocation");
            }
            writer.end(Duration.ofMillis(5));
            for (long word : contentOf(extent)) {
                assertEquals(0x0505_0505_0505_0505L, word);
            }
        }
        assertEquals(1024 - 64, root.memory().freeFrameCount());
    }

    @Test
    void shouldRefuseArgumentsOutside() {
        boot(QueueBackend.PREAD);
        for (int depth : new int[]{0, -1, Integer.MIN_VALUE, ExtentQueue.MAX_DEPTH + 1,
                Integer.MAX_VALUE}) {
            assertThrows(IllegalArgumentException.class,
                    () -> root.disk().bindQueue(disk, window, depth));
        }
        root.disk().bindQueue(disk, window, ExtentQueue.MAX_DEPTH).close();
        long objects = root.account().objectsHeld();
        for (long count : new long[]{0, -1, Long.MIN_VALUE}) {
            assertThrows(IllegalArgumentException.class,
                    () -> root.disk().allocExtent(disk, "", count));
        }
        assertEquals(ErrorCode.QUOTA,
                refusal(() -> root.disk().allocExtent(disk, "", Long.MAX_VALUE)));
        for (long first : new long[]{disk.blockCount(), Long.MAX_VALUE, disk.blockCount() - 1}) {
            assertEquals(ErrorCode.OUT_OF_RANGE,
                    refusal(() -> root.disk().allocExtentAt(disk, "", first, 2)));
        }
        assertThrows(IllegalArgumentException.class,
                () -> root.disk().allocExtentAt(disk, "", -1, 1));
        assertEquals(ErrorCode.BUSY, refusal(() -> root.disk().allocExtentAt(disk, "", 0, 1)));
        assertEquals(0, root.account().blocksHeld());
        assertEquals(objects, root.account().objectsHeld());
        ExtentQueue queue = root.disk().bindQueue(disk, window, 2);
        for (int number : new int[]{-1, 0, 255, 256, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            assertThrows(IndexOutOfBoundsException.class, () -> queue.unbind(number));
        }
        assertThrows(IllegalArgumentException.class, () -> queue.await(-1, 0));
        assertThrows(IllegalArgumentException.class, () -> queue.await(3, 0));
        assertEquals(0, queue.await(2, Long.MIN_VALUE));
        queue.close();
    }

    @Test
    void shouldBindAtMost256ExtentsToAQueue() {
        boot(QueueBackend.PREAD);
        Extent extent = root.disk().allocExtent(disk, "", 1);
        try (ExtentQueue queue = root.disk().bindQueue(disk, window, 2)) {
            for (int i = 0; i < ExtentQueue.MAX_EXTENTS; i++) {
                assertEquals(i, queue.bind(extent));
            }
            assertEquals(ErrorCode.TOO_BIG, refusal(() -> queue.bind(extent)));
            queue.unbind(77);
            assertThrows(IndexOutOfBoundsException.class, () -> queue.unbind(77));
            assertEquals(77, queue.bind(extent));
        }
    }

    /**
     * A name that UTF-8 cannot say becomes a question mark; two of them would be one name after the
     * next boot.
     */
    @Test
    void shouldRefuseNamesThatTheCatalogueCannotHold(@TempDir Path folder) {
        DiskConfig image = DiskConfig.at("disk0", folder.resolve("names.img")).bytes(4 << 20);
        try (Exokernel first = Exokernel.boot(HostConfig.minimal().disk(image))) {
            Env env = first.rootEnv();
            BlockDevice device = env.keys().find("disk0", BlockDevice.class);
            for (String name : List.of("\ud800", "a\udc00b", "\udbff\udbff")) {
                assertThrows(IllegalArgumentException.class,
                        () -> env.disk().allocExtent(device, name, 1));
            }
            assertTrue(env.disk().extentNames(device).isEmpty());
            env.disk().allocExtent(device, "?", 1);
            env.disk().allocExtent(device, "\ud83d\ude00".repeat(16), 1);
            assertEquals(ErrorCode.TOO_BIG, refusal(
                    () -> env.disk().allocExtent(device, "\ud83d\ude00".repeat(16) + "x", 1)));
            env.disk().allocExtent(device, "\0\n/../\u202e", 1);
        }
        try (Exokernel second = Exokernel.boot(HostConfig.minimal().disk(image))) {
            Env env = second.rootEnv();
            BlockDevice device = env.keys().find("disk0", BlockDevice.class);
            assertEquals(List.of("?", "\ud83d\ude00".repeat(16), "\0\n/../\u202e"),
                    env.disk().extentNames(device));
        }
    }

    @Test
    void shouldRefuseToFreeOrOpenTwice() {
        boot(QueueBackend.PREAD);
        Extent extent = root.disk().allocExtent(disk, "kept", 4);
        assertEquals(ErrorCode.BUSY, refusal(() -> root.disk().openExtent(disk, "kept")));
        root.keys().drop(extent);
        assertEquals(ErrorCode.REVOKED, refusal(() -> root.disk().freeExtent(extent)));
        Extent again = root.disk().openExtent(disk, "kept");
        assertEquals(extent.firstBlock(), again.firstBlock());
        assertThrows(IllegalArgumentException.class, () -> root.disk()
                .freeExtent(
                        root.disk().deriveExtent(again, 0, 1, Rights.ALL, "part")));
        root.disk().freeExtent(again);
        assertEquals(ErrorCode.REVOKED, refusal(() -> root.disk().freeExtent(again)));
        assertThrows(ResourceException.class, () -> root.disk().openExtent(disk, "kept"));
        assertEquals(0, root.account().blocksHeld());
    }

    /** By freeing an extent at the moment when it is dropped, and somebody opens it. */
    @Test
    void shouldNotTakeTheNameOfAnotherOutOfTheCatalogue() {
        boot(QueueBackend.PREAD);
        Extent extent = root.disk().allocExtent(disk, "kept", 4);
        Run run = ((KernelExtent) extent).run();
        root.keys().drop(extent);
        Extent another = root.disk().openExtent(disk, "kept");
        assertFalse(run.device().tryForget(run), "what freeExtent does after it looked");
        assertEquals(List.of("kept"), root.disk().extentNames(disk));
        root.keys().drop(another);
        another = root.disk().openExtent(disk, "kept");
        root.disk().freeExtent(another);
        assertEquals(List.of(), root.disk().extentNames(disk));
        assertEquals(disk.blockCount() - disk.reservedBlocks(), root.disk().freeBlockCount(disk));
    }
}
