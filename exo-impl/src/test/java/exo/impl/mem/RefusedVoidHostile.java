// SPDX-License-Identifier: Apache-2.0
package exo.impl.mem;

import exo.api.EnvControl;
import exo.api.EnvSpec;
import exo.api.ErrorCode;
import exo.api.Exokernel;
import exo.api.HostConfig;
import exo.api.HostFaultException;
import exo.api.RepossessedException;
import exo.api.ResourceKind;
import exo.api.Rights;
import exo.api.mem.Frames;
import exo.api.mem.Memory;
import exo.api.mem.MemoryConfig;
import exo.api.mem.Pages;
import exo.api.mem.Window;
import exo.api.revoke.Notice;
import exo.api.upcall.Repossession;
import exo.host.Errno;
import exo.host.Facilities;
import exo.host.HostException;
import exo.host.Mapping;
import exo.host.MemFd;
import exo.impl.cap.CapabilityTable;
import exo.impl.cap.Charge;
import exo.impl.cap.Principal;
import exo.impl.kernel.TestEnv;
import exo.testkit.ChildJvm;
import exo.testkit.Subprocess;
import exo.testkit.self.SideThread;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What becomes of pages that shall be taken by force, and that the host does not make void? */
class RefusedVoidHostile {
    private static final Duration LONG = Duration.ofSeconds(10);
    private static final int PAGES = 8;
    private static final int STALE = ErrorCode.STALE.refusal();

    private final Exokernel kernel = Exokernel
            .boot(HostConfig.minimal().memory(MemoryConfig.frames(16)));
    private final Principal root = (Principal) kernel.rootEnv();
    private final CapabilityTable table = new CapabilityTable();
    private final FramePool pool = new FramePool(MemoryConfig.frames(16));
    private final KernelMemory memory = new KernelMemory(pool, table, root);
    private final RefusingPages pages = new RefusingPages(pool);
    private final KernelWindow window = new KernelWindow(memory, new Account(),
            Rights.READ_WRITE, pages);

    /** Pages of which the host makes none void, and to which it maps no run, from one on. */
    private static final class RefusingPages extends ShownPages {
        int firstRefused = PAGES;
        int firstRefusedRun = PAGES;

        RefusingPages(FramePool pool) {
            super(pool, Mapping.reserve((long) PAGES * pool.pageBytes()),
                    new PageTable(PAGES, Long.MAX_VALUE), true, new AtomicInteger());
        }

        @Override
        void mapVoid(int firstPage, int pageCount) {
            check(firstPage < firstRefused);
            super.mapVoid(firstPage, pageCount);
        }

        @Override
        int mapRun(int firstPage, int[] frames, int start, boolean privately) {
            check(firstPage + start < firstRefusedRun);
            return super.mapRun(firstPage, frames, start, privately);
        }

        private static void check(boolean accepted) {
            if (!accepted) {
                throw new HostException("mmap", Errno.ENOMEM.number(), "free memory");
            }
        }
    }

    /** The frames of the pool, as other windows are charged for them. */
    private final class Account implements FrameAccount {
        @Override
        public FramePool pool() {
            return pool;
        }

        @Override
        public boolean isHuge() {
            return false;
        }

        @Override
        public void charge(int frames) {
            memory.charge(frames);
        }

        @Override
        public void release(int frames) {
            memory.release(frames);
        }

        @Override
        public void giveBack(int[] frames) {
            memory.giveBack(frames);
        }
    }

    @AfterEach
    void close() {
        pages.mapping().close();
        pool.close();
        kernel.close();
    }

    /** As the end of a window and the thawing of frames do. */
    private void assertNobodyWaits() {
        SideThread waiter = SideThread.start(() -> {
            synchronized (pages) {
                pages.awaitTakers();
            }
        });
        assertTrue(waiter.endsWithin(LONG), "it waits for somebody who is gone");
    }

    private int repossess(int most) {
        return window.force()
                .repossess(most, Victims.Choice.UNMARKED, Repossession.Cause.DEADLINE);
    }

