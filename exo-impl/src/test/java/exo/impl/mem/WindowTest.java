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
import exo.api.mem.Frames;
import exo.api.mem.MemoryConfig;
import exo.api.mem.Pages;
import exo.api.mem.Window;
import exo.api.upcall.Repossession;
import exo.api.upcall.UpcallHandler;
import exo.api.upcall.Upcalls;
import exo.impl.kernel.TestEnv;
import exo.testkit.NeedsRoot;
import exo.testkit.self.SideThread;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class WindowTest {
    private final Exokernel kernel = Exokernel
            .boot(HostConfig.minimal().memory(MemoryConfig.frames(64)));
    private final Env root = kernel.rootEnv();
    private final int pageBytes = root.memory().pageBytes();

    @AfterEach
    void closeKernel() {
        kernel.close();
    }

    private long at(int page) {
        return (long) page * pageBytes;
    }

    @Test
    void shouldShowVoidUntilFramesAreMapped() {
        Window window = root.memory().bindWindow(4);
        assertEquals(at(4), window.segment().byteSize());
        assertEquals(0, window.segment().get(JAVA_LONG, at(2)));
        window.segment().set(JAVA_LONG, at(2), 5); // private, and allowed to vanish
        assertEquals(-1, window.frame(2));
        assertEquals(Pages.NONE, window.page(2));
        window.allocPages(2, 1);
        assertEquals(0, window.segment().get(JAVA_LONG, at(2)), "a frame, not the void");
    }

    @Test
    void shouldMapParticularFrames() {
        Window window = root.memory().bindWindow(4);
        window.allocPagesAt(1, 2, 40);
        assertEquals(40, window.frame(1));
        assertEquals(41, window.frame(2));
        assertFalse(root.memory().isFreeFrame(40));
        assertEquals(62, root.memory().freeFrameCount());
        window.releasePages(1, 2);
        assertTrue(root.memory().isFreeFrame(40));
    }

    @Test
    void shouldRefuseWithoutEffect() {
        Window window = root.memory().bindWindow(80);
        window.allocPages(0, 2);
        assertEquals(ErrorCode.BUSY,
                assertThrows(ResourceException.class, () -> window.allocPages(1, 2)).code());
        assertEquals(ErrorCode.QUOTA,
                assertThrows(ResourceException.class, () -> window.allocPages(2, 63)).code());
        assertEquals(ErrorCode.OUT_OF_RANGE, assertThrows(ResourceException.class,
                () -> window.allocPagesAt(2, 1, 64)).code());
        int taken = window.frame(0);
        assertEquals(ErrorCode.BUSY, assertThrows(ResourceException.class,
                () -> window.allocPagesAt(2, 1, taken)).code());
        assertThrows(IndexOutOfBoundsException.class, () -> window.allocPages(79, 2));
        assertThrows(IllegalArgumentException.class, () -> window.allocPages(0, 0));
        assertThrows(IllegalArgumentException.class, () -> root.memory().bindWindow(0));
        assertThrows(IllegalArgumentException.class,
                () -> root.memory().bindWindow(Pages.MAX_WINDOW_PAGES + 1));
        assertThrows(IllegalArgumentException.class,
                () -> root.memory().bindWindow(1, Rights.WRITE));
        assertEquals(2, root.account().framesHeld());
        window.allocPages(2, 62); // exactly what is left
        assertEquals(0, root.memory().freeFrameCount());
    }

    @Test
    void shouldTakeAndReturnMappedPages() {
        Window window = root.memory().bindWindow(4);
        window.allocPages(0, 4);
        long page = window.page(3);
        assertTrue(window.isLive(page));
        assertEquals(0, window.tryReturnPage(page));
        assertFalse(window.isLive(page));
        assertEquals(3, root.account().framesHeld());
        assertEquals(1, root.account().framesIdle());
        assertEquals(61, root.memory().freeFrameCount(), "idle frames count as free");
        assertEquals(ErrorCode.STALE.refusal(), window.tryReturnPage(page));
        long again = window.tryTakePage();
        assertEquals(3, Pages.index(again));
        assertEquals(4, root.account().framesHeld());
        assertEquals(Pages.NONE, window.tryTakePage());
    }

    @Test
    void shouldReleaseIdlePagesToo() {
        Window window = root.memory().bindWindow(4);
        window.allocPages(0, 4);
        window.tryReturnPage(window.page(1));
        window.releasePages(0, 4);
        assertEquals(64, root.memory().freeFrameCount());
        assertEquals(0, root.account().framesIdle());
        assertEquals(Pages.NONE, window.tryTakePage());
        window.releasePages(0, 4); // void pages are passed over
    }

    @Test
    void shouldZeroFramesThatAnotherEnvironmentHad() {
        TestEnv.run(root, EnvSpec.named("first").frames(8), env -> {
            Window window = env.memory().bindWindow(8);
            window.allocPagesAt(0, 8, 10);
            window.segment().fill((byte) 0x5a);
        });
        TestEnv.run(root, EnvSpec.named("second").frames(8), env -> {
            Window window = env.memory().bindWindow(8);
            window.allocPagesAt(0, 8, 10);
            for (long i = 0; i < window.segment().byteSize(); i += 8) {
                assertEquals(0, window.segment().get(JAVA_LONG, i));
            }
        });
    }

    @Test
    void shouldRefuseWritesThroughAReadOnlyWindow() {
        Window window = root.memory().bindWindow(2, Rights.READ);
        assertTrue(window.segment().isReadOnly());
        assertThrows(IllegalArgumentException.class,
                () -> window.segment().set(JAVA_BYTE, 0, (byte) 1));
        assertThrows(IllegalStateException.class, () -> window.allocPages(0, 1));
    }

    @Test
    void shouldTellTheHostsFrameNumberWherePermitted() {
        Window window = root.memory().bindWindow(2);
        assertEquals(-1, window.hostFrame(0), "void");
        window.allocPages(0, 2);
        window.segment().fill((byte) 1);
        long first = window.hostFrame(0);
        long second = window.hostFrame(1);
        boolean readable = first >= 0;
        assertEquals(readable, second >= 0);
        assertTrue(!readable || first != second);
    }

    @Test
    @NeedsRoot
    void shouldTellRootTheHostsFrameNumber() {
        Window window = root.memory().bindWindow(1);
        window.allocPages(0, 1);
        window.segment().fill((byte) 1);
        assertTrue(window.hostFrame(0) > 0);
    }

    @Test
    void shouldShareFramesReadOnly() throws InterruptedException {
        Window window = root.memory().bindWindow(2);
        window.allocPages(0, 2);
        window.segment().set(JAVA_LONG, at(1), 42);
        Frames shared = root.memory().share(window, 0, 2, Rights.READ, "shared");
        CountDownLatch changed = new CountDownLatch(1);
        CountDownLatch seen = new CountDownLatch(1);
        EnvControl child = root.createEnv(
                EnvSpec.named("reader").grant("theirs", shared, Rights.READ), env -> {
                    Frames theirs = env.keys().find("theirs", Frames.class);
                    assertEquals(2, theirs.count());
                    Window view = env.memory().bindWindow(2, Rights.READ);
                    view.map(0, theirs, 0, 2);
                    assertEquals(42, view.segment().get(JAVA_LONG, at(1)));
                    assertEquals(theirs.frame(1), view.frame(1));
                    assertEquals(0, env.account().framesHeld(), "charged to the owner");
                    seen.countDown();
                    changed.await();
                    assertEquals(43, view.segment().get(JAVA_LONG, at(1)), "the same frame");
                    Window writable = env.memory().bindWindow(2);
                    assertEquals(ErrorCode.INSUFFICIENT,
                            assertThrows(exo.api.CapabilityException.class,
                                    () -> writable.map(0, theirs, 0, 2)).code());
                });
        assertTrue(seen.await(20, java.util.concurrent.TimeUnit.SECONDS));
        window.segment().set(JAVA_LONG, at(1), 43);
        changed.countDown();
        TestEnv.await(child);
    }

    @Test
    void shouldTakeSharedFramesAwayWhenTheirOwnerReleasesThem() throws InterruptedException {
        Window window = root.memory().bindWindow(2);
        window.allocPages(0, 2);
        window.segment().fill((byte) 9);
        Frames shared = root.memory().share(window, 0, 2, Rights.READ_WRITE, "shared");
        CountDownLatch mapped = new CountDownLatch(1);
        EnvControl child = root.createEnv(
                EnvSpec.named("guest").grant("theirs", shared, Rights.READ_WRITE), env -> {
                    List<Repossession> lost = new ArrayList<>();
                    env.upcalls().handler(new UpcallHandler() {
                        @Override
                        public void onRepossession(Repossession entry) {
                            lost.add(entry);
                        }
                    });
                    Frames theirs = env.keys().find("theirs", Frames.class);
                    Window view = env.memory().bindWindow(4);
                    view.map(1, theirs, 0, 2);
                    long page = view.page(1);
                    view.segment().set(JAVA_LONG, at(1), 7);
                    mapped.countDown();
                    while (lost.size() < 2) {
                        env.upcalls().await(Upcalls.NEVER);
                    }
                    assertEquals(0, view.segment().get(JAVA_LONG, at(1)), "void");
                    assertFalse(view.isLive(page));
                    assertFalse(theirs.isLive());
                    assertEquals(Repossession.Cause.OWNER_GONE, lost.getFirst().cause());
                    assertEquals(lost, env.upcalls().repossessions(true));
                    assertTrue(env.upcalls().repossessions(false).isEmpty());
                    view.releasePages(0, 4);
                });
        assertTrue(mapped.await(20, java.util.concurrent.TimeUnit.SECONDS));
        assertEquals(7, window.segment().get(JAVA_LONG, 0));
        window.releasePages(0, 2);
        TestEnv.await(child);
        assertEquals(64, root.memory().freeFrameCount());
    }

    @Test
    void shouldTakeSharedFramesAwayOnRevocation() throws InterruptedException {
        Window window = root.memory().bindWindow(1);
        window.allocPages(0, 1);
        window.segment().fill((byte) 9);
        Frames shared = root.memory().share(window, 0, 1, Rights.READ, "shared");
        CountDownLatch mapped = new CountDownLatch(1);
        CountDownLatch revoked = new CountDownLatch(1);
        EnvControl child = root.createEnv(
                EnvSpec.named("guest").grant("theirs", shared, Rights.READ), env -> {
                    Frames theirs = env.keys().find("theirs", Frames.class);
                    Window view = env.memory().bindWindow(1, Rights.READ);
                    view.map(0, theirs, 0, 1);
                    assertEquals(9, view.segment().get(JAVA_BYTE, 0));
                    mapped.countDown();
                    revoked.await();
                    assertEquals(0, view.segment().get(JAVA_BYTE, 0));
                    assertEquals(ErrorCode.REVOKED,
                            assertThrows(exo.api.CapabilityException.class,
                                    () -> view.map(0, theirs, 0, 1)).code());
                });
        assertTrue(mapped.await(20, java.util.concurrent.TimeUnit.SECONDS));
        assertEquals(1, root.keys().revoke(shared));
        revoked.countDown();
        TestEnv.await(child);
        assertEquals(9, window.segment().get(JAVA_BYTE, 0), "the owner keeps its frame");
    }

    @Test
    void shouldKeepWhatItShowsByAnotherCapabilityForTheSameFrames() {
        Window source = root.memory().bindWindow(2);
        source.allocPages(0, 2);
        Frames frames = root.memory().share(source, 0, 2, Rights.READ_WRITE, "frames");
        Frames other = root.keys().derive(frames, Rights.READ_WRITE, "other");
        Window window = root.memory().bindWindow(2);
        window.map(0, frames, 0, 2);
        window.releasePages(1, 1);
        window.map(1, other, 1, 1);
        Frames again = root.keys().derive(frames, Rights.READ_WRITE, "again");
        window.releasePages(0, 1);
        window.map(0, again, 0, 1);
        root.keys().drop(other);
        assertEquals(source.frame(0), window.frame(0));
        assertEquals(-1, window.frame(1));
        Window copies = root.memory().bindWindow(2);
        root.keys().drop(frames);
        Frames frozen = root.memory().snapshot(source, 0, 2, "frozen");
        Frames view = root.keys().derive(frozen, Rights.READ, "view");
        copies.mapCopy(0, view, 0, 2);
        copies.releasePages(1, 1);
        copies.mapCopy(1, frozen, 1, 1);
        root.keys().drop(view);
        assertEquals(-1, copies.frame(0));
        assertEquals(frozen.frame(1), copies.frame(1), "it is a view by what it was made from");
    }

    @Test
    void shouldCloseWithAllItsPages() {
        Window window = root.memory().bindWindow(8);
        window.allocPages(0, 8);
        window.close();
        window.close(); // idempotent
        assertEquals(64, root.memory().freeFrameCount());
        assertThrows(IllegalStateException.class, () -> window.segment().get(JAVA_BYTE, 0));
        assertThrows(IllegalStateException.class, () -> window.allocPages(0, 1));
        assertEquals(Pages.NONE, window.tryTakePage());
    }

    @Test
    void shouldBelongToTheThreadThatBoundIt() {
        Window window = root.memory().bindWindow(1);
        window.allocPages(0, 1);
        long page = window.page(0);
        SideThread.start(() -> {
            for (Runnable call : List.<Runnable>of(window::tryTakePage,
                    () -> window.tryReturnPage(page), () -> window.releasePages(0, 1),
                    window::close)) {
                assertThrows(WrongThreadException.class, call::run);
            }
        }).join();
        assertTrue(window.isLive(page));
    }

    @Test
    void shouldChargeForTheTableOfALongWindow() {
        int unit = Pages.PAGES_PER_OBJECT;
        TestEnv.run(root, EnvSpec.named("long").objects(3), env -> {
            int before = env.account().objectsHeld();
            int left = env.quota().objects() - before;
            ResourceException e = assertThrows(ResourceException.class,
                    () -> env.memory().bindWindow(left * unit + 1));
            assertEquals(ErrorCode.QUOTA, e.code());
            assertEquals(before, env.account().objectsHeld());
            Window window = env.memory().bindWindow(left * unit);
            assertEquals(before + left, env.account().objectsHeld());
            assertThrows(ResourceException.class, () -> env.memory().bindWindow(1));
            window.close();
            assertEquals(before, env.account().objectsHeld());
            env.memory().bindWindow(unit);
            assertEquals(before + 1, env.account().objectsHeld());
            env.memory().bindWindow(unit + 1); // the end of the environment gives them back
        });
    }
}
