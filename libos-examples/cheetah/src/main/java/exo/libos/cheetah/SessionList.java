// SPDX-License-Identifier: Apache-2.0
package exo.libos.cheetah;

import exo.api.upcall.Upcalls;

/**
 * Sessions in the order they were added: those that wait for the same thing. A session is in a list
 * by a {@link Link} of its own, so adding and removing cost nothing.
 *
 * <p>A list for a timeout adds the same time to the present moment for each of its sessions, so its
 * first one is always the first to be due.
 *
 * <p><b>Thread-safety.</b> Confined to the server's thread. <b>Cost.</b> Each call constant, no
 * allocation.
 */
final class SessionList {
    private final long timeoutNanos;
    private final Link ring = new Link(null);

    /**
     * A list.
     *
     * @param timeoutNanos how long after it was added a session is due
     */
    SessionList(long timeoutNanos) {
        this.timeoutNanos = timeoutNanos;
        ring.previous = ring;
        ring.next = ring;
    }

    /** The place of a session in a list, or in none. */
    static final class Link {
        private final Session session;
        private SessionList list;
        private Link previous;
        private Link next;
        private long deadlineNanos;

        Link(Session session) {
            this.session = session;
        }

        boolean isIn(SessionList other) {
            return list == other;
        }

        /** Leaves the list it is in, if any. */
        void leave() {
            if (list != null) {
                previous.next = next;
                next.previous = previous;
                list = null;
            }
        }
    }

    /** Adds a session at the end, after it left the list it was in by this link. */
    void add(Link link, long nowNanos) {
        link.leave();
        link.list = this;
        link.deadlineNanos = nowNanos + timeoutNanos;
        link.previous = ring.previous;
        link.next = ring;
        ring.previous.next = link;
        ring.previous = link;
    }

    boolean isEmpty() {
        return ring.next == ring;
    }

    /** {@return the session that was added last, or null} */
    Session last() {
        return ring.previous.session;
    }

    /** {@return the session that was added first, or null} */
    Session first() {
        return ring.next.session;
    }

    /** {@return the session added after that one, or null} */
    static Session after(Link link) {
        return link.next.session;
    }

    /** {@return when the first session is due, or {@link Upcalls#NEVER}} */
    long deadlineNanos() {
        return isEmpty() ? Upcalls.NEVER : ring.next.deadlineNanos;
    }
}
