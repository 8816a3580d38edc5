// SPDX-License-Identifier: Apache-2.0
package exo.impl.kernel;

import exo.api.HostFaultException;
import exo.api.upcall.UpcallHandler;
import exo.impl.audit.FaultEvent;
import exo.impl.cap.EventSource;
import exo.impl.cap.Revocable;
import exo.impl.mem.KernelMemory;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Frames that can be taken back: idle mapped ones are returned on the time of the thread that holds
 * them, without troubling its libOS; the others are taken by force.
 */
final class IdleReturn implements EventSource, Revocable {
    private final KernelMemory memory;
    private final AtomicInteger wanted = new AtomicInteger();

    IdleReturn(KernelMemory memory) {
        this.memory = memory;
    }

    @Override
    public void wantIdle(long amount) {
        wanted.set((int) amount);
    }

    @Override
    public long lastCount() {
        return memory.lastPages();
    }

    @Override
    public long takeAtOnce(long most) {
        return memory.repossessAtOnce((int) most);
    }

    @Override
    public long take(long most) {
        return memory.repossess((int) most);
    }

    @Override
    public boolean isPending() {
        return wanted.get() > 0 && memory.hasIdleHere();
    }

    @Override
    public void deliver(UpcallHandler handler) {
        try {
            int released = memory.releaseIdle(wanted.get());
            wanted.updateAndGet(now -> Math.max(0, now - released));
        } catch (HostFaultException e) {
            wanted.set(0); // they are not the libOS's concern; whoever wants them takes others
            FaultEvent.record("idle pages", e);
        }
    }
}
