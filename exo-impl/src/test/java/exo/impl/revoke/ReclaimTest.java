// SPDX-License-Identifier: Apache-2.0
package exo.impl.revoke;

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
import exo.api.cpu.Quantum;
import exo.api.disk.BlockDevice;
import exo.api.disk.DiskConfig;
import exo.api.disk.Extent;
import exo.api.mem.MemoryConfig;
import exo.api.mem.Window;
import exo.api.revoke.Notice;
import exo.api.revoke.Reclaimed;
import exo.api.upcall.Repossession;
import exo.api.upcall.RevokeRequest;
import exo.api.upcall.UpcallHandler;
import exo.api.upcall.Upcalls;
import exo.impl.kernel.TestEnv;
import exo.testkit.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Blocks, slots and capabilities that are taken back by the protocol that takes frames. */
class ReclaimTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    /** Until a deadline nobody keeps, but at which a libOS on a busy machine has heard of it. */
    private static final Duration SHORT = Duration.ofMillis(300);

    private final Exokernel kernel = Exokernel
            .boot(HostConfig.minimal()
                    .memory(MemoryConfig.frames(64))
                    .disk(DiskConfig.temporary("disk0", 64 << 20)));
    private final Env root = kernel.rootEnv();
    private final BlockDevice device = root.keys().find("disk0", BlockDevice.class);
    private final CountDownLatch ready = new CountDownLatch(1);
    private final List<RevokeRequest> requests = Collections.synchronizedList(new ArrayList<>());
    private final List<Repossession> lost = Collections.synchronizedList(new ArrayList<>());

    @AfterEach
    void closeKernel() {
        kernel.close();
    }

    /** Starts an environment that prepares, and answers requests until it shall stop. */
    private EnvControl start(EnvSpec spec, Consumer<Env> prepare,
            BiConsumer<Env, RevokeRequest> answer) throws InterruptedException {
        EnvControl control = root.createEnv(spec, env -> {
            boolean[] stop = {false};
            env.upcalls().handler(new UpcallHandler() {
                @Override
                public void onRevokeRequest(RevokeRequest request) {
                    requests.add(request);
                    answer.accept(env, request);
                }

                @Override
                public void onRepossession(Repossession entry) {
                    lost.add(entry);
                }

                @Override
                public void onStopRequest() {
                    stop[0] = true;
                }
            });
            prepare.accept(env);
            ready.countDown();
            while (!stop[0]) {
                env.upcalls().await(Upcalls.NEVER);
            }
        });
        assertTrue(ready.await(20, TimeUnit.SECONDS));
        return control;
    }

    private static void allocExtents(Env env) {
        BlockDevice mine = env.keys().find("disk", BlockDevice.class);
        env.disk().allocExtent(mine, "first", 8);
        env.disk().allocExtent(mine, "second", 8);
    }

    private EnvSpec withDisk() {
        return EnvSpec.named("holder").blocks(20).grant("disk", device, Rights.READ_WRITE);
    }

    @Test
    void shouldTakeUnusedBlocksWithoutAsking() throws InterruptedException {
        EnvControl control = start(withDisk(), ReclaimTest::allocExtents, (env, request) -> {});
        assertEquals(new Reclaimed(4, 0),
                control.reclaim(ResourceKind.EXTENT, 4, Notice.demand(LONG)));
        assertTrue(control.end(LONG).failure().isEmpty());
        assertTrue(requests.isEmpty());
    }

    @Test
    void shouldLetTheLibOsChooseAnExtent() throws InterruptedException {
        EnvControl control = start(withDisk(), ReclaimTest::allocExtents, (env, request) -> env
                .disk()
                .freeExtent(env.keys().find("first", Extent.class)));
        assertEquals(new Reclaimed(10, 0),
                control.reclaim(ResourceKind.EXTENT, 10, Notice.demand(LONG)));
        assertEquals(8, control.account().blocksHeld());
        assertTrue(control.end(LONG).failure().isEmpty());
        assertEquals(List.of(ResourceKind.EXTENT),
                requests.stream().map(RevokeRequest::kind).toList());
        assertEquals(6, requests.getFirst().count(), "20 - 10 may stay, 16 are held");
        assertTrue(lost.isEmpty());
    }

    @Test
    void shouldTakeWholeExtentsByForceThoseAllocatedLastFirst() throws InterruptedException {
        EnvControl control = start(withDisk(), ReclaimTest::allocExtents, (env, request) -> {});
        assertEquals(new Reclaimed(8, 8),
                control.reclaim(ResourceKind.EXTENT, 5, Notice.demand(SHORT)));
        assertEquals(8, control.account().blocksHeld());
        assertTrue(control.end(LONG).failure().isEmpty());
        assertEquals(1, lost.size());
        assertEquals(ResourceKind.EXTENT, lost.getFirst().kind());
        assertEquals(Repossession.Cause.DEADLINE, lost.getFirst().cause());
        Extent second = root.disk().openExtent(device, "second");
        assertEquals(lost.getFirst().resource(), second.firstBlock(), "it is still recorded");
    }

    @Test
    void shouldTakeQuantaByForce() throws InterruptedException {
        int core = root.cpu().cores().getFirst().number();
        EnvControl control = start(EnvSpec.named("holder").slots(4), env -> {
            env.cpu().allocQuantum(core, 0, 2, "early");
            env.cpu().allocQuantum(core, 4, 2, "late");
        }, (env, request) -> {});
        assertEquals(new Reclaimed(2, 2),
                control.reclaim(ResourceKind.QUANTUM, 1, Notice.demand(SHORT)));
        assertTrue(root.cpu().isFreeSlot(core, 4));
        assertFalse(root.cpu().isFreeSlot(core, 0));
        assertTrue(control.end(LONG).failure().isEmpty());
        assertEquals(4, lost.getFirst().resource());
    }

    @Test
    void shouldRefuseKindsThatAreNotHeldByAmount() throws InterruptedException {
        EnvControl control = start(EnvSpec.named("holder"), env -> {}, (env, request) -> {});
        for (ResourceKind kind : ResourceKind.values()) {
            if (QuotaClaim.chargeOf(kind).isEmpty()) {
                assertEquals(ErrorCode.UNAVAILABLE, assertThrows(ResourceException.class,
                        () -> control.reclaim(kind, 1, Notice.NONE)).code(), kind.name());
            }
        }
        assertThrows(IllegalArgumentException.class,
                () -> control.reclaim(ResourceKind.FRAMES, 0, Notice.NONE));
        TestEnv.end(control, LONG);
    }

    @Test
    void shouldAskBeforeItDemands() throws InterruptedException {
        EnvControl control = start(EnvSpec.named("holder").frames(8),
                env -> env.memory().bindWindow(8).allocPages(0, 8), (env, request) -> {});
        assertEquals(new Reclaimed(3, 3), control.reclaim(ResourceKind.FRAMES, 3,
                new Notice(Duration.ofMillis(500), Duration.ofMillis(500))));
        TestEnv.end(control, LONG);
        assertEquals(List.of(RevokeRequest.Stage.ASK, RevokeRequest.Stage.DEMAND),
                requests.stream().map(RevokeRequest::stage).toList());
        assertTrue(requests.getFirst().deadlineNanos() < requests.getLast().deadlineNanos());
    }

    @Test
    void shouldAskForCapabilitiesOneByOne() throws InterruptedException {
        Extent extent = root.disk().allocExtent(device, "shared", 4);
        EnvControl control = start(EnvSpec.named("holder")
                .grant("one", extent, Rights.READ)
                .grant("two", extent, Rights.READ), env -> {},
                (env, request) -> env.keys().drop(request.capability().orElseThrow()));
        assertEquals(0, root.keys().revoke(extent, Notice.demand(LONG)), "all dropped");
        assertTrue(control.end(LONG).failure().isEmpty());
        assertEquals(2, requests.size());
        assertEquals(ResourceKind.EXTENT, requests.getFirst().kind());
    }

    @Test
    void shouldRevokeWhatIsNotDroppedInTime() throws InterruptedException {
        Extent extent = root.disk().allocExtent(device, "shared", 4);
        EnvControl control = start(EnvSpec.named("holder")
                .grant("one", extent, Rights.READ)
                .grant("two", extent, Rights.READ), env -> {}, (env, request) -> {
                    if (request.capability().orElseThrow().label().equals("two")) {
                        env.keys().drop(request.capability().orElseThrow());
                    }
                });
        assertEquals(1, root.keys().revoke(extent, Notice.demand(Duration.ofSeconds(1))));
        assertTrue(control.end(LONG).failure().isEmpty());
        assertTrue(extent.isLive(), "the source stays");
    }

    @Test
    void shouldReclaimThroughThreeLevels() throws InterruptedException {
        CountDownLatch deep = new CountDownLatch(1);
        int core = root.cpu().cores().getFirst().number();
        EnvControl top = root.createEnv(
                EnvSpec.named("top").slots(8).objects(20_000).threads(30), a -> {
                    a.createEnv(EnvSpec.named("middle").slots(8).objects(9000).threads(9), b -> {
                        b.createEnv(EnvSpec.named("leaf").slots(8), c -> {
                            Quantum all = c.cpu().allocQuantum(core, 0, 8, "all");
                            assertTrue(all.isLive());
                            deep.countDown();
                            c.upcalls().await(Upcalls.NEVER);
                        });
                        b.upcalls().await(Upcalls.NEVER);
                    });
                    a.upcalls().await(Upcalls.NEVER);
                });
        assertTrue(deep.await(20, TimeUnit.SECONDS));
        assertEquals(8, top.reclaim(ResourceKind.QUANTUM, 8, Notice.NONE).forced());
        assertTrue(root.cpu().isFreeSlot(core, 0));
        TestEnv.end(top, LONG);
        assertTrue(kernel.leaks().isClean(), kernel.leaks()::toString);
        TestEnv.run(root, EnvSpec.named("after").slots(8),
                env -> env.cpu().allocQuantum(core, 0, 8, "all"));
    }

    /** Starts an environment with 8 frames, of which the first ones are marked to go last. */
    private EnvControl startMarked(int marked) throws InterruptedException {
        return start(EnvSpec.named("holder").frames(8), env -> {
            Window window = env.memory().bindWindow(8);
            window.allocPages(0, 8);
            window.guarantee(0, marked, true);
        }, (env, request) -> {});
    }

    @Test
    void shouldDeclareAnEmergencyWhenMarkedPagesMustGo() throws InterruptedException {
        EnvControl control = startMarked(3);
        assertEquals(5, control.reclaim(ResourceKind.FRAMES, 5, Notice.demand(SHORT)).forced());
        assertEquals(1, control
                .reclaim(ResourceKind.FRAMES, 1, new Notice(SHORT, SHORT))
                .forced());
        TestEnv.end(control, LONG);
        assertEquals(List.of(RevokeRequest.Stage.DEMAND, RevokeRequest.Stage.ASK,
                RevokeRequest.Stage.EMERGENCY),
                requests.stream().map(RevokeRequest::stage).toList());
        assertEquals(List.of(7L, 6L, 5L, 4L, 3L, 2L),
                lost.stream().map(Repossession::place).sorted(Collections.reverseOrder()).toList());
    }

    @Test
    void shouldCountTheFramesOfChildrenForAnEmergency() throws InterruptedException {
        EnvControl control = start(EnvSpec.named("holder").frames(8).objects(9000).threads(9),
                env -> {
                    Window window = env.memory().bindWindow(4);
                    window.allocPages(0, 4);
                    window.guarantee(0, 3, true);
                    env.createEnv(EnvSpec.named("child").frames(4), child -> child.upcalls()
                            .await(Upcalls.NEVER));
                }, (env, request) -> {});
        assertEquals(1, control.reclaim(ResourceKind.FRAMES, 1, Notice.demand(SHORT)).forced());
        assertEquals(1, control.reclaim(ResourceKind.FRAMES, 1, Notice.demand(SHORT)).forced());
        TestEnv.end(control, LONG);
        assertEquals(List.of(RevokeRequest.Stage.DEMAND, RevokeRequest.Stage.EMERGENCY),
                requests.stream().map(RevokeRequest::stage).toList());
    }

    @Test
    void shouldGiveWhatWasReclaimedOnceMore() throws InterruptedException {
        List<String> grown = Collections.synchronizedList(new ArrayList<>());
        CountDownLatch told = new CountDownLatch(1);
        EnvControl control = root.createEnv(EnvSpec.named("holder").frames(4), env -> {
            env.upcalls().handler(new UpcallHandler() {
                @Override
                public void onQuotaGrown(ResourceKind kind, long amount) {
                    grown.add(kind + " " + amount);
                    env.memory().bindWindow(6).allocPages(0, 6);
                    told.countDown();
                }
            });
            while (told.getCount() > 0) {
                env.upcalls().await(Upcalls.NEVER);
            }
        });
        control.reclaim(ResourceKind.FRAMES, 4, Notice.NONE);
        int before = root.account().framesHeld();
        control.give(ResourceKind.FRAMES, 6);
        TestEnv.await(control);
        assertEquals(List.of("FRAMES 6"), grown);
        assertEquals(before, root.account().framesHeld());
        assertEquals(64, root.memory().freeFrameCount());
        assertTrue(kernel.leaks().isClean(), kernel.leaks()::toString);
        TestEnv.run(root, EnvSpec.named("all").frames(64),
                env -> env.memory().bindWindow(64).allocPages(0, 64));
    }

    @Test
    void shouldJoinWhatIsGivenBeforeTheLibOsListens() {
        List<String> grown = Collections.synchronizedList(new ArrayList<>());
        CountDownLatch given = new CountDownLatch(1);
        EnvControl control = root.createEnv(EnvSpec.named("holder"), env -> {
            env.upcalls().handler(new UpcallHandler() {
                @Override
                public void onQuotaGrown(ResourceKind kind, long amount) {
                    grown.add(kind + " " + amount);
                }
            });
            given.await();
            env.upcalls().poll();
        });
        control.give(ResourceKind.FRAMES, 1);
        control.give(ResourceKind.EXTENT, 5);
        control.give(ResourceKind.FRAMES, 2);
        given.countDown();
        TestEnv.await(control);
        assertEquals(List.of("FRAMES 3", "EXTENT 5"), grown);
    }

    @Test
    void shouldRefuseToGiveWhatItCannot() throws InterruptedException {
        EnvControl control = start(EnvSpec.named("holder").frames(8), env -> {},
                (env, request) -> {});
        assertEquals(ErrorCode.QUOTA, assertThrows(ResourceException.class,
                () -> control.give(ResourceKind.FRAMES, 57)).code());
        control.give(ResourceKind.FRAMES, 56);
        assertEquals(ErrorCode.UNAVAILABLE, assertThrows(ResourceException.class,
                () -> control.give(ResourceKind.STATION, 1)).code());
        assertThrows(IllegalArgumentException.class, () -> control.give(ResourceKind.FRAMES, 0));
        assertThrows(NullPointerException.class, () -> control.give(null, 1));
        EnvControl weak = root.keys()
                .derive(control, Rights.READ.and(Rights.REVOKE), "weak");
        assertEquals(ErrorCode.INSUFFICIENT, assertThrows(CapabilityException.class,
                () -> weak.give(ResourceKind.FRAMES, 1)).code());
        TestEnv.end(control, LONG);
        assertEquals(ErrorCode.REVOKED, assertThrows(CapabilityException.class,
                () -> control.give(ResourceKind.FRAMES, 1)).code());
    }

    @Test
    void shouldRevokeWhatTheSourceDerivedForItselfToo() throws InterruptedException {
        Extent extent = root.disk().allocExtent(device, "shared", 4);
        Extent own = root.disk().deriveExtent(extent, 0, 1, Rights.READ, "own");
        assertEquals(1, root.keys().revoke(extent, Notice.demand(LONG)), "without waiting");
        assertFalse(own.isLive());
        Extent again = root.disk().deriveExtent(extent, 0, 1, Rights.READ, "own");
        EnvControl control = start(EnvSpec.named("holder").grant("one", extent, Rights.READ),
                env -> {}, (env, request) -> env.keys().drop(request.capability().orElseThrow()));
        assertEquals(1, root.keys().revoke(extent, Notice.demand(LONG)), "the other was dropped");
        assertFalse(again.isLive());
        assertTrue(extent.isLive());
        assertTrue(control.end(LONG).failure().isEmpty());
    }

    @Test
    void shouldNotTakeAnOldRequestForANewOne() throws InterruptedException {
        CountDownLatch given = new CountDownLatch(1);
        long[] left = {Long.MIN_VALUE};
        EnvControl control = root.createEnv(EnvSpec.named("holder").frames(8), env -> {
            Window window = env.memory().bindWindow(8);
            window.allocPages(0, 8);
            env.upcalls().handler(new UpcallHandler() {
                @Override
                public void onRevokeRequest(RevokeRequest request) {
                    left[0] = request.deadlineNanos() - System.nanoTime();
                    window.releasePages(0, 1);
                }
            });
            ready.countDown();
            given.await(); // and hears nothing of the first request
            window.allocPages(7, 1);
            while (env.quota().frames() == 8) {
                Thread.onSpinWait();
            }
            while (left[0] == Long.MIN_VALUE) {
                env.upcalls().poll();
            }
        });
        assertTrue(ready.await(20, TimeUnit.SECONDS));
        assertEquals(1, control.reclaim(ResourceKind.FRAMES, 1, Notice.demand(SHORT)).forced());
        control.give(ResourceKind.FRAMES, 1);
        given.countDown();
        Await.until("it has its page again", LONG, () -> control.account().framesHeld() == 8);
        assertEquals(0, control.reclaim(ResourceKind.FRAMES, 1, Notice.demand(LONG)).forced());
        TestEnv.await(control);
        assertTrue(left[0] > 0, "the deadline was over " + -left[0] + " ns ago");
    }
}
