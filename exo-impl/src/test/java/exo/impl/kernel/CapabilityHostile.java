// SPDX-License-Identifier: Apache-2.0
package exo.impl.kernel;

import exo.api.Capability;
import exo.api.CapabilityException;
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
import exo.api.disk.Extent;
import exo.api.disk.ExtentQueue;
import exo.api.mem.Frames;
import exo.api.mem.Window;
import exo.api.upcall.UpcallHandler;
import exo.api.upcall.Upcalls;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Can an environment forge, steal, widen, replay or outlive a capability? */
class CapabilityHostile {
    private static final Duration LONG = Duration.ofSeconds(20);

    private final Exokernel kernel = Exokernel.boot(HostConfig.embedded());
    private final Env root = kernel.rootEnv();
    private final BlockDevice disk = root.keys().find("disk0", BlockDevice.class);
    private final Extent extent = root.disk().allocExtent(disk, "", 16);

    @AfterEach
    void closeKernel() {
        kernel.close();
    }

    private static void assertRefused(ErrorCode code, Runnable call) {
        assertEquals(code, assertThrows(CapabilityException.class, call::run).code());
    }

    /** An extent that a libOS wrote itself. */
    private record HomeMade(ResourceKind kind, Rights rights, String label) implements Extent {
        @Override
        public boolean isLive() {
            return true;
        }

        @Override
        public String deviceName() {
            return "disk0";
        }

        @Override
        public String extentName() {
            return "";
        }

        @Override
        public long firstBlock() {
            return 0;
        }

        @Override
        public long blockCount() {
            return Long.MAX_VALUE;
        }

        @Override
        public int blockBytes() {
            return 4096;
        }
    }

    @Test
    void shouldRefuseAnObjectThatIsNotTheKernels() {
        Extent forged = new HomeMade(ResourceKind.EXTENT, Rights.ALL, "forged");
        Window window = root.memory().bindWindow(1);
        assertRefused(ErrorCode.INVALID, () -> root.disk().bindQueue(forged, window, 1));
        assertRefused(ErrorCode.INVALID, () -> root.keys().derive(forged, Rights.READ, "x"));
        assertRefused(ErrorCode.INVALID, () -> root.keys().revoke(forged));
        assertRefused(ErrorCode.INVALID, () -> root.disk().freeExtent(forged));
    }

    @Test
    void shouldRefuseFramesWindowsAndControlsOfAnotherKernel() {
        try (Exokernel other = Exokernel.boot(HostConfig.minimal())) {
            Env stranger = other.rootEnv();
            Window theirs = stranger.memory().bindWindow(1);
            theirs.allocPages(0, 1);
            Frames frames = stranger.memory().share(theirs, 0, 1, Rights.ALL, "frames");
            EnvControl control = stranger.createEnv(EnvSpec.named("child"), env -> {
                while (true) {
                    env.upcalls().await(Upcalls.NEVER);
                }
            });
            Window mine = root.memory().bindWindow(1);
            assertRefused(ErrorCode.INVALID, () -> mine.map(0, frames, 0, 1));
            assertRefused(ErrorCode.INVALID, () -> root.keys().revoke(frames));
            assertRefused(ErrorCode.INVALID,
                    () -> root.keys().grant(extent, control, Rights.READ, "x"));
            assertThrows(RuntimeException.class,
                    () -> root.memory().share(theirs, 0, 1, Rights.READ, "x"));
            assertThrows(RuntimeException.class,
                    () -> root.disk().bindQueue(extent, theirs, 1));
            assertEquals(-1, mine.frame(0));
            assertTrue(frames.isLive());
        }
    }

    @Test
    void shouldRefuseTheCapabilityOfAnotherKernel() {
        try (Exokernel other = Exokernel.boot(HostConfig.embedded())) {
            Extent foreign = other.rootEnv()
                    .disk()
                    .allocExtent(
                            other.rootEnv().keys().find("disk0", BlockDevice.class), "", 1);
            assertRefused(ErrorCode.INVALID, () -> root.keys().derive(foreign, Rights.READ, "x"));
        }
    }

    @Test
    void shouldRefuseACapabilityThatAnotherEnvironmentHolds() {
        TestEnv.run(root, EnvSpec.named("thief").frames(1), env -> {
            Window window = env.memory().bindWindow(1);
            assertRefused(ErrorCode.FOREIGN, () -> env.disk().bindQueue(extent, window, 1));
            assertRefused(ErrorCode.FOREIGN, () -> env.keys().derive(extent, Rights.READ, "mine"));
            assertRefused(ErrorCode.FOREIGN, () -> env.keys().drop(extent));
            assertRefused(ErrorCode.FOREIGN, () -> env.keys().revoke(extent));
            assertTrue(env.keys().all().isEmpty());
        });
        assertTrue(extent.isLive());
    }

