// SPDX-License-Identifier: Apache-2.0
package exo.impl.cpu;

import exo.api.Blame;
import exo.api.ErrorCode;
import exo.api.HostFaultException;
import exo.api.ResourceException;
import exo.api.ResourceKind;
import exo.api.Rights;
import exo.api.cpu.Core;
import exo.api.cpu.Cpu;
import exo.api.cpu.CpuAccount;
import exo.api.cpu.Quantum;
import exo.api.upcall.Repossession;
import exo.host.HostException;
import exo.host.HostThread;
import exo.impl.audit.Failures;
import exo.impl.audit.FaultEvent;
import exo.impl.cap.CapabilityTable;
import exo.impl.cap.Charge;
import exo.impl.cap.EnvService;
import exo.impl.cap.Lineage;
import exo.impl.cap.Principal;
import exo.impl.cap.Revocable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The core intervals of one environment. */
public final class KernelCpu implements Cpu, EnvService, Revocable {
    /** Not this object: a libOS holds it, and could keep its monitor for ever. */
    private final Object lock = new Object();
    private final Cores cores;
    private final CapabilityTable capabilities;
    private final Principal owner;
    private final Map<Thread, BoundThread> bound = new HashMap<>(); // guarded by lock
    private final List<QuantumBinding> bindings = new ArrayList<>(); // guarded by lock

    /**
     * Makes the core intervals of an environment.
     *
     * @param cores the kernel's cores
     * @param capabilities the kernel's capabilities
     * @param owner the environment
     */
    public KernelCpu(Cores cores, CapabilityTable capabilities, Principal owner) {
        this.cores = cores;
        this.capabilities = capabilities;
        this.owner = owner;
    }

    @Override
    public List<Core> cores() {
        owner.checkCaller();
        return cores.describe();
    }

    @Override
    public boolean isFreeSlot(int core, int slot) {
        owner.checkCaller();
        return cores.timeline(core).isFree(slot);
    }

    @Override
    public Quantum allocQuantum(int core, int firstSlot, int slotCount, String label) {
        Objects.requireNonNull(label, "label");
        owner.checkCaller();
        Timeline timeline = cores.timeline(core);
        owner.ledger().charge(Charge.SLOTS, Math.max(0, slotCount));
        Interval interval = null;
        try {
            interval = timeline.reserve(firstSlot, slotCount, owner.id());
            KernelQuantum quantum = new KernelQuantum(
                    Lineage.original(capabilities, null, owner, label), interval);
            capabilities.adopt(quantum);
            return quantum;
        } catch (RuntimeException | Error e) {
            if (interval != null) {
                timeline.free(interval);
            }
            owner.ledger().release(Charge.SLOTS, Math.max(0, slotCount));
            throw e;
        }
    }

    @Override
    public void freeQuantum(Quantum quantum) {
        owner.checkCaller();
        KernelQuantum node = check(quantum, Rights.REVOKE);
        if (!node.isOriginal()) {
            throw new IllegalArgumentException(
                    "a derived quantum is given up by KeyRing.drop; only its source can be freed");
        }
        capabilities.drop(node, Repossession.Cause.REVOKED);
    }

    @Override
    public void bind(Quantum quantum) {
        owner.checkCaller();
        KernelQuantum node = check(quantum, Rights.READ);
        Thread caller = Thread.currentThread();
        QuantumBinding binding = new QuantumBinding(owner, node, this);
        BoundThread thread = bind(caller, node.interval);
        boolean known = false;
        try {
            synchronized (lock) {
                bindings.add(binding);
                known = true;
                bound.put(caller, thread);
            }
            capabilities.attach(node, binding); // a revoke from here on severs it
        } catch (RuntimeException | Error e) {
            if (known) {
                release(binding); // unless the end of the environment came first
            } else {
                unbind(node.interval, thread);
            }
            throw e;
        }
    }

    /** Binds the calling thread, and pins it if it was not bound until now. */
    private BoundThread bind(Thread caller, Interval interval) {
        while (true) {
            BoundThread known;
            synchronized (lock) {
                known = bound.get(caller);
            }
            checkCore(known, interval.timeline);
            BoundThread thread = known == null ? pin(caller, interval.timeline) : known;
            boolean done = false;
            try {
                done = interval.timeline.tryBind(interval, thread);
            } catch (HostException e) {
                throw refused(interval.timeline, e);
            } finally {
                if (!done && known == null) {
                    unpin(thread);
                }
            }
            if (done) {
                return thread;
            }
            Thread.onSpinWait(); // whoever took its last quantum is about to unpin it
        }
    }

