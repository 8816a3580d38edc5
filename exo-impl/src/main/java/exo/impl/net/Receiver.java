// SPDX-License-Identifier: Apache-2.0
package exo.impl.net;

import exo.host.HostException;
import exo.host.HostThread;
import exo.host.Poller;
import exo.impl.audit.FaultEvent;
import java.util.concurrent.locks.LockSupport;

/**
 * The thread that takes frames from the host and gives them to a device. It belongs to the kernel,
 * and sleeps while there are none.
 *
 * <p>States of the thread: <pre>
 *   take a batch --(some)--> announce --> take a batch
 *                --(none)--> wait for the host or the end --> take a batch
 *                --(none, though just woken)--> ask the source what is wrong --> wait
 * </pre> The last is how it does not spin when an interface goes down: the host wakes whoever waits
 * for it until the error has been asked for. A step that fails is recorded, and taken again a
 * little later.
 */
final class Receiver implements AutoCloseable {
    private static final int BATCH = 64;
    /** Nothing tells when the host can again. */
    private static final long RETRY_NANOS = 10_000_000;

    private final Source source;
    private final int fd;
    private final Poller poller;
    private Thread thread; // written before the thread starts; guarded by this
    private boolean closed; // guarded by this
    private volatile int tid; // written by the thread itself when it starts
    private volatile boolean stopping; // written by whoever closes, before the poller is woken

    Receiver(Source source, int fd) {
        this.source = source;
        this.fd = fd;
        this.poller = Poller.create();
        try {
            poller.add(fd);
        } catch (HostException e) {
            poller.close();
            throw e;
        }
    }

    /** Where frames come from. Only the receiving thread calls it. */
    interface Source {
        /**
         * Gives frames to a device, without waiting.
         *
         * @param device the device
         * @param most how many at most
         * @return how many were taken
         */
        int receive(Device device, int most);

        /**
         * {@return whether it is worth waiting for more} Called when the host said that there was
         * something, and there was no frame; it takes note of the host's error, if there is one.
         */
        boolean recover();
    }

    synchronized void start(Device device) {
        thread = new Thread(null, () -> run(device), "exo-net-" + device.name(), 0, false);
        thread.setDaemon(true);
        thread.start();
    }

    private void run(Device device) {
        tid = HostThread.currentTid();
        HostThread.restoreAffinity(tid); // whoever started us may have been pinned
        boolean woken = false;
        while (!stopping) {
            try {
                woken = step(device, woken);
            } catch (RuntimeException | Error e) { // all bindings of the device live by this thread
                FaultEvent.record("device " + device.name(), e);
                LockSupport.parkNanos(this, RETRY_NANOS);
            }
        }
    }

    private boolean step(Device device, boolean woken) {
        if (source.receive(device, BATCH) > 0) {
            device.announce();
            return false;
        }
        if (woken && !source.recover()) {
            poller.remove(fd);
        }
        poller.await(Poller.NEVER);
        return true;
    }

    /** {@return for how long the thread has run} */
    synchronized long cpuNanos() {
        return closed || tid == 0 ? 0 : HostThread.cpuNanos(tid);
    }

    /** Ends the thread, and returns when it has ended. Idempotent. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        stopping = true;
        poller.wake();
        joinThread();
        poller.close();
    }

    private void joinThread() {
        boolean interrupted = false;
        while (thread != null && thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true; // it ends soon, and uses memory that is unmapped next
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
