// SPDX-License-Identifier: Apache-2.0
package exo.impl.cap;

/**
 * Where the events of one thread arrive.
 *
 * <p>Events are levels, not edges: a registered {@link EventSource} is asked whether it has
 * something, so that nothing can be lost or queue up. {@link #signal} only makes a sleeping thread
 * ask.
 */
public interface EventPort {
    /**
     * Adds a source. The owner thread calls it.
     *
     * @param source the source
     */
    void register(EventSource source);

    /**
     * Removes a source. Any thread; a source that is not registered is passed over.
     *
     * @param source the source
     */
    void unregister(EventSource source);

    /**
     * Wakes the thread if it sleeps. Any thread.
     *
     * <p>The caller has made its source pending by a volatile write, or a write followed by a full
     * fence, before; that pairs with the sleeping thread, which announces its sleep by a volatile
     * write and then asks every source once more. hot: guarded by the packet benchmarks.
     */
    void signal();
}