    private static void checkCore(BoundThread known, Timeline timeline) {
        if (known != null && known.timeline != timeline) {
            throw new ResourceException(ErrorCode.BUSY, Blame.CALLER,
                    "thread " + known.thread.getName(),
                    "it is bound to core " + known.timeline.core() + ", not " + timeline.core(),
                    "unbind it there first");
        }
    }

    private BoundThread pin(Thread caller, Timeline timeline) {
        int tid = HostThread.currentTid();
        try {
            HostThread.setAffinity(timeline.core());
        } catch (HostException e) {
            throw refused(timeline, e);
        }
        BoundThread thread = new BoundThread(caller, tid, timeline, owner);
        thread.port.register(thread);
        return thread;
    }

    private static HostFaultException refused(Timeline timeline, HostException e) {
        return new HostFaultException(ErrorCode.HOST_FAULT, "core " + timeline.core(), e.call(),
                e.errno().name(), e.remedy());
    }

    private static void unpin(BoundThread thread) {
        thread.port.unregister(thread);
        try {
            if (thread.thread.isAlive()) {
                HostThread.restoreAffinity(thread.tid);
            }
        } catch (HostException e) {
            // The cores of the process were changed meanwhile. Nobody's quantum depends on it.
            FaultEvent.record("core " + thread.timeline.core(), e);
        }
    }

    @Override
    public void unbind(Quantum quantum) {
        owner.checkCaller();
        KernelQuantum node = check(quantum, Rights.NONE);
        for (QuantumBinding binding : bindingsOf(Thread.currentThread())) {
            if (binding.quantum() == node) {
                capabilities.detach(node, binding);
                release(binding);
                return;
            }
        }
        throw new IllegalArgumentException("this thread is not bound to " + node);
    }

    /** Ends a binding, by will or by force. */
    void release(QuantumBinding binding) {
        Interval interval = binding.quantum().interval;
        BoundThread thread;
        synchronized (lock) {
            if (!bindings.remove(binding)) {
                return;
            }
            thread = interval.bound;
        }
        unbind(interval, thread);
    }

    private void unbind(Interval interval, BoundThread thread) {
        if (interval.timeline.unbind(interval)) {
            try {
                unpin(thread); // before it can be pinned anew
            } finally {
                synchronized (lock) {
                    bound.remove(thread.thread);
                }
            }
        }
    }

    @Override
    public CpuAccount account() {
        owner.checkCaller();
        long used = HostThread.cpuNanos(HostThread.currentTid());
        BoundThread thread;
        synchronized (lock) {
            thread = bound.get(Thread.currentThread());
        }
        return thread == null
                ? new CpuAccount(used, 0, 0, 0)
                : new CpuAccount(used, thread.begun(), thread.ended(), thread.latestBeginNanos());
    }

    /** Takes whole quanta, those allocated last first. */
    @Override
    public long take(long most) {
        return capabilities.takeOriginals(owner, KernelQuantum.class, most,
                KernelQuantum::slotCount,
                quantum -> new Repossession(ResourceKind.QUANTUM, quantum.firstSlot(),
                        quantum.core(), Repossession.Cause.DEADLINE, System.nanoTime()));
    }

    @Override
    public void closeThread() {
        releaseAll(bindingsOf(Thread.currentThread()));
    }

    @Override
    public void abort() {
        List<QuantumBinding> all;
        synchronized (lock) {
            all = List.copyOf(bindings);
        }
        releaseAll(all);
    }

    private void releaseAll(List<QuantumBinding> gone) {
        Failures.forAll(gone, binding -> {
            capabilities.detach(binding.quantum(), binding);
            release(binding);
        });
    }

    private List<QuantumBinding> bindingsOf(Thread thread) {
        synchronized (lock) {
            return bindings.stream().filter(b -> {
                BoundThread t = b.quantum().interval.bound;
                return t != null && t.thread == thread;
            }).toList();
        }
    }

    private KernelQuantum check(Quantum allegation, Rights needed) {
        return capabilities.check(allegation, owner, KernelQuantum.class, needed);
    }
}
