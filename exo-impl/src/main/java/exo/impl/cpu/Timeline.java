// SPDX-License-Identifier: Apache-2.0
package exo.impl.cpu;

import exo.api.Blame;
import exo.api.ErrorCode;
import exo.api.ResourceException;
import exo.api.info.CoreFigures;
import exo.api.info.InfoLayout;
import exo.host.HostException;
import exo.impl.audit.FaultEvent;
import exo.impl.cap.Invariant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * The timeline of one core, and the thread that walks along it.
 *
 * <p><b>Time.</b> Slot {@code s} of round {@code r} begins at {@code epoch + (r * slotCount + s) *
 * slotNanos}. The dispatcher sleeps until the slot at which the owner changes; while the owner
 * never changes, as when one thread has the whole core, it sleeps until somebody binds or unbinds.
 *
 * <p><b>Locking.</b> This object guards the slots, the intervals and which thread runs. The calls
 * to the host's scheduler are made under it, since two of them must not pass each other; they do
 * not wait.
 */
// Intervals are compared by identity.
@SuppressWarnings("ReferenceEquality")
final class Timeline {
    private final int core;
    private final int slotCount;
    private final long slotNanos;
    private final Enforcer enforcer;
    private final Enforcer lenient; // the same, but what is refused is recorded only
    private final long epoch = System.nanoTime();
    private final Interval[] slots; // guarded by this
    private final List<BoundThread> threads = new ArrayList<>(); // guarded by this
    private BoundThread running; // guarded by this
    private Thread dispatcher; // guarded by this
    private boolean stopped; // guarded by this
    private Consumer<Thread> starter = Thread::start; // guarded by this

    Timeline(int core, int slotCount, long slotNanos, Enforcer enforcer) {
        this.core = core;
        this.slotCount = slotCount;
        this.slotNanos = slotNanos;
        this.enforcer = enforcer;
        this.lenient = enforcer.recording(name());
        this.slots = new Interval[slotCount];
    }

    int core() {
        return core;
    }

    private String name() {
        return "core " + core;
    }

    int slotCount() {
        return slotCount;
    }

    long slotNanos() {
        return slotNanos;
    }

    boolean isEnforced() {
        return enforcer != Enforcer.COOPERATIVE;
    }

    synchronized boolean isFree(int slot) {
        if (slot < 0 || slot >= slotCount) {
            throw noSuchSlots(slot, 1);
        }
        return slots[slot] == null;
    }

    /** Reserves slots, or refuses with no effect. */
    synchronized Interval reserve(int firstSlot, int count, long owner) {
        if (firstSlot < 0 || count < 1 || count > slotCount - firstSlot) {
            throw noSuchSlots(firstSlot, count);
        }
        for (int slot = firstSlot; slot < firstSlot + count; slot++) {
            if (slots[slot] != null) {
                throw new ResourceException(ErrorCode.BUSY, Blame.PEER,
                        "core " + core + " slot " + slot, "it is taken",
                        "choose another; Cpu.isFreeSlot tells which");
            }
        }
        Interval interval = new Interval(this, firstSlot, count, owner);
        for (int slot = firstSlot; slot < firstSlot + count; slot++) {
            slots[slot] = interval;
        }
        return interval;
    }

    private ResourceException noSuchSlots(int firstSlot, int count) {
        return new ResourceException(ErrorCode.OUT_OF_RANGE, Blame.CALLER, "core " + core,
                "slots " + firstSlot + " to " + ((long) firstSlot + count - 1)
                        + " were asked for, but it has slots 0 to " + (slotCount - 1),
                "ask for others");
    }

    /** {@return who has which slot at this moment} */
    synchronized CoreFigures figures() {
        List<Long> owners = new ArrayList<>();
        List<Long> users = new ArrayList<>();
        for (Interval slot : slots) {
            owners.add(slot == null ? InfoLayout.NOBODY : slot.owner);
            users.add(slot == null || slot.bound == null ? InfoLayout.NOBODY : slot.bound.env);
        }
        return new CoreFigures(core, slotNanos, isEnforced(), owners, users);
    }

    /** Frees the slots of an interval that nobody is bound to. */
    synchronized void free(Interval interval) {
        Invariant.check(interval.bound == null, "a freed interval has no bound thread");
        for (int slot = interval.firstSlot; slot < interval.firstSlot
                + interval.slotCount; slot++) {
            slots[slot] = null;
        }
    }

