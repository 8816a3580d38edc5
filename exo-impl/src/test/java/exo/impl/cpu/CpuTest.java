// SPDX-License-Identifier: Apache-2.0
package exo.impl.cpu;

import exo.api.CapabilityException;
import exo.api.Env;
import exo.api.EnvControl;
import exo.api.EnvSpec;
import exo.api.ErrorCode;
import exo.api.Exokernel;
import exo.api.HostConfig;
import exo.api.ResourceException;
import exo.api.Rights;
import exo.api.cpu.Core;
import exo.api.cpu.CpuConfig;
import exo.api.cpu.CpuConfig.Enforcement;
import exo.api.cpu.Quantum;
import exo.api.upcall.UpcallHandler;
import exo.api.upcall.Upcalls;
import exo.host.Facilities;
import exo.host.HostThread;
import exo.impl.kernel.TestEnv;
import exo.testkit.self.SideThread;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class CpuTest {
    private static final Duration SLOT = Duration.ofMillis(2);

    private Exokernel kernel;
    private Env root;
    private int core;

    private void boot(Enforcement enforcement) {
        kernel = Exokernel.boot(HostConfig.minimal()
                .cpu(CpuConfig.allPermitted().timeline(10, SLOT).enforcement(enforcement)));
        root = kernel.rootEnv();
        core = root.cpu().cores().getLast().number();
    }

    @AfterEach
    void closeKernel() {
        assertTrue(kernel.leaks().isClean(), kernel.leaks().toString());
        kernel.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"TRY", "COOPERATIVE"})
    void shouldDescribeTheCores(Enforcement enforcement) {
        boot(enforcement);
        List<Core> cores = root.cpu().cores();
        assertEquals(Facilities.permittedCores(), cores.stream().map(Core::number).toList());
        assertEquals(10, cores.getFirst().slotCount());
        assertEquals(2_000_000, cores.getFirst().slotNanos());
        assertTrue(enforcement == Enforcement.TRY || !cores.getFirst().enforced());
    }

    @Test
    void shouldStayPinnedIfItBindsAnewWhileItsOnlyQuantumIsTaken() {
        boot(Enforcement.COOPERATIVE);
        Quantum kept = root.cpu().allocQuantum(core, 1, 1, "kept");
        int unpinned = 0;
        for (int round = 0; round < 3000; round++) {
            Quantum lost = root.cpu().allocQuantum(core, 0, 1, "lost");
            root.cpu().bind(lost);
            SideThread taker = SideThread.start(() -> root.cpu().freeQuantum(lost));
            int pause = round % 100;
            for (int i = 0; i < pause * 100; i++) {
                Thread.onSpinWait();
            }
            root.cpu().bind(kept);
            taker.join();
            unpinned += HostThread.affinity().equals(List.of(core)) ? 0 : 1;
            root.cpu().unbind(kept);
        }
        assertEquals(0, unpinned, "so often it ran anywhere, though bound");
        root.cpu().freeQuantum(kept);
    }

    @Test
    void shouldRefuseToBindIfTheHostHasNoThreadForTheDispatcher() {
        boot(Enforcement.TRY);
        Quantum quantum = root.cpu().allocQuantum(core, 0, 1, "quantum");
        Timeline timeline = ((KernelQuantum) quantum).interval.timeline;
        timeline.startDispatcherBy(thread -> {
            throw new OutOfMemoryError("unable to create native thread");
        });
        ResourceException e = assertThrows(ResourceException.class,
                () -> root.cpu().bind(quantum));
        assertEquals(ErrorCode.EXHAUSTED, e.code());
        assertTrue(e.getMessage().contains("unable to create native thread"), e::getMessage);
        timeline.startDispatcherBy(Thread::start);
        root.cpu().bind(quantum); // as if nothing had been
        root.cpu().unbind(quantum);
        root.cpu().freeQuantum(quantum);
    }

    @ParameterizedTest
    @EnumSource(names = {"TRY", "COOPERATIVE"})
    void shouldGiveEachSlotToOneOwner(Enforcement enforcement) {
        boot(enforcement);
        Quantum first = root.cpu().allocQuantum(core, 2, 3, "first");
        assertEquals(core, first.core());
        assertFalse(root.cpu().isFreeSlot(core, 4));
        assertTrue(root.cpu().isFreeSlot(core, 5));
        assertEquals(ErrorCode.BUSY, assertThrows(ResourceException.class,
                () -> root.cpu().allocQuantum(core, 0, 3, "x")).code());
        for (int[] outside : new int[][]{{9, 2}, {10, 1}, {-1, 1}, {0, 0}, {0, -1},
                {1, Integer.MAX_VALUE}}) {
            assertThrows(ResourceException.class,
                    () -> root.cpu().allocQuantum(core, outside[0], outside[1], "x"));
        }
        assertEquals(ErrorCode.OUT_OF_RANGE, assertThrows(ResourceException.class,
                () -> root.cpu().allocQuantum(99_999, 0, 1, "x")).code());
        assertThrows(ResourceException.class, () -> root.cpu().isFreeSlot(core, 10));
        assertEquals(3, root.account().slotsHeld());
        root.cpu().freeQuantum(first);
        assertTrue(root.cpu().isFreeSlot(core, 2));
        assertThrows(CapabilityException.class, () -> root.cpu().freeQuantum(first));
    }

    @ParameterizedTest
    @EnumSource(names = {"TRY", "COOPERATIVE"})
    void shouldPinABoundThreadAndReleaseIt(Enforcement enforcement) {
        boot(enforcement);
        Quantum quantum = root.cpu().allocQuantum(core, 0, 10, "all");
        TestEnv.run(root, EnvSpec.named("bound").grant("time", quantum, Rights.READ), env -> {
            Quantum mine = env.keys().find("time", Quantum.class);
            env.cpu().bind(mine);
            assertEquals(List.of(core), HostThread.affinity());
            assertEquals(ErrorCode.BUSY, assertThrows(ResourceException.class,
                    () -> env.cpu().bind(mine)).code());
            env.cpu().unbind(mine);
            assertEquals(Facilities.permittedCores(), HostThread.affinity());
            assertThrows(IllegalArgumentException.class, () -> env.cpu().unbind(mine));
            assertThrows(CapabilityException.class, () -> env.cpu().freeQuantum(mine));
        });
        root.cpu().freeQuantum(quantum);
    }

    /** Counts slices until there were enough. */
    private static final class Slices implements UpcallHandler {
        final List<Integer> begun = new ArrayList<>();
        final List<Integer> ended = new ArrayList<>();

        @Override
        public void onSliceBegin(int core, int slot) {
            begun.add(slot);
        }

        @Override
        public void onSliceEnd(int core, int slot) {
            ended.add(slot);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"TRY", "COOPERATIVE"})
    void shouldAnnounceSlicesOfTwoThreads(Enforcement enforcement) {
        boot(enforcement);
        Quantum early = root.cpu().allocQuantum(core, 0, 4, "early");
        Quantum late = root.cpu().allocQuantum(core, 4, 6, "late");
        EnvControl one = root.createEnv(EnvSpec.named("one").grant("time", early, Rights.READ),
                env -> countSlices(env, 0, 4));
        EnvControl two = root.createEnv(EnvSpec.named("two").grant("time", late, Rights.READ),
                env -> countSlices(env, 4, 10));
        TestEnv.await(one);
        TestEnv.await(two);
        root.cpu().freeQuantum(early);
        root.cpu().freeQuantum(late);
    }

    private static void countSlices(Env env, int first, int end) {
        Slices slices = new Slices();
        env.upcalls().handler(slices);
        env.cpu().bind(env.keys().find("time", Quantum.class));
        while (slices.ended.size() < 5) {
            env.upcalls().await(Upcalls.NEVER);
        }
        for (int slot : slices.begun) {
            assertTrue(slot >= first && slot < end, slices.begun.toString());
        }
        assertTrue(slices.begun.size() >= 5, slices.begun + " " + slices.ended);
        assertTrue(env.cpu().account().slicesBegun() >= slices.begun.size());
        assertTrue(env.cpu().account().usedNanos() > 0);
    }

    @ParameterizedTest
    @EnumSource(names = {"TRY", "COOPERATIVE"})
    void shouldLoseItsBindingWhenTheQuantumIsRevoked(Enforcement enforcement)
            throws InterruptedException {
        boot(enforcement);
        Quantum quantum = root.cpu().allocQuantum(core, 0, 5, "half");
        CountDownLatch bound = new CountDownLatch(1);
        CountDownLatch revoked = new CountDownLatch(1);
        EnvControl child = root.createEnv(
                EnvSpec.named("evicted").grant("time", quantum, Rights.READ), env -> {
                    env.cpu().bind(env.keys().find("time", Quantum.class));
                    bound.countDown();
                    revoked.await();
                    assertEquals(Facilities.permittedCores(), HostThread.affinity());
                    assertEquals(1, env.upcalls().repossessions(false).size());
                });
        assertTrue(bound.await(20, TimeUnit.SECONDS));
        root.keys().revoke(quantum);
        revoked.countDown();
        TestEnv.await(child);
        root.cpu().freeQuantum(quantum);
    }

    @ParameterizedTest
    @EnumSource(names = {"TRY", "COOPERATIVE"})
    void shouldFreeTheSlotsOfAnEnvironmentThatEnds(Enforcement enforcement) {
        boot(enforcement);
        TestEnv.run(root, EnvSpec.named("owner").slots(4), env -> {
            env.cpu().bind(env.cpu().allocQuantum(core, 0, 4, "mine"));
            assertEquals(ErrorCode.QUOTA, assertThrows(ResourceException.class,
                    () -> env.cpu().allocQuantum(core, 4, 1, "more")).code());
        });
        assertTrue(root.cpu().isFreeSlot(core, 0));
    }

    @ParameterizedTest
    @EnumSource(names = {"TRY", "COOPERATIVE"})
    void shouldRefuseCoresThatTheProcessMayNotUse(Enforcement enforcement) {
        boot(enforcement);
        ResourceException e = assertThrows(ResourceException.class,
                () -> Exokernel.boot(HostConfig.minimal()
                        .cpu(CpuConfig.allPermitted().cores(List.of(4095)))));
        assertEquals(ErrorCode.OUT_OF_RANGE, e.code());
    }
}
