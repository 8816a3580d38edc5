// SPDX-License-Identifier: Apache-2.0
package exo.impl.disk;

import exo.api.Env;
import exo.api.EnvControl;
import exo.api.EnvExit;
import exo.api.EnvSpec;
import exo.api.ErrorCode;
import exo.api.Exokernel;
import exo.api.HostConfig;
import exo.api.ResourceException;
import exo.api.Rights;
import exo.api.disk.BlockDevice;
import exo.api.disk.DiskConfig;
import exo.api.disk.DiskConfig.QueueBackend;
import exo.api.disk.Extent;
import exo.api.disk.ExtentQueue;
import exo.api.mem.Window;
import exo.api.upcall.UpcallHandler;
import exo.api.upcall.Upcalls;
import exo.impl.kernel.TestEnv;
import exo.testkit.self.SideThread;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What every backend of an extent queue promises. */
abstract class ExtentQueueContract {
    /** The size of the device. */
    static final int BYTES = 16 << 20;
    private static final int BLOCKS = 512;

    private final Exokernel kernel;
    private final Env root;
    private final BlockDevice disk;
    private final Extent extent;
    private final Window window;

    ExtentQueueContract(QueueBackend backend) {
        this(DiskConfig.temporary("disk0", BYTES).queue(backend));
    }

    ExtentQueueContract(DiskConfig device) {
        kernel = Exokernel.boot(HostConfig.minimal().disk(device));
        root = kernel.rootEnv();
        disk = root.keys().find("disk0", BlockDevice.class);
        extent = root.disk().allocExtent(disk, "", BLOCKS);
        window = root.memory().bindWindow(256);
        window.allocPages(0, 256);
    }

    @AfterEach
    void closeKernel() {
        kernel.close();
    }

    BlockDevice device() {
        return disk;
    }

    private void fillPage(int page, long value) {
        for (long i = 0; i < 4096; i += 8) {
            window.segment().set(JAVA_LONG, page * 4096L + i, value + i);
        }
    }

    private void assertPage(int page, long value) {
        for (long i = 0; i < 4096; i += 8) {
            assertEquals(value + i, window.segment().get(JAVA_LONG, page * 4096L + i));
        }
    }

    private static int complete(ExtentQueue queue) {
        while (queue.await(1, Upcalls.NEVER) == 0) {
            assertTrue(queue.inFlight() > 0);
        }
        assertTrue(queue.next());
        return queue.result();
    }

    @Test
    void shouldReadBackWhatWasWritten() {
        try (ExtentQueue queue = root.disk().bindQueue(extent, window, 8)) {
            fillPage(0, 1000);
            fillPage(1, 2000);
            assertEquals(0, queue.tryWrite(0, 7, 2, window.page(0), 5));
            assertEquals(1, queue.inFlight());
            assertEquals(2, complete(queue));
            assertEquals(5, queue.tag());
            assertEquals(0, queue.hostErrno());
            assertEquals(0, queue.inFlight());
            assertEquals(0, queue.tryRead(0, 8, 1, window.page(9), 6));
            assertEquals(1, complete(queue));
            assertEquals(6, queue.tag());
            assertPage(9, 2000);
            assertFalse(queue.next());
        }
    }

    @Test
    void shouldFlush() {
        try (ExtentQueue queue = root.disk().bindQueue(extent, window, 8)) {
            assertEquals(0, queue.tryFlush(0, 77));
            assertEquals(0, complete(queue));
            assertEquals(77, queue.tag());
        }
    }

