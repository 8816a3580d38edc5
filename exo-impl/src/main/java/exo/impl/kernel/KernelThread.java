// SPDX-License-Identifier: Apache-2.0
package exo.impl.kernel;

import exo.api.LibOs;
import exo.host.HostException;
import exo.host.HostThread;

/**
 * A thread of an environment. The kernel owns it: it starts with the host's ordinary scheduling.
 */
final class KernelThread extends Thread {
    private final KernelEnv env;
    private final LibOs body;
    private final boolean first;
    private volatile KernelUpcalls upcalls; // written by the thread itself when it starts
    private volatile int tid; // likewise
    private volatile boolean disowned; // written by whoever ends the environment

    KernelThread(KernelEnv env, String name, LibOs body, boolean first) {
        super(null, null, name, 0, false);
        this.env = env;
        this.body = body;
        this.first = first;
        setDaemon(true);
    }

    KernelEnv env() {
        return env;
    }

    boolean isFirst() {
        return first;
    }

    KernelUpcalls upcalls() {
        return upcalls;
    }

    /** Wakes the thread so that it sees that its environment is ending. */
    void rouse() {
        KernelUpcalls port = upcalls;
        if (port != null) {
            port.signal();
        }
    }

    long cpuNanos() {
        int id = tid;
        return id == 0 || !isAlive() ? 0 : HostThread.cpuNanos(id);
    }

    /**
     * Leaves the thread, which did not end with its environment and cannot be made to, the time of
     * the processor that nobody else wants.
     */
    void disown() {
        disowned = true; // before tid is read: if it is not there yet, the thread does it itself
        if (tid != 0 && isAlive()) {
            lower();
        }
    }

    private void lower() {
        try {
            HostThread.setScheduler(tid, HostThread.SCHED_IDLE, 0);
        } catch (HostException e) {
            // Nobody needs a privilege for less. A sandbox that forbids it leaves things as they
            // are, and the end of an environment must not fail.
            return;
        }
    }

    @Override
    public void run() {
        // Every libOS can come by this object; only the JVM may run it, and only once.
        if (Thread.currentThread() != this || tid != 0) {
            throw new IllegalStateException("thread " + getName() + " runs by itself, once");
        }
        tid = HostThread.currentTid();
        HostThread.restoreAffinity(tid); // whoever started us may have been pinned
        if (disowned) {
            lower();
        }
        try {
            upcalls = new KernelUpcalls(env, this);
            env.threadStarted(this);
            body.run(env);
        } catch (Throwable failure) { // the env boundary: a libOS's failure ends that libOS alone
            env.fail(failure);
        } finally {
            env.threadEnding(this);
        }
    }
}
