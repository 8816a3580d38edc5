// SPDX-License-Identifier: Apache-2.0
package exo.impl.kernel;

import exo.api.Account;
import exo.api.Env;
import exo.api.EnvControl;
import exo.api.EnvExit;
import exo.api.EnvSpec;
import exo.api.ErrorCode;
import exo.api.Exokernel;
import exo.api.HostConfig;
import exo.api.Quota;
import exo.api.ResourceException;
import exo.api.Rights;
import exo.api.disk.BlockDevice;
import exo.api.disk.Extent;
import exo.api.mem.Window;
import exo.api.upcall.UpcallHandler;
import exo.api.upcall.Upcalls;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class EnvTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    private final Exokernel kernel = Exokernel.boot(HostConfig.embedded());
    private final Env root = kernel.rootEnv();

    @AfterEach
    void closeKernelAndFindNothingLeft() {
        assertTrue(kernel.leaks().isClean(), kernel.leaks().toString());
        kernel.close();
    }

    /** A libOS that waits until it is asked to stop. */
    private static void idle(Env env) {
        AtomicBoolean stop = new AtomicBoolean();
        env.upcalls().handler(new UpcallHandler() {
            @Override
            public void onStopRequest() {
                stop.set(true);
            }
        });
        while (!stop.get()) {
            env.upcalls().await(Upcalls.NEVER);
        }
    }

    @Test
    void shouldReturnQuotaWhenAChildEnds() {
        Account before = root.account();
        TestEnv.run(root, EnvSpec.named("child").frames(100).blocks(10).slots(3), env -> {
            assertEquals(
                    new Quota(100, 0, 0, 10, 3, EnvSpec.DEFAULT_OBJECTS, EnvSpec.DEFAULT_THREADS),
                    env.quota());
            env.memory().bindWindow(50).allocPages(0, 50);
            assertEquals(50, env.account().framesHeld());
        });
        assertEquals(before.framesHeld(), root.account().framesHeld());
        assertEquals(before.objectsHeld(), root.account().objectsHeld());
        assertEquals(16_384, root.memory().freeFrameCount());
    }

    @Test
    void shouldRefuseAChildLargerThanTheRest() {
        ResourceException e = assertThrows(ResourceException.class,
                () -> root.createEnv(EnvSpec.named("big").frames(16_385), env -> {}));
        assertEquals(ErrorCode.QUOTA, e.code());
        TestEnv.run(root, EnvSpec.named("just").frames(16_384), env -> {});
    }

    @Test
    void shouldReportWhatTheLibOsThrew() throws InterruptedException {
        IllegalStateException thrown = new IllegalStateException("by the libOS");
        EnvControl child = root.createEnv(EnvSpec.named("failing"), env -> {
            throw thrown;
        });
        EnvExit exit = child.awaitExit(LONG).orElseThrow();
        assertEquals(EnvExit.Reason.FAILED, exit.reason());
        assertSame(thrown, exit.failure().orElseThrow());
    }

    @Test
    void shouldEndAChildThatEndsByItselfMeanwhile() {
        for (int i = 0; i < 2000; i++) {
            EnvControl child = root.createEnv(EnvSpec.named("brief"), env -> {});
            EnvExit first = child.end(LONG);
            assertTrue(Set.of(EnvExit.Reason.RETURNED, EnvExit.Reason.ENDED)
                    .contains(first.reason()), first.toString());
            assertEquals(first, child.end(LONG));
        }
    }

    @Test
    void shouldEndOnRequest() {
        EnvControl child = root.createEnv(EnvSpec.named("idle"), EnvTest::idle);
        assertFalse(child.isEnded());
        assertEquals(EnvExit.Reason.ENDED, child.end(LONG).reason());
        assertTrue(child.isEnded());
        assertEquals(EnvExit.Reason.ENDED, child.end(LONG).reason(), "a second end says the same");
    }

    @Test
    void shouldEndALibOsThatIgnoresRequestsButCallsTheKernel() {
        EnvControl child = root.createEnv(EnvSpec.named("deaf"), env -> {
            while (true) {
                env.upcalls().await(Upcalls.NEVER);
            }
        });
        EnvExit exit = child.end(Duration.ofMillis(50));
        assertEquals(EnvExit.Reason.ENDED, exit.reason());
    }

    @Test
    void shouldTakeEverythingFromALibOsThatNeverCallsTheKernel() throws InterruptedException {
        AtomicBoolean release = new AtomicBoolean();
        CountDownLatch holding = new CountDownLatch(1);
        EnvControl child = root.createEnv(EnvSpec.named("spinning").frames(64), env -> {
            Window window = env.memory().bindWindow(64);
            window.allocPages(0, 64);
            holding.countDown();
            while (!release.get()) {
                Thread.onSpinWait();
            }
        });
        assertTrue(holding.await(20, TimeUnit.SECONDS));
        assertEquals(EnvExit.Reason.ABORTED, child.end(Duration.ofMillis(20)).reason());
        assertEquals(16_384, root.memory().freeFrameCount());
        release.set(true);
    }

    @Test
    void shouldFailCleanlyWhenAnAbortedLibOsTouchesItsWindow() throws InterruptedException {
        AtomicBoolean aborted = new AtomicBoolean();
        CountDownLatch holding = new CountDownLatch(1);
        CountDownLatch over = new CountDownLatch(1);
        AtomicReference<Throwable> seen = new AtomicReference<>();
        EnvControl child = root.createEnv(EnvSpec.named("late").frames(1), env -> {
            Window window = env.memory().bindWindow(1);
            window.allocPages(0, 1);
            holding.countDown();
            while (!aborted.get()) {
                Thread.onSpinWait();
            }
            try {
                window.segment().get(java.lang.foreign.ValueLayout.JAVA_BYTE, 0);
            } catch (IllegalStateException e) {
                seen.set(e);
            }
            over.countDown();
        });
        assertTrue(holding.await(20, TimeUnit.SECONDS));
        assertEquals(EnvExit.Reason.ABORTED, child.end(Duration.ofMillis(20)).reason());
        aborted.set(true);
        assertTrue(over.await(20, TimeUnit.SECONDS));
        assertEquals(IllegalStateException.class, seen.get().getClass());
    }

    @Test
    void shouldEndGrandchildrenWithTheirParent() throws InterruptedException {
        AtomicReference<EnvControl> grandchild = new AtomicReference<>();
        TestEnv.run(root, EnvSpec.named("parent").frames(10).objects(4000).threads(10), env -> {
            grandchild.set(env.createEnv(EnvSpec.named("child").frames(10), inner -> {
                inner.memory().bindWindow(10).allocPages(0, 10);
                idle(inner);
            }));
        });
        assertTrue(grandchild.get().awaitExit(LONG).isPresent());
        assertEquals(16_384, root.memory().freeFrameCount());
    }

    @Test
    void shouldTellTheParentAboutTheEndOfAChild() {
        TestEnv.run(root, EnvSpec.named("parent").objects(4000).threads(10), env -> {
            List<EnvExit.Reason> ends = new ArrayList<>();
            env.upcalls().handler(new UpcallHandler() {
                @Override
                public void onChildExit(EnvControl child, EnvExit exit) {
                    assertEquals("child", child.envName());
                    ends.add(exit.reason());
                }
            });
            env.createEnv(EnvSpec.named("child"), inner -> {});
            while (ends.isEmpty()) {
                env.upcalls().await(Upcalls.NEVER);
            }
            assertEquals(List.of(EnvExit.Reason.RETURNED), ends);
        });
    }

    @Test
    void shouldGiveCapabilitiesAtCreation() {
        BlockDevice disk = root.keys().find("disk0", BlockDevice.class);
        Extent extent = root.disk().allocExtent(disk, "", 8);
        TestEnv.run(root, EnvSpec.named("child").grant("mine", extent, Rights.READ), env -> {
            Extent mine = env.keys().find("mine", Extent.class);
            assertEquals(extent.firstBlock(), mine.firstBlock());
            assertEquals(Rights.READ, mine.rights());
            assertEquals(1, env.keys().all().size());
        });
        root.disk().freeExtent(extent);
    }

    @Test
    void shouldRunSeveralThreadsUpToTheQuota() {
        TestEnv.run(root, EnvSpec.named("threads").threads(3), env -> {
            CountDownLatch both = new CountDownLatch(2);
            CountDownLatch go = new CountDownLatch(1);
            for (int i = 0; i < 2; i++) {
                env.startThread("helper", inner -> {
                    assertSame(env, inner);
                    both.countDown();
                    go.await();
                });
            }
            both.await();
            assertEquals(3, env.account().threadsAlive());
            ResourceException e = assertThrows(ResourceException.class,
                    () -> env.startThread("one too many", inner -> {}));
            assertEquals(ErrorCode.QUOTA, e.code());
            go.countDown();
        });
    }

    @Test
    void shouldEndTheEnvironmentWhenAnyOfItsThreadsFails() throws InterruptedException {
        EnvControl child = root.createEnv(EnvSpec.named("half"), env -> {
            env.startThread("failing", inner -> {
                throw new IllegalStateException("in a second thread");
            });
            idle(env);
        });
        EnvExit exit = child.awaitExit(LONG).orElseThrow();
        assertEquals(EnvExit.Reason.FAILED, exit.reason());
        assertEquals("in a second thread", exit.failure().orElseThrow().getMessage());
    }

    @Test
    void shouldChargeProcessorTime() {
        TestEnv.run(root, EnvSpec.named("busy"), env -> {
            long before = env.account().cpuNanos();
            long x = 1;
            while (env.account().cpuNanos() - before < 2_000_000) {
                x = x * 31 + 7;
            }
            assertTrue(x != 0);
        });
    }

    @Test
    void shouldRefuseForeignThreads() throws InterruptedException {
        AtomicReference<Env> leaked = new AtomicReference<>();
        CountDownLatch ready = new CountDownLatch(1);
        EnvControl child = root.createEnv(EnvSpec.named("leaky").frames(1), env -> {
            leaked.set(env);
            ready.countDown();
            idle(env);
        });
        assertTrue(ready.await(20, TimeUnit.SECONDS));
        assertThrows(WrongThreadException.class, () -> leaked.get().memory().bindWindow(1));
        assertThrows(WrongThreadException.class, () -> leaked.get().keys().all());
        TestEnv.end(child, LONG);
    }

    @Test
    void shouldRefuseAChildThatUsesTheRoot() {
        TestEnv.run(root, EnvSpec.named("climber"), env -> {
            assertThrows(WrongThreadException.class, () -> root.memory().bindWindow(1));
            assertThrows(WrongThreadException.class,
                    () -> root.createEnv(EnvSpec.named("x"), inner -> {}));
        });
    }
}
