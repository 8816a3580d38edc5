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
    private final boolean original;

    KernelQuantum(Lineage lineage, Interval interval, boolean original) {
        super(lineage);
        this.interval = interval;
        this.original = original;
    }

    boolean isOriginal() {
        return original;
    }

    @Override
    protected KernelCapability copy(Lineage changed) {
        return new KernelQuantum(changed, interval, false);
    }

    @Override
    protected void onDeath() {
        if (original) {
            interval.timeline.free(interval);
            lineage().holder().ledger().release(Charge.SLOTS, interval.slotCount);
        }
    }

    @Override
    public ResourceKind kind() {
        return ResourceKind.QUANTUM;
    }

    @Override
    public int core() {
        return interval.timeline.core();
    }

    @Override
    public int firstSlot() {
        return interval.firstSlot;
    }

    @Override
    public int slotCount() {
        return interval.slotCount;
    }
}