    /** Lets a thread run in an interval; {@return whether it does} Not if it is being unpinned. */
    synchronized boolean tryBind(Interval interval, BoundThread thread) {
        if (interval.bound != null) {
            throw new ResourceException(ErrorCode.BUSY, Blame.CALLER,
                    "core " + core + " slots from " + interval.firstSlot,
                    "thread " + interval.bound.thread.getName() + " is bound to them",
                    "unbind it first");
        }
        if (thread.over) {
            return false;
        }
        if (dispatcher == null) {
            dispatcher = startDispatcher(); // first, since the host may refuse it
        }
        interval.bound = thread;
        thread.intervals.add(interval);
        try {
            if (!threads.contains(thread)) {
                threads.add(thread);
                enforcer.demote(thread.tid);
            }
            step(System.nanoTime(), enforcer);
        } catch (RuntimeException | Error e) {
            undoBind(interval, thread, e);
            throw e;
        }
        LockSupport.unpark(dispatcher);
        return true;
    }

    /** Makes it as if a thread had not been bound, after the host refused it. Holds the lock. */
    private void undoBind(Interval interval, BoundThread thread, Throwable failure) {
        interval.bound = null;
        thread.intervals.remove(interval);
        if (!thread.intervals.isEmpty()) {
            return; // whether it runs now is for the next step to see
        }
        threads.remove(thread);
        running = running == thread ? null : running;
        try {
            enforcer.restore(thread.tid);
        } catch (HostException e) {
            failure.addSuppressed(e);
        }
    }

    private Thread startDispatcher() {
        Thread made = Thread.ofPlatform()
                .daemon()
                .inheritInheritableThreadLocals(false) // which might be code of a libOS
                .name("exo-dispatcher-" + core)
                .unstarted(this::dispatch);
        try {
            starter.accept(made);
        } catch (OutOfMemoryError e) { // that is how the JVM says that the host has no thread
            throw new ResourceException(ErrorCode.EXHAUSTED, Blame.HOST, "core " + core,
                    "the host does not start a dispatcher: " + e.getMessage(),
                    "end threads, or raise ulimit -u, kernel.threads-max or pids.max");
        }
        return made;
    }

    /** For tests, which need a host that has no more threads. */
    synchronized void startDispatcherBy(Consumer<Thread> chosen) {
        starter = chosen;
    }

    /**
     * Ends a binding, whatever the host refuses; whether the thread has no other on this core.
     */
    synchronized boolean unbind(Interval interval) {
        BoundThread thread = interval.bound;
        if (thread == null) {
            return false;
        }
        interval.bound = null;
        thread.intervals.remove(interval);
        tryStep(System.nanoTime());
        boolean last = thread.intervals.isEmpty();
        if (last) {
            thread.over = true;
            threads.remove(thread);
            if (thread.thread.isAlive()) {
                lenient.restore(thread.tid);
            }
        }
        LockSupport.unpark(dispatcher);
        return last;
    }

    synchronized void stop() {
        stopped = true;
        LockSupport.unpark(dispatcher);
    }

    private void dispatch() {
        try {
            Cores.raiseDispatcher(isEnforced());
        } catch (HostException e) {
            FaultEvent.record(name(), e); // it is not on time then
        }
        while (true) {
            long wait;
            synchronized (this) {
                if (stopped) {
                    return;
                }
                long now = System.nanoTime();
                wait = tryStep(now) ? nanosToChange(now) : slotNanos;
            }
            if (wait == Long.MAX_VALUE) {
                LockSupport.park(this);
            } else if (wait > 0) {
                LockSupport.parkNanos(this, wait);
            }
        }
    }

    /**
     * Switches as {@link #step} does. What the host refuses is only announced, and obeyed or not;
     * the next switch is made all the same. Holds the lock.
     *
     * @return whether it is switched; if not, something else failed, and is to be tried again
     */
    private boolean tryStep(long now) {
        try {
            step(now, lenient);
            return true;
        } catch (RuntimeException | Error e) {
            FaultEvent.record(name(), e);
            return false;
        }
    }

    /** Switches to the owner of the slot that now lies in. Holds the lock. */
    private void step(long now, Enforcer by) {
        long position = Math.floorDiv(now - epoch, slotNanos);
        int slot = (int) (position % slotCount);
        BoundThread due = slots[slot] == null ? null : slots[slot].bound;
        if (due == running) {
            return;
        }
        if (running != null) {
            if (running.thread.isAlive()) {
                by.demote(running.tid);
            }
            running.endSlice(slot);
        }
        running = due;
        if (due != null) {
            by.promote(due.tid);
            due.beginSlice(slot, now - epoch - position * slotNanos);
        }
    }

    /** {@return how long until the owner changes; for ever if it never does} */
    private long nanosToChange(long now) {
        long position = Math.floorDiv(now - epoch, slotNanos);
        for (int ahead = 1; ahead < slotCount; ahead++) {
            Interval next = slots[(int) ((position + ahead) % slotCount)];
            if ((next == null ? null : next.bound) != running) {
                return epoch + (position + ahead) * slotNanos - now;
            }
        }
        return Long.MAX_VALUE;
    }
}
