// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.merge;

import exo.impl.code.merge.Group.Member;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The members of a group by key: open addressing with linear probing.
 *
 * <p>Any thread reads while one writes. A place keeps its key once it has one, even if all entries
 * were removed, until another table takes the place of this one.
 */
final class Table {
    private static final int LEAST_PLACES = 8;

    final Layout layout;
    final Matcher matcher;
    private final Salt salt;
    final Entry[] entries;
    /** How far a hash of 64 bits is moved to the right to be a place. */
    final int shift;
    private int taken;

    /**
     * Makes a table, with room for as many members again.
     *
     * @param layout how keys are made
     * @param matcher what finds entries
     * @param salt where keys lie; the matcher has the same
     * @param members what it holds
     */
    Table(Layout layout, Matcher matcher, Salt salt, List<Member> members) {
        int places = LEAST_PLACES;
        while (places < members.size() * 4L) {
            places <<= 1;
        }
        if (layout.words == 0) {
            places = 1;
        }
        this.layout = layout;
        this.matcher = matcher;
        this.salt = salt;
        entries = new Entry[places];
        shift = Long.SIZE - Integer.numberOfTrailingZeros(places);
        List<Member> byAge = new ArrayList<>(members);
        byAge.sort(Comparator.comparingLong(member -> member.sequence));
        for (Member member : byAge) {
            add(member);
        }
    }

    /** {@return whether there is room for one more key} */
    boolean hasRoom() {
        return layout.words == 0 || taken * 2 < entries.length;
    }

    /** {@return the place of a key; if it is not there, the free place where it belongs} */
    private int find(long[] key) {
        if (key.length == 0) {
            return 0;
        }
        int place = salt.place(key, shift);
        while (entries[place] != null && !entries[place].hasWords(key)) {
            place = (place + 1) & (entries.length - 1);
        }
        return place;
    }

    /** {@return how many places a search for a key looks at} */
    int probes(long[] key) {
        return key.length == 0
                ? 1
                : ((find(key) - salt.place(key, shift)) & (entries.length - 1)) + 1;
    }

    /** Adds a member, behind those with the same key. There is room for it. */
    void add(Member member) {
        long[] key = layout.key(member.alternative.wanted());
        int place = find(key);
        Entry first = entries[place];
        member.entry = new Entry(member, key);
        if (first != null && !first.isNobody()) {
            first.append(member.entry);
            return;
        }
        taken += first == null ? 1 : 0;
        entries[place] = member.entry;
    }

    /** Removes a member. It is there. */
    void remove(Member member) {
        int place = find(layout.key(member.alternative.wanted()));
        entries[place] = entries[place].without(member.entry);
    }
}
