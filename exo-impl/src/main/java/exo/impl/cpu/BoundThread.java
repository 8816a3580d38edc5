// SPDX-License-Identifier: Apache-2.0
package exo.impl.cpu;

import exo.api.upcall.UpcallHandler;
import exo.impl.cap.EventPort;
import exo.impl.cap.EventSource;
import exo.impl.cap.Principal;
import java.util.ArrayList;
import java.util.List;

/**
 * A thread of an environment that is bound to one or more quanta of a core, and the source of its
 * slice upcalls.
 *
 * <p>A slice that begins and ends between two polls makes one upcall of each kind; a begin that is
 * followed by an end is delivered before it.
 */
// Each volatile field has one writer.
@SuppressWarnings("NonAtomicVolatileUpdate")
final class BoundThread implements EventSource {
    private static final int NONE = -1;

    final Thread thread;
    final int tid;
    final Timeline timeline;
    final EventPort port;
    final long env; // the number of its environment
    final List<Interval> intervals = new ArrayList<>(1); // guarded by the timeline
    boolean over; // it had a last interval, and is unpinned; guarded by the timeline

    private volatile int begunSlot = NONE; // written by the dispatcher, cleared by the thread
    private volatile int endedSlot = NONE; // likewise
    private volatile long begun; // written under the timeline's lock
    private volatile long ended; // likewise
    private volatile long latestBeginNanos; // likewise

    BoundThread(Thread thread, int tid, Timeline timeline, Principal env) {
        this.thread = thread;
        this.tid = tid;
        this.timeline = timeline;
        this.port = env.eventPort();
        this.env = env.id();
    }

    /** Announces a slice. Holds the timeline's lock. */
    void beginSlice(int slot, long lateNanos) {
        begun = begun + 1;
        latestBeginNanos = Math.max(latestBeginNanos, lateNanos);
        begunSlot = slot;
        port.signal();
    }

    /** Announces its end; does not wake the thread, which has nothing to give back if it sleeps. */
    void endSlice(int slot) {
        ended = ended + 1;
        endedSlot = slot;
    }

    long begun() {
        return begun;
    }

    long ended() {
        return ended;
    }

    long latestBeginNanos() {
        return latestBeginNanos;
    }

    @Override
    public boolean isPending() {
        return begunSlot != NONE || endedSlot != NONE;
    }

    @Override
    public void deliver(UpcallHandler handler) {
        int first = begunSlot;
        if (first != NONE) {
            begunSlot = NONE;
            handler.onSliceBegin(timeline.core(), first);
        }
        int after = endedSlot;
        if (after != NONE) {
            endedSlot = NONE;
            handler.onSliceEnd(timeline.core(), after);
        }
    }
}
