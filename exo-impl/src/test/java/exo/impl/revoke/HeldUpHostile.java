// SPDX-License-Identifier: Apache-2.0
package exo.impl.revoke;

import exo.api.Env;
import exo.api.EnvControl;
import exo.api.EnvSpec;
import exo.api.Exokernel;
import exo.api.HostConfig;
import exo.api.HostConfig.Lending;
import exo.api.Rights;
import exo.api.disk.BlockDevice;
import exo.api.disk.DiskConfig;
import exo.api.disk.Extent;
import exo.api.disk.ExtentQueue;
import exo.api.mem.MemoryConfig;
import exo.api.mem.Window;
import exo.api.revoke.Notice;
import exo.api.revoke.VictimPolicy;
import exo.api.upcall.UpcallHandler;
import exo.api.upcall.Upcalls;
import exo.impl.kernel.TestEnv;
import exo.testkit.Await;
import exo.testkit.FreezableMount;
import exo.testkit.HostFacility;
import exo.testkit.NeedsFacility;
import exo.testkit.NeedsRoot;
import exo.testkit.self.SideThread;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A borrower whose device does not answer: who needs frames gets them from others. */
@NeedsRoot
@NeedsFacility(HostFacility.FREEZE)
class HeldUpHostile {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final int FRAMES = 64;
    /** More than the other borrower has, so that the policy names the hung one first. */
    private static final int HUNG = 30;
    private static final int OTHER = 20;
    private static final int FREE = FRAMES - HUNG - OTHER;
    private static final long OLD = 0x01d;
    private static final long NEW = 0x2e3;

    private FreezableMount mount;
    private Exokernel kernel;
    private Env root;
    private Extent extent;
    private EnvControl hung;
    private EnvControl other;

    /** Borrows frames, has some written to a disk that is frozen, and returns nothing. */
    private EnvControl borrow(int frames, int written) throws InterruptedException {
        CountDownLatch ready = new CountDownLatch(1);
        AtomicBoolean stop = new AtomicBoolean();
        EnvControl control = root.createEnv(EnvSpec.named("borrower" + frames)
                .extraFrames(frames)
                .grant("extent", extent, Rights.READ_WRITE), env -> {
                    env.upcalls().handler(new UpcallHandler() {
                        @Override
                        public void onStopRequest() {
                            stop.set(true);
                        }
                    });
                    Window window = env.memory().bindWindow(frames);
                    window.allocPages(0, frames);
                    fill(window, OLD);
                    if (written > 0) {
                        ExtentQueue queue = env.disk()
                                .bindQueue(env.keys().find("extent", Extent.class), window, 1);
                        mount.freeze();
                        assertEquals(0, queue.tryWrite(0, 0, written, window.page(0), 1));
                        assertEquals(1, queue.submit());
                    }
                    ready.countDown();
                    while (!stop.get()) {
                        env.upcalls().await(Upcalls.NEVER);
                    }
                });
        assertTrue(ready.await(20, TimeUnit.SECONDS), "it holds its frames");
        return control;
    }

    private static void fill(Window window, long word) {
        for (long at = 0; at < window.segment().byteSize(); at += Long.BYTES) {
            window.segment().set(ValueLayout.JAVA_LONG, at, word);
        }
    }

    /** Allocates guaranteed frames and writes to them, in an environment that stays. */
    private EnvControl needFrames(int frames, CountDownLatch served, CountDownLatch over) {
        return root.createEnv(EnvSpec.named("needy").frames(frames), env -> {
            Window window = env.memory().bindWindow(frames);
            window.allocPages(0, frames);
            fill(window, NEW);
            served.countDown();
            over.await();
        });
    }

