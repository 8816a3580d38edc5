// SPDX-License-Identifier: Apache-2.0
package exo.impl.kernel;

import exo.api.ResourceKind;
import exo.api.upcall.Repossession;
import exo.api.upcall.Upcalls;
import java.util.ArrayList;
import java.util.List;

/**
 * What was taken from an environment: the entries that its libOS has not cleared, and those that it
 * has not heard of. Both are joined beyond a number, since a libOS may do neither, ever.
 *
 * <p>Any thread. Called under a window's lock; only the queue of events is locked inside it.
 */
final class RepossessionVector {
    private final ControlEvents events;
    private final List<Repossession> entries = new ArrayList<>(); // guarded by this
    private int unheard; // how many events wait; guarded by this
    private Repossession joined; // those for which there was no event; guarded by this

    RepossessionVector(ControlEvents events) {
        this.events = events;
    }

    /** Adds an entry and announces it. */
    void add(Repossession entry) {
        boolean first;
        boolean alone;
        synchronized (this) {
            if (entries.size() <= Upcalls.MAX_ENTRIES) {
                boolean full = entries.size() == Upcalls.MAX_ENTRIES;
                entries.add(full ? join(null, entry) : entry);
            } else {
                entries.add(join(entries.removeLast(), entry));
            }
            alone = unheard < Upcalls.MAX_ENTRIES;
            unheard += alone ? 1 : 0;
            first = joined == null;
            joined = alone ? joined : join(joined, entry);
        }
        if (alone) {
            events.post(handler -> handler.onRepossession(heard(entry)));
        } else if (first) {
            events.post(handler -> handler.onRepossession(heardJoined()));
        }
    }

    private synchronized Repossession heard(Repossession entry) {
        unheard--;
        return entry;
    }

    private synchronized Repossession heardJoined() {
        Repossession all = joined;
        joined = null;
        return all;
    }

    /** {@return an entry that stands for one more than another does} */
    private static Repossession join(Repossession many, Repossession entry) {
        ResourceKind kind = entry.kind();
        long count = many == null ? 1 : many.place() + 1;
        return new Repossession(kind, Repossession.MANY, count, entry.cause(), entry.atNanos());
    }

    /** {@return the entries, oldest first} */
    synchronized List<Repossession> entries(boolean clear) {
        List<Repossession> now = List.copyOf(entries);
        if (clear) {
            entries.clear();
        }
        return now;
    }
}
