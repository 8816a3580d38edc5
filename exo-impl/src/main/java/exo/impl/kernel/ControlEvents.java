// SPDX-License-Identifier: Apache-2.0
package exo.impl.kernel;

import exo.api.upcall.UpcallHandler;
import exo.impl.cap.EventPort;
import exo.impl.cap.EventSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.BooleanSupplier;

/**
 * The events of an environment as a whole: revoke requests, repossessions, grants, the end of
 * children, the request to stop. They go to the environment's first thread, in order.
 *
 * <p><b>Bounds.</b> A thread that never listens shall not fill the heap. What is over is not told,
 * and is forgotten whenever the queue has doubled. The rest is bounded by what the environment
 * holds, as grants and spilled pages are; by who waits for it, as revoke requests are; or by a
 * number, as repossessions and the ends of children are.
 */
final class ControlEvents implements EventSource {
    /** So many events are not looked through. */
    static final int FEW = 64;

    private final boolean keepUnattended;
    private final Deque<Event> queue = new ArrayDeque<>(); // guarded by this
    private int most = FEW; // when the queue is looked through again; guarded by this
    private volatile boolean pending;
    private volatile EventPort port;

    /** Something to tell. */
    @FunctionalInterface
    interface Event {
        /** Tells it. The thread of the libOS, holding no lock. */
        void deliver(UpcallHandler handler);

        /** {@return whether nobody needs to hear of it any more} Any thread, under any lock. */
        default boolean isOver() {
            return false;
        }

        /** {@return the same event, which is over when a condition holds} */
        default Event unless(BooleanSupplier over) {
            Event told = this;
            return new Event() {
                @Override
                public void deliver(UpcallHandler handler) {
                    told.deliver(handler);
                }

                @Override
                public boolean isOver() {
                    return over.getAsBoolean();
                }
            };
        }
    }

    /**
     * Makes the queue.
     *
     * @param keepUnattended whether to keep events while no thread has a port; the root environment
     *        has none unless the embedder asks for upcalls, and may never do so
     */
    ControlEvents(boolean keepUnattended) {
        this.keepUnattended = keepUnattended;
    }

    /** Names the port of the first thread. */
    void attach(EventPort first) {
        port = first;
        first.register(this);
    }

    void post(Event event) {
        if (port == null && !keepUnattended) {
            return;
        }
        synchronized (this) {
            if (queue.size() >= most) {
                queue.removeIf(Event::isOver);
                most = Math.max(FEW, 2 * queue.size());
            }
            queue.add(event);
            pending = true;
        }
        EventPort first = port;
        if (first != null) {
            first.signal();
        }
    }

    /** {@return how many events wait, with those that are over} */
    synchronized int size() {
        return queue.size();
    }

    @Override
    public boolean isPending() {
        return pending;
    }

    @Override
    public void deliver(UpcallHandler handler) {
        Event event;
        while ((event = next()) != null) {
            if (!event.isOver()) {
                event.deliver(handler);
            }
        }
    }

    private synchronized Event next() {
        Event event = queue.poll();
        pending = !queue.isEmpty();
        return event;
    }
}
