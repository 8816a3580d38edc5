// SPDX-License-Identifier: Apache-2.0
package exo.impl.spill;

import exo.api.EnvControl;
import exo.api.EnvSpec;
import exo.api.HostConfig;
import exo.api.HostConfig.Lending;
import exo.api.ResourceKind;
import exo.api.Rights;
import exo.api.disk.BlockDevice;
import exo.api.disk.DiskConfig;
import exo.api.disk.Extent;
import exo.api.disk.ExtentQueue;
import exo.api.disk.SpillArea;
import exo.api.mem.Window;
import exo.api.revoke.Notice;
import exo.api.revoke.VictimPolicy;
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
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Devices that hang, and code that is run where it must not be. */
class SpillFaultsHostile extends SpillCase {
    private static final long SECRET = 0x5ec3e75ec3e7L;

    /** Those that are idle go at once, the others when the device is done. */
    @Test
    @NeedsRoot
    @NeedsFacility(HostFacility.FREEZE)
    void shouldGiveFreeBuffersAtOnce() {
        try (FreezableMount mount = FreezableMount.create(32 << 20)) {
            boot(disk(mount));
            Keeper keeper = startKeeper(7, 4);
            SpillArea area = keeper.bind(8, 3);
            keeper.fill();
            mount.freeze();
            assertEquals(1, take(1));
            Await.until("one is on its way", LONG, () -> keeper.kept().size() == 1);
            keeper.act(env -> keeper.window().releasePages(0, 4));
            assertEquals(3, control.account().framesHeld(), "the buffers");
            SideThread taker = startToTake(6);
            try {
                Await.until("two are free and go", LONG, () -> area.bufferCount() == 1);
            } finally {
                mount.thaw();
                taker.join();
                keeper.stop();
                TestEnv.end(control, LONG);
                kernel.close();
            }
        }
    }

    /** Nobody waits for a device while another area has what is wanted. */
    @Test
    @NeedsRoot
    @NeedsFacility(HostFacility.FREEZE)
    void shouldTakeFreeBuffersOfOtherAreasFirst() {
        try (FreezableMount mount = FreezableMount.create(32 << 20)) {
            boot(disk(mount));
            Keeper keeper = startKeeper(6, 4);
            keeper.bind(1, 1);
            SpillArea second = keeper.bind(1, 1);
            keeper.fill();
            mount.freeze();
            take(1);
            Await.until("one is on its way", LONG, () -> keeper.kept().size() == 1);
            keeper.act(env -> keeper.window().releasePages(0, 4));
            assertEquals(2, control.account().framesHeld());
            SideThread taker = startToTake(4);
            try {
                assertTrue(taker.endsWithin(LONG), "one frame is wanted, and one is idle");
                assertEquals(0, second.bufferCount());
            } finally {
                mount.thaw();
                taker.join();
                keeper.stop();
                TestEnv.end(control, LONG);
                kernel.close();
            }
        }
    }

    @Test
    void shouldHoldNoObjectForAnAreaIfThePolicyThrew() {
        boot(HostConfig.minimal()
                .lending(new Lending(all -> {
                    throw new UnsupportedOperationException("no");
                }, Notice.NONE)));
        Keeper keeper = startKeeper(30, 1);
        Keeper borrower = new Keeper(50);
        EnvControl other = root.createEnv(EnvSpec.named("borrower").extraFrames(50), borrower);
        borrower.fill();
        keeper.act(env -> {
            Extent extent = env.disk()
                    .allocExtent(env.keys().find("disk", BlockDevice.class), "",
                            30);
            int before = env.account().objectsHeld();
            assertThrows(UnsupportedOperationException.class,
                    () -> env.disk().bindSpill(extent, 0, 30, 30));
            assertEquals(0, env.account().framesHeld());
            assertEquals(before, env.account().objectsHeld());
        });
        keeper.stop();
        borrower.stop();
        TestEnv.end(other, LONG);
    }

