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
import exo.api.LibOs;
import exo.api.ResourceException;
import exo.api.ResourceKind;
import exo.api.Rights;
import exo.api.mem.MemoryConfig;
import exo.api.mem.Pages;
import exo.api.mem.Window;
import exo.api.upcall.Repossession;
import exo.api.upcall.RevokeRequest;
import exo.api.upcall.UpcallHandler;
import exo.api.upcall.Upcalls;
import exo.testkit.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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

class RevocationTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    /** Until a deadline nobody keeps, but at which a libOS on a busy machine has heard of it. */
    private static final Duration SHORT = Duration.ofMillis(300);

    private final Exokernel kernel = Exokernel
            .boot(HostConfig.minimal().memory(MemoryConfig.frames(64)));
    private final Env root = kernel.rootEnv();
    private final CountDownLatch ready = new CountDownLatch(1);

    @AfterEach
    void closeKernel() {
        kernel.close();
    }

    private EnvControl start(LibOs libOs) throws InterruptedException {
        EnvControl child = root.createEnv(EnvSpec.named("holder").frames(32), libOs);
        assertTrue(ready.await(20, TimeUnit.SECONDS));
        return child;
    }

    /** What one libOS saw and did. */
    private static class Holder implements UpcallHandler {
        final List<RevokeRequest> requests = new ArrayList<>();
        final List<Repossession> lost = new ArrayList<>();
        boolean stop;

        @Override
        public void onRevokeRequest(RevokeRequest request) {
            requests.add(request);
        }

        @Override
        public void onRepossession(Repossession entry) {
            lost.add(entry);
        }

        @Override
        public void onStopRequest() {
            stop = true;
        }
    }

    @Test
    void shouldTakeUnusedQuotaWithoutAsking() throws InterruptedException {
        Holder holder = new Holder();
        EnvControl child = start(env -> {
            env.upcalls().handler(holder);
            env.memory().bindWindow(8).allocPages(0, 8);
            ready.countDown();
            while (!holder.stop) {
                env.upcalls().await(Upcalls.NEVER);
            }
        });
        assertEquals(0, child.reclaimFrames(24, LONG));
        TestEnv.end(child, LONG);
        assertTrue(holder.requests.isEmpty());
    }

    @Test
    void shouldTakeIdleFramesWithoutAsking() throws InterruptedException {
        Holder holder = new Holder();
        EnvControl child = start(env -> {
            env.upcalls().handler(holder);
            Window window = env.memory().bindWindow(32);
            window.allocPages(0, 32);
            for (int page = 0; page < 10; page++) {
                window.tryReturnPage(window.page(page));
            }
            ready.countDown();
            while (!holder.stop) {
                env.upcalls().await(Upcalls.NEVER);
            }
        });
        assertEquals(0, child.reclaimFrames(10, LONG));
        assertEquals(22, child.account().framesHeld());
        TestEnv.end(child, LONG);
        assertTrue(holder.requests.isEmpty());
        assertTrue(holder.lost.isEmpty());
    }

    @Test
    void shouldNotAskForIdleFramesOfAThreadThatIsInAnotherUpcall() throws InterruptedException {
        CountDownLatch inside = new CountDownLatch(1);
        Holder holder = new Holder() {
            @Override
            public void onGrant(Capability capability) {
                KernelEnv self = ((KernelThread) Thread.currentThread()).env();
                inside.countDown();
                Await.until("the request is behind it", LONG, self.control()::isPending);
            }
        };
        EnvControl child = start(env -> {
            env.upcalls().handler(holder);
            Window window = env.memory().bindWindow(32);
            window.allocPages(0, 32);
            window.tryReturnPage(window.page(5));
            ready.countDown();
            while (!holder.stop) {
                env.upcalls().await(Upcalls.NEVER);
            }
        });
        Window mine = root.memory().bindWindow(1);
        mine.allocPages(0, 1);
        Capability gift = root.memory().share(mine, 0, 1, Rights.READ, "gift");
        root.keys().grant(gift, child, Rights.READ, "gift");
        assertTrue(inside.await(20, TimeUnit.SECONDS));
        assertEquals(0, child.reclaimFrames(1, LONG));
        assertTrue(child.end(LONG).failure().isEmpty());
        assertTrue(holder.requests.isEmpty(), holder.requests::toString);
    }

    @Test
    void shouldLetTheLibOsChoose() throws InterruptedException {
        List<Long> asked = new ArrayList<>();
        EnvControl child = start(env -> {
            Window window = env.memory().bindWindow(32);
            window.allocPages(0, 32);
            window.segment().set(JAVA_LONG, 0, 5);
            boolean[] stop = {false};
            env.upcalls().handler(new UpcallHandler() {
                @Override
                public void onRevokeRequest(RevokeRequest request) {
                    asked.add(request.count());
                    window.releasePages(3, (int) request.count());
                }

                @Override
                public void onStopRequest() {
                    stop[0] = true;
                }
            });
            ready.countDown();
            while (!stop[0]) {
                env.upcalls().await(Upcalls.NEVER);
            }
            assertEquals(5, window.segment().get(JAVA_LONG, 0), "the others stay");
            assertEquals(Pages.NONE, window.page(3));
            assertTrue(env.upcalls().repossessions(false).isEmpty());
        });
        assertEquals(0, child.reclaimFrames(6, LONG));
        assertEquals(26, child.account().framesHeld());
        assertTrue(child.end(LONG).failure().isEmpty());
        assertEquals(List.of(6L), asked);
    }

    @Test
    void shouldTakeByForceAfterTheDeadline() throws InterruptedException {
        Holder holder = new Holder();
        EnvControl child = start(env -> {
            env.upcalls().handler(holder);
            Window window = env.memory().bindWindow(32);
            window.allocPages(0, 32);
            window.segment().fill((byte) 1);
            long last = window.page(31);
            ready.countDown();
            while (holder.lost.size() < 4) {
                env.upcalls().await(Upcalls.NEVER);
            }
            assertFalse(window.isLive(last));
            assertEquals(0, window.segment().get(JAVA_LONG, 31L * 4096), "void");
            assertEquals(0x0101010101010101L, window.segment().get(JAVA_LONG, 27L * 4096));
            assertThrows(ResourceException.class, () -> window.allocPages(31, 1), "no quota");
        });
        assertEquals(4, child.reclaimFrames(4, SHORT));
        TestEnv.await(child);
        assertEquals(1, holder.requests.size());
        assertEquals(4, holder.requests.getFirst().count());
        assertEquals(ResourceKind.FRAMES, holder.requests.getFirst().kind());
        for (Repossession entry : holder.lost) {
            assertEquals(Repossession.Cause.DEADLINE, entry.cause());
            assertTrue(entry.place() >= 28 && entry.place() < 32, entry.toString());
        }
    }

    @Test
    void shouldTakeByForceFromALibOsThatNeverListens() throws InterruptedException {
        AtomicBoolean done = new AtomicBoolean();
        EnvControl child = start(env -> {
            Window window = env.memory().bindWindow(32);
            window.allocPages(0, 32);
            ready.countDown();
            while (!done.get()) {
                window.segment().set(JAVA_LONG, 31L * 4096, 1); // goes on, into the void
            }
        });
        assertEquals(32, child.reclaimFrames(32, SHORT));
        assertEquals(0, child.account().framesHeld());
        Window window = root.memory().bindWindow(64);
        window.allocPages(0, 64); // all of them, and none can be seen by the child
        for (long at = 0; at < window.segment().byteSize(); at += 8) {
            assertEquals(0, window.segment().get(JAVA_LONG, at));
        }
        done.set(true);
        TestEnv.await(child);
    }

    @Test
    void shouldTakeFromGrandchildrenWhatTheChildPassedOn() throws InterruptedException {
        EnvControl child = root.createEnv(
                EnvSpec.named("middle").frames(32).objects(4000).threads(10), env -> {
                    env.createEnv(EnvSpec.named("leaf").frames(30), inner -> {
                        inner.memory().bindWindow(30).allocPages(0, 30);
                        ready.countDown();
                        while (true) {
                            inner.upcalls().await(Upcalls.NEVER);
                        }
                    });
                    while (true) {
                        env.upcalls().await(Upcalls.NEVER);
                    }
                });
        assertTrue(ready.await(20, TimeUnit.SECONDS));
        assertEquals(20, child.reclaimFrames(22, SHORT));
        assertEquals(54, root.memory().freeFrameCount());
        TestEnv.end(child, SHORT);
        assertEquals(64, root.memory().freeFrameCount());
    }

    @Test
    void shouldRefuseMoreThanTheQuotaAndWithoutTheRight() throws InterruptedException {
        EnvControl child = start(env -> {
            ready.countDown();
            while (true) {
                env.upcalls().await(Upcalls.NEVER);
            }
        });
        assertEquals(ErrorCode.OUT_OF_RANGE, assertThrows(ResourceException.class,
                () -> child.reclaimFrames(33, SHORT)).code());
        assertThrows(IllegalArgumentException.class, () -> child.reclaimFrames(0, SHORT));
        EnvControl weak = root.keys().derive(child, Rights.READ, "weak");
        assertEquals(ErrorCode.INSUFFICIENT, assertThrows(CapabilityException.class,
                () -> weak.reclaimFrames(1, SHORT)).code());
        assertEquals(ErrorCode.INSUFFICIENT,
                assertThrows(CapabilityException.class, () -> weak.end(SHORT)).code());
        assertEquals(0, weak.account().framesHeld());
        assertEquals(0, child.reclaimFrames(32, SHORT), "exactly the quota");
        TestEnv.end(child, SHORT);
    }
}
