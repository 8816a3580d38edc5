// SPDX-License-Identifier: Apache-2.0
package exo.impl.disk;

import exo.host.BlockFile;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Writes spilled pages of all environments to one device, in the order they came.
 *
 * <p>The thread is there while there is something to write, so that a kernel that spills nothing
 * has none.
 *
 * <p><b>Locking.</b> This object guards the queue and the thread; nothing is locked inside it, and
 * no host call is made under it. How many pages wait is bounded by the buffers that environments
 * pay.
 */
final class SpillWriter {
    /** A page on its way. */
    private record Task(KernelSpill area, int place, long poolAddress, long position) {}

    private final String device;
    private final BlockFile file;
    private final Deque<Task> queue = new ArrayDeque<>(); // guarded by this
    private boolean running; // guarded by this

    SpillWriter(String device, BlockFile file) {
        this.device = device;
        this.file = file;
    }

    /**
     * Has a page written, and its area told before and after. Called under a window's lock, so the
     * thread inherits nothing of the caller's, which might be code of a libOS.
     *
     * @return whether it will be; not if the host has no thread for it
     */
    synchronized boolean tryEnqueue(KernelSpill area, int place, long poolAddress, long position) {
        if (!running) {
            Thread writer = new Thread(null, this::run, "exo-spill-" + device, 0, false);
            writer.setDaemon(true);
            try {
                writer.start();
            } catch (OutOfMemoryError e) { // no thread to be had
                return false;
            }
            running = true;
        }
        return queue.add(new Task(area, place, poolAddress, position));
    }

    private void run() {
        Task task;
        while ((task = next()) != null) {
            try {
                write(task);
            } catch (RuntimeException | Error e) {
                report(e); // others wait for what comes after it
            }
        }
    }

    private void write(Task task) {
        if (!task.area.begin(task.place)) {
            return;
        }
        int bytes = task.area.pageBytes();
        boolean done = false;
        try {
            done = file.pwrite(task.poolAddress, bytes, task.position) == bytes;
        } finally {
            task.area.end(task.place, done);
        }
    }

    /** Does with a failure what the JVM does if it ends a thread. */
    private static void report(Throwable failure) {
        Thread writer = Thread.currentThread();
        try {
            writer.getUncaughtExceptionHandler().uncaughtException(writer, failure);
        } catch (RuntimeException | Error e) {
            return; // the JVM ignores it too
        }
    }

    private synchronized Task next() {
        Task task = queue.poll();
        running = task != null;
        return task;
    }
}