    /** A frame that the device still reads must not be somebody else's. */
    @Test
    @NeedsRoot
    @NeedsFacility(HostFacility.FREEZE)
    void shouldNotGiveAFrameAwayThatADeviceStillReads() {
        try (FreezableMount mount = FreezableMount.create(32 << 20)) {
            boot(disk(mount).queue(DiskConfig.QueueBackend.IO_URING));
            Keeper keeper = startKeeper(5, 4);
            keeper.fill();
            AtomicReference<Extent> extent = new AtomicReference<>();
            keeper.act(env -> {
                extent.set(env.disk()
                        .allocExtent(env.keys().find("disk", BlockDevice.class), "",
                                4));
            });
            mount.freeze();
            keeper.act(env -> {
                ExtentQueue queue = env.disk().bindQueue(extent.get(), keeper.window(), 1);
                assertEquals(0, queue.tryWrite(0, 0, 1, keeper.window().page(0), 1));
                assertEquals(1, queue.submit());
            });
            SideThread taker = startToTake(5);
            boolean taken = taker.endsWithin(Duration.ofSeconds(12));
            if (taken) {
                Window window = root.memory().bindWindow(64);
                window.allocPages(0, 60);
                for (long at = 0; at < 60 * 4096; at += Long.BYTES) {
                    window.segment().set(ValueLayout.JAVA_LONG, at, SECRET);
                }
            }
            mount.thaw();
            taker.join();
            control.give(ResourceKind.FRAMES, 1);
            AtomicInteger secrets = new AtomicInteger();
            for (int i = 0; i < 20; i++) {
                keeper.act(env -> {
                    keeper.window().allocPages(4, 1);
                    try (ExtentQueue queue = env.disk()
                            .bindQueue(extent.get(), keeper.window(), 1)) {
                        queue.tryRead(0, 0, 1, keeper.window().page(4), 1);
                        while (queue.await(1, Upcalls.NEVER) == 0) {
                            Thread.onSpinWait();
                        }
                        queue.next();
                    }
                    secrets.addAndGet(keeper.words(4)[7] == SECRET ? 1 : 0);
                    keeper.window().releasePages(4, 1);
                });
            }
            keeper.stop();
            TestEnv.end(control, LONG);
            kernel.close();
            assertEquals(0, secrets.get(), "it read what another environment wrote");
            assertFalse(taken, "the device was not done");
        }
    }

    /** While one thread waits for the end of what a queue does, others must too. */
    @Test
    @NeedsRoot
    @NeedsFacility(HostFacility.FREEZE)
    void shouldWaitForTheDeviceThoughTheQueueIsDeadAlready() {
        try (FreezableMount mount = FreezableMount.create(32 << 20)) {
            boot(disk(mount).queue(DiskConfig.QueueBackend.IO_URING));
            Extent mine = root.disk()
                    .allocExtent(root.keys().find("disk0", BlockDevice.class), "", 4);
            Keeper keeper = startKeeper(5, 4);
            root.keys().grant(mine, control, Rights.READ_WRITE, "given");
            keeper.fill();
            mount.freeze();
            keeper.act(env -> {
                ExtentQueue queue = env.disk()
                        .bindQueue(env.keys().find("given", Extent.class),
                                keeper.window(), 1);
                assertEquals(0, queue.tryWrite(0, 0, 1, keeper.window().page(0), 1));
                assertEquals(1, queue.submit());
            });
            SideThread revoker = SideThread.start(() -> root.keys().revoke(mine));
            assertFalse(revoker.endsWithin(Duration.ofSeconds(1)), "the queue is being killed");
            SideThread taker = startToTake(5);
            boolean taken = taker.endsWithin(Duration.ofSeconds(3));
            boolean under = revoker.isAlive();
            mount.thaw();
            taker.join();
            revoker.join();
            keeper.stop();
            TestEnv.end(control, LONG);
            kernel.close();
            assertTrue(under);
            assertFalse(taken, "the device still reads the frame");
        }
    }

    /** What a libOS has a new thread inherit is code of the libOS. */
    @Test
    void shouldRunNoCodeOfALibOsUnderALock() {
        boot(HostConfig.minimal()
                .lending(new Lending(VictimPolicy.LARGEST_EXTRA, Notice.NONE)));
        Keeper keeper = new Keeper(50);
        EnvControl borrower = root.createEnv(spec("borrower").extraFrames(60), keeper);
        keeper.bind(4, 4);
        keeper.fill();
        AtomicReference<String> where = new AtomicReference<>();
        EnvControl hostile = root.createEnv(EnvSpec.named("hostile").frames(30), env -> {
            InheritableThreadLocal<String> local = new InheritableThreadLocal<>() {
                @Override
                protected String childValue(String parent) {
                    where.set(Arrays.toString(new Throwable().getStackTrace()));
                    return parent;
                }
            };
            local.set("any");
            env.memory().bindWindow(30).allocPages(0, 30);
        });
        TestEnv.await(hostile);
        keeper.stop();
        TestEnv.end(borrower, LONG);
        assertEquals(null, where.get());
    }
}
