// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.verify;

import exo.impl.code.isa.Rule;
import java.util.Arrays;

/**
 * The states that paths went through where others may join, so that no path is followed twice.
 *
 * <p><b>Life of an entry.</b> It is <i>open</i> while a path that began in it, or a branch of
 * such a path, is still to be followed; then it is <i>closed</i>: all that can happen from it
 * on was seen, and is allowed. Paths are followed depth first, so the open entries are
 * those which the present path went through. An entry is closed when no more states wait than
 * did when it was made.
 *
 * <p>A new state that a closed entry covers need not be followed. One that is the same as an open
 * entry came back to where it was: without end, for all that can be known.
 *
 * <p><b>Bounds.</b> At most {@link #MAX_ENTRIES} states of {@link #MAX_BYTES} are kept, and the
 * more there are, the longer the way from one to the next. Of the entries of a slot, only some are
 * looked at. A state that is not kept, or not found, costs steps, and nothing else.
 */
final class StateTable {
    /** The most states that are kept. */
    static final int MAX_ENTRIES = 1 << 15;

    /** The most bytes that they take, each without what it shares with the one kept before. */
    static final int MAX_BYTES = 20 << 20;

    private static final int FIRST_BUCKETS = 64;
    private static final int MAX_SAME_HASH = 32;
    private static final int MAX_RECENT = 48;
    private static final int MAX_COMPARED = 16;
    /** After each so many entries, a path goes a step further before it leaves another. */
    private static final int ENTRIES_PER_STEP = 1 << 10;

    private final Subsumption subsumption;
    private final Entry[] newest;
    private Entry[] buckets = new Entry[FIRST_BUCKETS];
    private Entry[] open = new Entry[FIRST_BUCKETS];
    private int openCount;
    private State last = State.none();
    private int count;
    private int bytes;
    private int sinceEntry;

    /** A state that a path went through. */
    private static final class Entry {
        private final State state;
        private final int hash;
        private final int waiting;
        private final Entry older;
        private Entry sameBucket;
        private boolean isOpen = true;

        Entry(State state, int hash, int waiting, Entry older) {
            this.state = state;
            this.hash = hash;
            this.waiting = waiting;
            this.older = older;
        }
    }

    /** Makes a table for a program of so many slots. */
    StateTable(int slots, Subsumption subsumption) {
        this.subsumption = subsumption;
        newest = new Entry[slots];
    }

    /** {@return how many bytes the states that are kept take} */
    int bytes() {
        return bytes;
    }

    /** Notes that a path takes a step. */
    void step() {
        sinceEntry++;
    }

    /**
     * {@return whether a state needs no more following}
     *
     * @param state the state, where other paths may join; it may be kept
     * @param waiting how many states wait to be followed
     */
    boolean isDone(State state, int waiting) {
        int hash = subsumption.hash(state);
        if (isFoundByHash(state, hash) || isFoundByTime(state)) {
            return true;
        }
        if (count < MAX_ENTRIES && sinceEntry > count / ENTRIES_PER_STEP) {
            int more = state.bytesBeside(last);
            if (bytes + more <= MAX_BYTES) {
                bytes += more;
                last = state.copy();
                keep(last, hash, waiting);
            }
        }
        return false;
    }

    private boolean isFoundByHash(State state, int hash) {
        Entry entry = buckets[hash & (buckets.length - 1)];
        for (int i = 0; entry != null && i < MAX_SAME_HASH; i++) {
            boolean isLike = entry.hash == hash && entry.state.slot == state.slot;
            if (isLike && !entry.isOpen && subsumption.covers(entry.state, state)) {
                return true;
            }
            if (isLike && entry.isOpen && subsumption.isSame(entry.state, state)) {
                throw Rule.ENDLESS_LOOP.refuse(state.slot,
                        "a path comes back here with nothing changed that counts",
                        "let each round change a number that the loop's end depends on, and that"
                                + " is known");
            }
            entry = entry.sameBucket;
        }
        return false;
    }

    private boolean isFoundByTime(State state) {
        Entry entry = newest[state.slot];
        int compared = 0;
        for (int i = 0; entry != null && i < MAX_RECENT && compared < MAX_COMPARED; i++) {
            if (!entry.isOpen) {
                compared++;
                if (subsumption.covers(entry.state, state)) {
                    return true;
                }
            }
            entry = entry.older;
        }
        return false;
    }

    private void keep(State state, int hash, int waiting) {
        if (count == buckets.length) {
            growBuckets();
        }
        Entry entry = new Entry(state, hash, waiting, newest[state.slot]);
        link(entry);
        newest[state.slot] = entry;
        if (openCount == open.length) {
            open = Arrays.copyOf(open, 2 * openCount);
        }
        open[openCount] = entry;
        openCount++;
        count++;
        sinceEntry = 0;
    }

    private void link(Entry entry) {
        int bucket = entry.hash & (buckets.length - 1);
        entry.sameBucket = buckets[bucket];
        buckets[bucket] = entry;
    }

    private void growBuckets() {
        Entry[] old = buckets;
        buckets = new Entry[2 * old.length];
        for (Entry first : old) {
            // Those of a bucket change their order, which is of no consequence.
            Entry entry = first;
            while (entry != null) {
                Entry next = entry.sameBucket;
                link(entry);
                entry = next;
            }
        }
    }

    /**
     * Notes that a path ended, and closes the entries of which nothing waits any more.
     *
     * @param waiting how many states wait to be followed
     */
    void endPath(int waiting) {
        while (openCount > 0 && open[openCount - 1].waiting >= waiting) {
            openCount--;
            open[openCount].isOpen = false;
        }
        // The next path begins elsewhere, and may leave an entry at once.
        sinceEntry = ENTRIES_PER_STEP;
    }
}
