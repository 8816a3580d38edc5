// SPDX-License-Identifier: Apache-2.0
package exo.impl.kernel;

import exo.api.upcall.UpcallHandler;
import exo.impl.cap.EventSource;
import exo.impl.mem.KernelMemory;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Returns idle mapped frames when the kernel wants some, on the time of the thread that holds them,
 * and without troubling its libOS.
 */
final class IdleReturn implements EventSource {
    private final KernelMemory memory;
    private final AtomicInteger wanted = new AtomicInteger();

    IdleReturn(KernelMemory memory) {
        this.memory = memory;
    }

    /** Wants so many frames; 0 to want none. */
    void want(int frames) {
        wanted.set(frames);
    }

    @Override
    public boolean isPending() {
        return wanted.get() > 0 && memory.hasIdleHere();
    }

    @Override
    public void deliver(UpcallHandler handler) {
        int released = memory.releaseIdle(wanted.get());
        wanted.updateAndGet(now -> Math.max(0, now - released));
    }
}
