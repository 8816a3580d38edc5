// SPDX-License-Identifier: Apache-2.0
package exo.api.upcall;

import java.nio.channels.Selector;

/**
 * The upcalls of one thread of an environment: what the kernel has to say to it.
 *
 * <p><b>Delivery.</b> Upcalls are delivered on the thread itself, on its own time, inside {@link
 * #poll} or {@link #await}, and nowhere else; never under a kernel lock. Events of a resource that
 * was bound by a thread go to that thread; events of the environment go to its first thread.
 *
 * <p><b>No event is lost.</b> Events that repeat are joined: two packets that arrive between two
 * polls make one upcall. Whatever happened before {@code await} was called makes it return at once.
 * What is over before it was heard is not told: a request that was withdrawn, a grant that was
 * revoked.
 *
 * <p><b>Nothing grows without end.</b> What waits for a thread that does not listen is bounded by
 * what the environment holds, by {@link #MAX_ENTRIES} and by {@link #MAX_EXITS}.
 *
 * <p><b>Thread-safety.</b> The thread that the object belongs to; {@link #wake} any thread of the
 * environment.
 *
 * <p><b>Errors.</b> Every method throws {@link WrongThreadException} if another thread calls, and
 * {@link exo.api.ResourceException} with {@link exo.api.ErrorCode#ENV_ENDED} if the environment is
 * ending, {@link #await} also if that happens while it waits. An {@linkplain Thread#interrupt
 * interrupt} is not an event, and ends no wait.
 *
 * @see "Engler, PhD thesis, MIT 1998, page 33: processor environments and their contexts"
 */
public interface Upcalls {
    /** The deadline that never comes. */
    long NEVER = Long.MAX_VALUE;
    /** How many entries the repossession vector has, before those that come are joined. */
    int MAX_ENTRIES = 1 << 16;
    /** The ends of so many children are told to an environment that has not heard of them. */
    int MAX_EXITS = 1 << 12;

    /**
     * Sets the handler that receives this thread's upcalls from now on. Events that are pending
     * already will reach it. Before the first is set, what is delivered is told nobody.
     *
     * @param handler the handler
     */
    void handler(UpcallHandler handler);

    /**
     * Delivers what is pending, without waiting.
     *
     * <p>Cost: without events, nanoseconds for each queue and binding of the thread; no host call.
     *
     * @return from how many sources events were delivered, each queue and each binding of the
     *         thread being one, and the kernel itself another; 0 if nothing was pending
     */
    int poll();

    /**
     * Waits until something is pending or the deadline has come, and delivers.
     *
     * <p>The thread uses no processor time while it waits. Cost: one or two host calls if it has to
     * wait, none otherwise.
     *
     * @param deadlineNanos the latest moment to return, on the clock of {@link System#nanoTime}, or
     *        {@link #NEVER}
     * @return as {@link #poll}; 0 if the deadline has come, {@link #wake} was called, or for no
     *         reason, so a libOS waits in a loop
     * @throws IllegalStateException if this thread waits in a selector
     */
    int await(long deadlineNanos);

    /**
     * Makes the current or the next {@link #await} of this thread return. Any thread of the
     * environment.
     */
    void wake();

    /**
     * Lets this thread wait in a selector instead of {@link #await}, for a libOS that also serves
     * host channels: from now on and for good an event wakes the selector, and the thread calls
     * {@link #poll} after each select.
     *
     * @param selector a selector of the JDK's own provider
     * @throws IllegalArgumentException if the selector is not the JDK's own, since the kernel would
     *         call foreign code
     * @throws IllegalStateException if a queue of transfers is bound to this thread, which no
     *         selector can wait for
     */
    void wakeThrough(Selector selector);

    /**
     * {@return the entries of the environment's repossession vector, oldest first} After {@link
     * #MAX_ENTRIES} that were not cleared comes one that stands for all others, {@link
     * Repossession#isMany}.
     *
     * @param clear whether to empty the vector
     */
    java.util.List<Repossession> repossessions(boolean clear);
}
