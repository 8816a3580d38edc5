// SPDX-License-Identifier: Apache-2.0
package exo.impl.mem;

import exo.api.Env;
import exo.api.EnvSpec;
import exo.api.Exokernel;
import exo.api.HostConfig;
import exo.api.Rights;
import exo.api.mem.Frames;
import exo.api.mem.MemoryConfig;
import exo.api.mem.Pages;
import exo.api.mem.Window;
import exo.impl.kernel.TestEnv;
import exo.testkit.self.SideThread;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Snapshots, views, and how they get frames of their own. */
class CopyTest {
    private static final int FRAMES = 256;

    private final Exokernel kernel = Exokernel
            .boot(HostConfig.minimal().memory(MemoryConfig.frames(FRAMES)));
    private final Env root = kernel.rootEnv();
    private final int pageBytes = root.memory().pageBytes();
    private final Window window = root.memory().bindWindow(128);

    @AfterEach
    void closeKernel() {
        kernel.close();
    }

    private long at(int page) {
        return (long) page * pageBytes;
    }

    private void assertNothingLost() {
        window.close();
        assertEquals(0, root.account().framesHeld());
        assertEquals(FRAMES, root.memory().freeFrameCount());
        Window all = root.memory().bindWindow(FRAMES);
        all.allocPages(0, FRAMES); // nothing is set aside any more
        all.close();
    }

    private Frames snapshot(int firstPage, int pageCount) {
        return root.memory().snapshot(window, firstPage, pageCount, "snapshot-" + firstPage);
    }

    @Test
    void shouldFreezeWhatPagesHold() {
        window.allocPages(0, 4);
        window.segment().set(JAVA_LONG, at(2), 42);
        long name = window.page(2);
        Frames frozen = snapshot(0, 4);
        assertTrue(frozen.isFrozen());
        assertEquals(8, root.account().framesHeld(), "the frames, and one for each view");
        assertEquals(FRAMES - 4, root.memory().freeFrameCount(), "set aside, not used");
        assertTrue(window.isLive(name), "names stay");
        assertTrue(window.isUnsettled(2));
        assertEquals(42, window.segment().get(JAVA_LONG, at(2)));

        Window copy = root.memory().bindWindow(4);
        copy.mapCopy(0, frozen, 0, 4);
        Window plain = root.memory().bindWindow(4, Rights.READ);
        plain.map(0, frozen, 0, 4);
        window.segment().set(JAVA_LONG, at(2), 1);
        copy.segment().set(JAVA_LONG, at(2), 2);
        assertEquals(1, window.segment().get(JAVA_LONG, at(2)));
        assertEquals(2, copy.segment().get(JAVA_LONG, at(2)));
        assertEquals(42, plain.segment().get(JAVA_LONG, at(2)));
        Window late = root.memory().bindWindow(1);
        late.mapCopy(0, frozen, 2, 1);
        assertEquals(42, late.segment().get(JAVA_LONG, 0), "as it was");

        root.keys().drop(frozen);
        assertFalse(window.isUnsettled(2), "the window's own thread dropped it");
        assertEquals(1, window.segment().get(JAVA_LONG, at(2)));
        assertTrue(window.isLive(name));
        assertEquals(0, copy.segment().get(JAVA_LONG, at(2)), "taken, as shared frames are");
        assertEquals(0, plain.segment().get(JAVA_LONG, at(2)));
        assertEquals(4, root.account().framesHeld());
        copy.close();
        plain.close();
        late.close();
        assertNothingLost();
    }

    @Test
    void shouldSettleViewsIntoFramesOfTheirOwn() {
        window.allocPages(0, 100);
        for (int page = 0; page < 100; page++) {
            window.segment().set(JAVA_LONG, at(page), page);
        }
        Frames frozen = snapshot(0, 100);
        window.segment().set(JAVA_LONG, at(70), 7);
        window.settle(0, 128); // void pages are passed over
        assertEquals(200, root.account().framesHeld(), "as before: they were set aside");
        assertEquals(FRAMES - 200, root.memory().freeFrameCount());
        for (int page = 0; page < 100; page++) {
            assertFalse(window.isUnsettled(page));
            assertTrue(window.frame(page) != frozen.frame(page));
            assertEquals(page == 70 ? 7 : page, window.segment().get(JAVA_LONG, at(page)));
        }
        window.segment().set(JAVA_LONG, at(3), 33);
        root.keys().drop(frozen);
        assertEquals(100, root.account().framesHeld());
        assertEquals(33, window.segment().get(JAVA_LONG, at(3)));
        assertEquals(0, window.tryReturnPage(window.page(3)), "a page like any other");
        assertEquals(3, Pages.index(window.tryTakePage()));
        assertNothingLost();
    }

