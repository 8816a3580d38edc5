// SPDX-License-Identifier: Apache-2.0
package exo.impl.cpu;

import exo.api.ResourceKind;
import exo.api.cpu.Quantum;
import exo.impl.cap.Charge;
import exo.impl.cap.KernelCapability;
import exo.impl.cap.Lineage;

/** The capability for an interval of slots. */
final class KernelQuantum extends KernelCapability implements Quantum {
    final Interval interval;

    KernelQuantum(Lineage lineage, Interval interval) {
        super(lineage);
        this.interval = interval;
    }

    @Override
    protected KernelCapability copy(Lineage changed) {
        return new KernelQuantum(changed, interval);
    }

    @Override
    protected void returnResource() {
        interval.timeline.free(interval);
        lineage().holder().ledger().release(Charge.SLOTS, interval.slotCount);
    }

    @Override
    public ResourceKind kind() {
        return ResourceKind.QUANTUM;
    }

    @Override
    public int core() {
        return made(interval).timeline.core();
    }

    @Override
    public int firstSlot() {
        return made(interval).firstSlot;
    }

    @Override
    public int slotCount() {
        return made(interval).slotCount;
    }
}
