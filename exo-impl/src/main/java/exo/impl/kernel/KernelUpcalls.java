// SPDX-License-Identifier: Apache-2.0
package exo.impl.kernel;

import exo.api.upcall.Repossession;
import exo.api.upcall.UpcallHandler;
import exo.api.upcall.Upcalls;
import exo.host.Poller;
import exo.impl.audit.UpcallEvent;
import exo.impl.cap.EventPort;
import exo.impl.cap.EventSource;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * The upcalls of one thread.
 *
 * <p><b>Sleeping and waking.</b> By a {@link WakeWord}: no signal is lost, and one signaller alone
 * makes the host call.
 *
 * <p>A thread that waits in a selector is taken to be asleep from each {@code poll} on.
 */
final class KernelUpcalls implements Upcalls, EventPort, AutoCloseable {
    private static final UpcallHandler SILENT = new UpcallHandler() {};

    /** Not this object: a libOS holds it, and could keep its monitor for ever. */
    private final Object lock = new Object();
    private final KernelEnv env;
    private final Thread owner;
    private final Poller poller = Poller.create();
    private volatile EventSource[] sources = {}; // copied on write under lock
    private final WakeWord word = new WakeWord();
    private volatile boolean wakeAsked;
    private volatile Selector selector;
    private UpcallHandler handler = SILENT; // owner thread only
    private boolean closed; // guarded by lock

    KernelUpcalls(KernelEnv env, Thread owner) {
        this.env = env;
        this.owner = owner;
    }

    @Override
    public void handler(UpcallHandler changed) {
        checkOwner();
        handler = Objects.requireNonNull(changed, "handler");
    }

    @Override
    public int poll() {
        checkOwner();
        if (selector != null) {
            word.sleep(); // from here on signallers wake the selector again
        }
        return deliver();
    }

    private int deliver() {
        UpcallEvent event = new UpcallEvent();
        event.begin();
        int delivered = 0;
        for (EventSource source : sources) {
            if (source.isPending()) {
                delivered++;
                source.deliver(handler);
            }
        }
        if (delivered > 0) {
            env.usage().upcalls.add(delivered);
            event.delivered(env.name(), delivered);
        }
        return delivered;
    }

    @Override
    public int await(long deadlineNanos) {
        checkOwner();
        if (selector != null) {
            throw new IllegalStateException(
                    "this thread waits in a selector; call poll after select");
        }
        int delivered = deliver();
        if (delivered > 0) {
            return delivered;
        }
        word.sleep();
        try {
            if (!wakeAsked && !isAnyPending() && !env.isLeaving()) {
                poller.await(deadlineNanos);
            }
        } finally {
            word.awake();
        }
        wakeAsked = false;
        env.checkCaller();
        return deliver();
    }

    private boolean isAnyPending() {
        for (EventSource source : sources) {
            if (source.isPending()) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void wake() {
        env.checkCaller();
        wakeAsked = true;
        signal();
    }

    /** hot: guarded by the packet benchmarks. */
    @Override
    public void signal() {
        if (word.isToBeWoken()) {
            Selector waiting = selector;
            if (waiting != null) {
                waiting.wakeup();
            } else {
                wakePoller();
            }
        }
    }

    /**
     * Under the lock, so that no signal goes to a descriptor that was closed and means another
     * file.
     */
    private void wakePoller() {
        synchronized (lock) {
            if (!closed) {
                poller.wake();
            }
        }
    }

    @Override
    public void wakeThrough(Selector chosen) {
        checkOwner();
        if (chosen.getClass().getModule() != Selector.class.getModule()) {
            throw new IllegalArgumentException("the selector is of " + chosen.getClass().getModule()
                    + "; the kernel wakes selectors of java.base only");
        }
        for (EventSource source : sources) {
            if (source.pollDescriptor() >= 0) {
                throw new IllegalStateException(
                        "a thread that waits for transfers cannot wait in a selector");
            }
        }
        selector = chosen;
        word.sleep();
        chosen.wakeup(); // whatever is pending already must be seen
    }

    @Override
    public List<Repossession> repossessions(boolean clear) {
        checkOwner();
        return env.repossessions(clear);
    }

    @Override
    public void register(EventSource source) {
        synchronized (lock) {
            if (source.pollDescriptor() >= 0) {
                if (selector != null) {
                    throw new IllegalStateException(
                            "a thread that waits in a selector cannot wait for transfers");
                }
                poller.addEdge(source.pollDescriptor()); // isPending is asked before each wait
            }
            List<EventSource> more = new ArrayList<>(List.of(sources));
            more.add(source);
            sources = more.toArray(EventSource[]::new);
        }
    }

    @Override
    public void unregister(EventSource source) {
        synchronized (lock) {
            List<EventSource> fewer = new ArrayList<>(List.of(sources));
            if (fewer.remove(source)) {
                sources = fewer.toArray(EventSource[]::new);
                if (source.pollDescriptor() >= 0 && !closed) {
                    poller.remove(source.pollDescriptor());
                }
            }
        }
    }

    private void checkOwner() {
        if (Thread.currentThread() != owner) {
            throw new WrongThreadException("these upcalls belong to thread " + owner.getName()
                    + ", but " + Thread.currentThread().getName() + " called");
        }
        env.checkCaller();
    }

    /** Returns the descriptor. The owner thread has ended or is ending. */
    @Override
    public void close() {
        synchronized (lock) {
            if (!closed) {
                closed = true;
                poller.close();
            }
        }
    }
}