    @Test
    void shouldNeverWidenRights() {
        Extent weak = root.keys().derive(extent, Rights.READ, "weak");
        assertRefused(ErrorCode.INSUFFICIENT,
                () -> root.keys().derive(weak, Rights.READ_WRITE, "strong"));
        assertRefused(ErrorCode.INSUFFICIENT, () -> root.disk()
                .deriveExtent(weak, 0, 1,
                        Rights.WRITE, "strong"));
        assertRefused(ErrorCode.INSUFFICIENT, () -> root.keys().revoke(weak));
        assertRefused(ErrorCode.INSUFFICIENT, () -> root.createEnv(
                EnvSpec.named("child").grant("x", weak, Rights.READ), env -> {}));
        assertThrows(ResourceException.class, () -> root.keys().find("strong", Extent.class));
    }

    @Test
    void shouldNotReachBeyondAPartOfAnExtent() {
        Extent part = root.disk().deriveExtent(extent, 4, 4, Rights.READ_WRITE, "part");
        assertEquals(extent.firstBlock() + 4, part.firstBlock());
        for (long[] outside : new long[][]{{0, 5}, {4, 1}, {-1, 1}, {0, 0}, {1, Long.MAX_VALUE},
                {Long.MAX_VALUE, 1}}) {
            assertEquals(ErrorCode.OUT_OF_RANGE,
                    assertThrows(ResourceException.class, () -> root.disk()
                            .deriveExtent(part,
                                    outside[0], outside[1], Rights.READ, "beyond"))
                            .code());
        }
        Window window = root.memory().bindWindow(8);
        window.allocPages(0, 8);
        try (ExtentQueue queue = root.disk().bindQueue(disk, window, 4)) {
            int number = queue.bind(part);
            int outside = ErrorCode.OUT_OF_RANGE.refusal();
            assertEquals(outside, queue.tryRead(number, 4, 1, window.page(0), 0));
            assertEquals(outside, queue.tryRead(number, 0, 5, window.page(0), 0));
            assertEquals(outside, queue.tryRead(number, -1, 1, window.page(0), 0));
            assertEquals(outside, queue.tryRead(number, Long.MAX_VALUE, 1, window.page(0), 0));
            assertEquals(outside, queue.tryRead(number, 0, 0, window.page(0), 0));
            assertEquals(outside, queue.tryRead(number, 0, -1, window.page(0), 0));
            assertEquals(0, queue.inFlight());
        }
    }

    @Test
    void shouldRefuseAfterRevocationHoweverDeepTheDerivation() {
        Extent node = root.keys().derive(extent, Rights.ALL, "0");
        Extent top = node;
        for (int i = 1; i < 40; i++) {
            node = root.keys().derive(node, Rights.ALL, Integer.toString(i));
        }
        Extent deepest = node;
        assertEquals(40, root.keys().revoke(extent));
        assertFalse(deepest.isLive());
        assertRefused(ErrorCode.REVOKED, () -> root.keys().derive(deepest, Rights.READ, "x"));
        assertRefused(ErrorCode.REVOKED, () -> root.keys().derive(top, Rights.READ, "x"));
        assertTrue(extent.isLive());
        assertTrue(kernel.leaks().entries().stream().noneMatch(line -> line.contains("40")));
    }

    @Test
    void shouldBoundTheDepthOfDerivation() {
        Capability node = extent;
        for (int i = 2; i <= exo.impl.cap.CapabilityTable.MAX_DEPTH; i++) {
            node = root.keys().derive(node, Rights.ALL, "depth-" + i);
        }
        Capability last = node;
        assertEquals(ErrorCode.TOO_BIG, assertThrows(ResourceException.class,
                () -> root.keys().derive(last, Rights.ALL, "one too deep")).code());
    }

    @Test
    void shouldNotOutliveItsRevocationInAQueue() {
        Extent mine = root.keys().derive(extent, Rights.ALL, "mine");
        Window window = root.memory().bindWindow(1);
        window.allocPages(0, 1);
        try (ExtentQueue queue = root.disk().bindQueue(disk, window, 4)) {
            int number = queue.bind(mine);
            assertEquals(0, queue.tryRead(number, 0, 1, window.page(0), 0));
            queue.submit();
            root.keys().revoke(extent);
            assertEquals(0, queue.inFlight(), "what was under way is over");
            assertEquals(ErrorCode.REVOKED.refusal(),
                    queue.tryRead(number, 0, 1, window.page(0), 0));
            assertEquals(ErrorCode.REVOKED.refusal(), queue.tryFlush(number, 0));
        }
    }

    @Test
    void shouldExhaustItselfAloneWithCapabilities() {
        TestEnv.run(root, EnvSpec.named("glutton").objects(50).grant("x", extent, Rights.ALL),
                env -> {
                    Extent mine = env.keys().find("x", Extent.class);
                    ResourceException e = assertThrows(ResourceException.class, () -> {
                        for (int i = 0; i < 1000; i++) {
                            env.keys().derive(mine, Rights.READ, "copy-" + i);
                        }
                    });
                    assertEquals(ErrorCode.QUOTA, e.code());
                    assertEquals(50, env.account().objectsHeld());
                });
        root.keys().derive(extent, Rights.READ, "still possible");
    }

