// SPDX-License-Identifier: Apache-2.0
package exo.impl.cpu;

import exo.api.HostFaultException;
import exo.api.Quota;
import exo.api.cpu.CpuConfig;
import exo.api.cpu.CpuConfig.Enforcement;
import exo.api.info.InfoLayout;
import exo.api.upcall.Repossession;
import exo.host.Errno;
import exo.host.Facilities;
import exo.host.HostException;
import exo.host.HostThread;
import exo.impl.cap.BarePrincipal;
import exo.impl.cap.CapabilityTable;
import exo.impl.cap.Charge;
import exo.impl.cap.Lineage;
import exo.testkit.Await;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What is left of a binding whose scheduling the host refused? */
class RefusedBindHostile {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final int SLOTS = 10;
    private static final long SLOT_NANOS = 1_000_000_000_000L; // the first lasts for the whole test
    private static final int CORE = Facilities.permittedCores().getLast();

    private final CapabilityTable table = new CapabilityTable();
    private final BarePrincipal owner = new BarePrincipal(Quota.LEAST.withObjects(10)
            .withSlots(SLOTS));
    private final RefusingHost host = new RefusingHost();
    private final Timeline timeline = new Timeline(CORE, SLOTS, SLOT_NANOS, host);
    private final KernelCpu cpu = new KernelCpu(
            new Cores(CpuConfig.allPermitted().enforcement(Enforcement.COOPERATIVE)), table, owner);

    /** Refuses the calls that a test names, and notes all. */
    private static final class RefusingHost implements Enforcer {
        final List<String> calls = new CopyOnWriteArrayList<>();
        volatile List<String> refused = List.of();

        private void call(String name) {
            calls.add(name);
            if (refused.contains(name)) {
                throw new HostException(name, Errno.EPERM.number(), "grant CAP_SYS_NICE");
            }
        }

        @Override
        public void promote(int tid) {
            call("promote");
        }

        @Override
        public void demote(int tid) {
            call("demote");
        }

        @Override
        public void restore(int tid) {
            call("restore");
        }
    }

    private KernelQuantum quantum(int firstSlot, int slotCount) {
        KernelQuantum quantum = new KernelQuantum(
                Lineage.original(table, null, owner, "slots-" + firstSlot),
                timeline.reserve(firstSlot, slotCount, owner.id()));
        table.adopt(quantum);
        return quantum;
    }

    private void startNoDispatcher() {
        timeline.startDispatcherBy(thread -> {}); // so that the test alone steps
    }

    private HostFaultException refuse(KernelQuantum quantum, String... calls) {
        host.refused = List.of(calls);
        host.calls.clear();
        HostFaultException e = assertThrows(HostFaultException.class, () -> cpu.bind(quantum));
        host.refused = List.of();
        assertEquals("EPERM", e.errno());
        assertEquals(calls[0], e.call());
        return e;
    }

    private void assertUnbound() {
        assertTrue(timeline.figures().users().stream().allMatch(u -> u == InfoLayout.NOBODY));
        assertEquals("restore", host.calls.getLast());
        assertEquals(Facilities.permittedCores(), HostThread.affinity());
    }

    private void assertWorks(KernelQuantum quantum) {
        cpu.bind(quantum);
        assertEquals(1, cpu.account().slicesBegun());
        cpu.unbind(quantum);
        timeline.free(quantum.interval);
    }

    @Test
    void shouldBindNobodyWhomTheHostDoesNotLower() {
        startNoDispatcher();
        KernelQuantum all = quantum(0, SLOTS);
        refuse(all, "demote");
        assertUnbound();
        assertWorks(all);
    }

    @Test
    void shouldBindNobodyWhomTheHostDoesNotRaise() {
        startNoDispatcher();
        KernelQuantum all = quantum(0, SLOTS);
        refuse(all, "promote");
        assertUnbound();
        assertWorks(all);
    }

    @Test
    void shouldSayWhatTheHostRefusedFirst() {
        startNoDispatcher();
        KernelQuantum all = quantum(0, SLOTS);
        HostFaultException e = refuse(all, "promote", "restore");
        assertTrue(e.getMessage().contains("promote"), e::getMessage);
        assertUnbound();
        assertWorks(all);
    }

    @Test
    void shouldKeepTheOtherQuantumOfAThread() {
        startNoDispatcher();
        KernelQuantum now = quantum(0, SLOTS / 2);
        KernelQuantum later = quantum(SLOTS / 2, SLOTS / 2);
        cpu.bind(later);
        refuse(now, "promote");
        assertTrue(timeline.figures().users().contains(owner.id()));
        assertEquals(List.of(CORE), HostThread.affinity());
        cpu.bind(now);
        cpu.unbind(now);
        cpu.unbind(later);
        assertEquals(Facilities.permittedCores(), HostThread.affinity());
    }

    @Test
    void shouldUnbindWhomTheHostDoesNotRestore() {
        startNoDispatcher();
        KernelQuantum all = quantum(0, SLOTS);
        owner.ledger().charge(Charge.SLOTS, SLOTS);
        cpu.bind(all);
        host.refused = List.of("demote", "restore");
        assertTrue(table.drop(all, Repossession.Cause.REVOKED)); // to which nobody is bound then
        assertTrue(timeline.isFree(0));
        assertUnbound();
        host.refused = List.of();
        assertWorks(quantum(0, SLOTS));
    }

    /** A thread that has no room in a table, the first time. */
    private static final class Unlisted extends Thread {
        private boolean refused;

        Unlisted(Runnable body) {
            super(body);
        }

        @Override
        public int hashCode() {
            if (!refused) {
                refused = true;
                throw new IllegalStateException("no room");
            }
            return 1;
        }

        @Override
        public boolean equals(Object other) {
            return this == other;
        }
    }

    @Test
    void shouldUndoWhatCouldNotBeListed() throws InterruptedException {
        startNoDispatcher();
        KernelQuantum all = quantum(0, SLOTS);
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread binder = new Unlisted(() -> {
            assertThrows(IllegalStateException.class, () -> cpu.bind(all));
            assertUnbound();
            assertWorks(all);
        });
        binder.setUncaughtExceptionHandler((thread, e) -> failure.set(e));
        binder.start();
        binder.join();
        assertNull(failure.get(), () -> "it failed: " + failure.get());
    }

    @Test
    void shouldGoOnWithTheTimelineWhateverTheHostRefuses() {
        Timeline fast = new Timeline(CORE, SLOTS, 1_000_000, host);
        KernelQuantum quantum = new KernelQuantum(
                Lineage.original(table, null, owner, "fast"), fast.reserve(0, 1, owner.id()));
        table.adopt(quantum);
        cpu.bind(quantum);
        host.refused = List.of("demote", "promote");
        long begun = cpu.account().slicesBegun();
        Await.until("its slices come on", LONG,
                () -> cpu.account().slicesBegun() >= begun + 3);
        host.refused = List.of();
        cpu.unbind(quantum);
        fast.stop();
    }
}