    @BeforeEach
    void boot() throws InterruptedException {
        mount = FreezableMount.create(32 << 20);
        kernel = Exokernel.boot(HostConfig.minimal()
                .memory(MemoryConfig.frames(FRAMES))
                .lending(new Lending(VictimPolicy.LARGEST_EXTRA, Notice.NONE))
                .disk(DiskConfig.at("disk0", mount.folder().resolve("image"))
                        .bytes(8 << 20)
                        .queue(DiskConfig.QueueBackend.IO_URING)));
        root = kernel.rootEnv();
        extent = root.disk()
                .allocExtent(root.keys().find("disk0", BlockDevice.class), "", HUNG);
        other = borrow(OTHER, 0);
        hung = borrow(HUNG, HUNG);
    }

    @AfterEach
    void thawAndClose() {
        mount.thaw();
        kernel.close();
        mount.close();
    }

    /** What the device was writing was what its owner had meant, to the end. */
    private void assertWrittenIsOld() {
        Window window = root.memory().bindWindow(1);
        window.allocPages(0, 1);
        try (ExtentQueue queue = root.disk().bindQueue(extent, window, 1)) {
            for (int block = 0; block < HUNG; block++) {
                assertEquals(0, queue.tryRead(0, block, 1, window.page(0), 1));
                while (queue.await(1, Upcalls.NEVER) == 0) {
                    Thread.onSpinWait();
                }
                queue.next();
                for (long at = 0; at < window.segment().byteSize(); at += Long.BYTES) {
                    assertEquals(OLD, window.segment().get(ValueLayout.JAVA_LONG, at),
                            "block " + block + ", byte " + at);
                }
            }
        }
        window.close();
    }

    @Test
    void shouldTakeFromOthersWhatAHungDeviceKeeps() throws InterruptedException {
        CountDownLatch served = new CountDownLatch(2);
        CountDownLatch over = new CountDownLatch(1);
        EnvControl first = needFrames(FREE + 10, served, over);
        Await.until("the first is served", LONG, () -> served.getCount() == 1);
        assertEquals(HUNG, hung.account().framesHeld(), "the device is not done with them");
        assertEquals(OTHER - 10, other.account().framesHeld());
        EnvControl second = needFrames(10, served, over);
        assertTrue(served.await(20, TimeUnit.SECONDS), "and the second, who comes meanwhile");
        assertEquals(HUNG, hung.account().framesHeld());
        assertEquals(0, other.account().framesHeld());
        mount.thaw();
        Await.until("what was taken is free", LONG,
                () -> root.memory().freeFrameCount() == 10);
        assertEquals(HUNG - 10, hung.account().framesHeld(), "only what the first wanted");
        over.countDown();
        TestEnv.await(first);
        TestEnv.await(second);
        assertWrittenIsOld();
        assertEquals(0, other.end(LONG).failure().stream().count());
        assertEquals(0, hung.end(LONG).failure().stream().count());
        root.disk().freeExtent(extent);
        assertTrue(kernel.leaks().isClean(), kernel.leaks()::toString);
    }

    @Test
    void shouldWaitForTheDeviceIfNobodyElseHasAny() throws InterruptedException {
        TestEnv.end(other, LONG);
        CountDownLatch served = new CountDownLatch(1);
        CountDownLatch over = new CountDownLatch(0);
        EnvControl needy = needFrames(FREE + OTHER + 5, served, over);
        assertFalse(served.await(2, TimeUnit.SECONDS),
                "a frame that the device uses is given away");
        mount.thaw();
        assertTrue(served.await(20, TimeUnit.SECONDS));
        TestEnv.await(needy);
        assertWrittenIsOld();
    }

    @Test
    void shouldCloseTheKernelWhileFramesAreBeingTaken() throws InterruptedException {
        CountDownLatch served = new CountDownLatch(1);
        EnvControl needy = needFrames(FREE + 1, served, new CountDownLatch(0));
        assertTrue(served.await(20, TimeUnit.SECONDS));
        TestEnv.await(needy);
        SideThread closer = SideThread.start(kernel::close);
        assertFalse(closer.endsWithin(Duration.ofSeconds(1)), "the device still uses the memory");
        mount.thaw();
        assertTrue(closer.endsWithin(LONG));
    }
}
