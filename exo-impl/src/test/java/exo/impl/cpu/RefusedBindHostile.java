// SPDX-License-Identifier: Apache-2.0
package exo.impl.cpu;

import exo.api.HostFaultException;
import exo.api.Quota;
import exo.api.cpu.CpuConfig;
import exo.api.cpu.CpuConfig.Enforcement;
import exo.api.info.InfoLayout;
import exo.host.Errno;
import exo.host.Facilities;
import exo.host.HostException;
import exo.host.HostThread;
import exo.impl.cap.BarePrincipal;
import exo.impl.cap.CapabilityTable;
import exo.impl.cap.Lineage;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What is left of a binding whose scheduling the host refused? */
class RefusedBindHostile {
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
        final List<String> calls = new ArrayList<>();
        List<String> refused = List.of();

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
}