    @Test
    void shouldSettleAViewOfSomebodyElsesSnapshot() throws InterruptedException {
        window.allocPages(0, 8);
        window.segment().fill((byte) 9);
        Frames frozen = snapshot(0, 8);
        CountDownLatch settled = new CountDownLatch(1);
        CountDownLatch dropped = new CountDownLatch(1);
        var child = root.createEnv(
                EnvSpec.named("copier").frames(8).grant("f", frozen, Rights.READ),
                env -> {
                    Window copy = env.memory().bindWindow(8);
                    copy.mapCopy(0, env.keys().find("f", Frames.class), 0, 8);
                    copy.segment().set(JAVA_BYTE, at(1), (byte) 1);
                    copy.segment().set(JAVA_BYTE, at(6), (byte) 6);
                    copy.settle(0, 4);
                    assertEquals(8, env.account().framesHeld());
                    settled.countDown();
                    dropped.await();
                    assertEquals(9, copy.segment().get(JAVA_BYTE, 0));
                    assertEquals(1, copy.segment().get(JAVA_BYTE, at(1)));
                    assertEquals(0, copy.segment().get(JAVA_BYTE, at(6)), "void");
                    assertEquals(Pages.NONE, copy.page(6));
                    assertEquals(4, env.account().framesHeld());
                    copy.allocPages(4, 4); // what was set aside for them is there again
                });
        settled.await();
        root.keys().drop(frozen);
        dropped.countDown();
        TestEnv.await(child);
        assertEquals(8, root.account().framesHeld());
        assertNothingLost();
    }

    @Test
    void shouldKeepWritesUnsettledWhenAnotherThreadDropsTheSnapshot() {
        window.allocPages(0, 4);
        window.segment().fill((byte) 3);
        Frames frozen = snapshot(0, 4);
        window.segment().set(JAVA_BYTE, at(1), (byte) 4);
        SideThread.start(() -> root.keys().drop(frozen)).join();
        assertTrue(window.isUnsettled(1));
        assertEquals(4, root.account().framesHeld(), "nothing is set aside any more");
        assertEquals(4, window.segment().get(JAVA_BYTE, at(1)));
        window.segment().set(JAVA_BYTE, at(2), (byte) 5);
        window.settle(0, 3);
        assertFalse(window.isUnsettled(1));
        assertEquals(4, window.segment().get(JAVA_BYTE, at(1)));
        assertEquals(5, window.segment().get(JAVA_BYTE, at(2)));
        assertEquals(3, window.segment().get(JAVA_BYTE, 0));
        assertTrue(window.isUnsettled(3));
        window.releasePages(3, 1); // and one is released as it is
        assertEquals(3, root.account().framesHeld());
        assertNothingLost();
    }

    @Test
    void shouldReleaseViewsAndKeepTheSnapshot() {
        window.allocPages(0, 4);
        window.segment().fill((byte) 3);
        Frames frozen = snapshot(0, 4);
        window.releasePages(1, 2);
        assertEquals(6, root.account().framesHeld());
        window.mapCopy(1, frozen, 3, 1);
        assertEquals(3, window.segment().get(JAVA_BYTE, at(1)));
        root.keys().drop(frozen);
        assertEquals(2, root.account().framesHeld(), "pages 0 and 3");
        assertEquals(Pages.NONE, window.page(1));
        assertNothingLost();
    }

    @Test
    void shouldLetASnapshotOutliveItsWindow() {
        Window source = root.memory().bindWindow(4);
        source.allocPages(0, 4);
        source.segment().fill((byte) 8);
        Frames frozen = root.memory().snapshot(source, 0, 4, "frozen");
        source.close();
        assertEquals(4, root.account().framesHeld());
        window.mapCopy(10, frozen, 0, 4);
        assertEquals(8, window.segment().get(JAVA_BYTE, at(13)));
        window.settle(10, 4);
        root.keys().drop(frozen);
        assertEquals(8, window.segment().get(JAVA_BYTE, at(13)));
        assertEquals(4, root.account().framesHeld());
        assertNothingLost();
    }

    @Test
    void shouldReturnEverythingAtTheEndOfAnEnvironment() {
        TestEnv.run(root, EnvSpec.named("forgetful").frames(24), env -> {
            Window source = env.memory().bindWindow(8);
            source.allocPages(0, 8);
            Frames frozen = env.memory().snapshot(source, 0, 8, "frozen");
            Window copy = env.memory().bindWindow(8);
            copy.mapCopy(0, frozen, 0, 8);
            copy.segment().fill((byte) 1);
            copy.settle(0, 3);
            source.settle(4, 2);
            assertEquals(24, env.account().framesHeld());
        });
        assertNothingLost();
    }

    @Test
    void shouldSnapshotASettledCopyAgain() {
        window.allocPages(0, 2);
        window.segment().set(JAVA_LONG, 0, 1);
        Frames first = snapshot(0, 2);
        window.segment().set(JAVA_LONG, 0, 2);
        window.settle(0, 2);
        Frames second = root.memory().snapshot(window, 0, 2, "second");
        window.segment().set(JAVA_LONG, 0, 3);
        window.mapCopy(10, first, 0, 1);
        window.mapCopy(11, second, 0, 1);
        assertEquals(1, window.segment().get(JAVA_LONG, at(10)));
        assertEquals(2, window.segment().get(JAVA_LONG, at(11)));
        assertEquals(3, window.segment().get(JAVA_LONG, 0));
        root.keys().drop(first);
        root.keys().drop(second);
        assertEquals(3, window.segment().get(JAVA_LONG, 0));
        assertNothingLost();
    }
}
