// SPDX-License-Identifier: Apache-2.0
package exo.impl.kernel;

import exo.api.upcall.UpcallHandler;
import exo.impl.cap.EventPort;
import exo.impl.cap.EventSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/**
 * The events of an environment as a whole: revoke requests, repossessions, grants, the end of
 * children, the request to stop. They go to the environment's first thread, in order.
 *
 * <p>The queue is bounded by what can cause events: a grant is paid by its granter, a repossession
 * needs a resource that was held, a child was paid for.
 */
final class ControlEvents implements EventSource {
    private final boolean keepUnattended;
    private final Deque<Consumer<UpcallHandler>> queue = new ArrayDeque<>(); // guarded by this
    private volatile boolean pending;
    private volatile EventPort port;

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

    void post(Consumer<UpcallHandler> event) {
        if (port == null && !keepUnattended) {
            return;
        }
        synchronized (this) {
            queue.add(event);
            pending = true;
        }
        EventPort first = port;
        if (first != null) {
            first.signal();
        }
    }

    @Override
    public boolean isPending() {
        return pending;
    }

    @Override
    public void deliver(UpcallHandler handler) {
        Consumer<UpcallHandler> event;
        while ((event = next()) != null) {
            event.accept(handler);
        }
    }

    private synchronized Consumer<UpcallHandler> next() {
        Consumer<UpcallHandler> event = queue.poll();
        pending = !queue.isEmpty();
        return event;
    }
}