    @Test
    void shouldKeepManyTransfersApart() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        try (ExtentQueue queue = root.disk().bindQueue(extent, window, 64)) {
            long[] content = new long[BLOCKS];
            for (int round = 0; round < 20; round++) {
                Map<Long, Integer> expected = new HashMap<>();
                int[] blocks = random.ints(0, BLOCKS).distinct().limit(64).toArray();
                for (int i = 0; i < blocks.length; i++) {
                    content[blocks[i]] = random.nextLong();
                    fillPage(i, content[blocks[i]]);
                    assertEquals(0, queue.tryWrite(0, blocks[i], 1, window.page(i), i), "seed "
                            + seed);
                    expected.put((long) i, blocks[i]);
                }
                assertEquals(ErrorCode.BUSY.refusal(),
                        queue.tryRead(0, 0, 1, window.page(200), 0), "the queue is full");
                assertEquals(64, queue.submit());
                while (!expected.isEmpty()) {
                    queue.await(1, Upcalls.NEVER);
                    while (queue.next()) {
                        assertEquals(1, queue.result());
                        assertTrue(expected.remove(queue.tag()) != null, "seed " + seed);
                    }
                }
                for (int i = 0; i < blocks.length; i++) {
                    assertEquals(0, queue.tryRead(0, blocks[i], 1, window.page(64 + i), i));
                }
                for (int done = 0; done < blocks.length; done++) {
                    assertEquals(1, complete(queue));
                }
                for (int i = 0; i < blocks.length; i++) {
                    assertPage(64 + i, content[blocks[i]]);
                }
            }
        }
    }

    @Test
    void shouldMoveLongRuns() {
        try (ExtentQueue queue = root.disk().bindQueue(extent, window, 8)) {
            for (int page = 0; page < 128; page++) {
                fillPage(page, page * 10_000L);
            }
            assertEquals(0, queue.tryWrite(0, 100, 128, window.page(0), 1));
            assertEquals(128, complete(queue));
            assertEquals(0, queue.tryRead(0, 100, 128, window.page(128), 2));
            assertEquals(128, complete(queue));
            for (int page = 0; page < 128; page++) {
                assertPage(128 + page, page * 10_000L);
            }
        }
    }

    @Test
    void shouldRefuseWhatIsOutsideTheExtent() {
        Extent neighbour = root.disk().allocExtent(disk, "", 8);
        assertEquals(extent.firstBlock() + BLOCKS, neighbour.firstBlock());
        try (ExtentQueue queue = root.disk().bindQueue(extent, window, 8)) {
            int outside = ErrorCode.OUT_OF_RANGE.refusal();
            assertEquals(0, queue.tryRead(0, BLOCKS - 1, 1, window.page(0), 0), "the last block");
            assertEquals(outside, queue.tryRead(0, BLOCKS, 1, window.page(1), 0));
            assertEquals(outside, queue.tryWrite(0, BLOCKS - 1, 2, window.page(1), 0));
            assertEquals(outside, queue.tryRead(1, 0, 1, window.page(1), 0), "nothing bound");
            assertEquals(outside, queue.tryRead(-1, 0, 1, window.page(1), 0));
            assertEquals(outside,
                    queue.tryRead(ExtentQueue.MAX_EXTENTS, 0, 1, window.page(1), 0));
            assertEquals(ErrorCode.TOO_BIG.refusal(), queue.tryRead(0, 0,
                    ExtentQueue.MAX_TRANSFER_BLOCKS + 1, window.page(1), 0));
            assertEquals(1, complete(queue));
        }
    }

    @Test
    void shouldRefusePagesThatAreNotInUse() {
        Window other = root.memory().bindWindow(4);
        other.allocPages(0, 2);
        try (ExtentQueue queue = root.disk().bindQueue(extent, other, 8)) {
            int stale = ErrorCode.STALE.refusal();
            long returned = other.page(1);
            other.tryReturnPage(returned);
            assertEquals(stale, queue.tryRead(0, 0, 1, returned, 0));
            assertEquals(stale, queue.tryRead(0, 0, 2, other.page(0), 0), "the second is idle");
            assertEquals(stale, queue.tryRead(0, 0, 1, -1, 0));
            assertEquals(stale, queue.tryRead(0, 0, 1, 0, 0));
            assertEquals(stale, queue.tryRead(0, 0, 3, other.page(0), 0));
            assertEquals(ErrorCode.OUT_OF_RANGE.refusal(),
                    queue.tryRead(0, 0, 5, other.page(0), 0));
            assertEquals(0, queue.inFlight());
        }
    }

    @Test
    void shouldRefusePagesThatShowScatteredFrames() {
        Window other = root.memory().bindWindow(2);
        other.allocPagesAt(0, 1, 900);
        other.allocPagesAt(1, 1, 902);
        try (ExtentQueue queue = root.disk().bindQueue(extent, other, 8)) {
            assertEquals(ErrorCode.NOT_CONTIGUOUS.refusal(),
                    queue.tryRead(0, 0, 2, other.page(0), 0));
            assertEquals(0, queue.tryRead(0, 0, 1, other.page(1), 0));
            assertEquals(1, complete(queue));
        }
    }

    @Test
    void shouldCheckRights() {
        Extent readable = root.keys().derive(extent, Rights.READ, "readable");
        Extent writable = root.keys().derive(extent, Rights.WRITE, "writable");
        int insufficient = ErrorCode.INSUFFICIENT.refusal();
        try (ExtentQueue queue = root.disk().bindQueue(disk, window, 8)) {
            int r = queue.bind(readable);
            int w = queue.bind(writable);
            assertEquals(insufficient, queue.tryWrite(r, 0, 1, window.page(0), 0));
            assertEquals(insufficient, queue.tryFlush(r, 0));
            assertEquals(insufficient, queue.tryRead(w, 0, 1, window.page(0), 0));
            assertEquals(0, queue.tryRead(r, 0, 1, window.page(0), 0));
            assertEquals(1, complete(queue));
            assertEquals(0, queue.tryWrite(w, 0, 1, window.page(0), 0));
            assertEquals(1, complete(queue));
        }
    }

    @Test
    void shouldNotReadIntoAReadOnlyWindow() throws InterruptedException {
        exo.api.mem.Frames shared = root.memory().share(window, 0, 1, Rights.READ, "shared");
        TestEnv.run(root, EnvSpec.named("reader")
                .grant("frames", shared, Rights.READ)
                .grant("extent", extent, Rights.READ_WRITE), env -> {
                    Window view = env.memory().bindWindow(1, Rights.READ);
                    view.map(0, env.keys().find("frames", exo.api.mem.Frames.class), 0, 1);
                    Extent mine = env.keys().find("extent", Extent.class);
                    try (ExtentQueue queue = env.disk().bindQueue(mine, view, 1)) {
                        assertEquals(ErrorCode.INSUFFICIENT.refusal(),
                                queue.tryRead(0, 0, 1, view.page(0), 0));
                        assertEquals(0, queue.tryWrite(0, 0, 1, view.page(0), 0));
                        assertEquals(1, complete(queue));
                    }
                });
    }

    @Test
    void shouldHoldPagesWhileATransferIsUnderWay() {
        try (ExtentQueue queue = root.disk().bindQueue(extent, window, 8)) {
            long page = window.page(3);
            assertEquals(0, queue.tryRead(0, 0, 1, page, 0));
            assertEquals(ErrorCode.BUSY.refusal(), window.tryReturnPage(page));
            assertEquals(ErrorCode.BUSY, assertThrows(ResourceException.class,
                    () -> window.releasePages(0, 8)).code());
            assertEquals(ErrorCode.BUSY,
                    assertThrows(ResourceException.class, window::close).code());
            complete(queue);
            assertEquals(0, window.tryReturnPage(page));
        }
    }

    @Test
    void shouldBindUpToTheLimit() {
        try (ExtentQueue queue = root.disk().bindQueue(disk, window, 1)) {
            for (int i = 0; i < ExtentQueue.MAX_EXTENTS; i++) {
                assertEquals(i, queue.bind(extent));
            }
            assertEquals(ErrorCode.TOO_BIG,
                    assertThrows(ResourceException.class, () -> queue.bind(extent)).code());
            queue.unbind(7);
            assertEquals(7, queue.bind(extent));
            assertThrows(IndexOutOfBoundsException.class, () -> queue.unbind(-1));
            queue.unbind(9);
            assertThrows(IndexOutOfBoundsException.class, () -> queue.unbind(9));
            assertEquals(ErrorCode.OUT_OF_RANGE.refusal(),
                    queue.tryRead(9, 0, 1, window.page(0), 0));
        }
        assertThrows(IllegalArgumentException.class,
                () -> root.disk().bindQueue(disk, window, 0));
        assertThrows(IllegalArgumentException.class,
                () -> root.disk().bindQueue(disk, window, ExtentQueue.MAX_DEPTH + 1));
        root.disk().bindQueue(disk, window, ExtentQueue.MAX_DEPTH).close();
    }

    @Test
    void shouldEndTransfersUnderWayAtClose() {
        ExtentQueue queue = root.disk().bindQueue(extent, window, 32);
        for (int i = 0; i < 32; i++) {
            assertEquals(0, queue.tryWrite(0, i, 1, window.page(i), i));
        }
        queue.submit();
        queue.close();
        queue.close(); // idempotent
        for (int i = 0; i < 32; i++) {
            assertEquals(0, window.tryReturnPage(window.page(i)));
        }
    }

    @Test
    void shouldAnnounceCompletionsByUpcall() {
        TestEnv.run(root, EnvSpec.named("waiting").frames(1).grant("extent", extent, Rights.READ),
                env -> {
                    Window mine = env.memory().bindWindow(1);
                    mine.allocPages(0, 1);
                    ExtentQueue queue = env.disk()
                            .bindQueue(env.keys().find("extent", Extent.class), mine, 4);
                    int[] seen = {0};
                    env.upcalls().handler(new UpcallHandler() {
                        @Override
                        public void onCompletions(ExtentQueue which) {
                            assertEquals(queue, which);
                            which.await(0, 0);
                            while (which.next()) {
                                seen[0] += which.result();
                            }
                        }
                    });
                    for (int i = 1; i <= 50; i++) {
                        assertEquals(0, queue.tryRead(0, i, 1, mine.page(0), i));
                        queue.submit();
                        while (seen[0] < i) {
                            env.upcalls().await(Upcalls.NEVER);
                        }
                    }
                });
    }

    @Test
    void shouldStopAtOnceWhenItsExtentIsRevoked() throws InterruptedException {
        CountDownLatch busy = new CountDownLatch(1);
        EnvControl child = root.createEnv(EnvSpec.named("hammer")
                .frames(32)
                .grant("extent",
                        extent, Rights.READ_WRITE),
                env -> {
                    Window mine = env.memory().bindWindow(32);
                    mine.allocPages(0, 32);
                    ExtentQueue queue = env.disk()
                            .bindQueue(env.keys().find("extent", Extent.class), mine, 32);
                    int refusal = 0;
                    for (long i = 0; refusal == 0; i++) {
                        refusal = queue.tryWrite(0, i % BLOCKS, 1, mine.page((int) (i % 32)), i);
                        if (queue.inFlight() == 32) {
                            queue.await(16, Upcalls.NEVER);
                            while (queue.next()) {
                                assertTrue(queue.result() <= 1);
                            }
                            busy.countDown();
                        }
                    }
                    assertEquals(ErrorCode.REVOKED.refusal(), refusal);
                    while (env.upcalls().repossessions(false).isEmpty()) {
                        env.upcalls().await(Upcalls.NEVER); // the refusal may come first
                    }
                    assertEquals(1, env.upcalls().repossessions(false).size());
                });
        assertTrue(busy.await(20, TimeUnit.SECONDS));
        root.keys().revoke(extent);
        // From here on nobody but us writes there.
        try (ExtentQueue queue = root.disk().bindQueue(extent, window, 1)) {
            fillPage(0, 4711);
            for (int i = 0; i < BLOCKS; i++) {
                assertEquals(0, queue.tryWrite(0, i, 1, window.page(0), 0));
                assertEquals(1, complete(queue));
            }
            TestEnv.await(child);
            for (int i = 0; i < BLOCKS; i++) {
                assertEquals(0, queue.tryRead(0, i, 1, window.page(1), 0));
                assertEquals(1, complete(queue));
                assertPage(1, 4711);
            }
        }
    }

    /** Hands eight reads into eight pages to the host, and does not look at them again. */
    private static ExtentQueue startReads(Env env, Window mine) {
        mine.allocPages(0, 8);
        ExtentQueue queue = env.disk()
                .bindQueue(env.keys().find("extent", Extent.class), mine, 8);
        for (int i = 0; i < 8; i++) {
            assertEquals(0, queue.tryRead(0, i, 1, mine.page(i), i));
        }
        queue.submit();
        return queue;
    }

    @Test
    void shouldDestroyTheQueueOfAThreadThatDoesNotTakeItsCompletions()
            throws InterruptedException {
        CountDownLatch holding = new CountDownLatch(1);
        CountDownLatch revoked = new CountDownLatch(1);
        EnvControl child = root.createEnv(EnvSpec.named("stubborn")
                .frames(8)
                .grant("extent",
                        extent, Rights.READ_WRITE),
                env -> {
                    Window mine = env.memory().bindWindow(8);
                    ExtentQueue queue = startReads(env, mine);
                    holding.countDown();
                    revoked.await(); // without ever looking at the queue
                    assertEquals(ErrorCode.REVOKED.refusal(),
                            queue.tryRead(0, 0, 1, mine.page(0), 0));
                    assertFalse(queue.next());
                    assertEquals(0, queue.await(0, 0));
                    queue.close();
                });
        assertTrue(holding.await(20, TimeUnit.SECONDS));
        root.keys().revoke(extent);
        revoked.countDown();
        TestEnv.await(child);
    }

    @Test
    void shouldTakeFramesThatATransferIsUsing() throws InterruptedException {
        CountDownLatch holding = new CountDownLatch(1);
        CountDownLatch taken = new CountDownLatch(1);
        EnvControl child = root.createEnv(EnvSpec.named("pinning")
                .frames(8)
                .grant("extent",
                        extent, Rights.READ_WRITE),
                env -> {
                    startReads(env, env.memory().bindWindow(8));
                    holding.countDown();
                    taken.await();
                });
        assertTrue(holding.await(20, TimeUnit.SECONDS));
        assertEquals(8, child.reclaimFrames(8, Duration.ofMillis(10)));
        assertEquals(0, child.account().framesHeld());
        taken.countDown();
        TestEnv.await(child);
    }

    @Test
    void shouldEndAnEnvironmentWithTransfersUnderWay() throws InterruptedException {
        CountDownLatch holding = new CountDownLatch(1);
        AtomicBoolean stop = new AtomicBoolean();
        EnvControl child = root.createEnv(EnvSpec.named("gone")
                .frames(8)
                .grant("extent", extent,
                        Rights.READ_WRITE),
                env -> {
                    startReads(env, env.memory().bindWindow(8));
                    holding.countDown();
                    while (!stop.get()) {
                        Thread.onSpinWait();
                    }
                });
        assertTrue(holding.await(20, TimeUnit.SECONDS));
        assertEquals(EnvExit.Reason.ABORTED, child.end(Duration.ofMillis(10)).reason());
        stop.set(true);
        Window all = root.memory().bindWindow(700);
        all.allocPages(0, 700);
        for (long at = 0; at < all.segment().byteSize(); at += 8) {
            assertEquals(0, all.segment().get(JAVA_LONG, at));
        }
    }

    @Test
    void shouldBelongToTheThreadThatBoundIt() {
        try (ExtentQueue queue = root.disk().bindQueue(extent, window, 1)) {
            long page = window.page(0);
            SideThread.start(() -> {
                for (Runnable call : Arrays.<Runnable>asList(queue::submit, queue::next,
                        queue::close, () -> queue.tryRead(0, 0, 1, page, 0),
                        () -> queue.tryFlush(0, 0), () -> queue.await(0, 0))) {
                    assertThrows(WrongThreadException.class, call::run);
                }
            }).join();
        }
    }
}