    @Test
    void shouldLeaveWhatTheHostDoesNotMakeVoidToItsOwner() {
        window.allocPages(0, 2);
        window.allocPages(4, 2);
        long gone = window.page(1);
        long kept = window.page(4);
        int frame = window.frame(4);
        window.segment().set(ValueLayout.JAVA_LONG, pages.bytes(4), 42);
        pages.firstRefused = 4;
        HostFaultException e = assertThrows(HostFaultException.class, () -> repossess(4));
        assertEquals("ENOMEM", e.errno());
        assertNobodyWaits();
        assertFalse(window.isLive(gone));
        assertTrue(window.isLive(kept));
        assertEquals(42, window.segment().get(ValueLayout.JAVA_LONG, pages.bytes(4)));
        assertEquals(frame, window.tryPin(kept, 2, PageMarks.READ));
        window.unpin(4, 2);
        assertEquals(2, pool.usedCount());
        assertEquals(2, root.ledger().used(Charge.FRAMES));
        pages.firstRefused = PAGES;
        window.allocPages(0, 2); // those that are gone are void pages as any
        assertEquals(4, repossess(4));
        assertEquals(0, pool.usedCount());
        assertEquals(0, root.ledger().used(Charge.FRAMES));
    }

    @Test
    void shouldWaitForNobodyWhosePinsDidNotEnd() {
        window.allocPages(0, 1);
        long page = window.page(0);
        assertTrue(window.tryPin(page, 1, PageMarks.READ) >= 0);
        window.attach(deadline -> {
            throw new IllegalStateException("a defect");
        });
        assertThrows(IllegalStateException.class, () -> window.force()
                .repossess(1, Victims.Choice.PINNED, Repossession.Cause.DEADLINE));
        assertNobodyWaits();
        assertTrue(window.isLive(page));
        window.unpin(0, 1);
        window.releasePages(0, 1);
        assertEquals(0, pool.usedCount());
    }

    @Test
    void shouldAllowNoTransferOnAFrameThatTheHostStillShows() {
        Window source = memory.bindWindow(1, Rights.READ_WRITE);
        source.allocPages(0, 1);
        Frames shared = memory.share(source, 0, 1, Rights.READ_WRITE, "shared");
        window.map(0, shared, 0, 1);
        long page = window.page(0);
        assertTrue(window.tryPin(page, 1, PageMarks.READ) >= 0);
        window.unpin(0, 1);
        pages.firstRefused = 0;
        assertThrows(HostFaultException.class,
                () -> table.drop((KernelFrames) shared, Repossession.Cause.REVOKED));
        assertNobodyWaits();
        assertEquals(STALE, window.tryPin(page, 1, PageMarks.READ));
        pages.firstRefused = PAGES;
        window.releasePages(0, 1);
        window.allocPages(0, 1);
        assertEquals(0, window.segment().get(ValueLayout.JAVA_LONG, 0));
        window.releasePages(0, 1);
        source.close();
        assertEquals(1, pool.usedCount(), "it was shown by a dead share: nobody gets it any more");
    }

    @Test
    void shouldFreeNoFrameThatTheHostStillShows() {
        Window source = memory.bindWindow(3, Rights.READ_WRITE);
        source.allocPages(0, 3);
        int[] frames = {source.frame(0), source.frame(1), source.frame(2)};
        Frames shared = memory.share(source, 0, 2, Rights.READ_WRITE, "shared");
        Frames other = memory.share(source, 0, 1, Rights.READ_WRITE, "other");
        window.map(0, shared, 0, 2);
        pages.firstRefused = 0;
        assertThrows(HostFaultException.class, () -> source.releasePages(0, 1));
        assertFalse(shared.isLive());
        assertFalse(other.isLive(), "a share of a frame that nobody has");
        source.releasePages(1, 2);
        assertFalse(pool.isFree(frames[0]));
        assertFalse(pool.isFree(frames[1]), "released later, and still shown");
        assertTrue(pool.isFree(frames[2]));
        assertEquals(2, root.ledger().used(Charge.FRAMES));
    }

