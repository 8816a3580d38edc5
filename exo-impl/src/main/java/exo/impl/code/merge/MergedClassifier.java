// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.merge;

import exo.api.code.Argument;
import exo.api.code.Classifier;
import exo.api.code.PacketFilter;
import exo.api.code.VerifiedProgram;
import exo.api.code.VerifiedProgram.Engine;
import exo.impl.code.merge.Group.Member;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A set of filters, merged by the bits that they look at.
 *
 * <p><b>Alternatives.</b> A filter's alternatives are the ways through its program that accept. One
 * is satisfied by a packet that has its bits, is as long as it wants, and, where it wants more than
 * bits and a least length, is accepted by the filter. A filter whose program cannot be followed,
 * or has more than {@value Analysis#MAX_ALTERNATIVES} alternatives, has one that names no bits.
 *
 * <p><b>Overlap.</b> A filter is refused if one of its alternatives names more bits than one of a
 * filter of the set, and no bit that both name differs. If it names as many or fewer, it takes
 * nothing: the older filter wins. What is wanted besides bits is not weighed, so filters that only
 * differ by ranges of numbers count as overlapping.
 *
 * <p><b>Cost.</b> A packet costs one search for each group of alternatives that look at the same
 * bits, whatever their number, and whoever chose them: see {@link Salt}; and a run of a filter for
 * each hit that wants more than bits. An insertion costs one search for each group of fewer bits.
 *
 * <p><b>Threads.</b> Readers take no lock and see tables that change beneath them. One change by
 * itself gives a packet to the filter that it was given to before, or after; a reader that saw more
 * than one change begin starts again.
 */
public final class MergedClassifier implements Classifier {
    private static final VarHandle CHANGES;
    /** Not a generator whose next number follows from those that others saw. */
    private static final SecureRandom SALTS = new SecureRandom();

    static {
        try {
            CHANGES = MethodHandles.lookup()
                    .findVarHandle(MergedClassifier.class, "changes", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** By key, for the thread that changes the set. */
    private final Map<Integer, List<Member>> filters = new HashMap<>();
    private final Map<Shape, Group> byShape = new HashMap<>();
    private final Matchers matchers;
    /**
     * Groups, those of most bits first. Read without a fence: readers see all of what it holds,
     * since that is in final fields, and every change that happened before they were given the
     * packet.
     */
    private Groups groups = new Groups();
    /** How many changes have begun. */
    @SuppressWarnings("unused") // by way of its VarHandle
    private long changes;
    private long sequence;

    /** Groups, which nobody changes. */
    private static final class Groups {
        private final Group[] all;

        Groups(Group... all) {
            this.all = all;
        }
    }

    /** Makes an empty set, whose tables are in an order that nobody can tell. */
    public MergedClassifier() {
        this(new Salt(SALTS.nextLong()));
    }

    /** Makes an empty set, with a salt that is known. */
    MergedClassifier(Salt salt) {
        matchers = new Matchers(salt);
    }

    @Override
    public void insert(int key, VerifiedProgram filter) {
        List<Alternative> alternatives = analyse(key, filter);
        for (Alternative alternative : alternatives) {
            requireDisjoint(alternative);
        }
        add(key, filter, alternatives);
    }

    @Override
    public void insertGranted(int key, VerifiedProgram filter) {
        add(key, filter, analyse(key, filter));
    }

    private List<Alternative> analyse(int key, VerifiedProgram filter) {
        if (key < 0 || filters.containsKey(key)) {
            throw new IllegalArgumentException("a key is not negative and not taken, but " + key
                    + (key < 0 ? " is negative" : " is taken: remove its filter first"));
        }
        List<Argument> arguments = filter.contract().arguments();
        if (arguments.size() != 1 || !(arguments.getFirst() instanceof Argument.Packet packet)
                || packet.isWritable()) {
            throw new IllegalArgumentException("a filter has one argument, a packet that it does"
                    + " not write, but contract " + filter.contract().name() + " has "
                    + arguments + ": verify it for Contract.filter()");
        }
        return Analysis.of(filter);
    }

    private void requireDisjoint(Alternative alternative) {
        Group[] all = groups.all;
        for (int i = all.length - 1; i >= 0 && all[i].size < alternative.size(); i--) {
            Member other = all[i].overlapping(alternative).orElse(null);
            if (other != null) {
                throw new FilterOverlapException(other.key,
                        "where " + alternative.wanted().describe()
                                + ", and, as it wants with fewer bits, "
                                + other.alternative.wanted().describe());
            }
        }
    }

    private void add(int key, VerifiedProgram filter, List<Alternative> alternatives) {
        PacketFilter code = alternatives.stream().anyMatch(Alternative::hasResidue)
                ? filter.filter(Engine.COMPILE)
                : Entry.EXACT;
        List<Member> members = new ArrayList<>(alternatives.size());
        beginChange();
        for (Alternative alternative : alternatives) {
            Member member = new Member(key, sequence, alternative,
                    alternative.hasResidue() ? code : Entry.EXACT);
            members.add(member);
            add(member);
        }
        sequence++;
        filters.put(key, members);
    }

    private void add(Member member) {
        Group group = byShape.get(member.alternative.shape());
        if (group != null) {
            group.add(member, matchers);
            return;
        }
        Group first = new Group(member.alternative.shape());
        first.add(member, matchers);
        byShape.put(first.shape, first);
        Group[] before = groups.all;
        int at = 0;
        while (at < before.length && before[at].size >= first.size) {
            at++;
        }
        Group[] after = Arrays.copyOf(before, before.length + 1);
        System.arraycopy(before, at, after, at + 1, before.length - at);
        after[at] = first;
        publish(after);
    }

    @Override
    public boolean remove(int key) {
        List<Member> members = filters.remove(key);
        if (members == null) {
            return false;
        }
        beginChange();
        for (Member member : members) {
            Group group = member.group;
            group.remove(member);
            if (group.isEmpty()) {
                byShape.remove(group.shape);
                publish(Arrays.stream(groups.all)
                        .filter(other -> other != group)
                        .toArray(Group[]::new));
            }
        }
        return true;
    }

    private void beginChange() {
        CHANGES.setVolatile(this, (long) CHANGES.get(this) + 1);
    }

    @Override
    public int size() {
        return filters.size();
    }

    /** {@return how often code was made} */
    int compilations() {
        return matchers.compilations();
    }

    /** {@return how many places the tables have together} */
    int places() {
        int places = 0;
        for (Group group : groups.all) {
            places += group.table.entries.length;
        }
        return places;
    }

    /** {@return how many places a search looks at for one of the keys, at most} */
    int longestSearch() {
        int longest = 0;
        for (List<Member> members : filters.values()) {
            for (Member member : members) {
                Table table = member.group.table;
                longest = Math.max(longest,
                        table.probes(table.layout.key(member.alternative.wanted())));
            }
        }
        return longest;
    }

    /** {@return the class of the code of the first group} */
    Class<?> matcherClass() {
        return groups.all[0].table.matcher.getClass();
    }

    /** {@return how many groups there are} */
    int groups() {
        return groups.all.length;
    }

    private void publish(Group[] all) {
        VarHandle.releaseFence();
        groups = new Groups(all);
    }

    @Override
    public int classify(MemorySegment memory, long offset, int lengthBytes) {
        Group[] all = groups.all;
        if (all.length != 1) {
            return classifyByMany(memory, offset, lengthBytes);
        }
        // A single look at a single table: there is no other that it must agree with.
        Entry entry = find(all[0], memory, offset, lengthBytes);
        if (entry == null) {
            return NONE;
        }
        return entry.isExact
                ? entry.key
                : key(confirm(entry, Long.MAX_VALUE, memory, offset, lengthBytes));
    }

    private int classifyByMany(MemorySegment memory, long offset, int lengthBytes) {
        while (true) {
            long before = (long) CHANGES.getAcquire(this);
            int key = search(groups.all, memory, offset, lengthBytes);
            VarHandle.loadLoadFence();
            if ((long) CHANGES.getOpaque(this) == before) {
                return key;
            }
        }
    }

    private static Entry find(Group group, MemorySegment memory, long offset, int lengthBytes) {
        Table table = group.table;
        return table.matcher.find(memory, offset, lengthBytes, table);
    }

    private static int key(Entry entry) {
        return entry == null ? NONE : entry.key;
    }

    private static int search(Group[] groups, MemorySegment memory, long offset, int lengthBytes) {
        int key = NONE;
        int size = -1;
        long sequence = Long.MAX_VALUE;
        for (Group group : groups) {
            if (group.size < size) {
                break;
            }
            Entry entry = find(group, memory, offset, lengthBytes);
            if (entry == null) {
                continue;
            }
            Entry winner = confirm(entry, sequence, memory, offset, lengthBytes);
            if (winner != null) {
                key = winner.key;
                sequence = winner.sequence;
                size = group.size;
            }
        }
        return key;
    }

    /** {@return the first of some entries that wants the packet, if it is older; null if none} */
    private static Entry confirm(Entry first, long sequence, MemorySegment memory, long offset,
            int lengthBytes) {
        for (Entry entry = first; entry != null && entry.sequence < sequence; entry = entry.next) {
            if (entry.isExact
                    || entry.filter.accept(memory, offset, lengthBytes) != 0) {
                return entry;
            }
        }
        return null;
    }
}