    @Test
    void shouldNotFillTheQuotaOfAnother() throws InterruptedException {
        CountDownLatch go = new CountDownLatch(1);
        AtomicBoolean stop = new AtomicBoolean();
        EnvControl victim = root.createEnv(EnvSpec.named("victim").objects(4), env -> {
            env.upcalls().handler(new UpcallHandler() {
                @Override
                public void onStopRequest() {
                    stop.set(true);
                }
            });
            go.await();
            assertEquals(0, env.account().objectsHeld(), "the granter pays");
            while (!stop.get()) {
                env.upcalls().await(Upcalls.NEVER);
            }
        });
        for (int i = 0; i < 100; i++) {
            root.keys().grant(extent, victim, Rights.READ, "gift-" + i);
        }
        go.countDown();
        assertEquals(java.util.Optional.empty(), victim.end(LONG).failure());
    }

    @Test
    void shouldDieWithTheEnvironmentThatGrantedIt() throws InterruptedException {
        AtomicReference<Extent> leaf = new AtomicReference<>();
        CountDownLatch granted = new CountDownLatch(1);
        EnvControl receiver = root.createEnv(EnvSpec.named("receiver"), env -> {
            env.upcalls().handler(new UpcallHandler() {
                @Override
                public void onGrant(Capability capability) {
                    leaf.set((Extent) capability);
                    granted.countDown();
                }
            });
            while (true) {
                env.upcalls().await(Upcalls.NEVER);
            }
        });
        TestEnv.run(root, EnvSpec.named("granter")
                .grant("x", extent, Rights.ALL)
                .grant("to",
                        receiver, Rights.GRANT),
                env -> {
                    env.keys()
                            .grant(env.keys().find("x", Extent.class),
                                    env.keys().find("to", EnvControl.class), Rights.READ,
                                    "passed on");
                    assertTrue(granted.await(20, TimeUnit.SECONDS));
                    assertTrue(leaf.get().isLive());
                });
        assertFalse(leaf.get().isLive());
        TestEnv.end(receiver, Duration.ofMillis(10));
    }

    @Test
    void shouldRefuseToGrantWithoutTheRightOnBothSides() {
        EnvControl child = root.createEnv(EnvSpec.named("child"), env -> {
            while (true) {
                env.upcalls().await(Upcalls.NEVER);
            }
        });
        Extent noGrant = root.keys().derive(extent, Rights.READ, "no grant");
        assertRefused(ErrorCode.INSUFFICIENT,
                () -> root.keys().grant(noGrant, child, Rights.READ, "x"));
        EnvControl closed = root.keys().derive(child, Rights.READ, "closed");
        assertRefused(ErrorCode.INSUFFICIENT,
                () -> root.keys().grant(extent, closed, Rights.READ, "x"));
        root.keys().grant(extent, child, Rights.READ, "x");
        assertEquals(ErrorCode.ALREADY_EXISTS, assertThrows(ResourceException.class,
                () -> root.keys().grant(extent, child, Rights.READ, "x")).code());
        TestEnv.end(child, Duration.ofMillis(10));
        assertThrows(exo.api.ExoException.class,
                () -> root.keys().grant(extent, child, Rights.READ, "y"));
    }

    @Test
    void shouldRefuseNullEverywhere() {
        assertThrows(NullPointerException.class, () -> root.keys().derive(null, Rights.READ, "x"));
        assertThrows(NullPointerException.class, () -> root.keys().derive(extent, null, "x"));
        assertThrows(NullPointerException.class,
                () -> root.keys().derive(extent, Rights.READ, null));
        assertThrows(NullPointerException.class, () -> root.keys().drop(null));
        assertThrows(NullPointerException.class, () -> root.keys().revoke(null));
        assertThrows(NullPointerException.class,
                () -> root.keys().grant(extent, null, Rights.READ, "x"));
        assertThrows(NullPointerException.class, () -> root.keys().find(null, Extent.class));
        assertThrows(NullPointerException.class, () -> root.createEnv(null, env -> {}));
        assertThrows(NullPointerException.class,
                () -> root.createEnv(EnvSpec.named("x"), null));
        assertThrows(NullPointerException.class, () -> root.upcalls().handler(null));
        assertThrows(NullPointerException.class, () -> root.upcalls().wakeThrough(null));
        assertThrows(NullPointerException.class, () -> root.disk().allocExtent(null, "x", 1));
        assertThrows(NullPointerException.class, () -> root.disk().allocExtent(disk, null, 1));
        assertThrows(NullPointerException.class, () -> root.disk().bindQueue(disk, null, 1));
        assertThrows(NullPointerException.class,
                () -> root.memory().share(null, 0, 1, Rights.READ, "x"));
        assertThrows(NullPointerException.class, () -> root.memory().bindWindow(1, null));
        assertThrows(NullPointerException.class, () -> root.cpu().bind(null));
        assertThrows(NullPointerException.class, () -> root.net().freeStation(null));
    }
}