    @Test
    void shouldThawNoFrameThatTheHostStillShows() {
        Window source = memory.bindWindow(1, Rights.READ_WRITE);
        source.allocPages(0, 1);
        int frame = source.frame(0);
        KernelFrames frozen = (KernelFrames) memory.snapshot(source, 0, 1, "frozen");
        window.mapCopy(0, frozen, 0, 1);
        pages.firstRefused = 0;
        assertThrows(HostFaultException.class,
                () -> table.drop(frozen, Repossession.Cause.REVOKED));
        source.settle(0, 1);
        source.releasePages(0, 1);
        assertFalse(pool.isFree(frame));
    }

    @Test
    void shouldLeaveIdleWhatTheHostDoesNotMakeVoid() {
        window.allocPages(0, 4);
        for (int page = 0; page < 4; page++) {
            assertEquals(0, window.tryReturnPage(window.page(page)));
        }
        pages.firstRefused = 2; // the last to be returned are the first to go
        assertThrows(HostFaultException.class, () -> window.releaseIdle(3));
        assertEquals(4, window.idleCount());
        pages.firstRefused = PAGES;
        assertEquals(3, Pages.index(window.tryTakePage()));
        assertEquals(2, window.releaseIdle(2));
        assertEquals(0, Pages.index(window.tryTakePage()));
        assertEquals(2, pool.usedCount());
    }

    /** Frames of which each is a run of its own. */
    private Window scattered() {
        Window source = memory.bindWindow(3, Rights.READ_WRITE);
        for (int page = 0; page < 3; page++) {
            source.allocPagesAt(page, 1, 10 - 2 * page);
        }
        return source;
    }

    @Test
    void shouldNotFreeWhatCouldNotBeMadeVoidAgain() {
        memory.bindWindow(8, Rights.READ_WRITE).allocPagesAt(0, 8, 1); // 0, and 9 to 15 are left
        pages.firstRefusedRun = 1;
        pages.firstRefused = 0;
        assertThrows(HostFaultException.class, () -> window.allocPages(0, 8));
        assertEquals(0, window.frame(0));
        assertTrue(window.isLive(window.page(0)), "what it shows is its own");
        assertFalse(pool.isFree(0));
        assertEquals(9, pool.usedCount());
        assertEquals(9, root.ledger().used(Charge.FRAMES));
        pages.firstRefused = PAGES;
        window.releasePages(0, 1);
        assertEquals(8, pool.usedCount());
        assertEquals(8, root.ledger().used(Charge.FRAMES));
    }

    @Test
    void shouldSeverWhatCouldNotBeMadeVoidAgain() {
        Window source = scattered();
        Frames shared = memory.share(source, 0, 3, Rights.READ_WRITE, "shared");
        source.segment().set(ValueLayout.JAVA_LONG, 0, 42);
        pages.firstRefusedRun = 1;
        pages.firstRefused = 0;
        assertThrows(HostFaultException.class, () -> window.map(0, shared, 0, 3));
        assertEquals(42, window.segment().get(ValueLayout.JAVA_LONG, 0));
        pages.firstRefused = PAGES;
        table.drop((KernelFrames) shared, Repossession.Cause.REVOKED);
        assertEquals(0, window.segment().get(ValueLayout.JAVA_LONG, 0));
    }

    @Test
    void shouldChargeForViewsThatCouldNotBeMadeVoidAgain() {
        Window source = scattered();
        Frames frozen = memory.snapshot(source, 0, 3, "frozen");
        pages.firstRefusedRun = 1;
        pages.firstRefused = 0;
        assertThrows(HostFaultException.class, () -> window.mapCopy(0, frozen, 0, 3));
        assertEquals(3 + 3 + 1, root.ledger().used(Charge.FRAMES), "frozen, set aside, and one");
        pages.firstRefused = PAGES;
        window.releasePages(0, 3);
        table.drop((KernelFrames) frozen, Repossession.Cause.REVOKED);
        source.close();
        assertEquals(0, root.ledger().used(Charge.FRAMES));
        assertEquals(0, pool.usedCount());
    }

