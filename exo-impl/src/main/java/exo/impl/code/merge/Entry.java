// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.merge;

import exo.api.code.Classifier;
import exo.api.code.PacketFilter;
import exo.impl.code.merge.Group.Member;
import java.util.Arrays;

/**
 * An alternative of a filter in a table, and the next with the same key, which was inserted later.
 *
 * <p>What the search needs is final, so that readers see it whole however they came by the entry.
 */
final class Entry {
    /** In place of a filter that need not be asked. */
    static final PacketFilter EXACT = (_, _, lengthBytes) -> lengthBytes;
    private static final long[] NO_WORDS = {};

    final int key;
    /** When it was inserted: later ones have greater numbers. */
    final long sequence;
    final PacketFilter filter;
    /** Whether the filter need not be asked: the bits are all that it wants. */
    final boolean isExact;
    /** The first word of the packet's bits; 0 if there is none. */
    final long word;
    /** The other words. */
    final long[] more;
    volatile Entry next;
    /** Of the first one, the last one; only for the thread that changes the set. */
    private Entry last = this;

    Entry(Member member, long[] words) {
        key = member.key;
        sequence = member.sequence;
        filter = member.filter;
        isExact = !member.alternative.hasResidue();
        word = words.length == 0 ? 0 : words[0];
        more = words.length <= 1 ? NO_WORDS : Arrays.copyOfRange(words, 1, words.length);
    }

    private Entry(Entry removed) {
        key = Classifier.NONE;
        sequence = Long.MAX_VALUE;
        filter = EXACT;
        isExact = true;
        word = removed.word;
        more = removed.more;
    }

    /** {@return whether it only keeps the place of entries that were removed} */
    boolean isNobody() {
        return key == Classifier.NONE;
    }

    boolean hasWords(long[] words) {
        return words.length == 0
                || (word == words[0]
                        && Arrays.equals(more, 0, more.length, words, 1, words.length));
    }

    /** Puts another behind the last of this, the first one. */
    void append(Entry other) {
        last.next = other;
        last = other;
    }

    /** {@return what is first when one is taken out of those that this is the first of} */
    Entry without(Entry removed) {
        if (removed == this) {
            Entry first = next;
            if (first == null) {
                return new Entry(removed);
            }
            first.last = last;
            return first;
        }
        Entry before = this;
        while (before.next != removed) {
            before = before.next;
        }
        before.next = removed.next;
        if (last == removed) {
            last = before;
        }
        return this;
    }
}
