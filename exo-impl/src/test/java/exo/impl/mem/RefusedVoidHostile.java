// SPDX-License-Identifier: Apache-2.0
package exo.impl.mem;

import exo.api.EnvControl;
import exo.api.EnvSpec;
import exo.api.ErrorCode;
import exo.api.Exokernel;
import exo.api.HostConfig;
import exo.api.HostFaultException;
import exo.api.ResourceKind;
import exo.api.Rights;
import exo.api.mem.Frames;
import exo.api.mem.MemoryConfig;
import exo.api.mem.Window;
import exo.api.revoke.Notice;
import exo.api.upcall.Repossession;
import exo.host.Errno;
import exo.host.HostException;
import exo.host.Mapping;
import exo.impl.cap.CapabilityTable;
import exo.impl.cap.Charge;
import exo.impl.cap.Principal;
import exo.impl.kernel.TestEnv;
import exo.testkit.self.SideThread;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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

    /** Pages of which the host makes none void from one on. */
    private static final class RefusingPages extends ShownPages {
        int firstRefused = PAGES;

        RefusingPages(FramePool pool) {
            super(pool, Mapping.reserve((long) PAGES * pool.pageBytes()),
                    new PageTable(PAGES, Long.MAX_VALUE), true, new AtomicInteger());
        }

        @Override
        void mapVoid(int firstPage, int pageCount) {
            if (firstPage >= firstRefused) {
                throw new HostException("mmap", Errno.ENOMEM.number(), "free memory");
            }
            super.mapVoid(firstPage, pageCount);
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