    @Test
    void shouldLeaveAWindowOpenThatCouldNotBeMadeVoid() {
        window.allocPages(0, 2);
        pages.firstRefused = 0;
        assertThrows(HostFaultException.class, window::close);
        assertEquals(2, pool.usedCount());
        assertTrue(window.isLive(window.page(0)));
        window.releasePages(0, 1);
    }

    @Test
    void shouldTakeAllOfAWindowThatADeadShareCannotBeTakenOutOf() throws InterruptedException {
        Window source = memory.bindWindow(1, Rights.READ_WRITE);
        source.allocPages(0, 1);
        Frames shared = memory.share(source, 0, 1, Rights.READ_WRITE, "shared");
        window.allocPages(0, 2);
        window.map(3, shared, 0, 1);
        window.segment().set(ValueLayout.JAVA_LONG, 0, 41);
        window.segment().set(ValueLayout.JAVA_LONG, pages.bytes(3), 42);
        AtomicInteger drained = new AtomicInteger();
        assertTrue(window.tryPin(window.page(1), 1, PageMarks.READ) >= 0);
        window.attach(deadline -> {
            drained.incrementAndGet();
            window.unpin(1, 1);
        });
        pages.firstRefused = 1; // not that the whole becomes void
        table.drop((KernelFrames) shared, Repossession.Cause.REVOKED);
        assertNobodyWaits();
        assertEquals(0, window.segment().get(ValueLayout.JAVA_LONG, pages.bytes(3)));
        assertEquals(0, window.segment().get(ValueLayout.JAVA_LONG, 0));
        assertEquals(1, drained.get(), "a frame goes when no transfer uses it any more");
        for (int page : new int[]{0, 1, 3}) {
            assertInstanceOf(RepossessedException.class, window.stale(page));
        }
        assertEquals(1, pool.usedCount());
        assertEquals(1, root.ledger().used(Charge.FRAMES));
        window.allocPages(0, 4); // as void pages are
        source.close();
        assertEquals(4, pool.usedCount());
    }

    /**
     * Uses up the host's mappings, then lets a share die that lies between other pages. All that
     * takes is done once before: without a mapping left the JVM cannot load a class.
     */
    static final class FullHost {
        private static final Path LIMIT = Path.of("/proc/sys/vm/max_map_count");
        private static final long PAGE = Facilities.pageBytes();
        private static final long LARGE = 1 << 30;

        private final Exokernel kernel = Exokernel
                .boot(HostConfig.minimal().memory(MemoryConfig.frames(16)));
        private final Memory memory = kernel.rootEnv().memory();
        private final Window source = memory.bindWindow(1);
        private final Window user = memory.bindWindow(3);
        private boolean unmapped;

        private FullHost() {}

        public static void main(String[] arguments) throws IOException {
            long most = Long.parseLong(Files.readAllLines(LIMIT).getFirst());
            FullHost host = new FullHost();
            assertThrows(HostException.class, () -> Mapping.reserve(Long.MAX_VALUE - PAGE + 1));
            host.severed(0);
            System.out.println("shows " + host.severed(most));
            System.out.println("unmapped " + host.unmapped);
            host.kernel.close();
        }

        /** {@return what the page shows afterwards} The host keeps the three pages as one. */
        private long severed(long most) {
            source.allocPagesAt(0, 1, 1);
            Frames shared = memory.share(source, 0, 1, Rights.READ_WRITE, "shared");
            user.allocPagesAt(0, 1, 0);
            user.map(1, shared, 0, 1);
            user.allocPagesAt(2, 1, 2);
            user.segment().set(ValueLayout.JAVA_LONG, PAGE, 42);
            try (MemFd file = MemFd.create("full", PAGE);
                    Mapping filler = Mapping.reserve((most + 3) * PAGE)) {
                List<Mapping> large = Stream.generate(() -> Mapping.reserve(LARGE))
                        .limit(16)
                        .toList();
                Mapping amid = large.stream()
                        .filter(m -> large.stream()
                                .filter(other -> Math.abs(other.address() - m.address()) == LARGE)
                                .count() == 2)
                        .findFirst()
                        .orElseThrow(); // the host keeps it with those beside it as one
                Mapping last = Mapping.ofShared(file);
                fill(filler, file, most);
                last.close(); // the host makes one mapping more than it says
                unmapped = amid.tryClose();
                kernel.rootEnv().keys().drop(shared);
                large.forEach(Mapping::close);
            }
            long shown = user.segment().get(ValueLayout.JAVA_LONG, PAGE);
            user.releasePages(0, 3);
            source.releasePages(0, 1);
            return shown;
        }

        /** Maps every other page, which makes two of one, and then one after the other. */
        private static void fill(Mapping filler, MemFd file, long most) {
            long page = 1;
            for (; page < most - 5000; page += 2) {
                filler.mapShared(page * PAGE, PAGE, file, 0, true);
            }
            try {
                for (; page < most + 2; page++) {
                    filler.mapShared(page * PAGE, PAGE, file, 0, true);
                }
            } catch (HostException e) {
                return;
            }
            assertEquals(0, most, "the host has more than it says");
        }
    }

    @Test
    void shouldShowNothingDeadWhenTheHostHasNoMappingLeft() {
        try (Subprocess child = ChildJvm.of(FullHost.class)
                .jvm("-XX:+UseSerialGC", "-Xint", "-Xms64m", "-Xmx64m", "-XX:+AlwaysPreTouch",
                        "-XX:ErrorFile=/dev/null")
                .start()) {
            assertEquals(0, child.awaitExit(Duration.ofMinutes(2)), child.errors());
            assertEquals("shows 0\nunmapped false", child.output().strip());
        }
    }

    @Test
    void shouldEndAnEnvironmentWhoseWindowCouldNotBeClosedAtOnce() throws InterruptedException {
        AtomicInteger defects = new AtomicInteger(1);
        EnvControl child = kernel.rootEnv()
                .createEnv(EnvSpec.named("stuck").frames(4), env -> {
                    KernelWindow own = (KernelWindow) env.memory().bindWindow(4);
                    own.allocPages(0, 4);
                    env.memory().bindWindow(1);
                    own.attach(deadline -> {
                        if (defects.getAndDecrement() > 0) {
                            throw new IllegalStateException("a defect");
                        }
                    });
                });
        assertTrue(child.awaitExit(LONG).isPresent(), "nobody ends it");
        assertEquals(0, root.ledger().used(Charge.FRAMES));
    }

    @Test
    void shouldLeaveItsQuotaToWhomeverNothingCouldBeTakenFrom() {
        CountDownLatch pinned = new CountDownLatch(1);
        CountDownLatch over = new CountDownLatch(1);
        EnvControl child = kernel.rootEnv()
                .createEnv(EnvSpec.named("pinned").frames(4), env -> {
                    KernelWindow own = (KernelWindow) env.memory().bindWindow(4);
                    own.allocPages(0, 4);
                    for (int page = 0; page < 4; page++) {
                        assertTrue(own.tryPin(own.page(page), 1, PageMarks.READ) >= 0);
                    }
                    own.attach(deadline -> {
                        if (over.getCount() > 0) {
                            throw new IllegalStateException("a defect");
                        }
                    });
                    pinned.countDown();
                    over.await();
                    assertEquals(4, env.quota().frames());
                });
        SideThread.await(pinned);
        assertThrows(IllegalStateException.class,
                () -> child.reclaim(ResourceKind.FRAMES, 2, Notice.NONE));
        assertEquals(4, root.ledger().used(Charge.FRAMES));
        over.countDown();
        TestEnv.await(child);
        assertEquals(0, root.ledger().used(Charge.FRAMES));
    }
}
