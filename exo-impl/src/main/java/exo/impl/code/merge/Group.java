// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.merge;

import exo.api.code.PacketFilter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All alternatives that look at the same bits. Any thread reads {@link #table}; the rest is for the
 * thread that changes the set.
 */
final class Group {
    final Shape shape;
    /** How many bits each member names. */
    final int size;
    /** How members are found. Readers see all of a table, since it is in final fields. */
    Table table;
    private final List<Member> members = new ArrayList<>();
    private final Map<Shape, Projection> projections = new HashMap<>();

    /** An alternative of a filter in a group. For the thread that changes the set. */
    static final class Member {
        final int key;
        final long sequence;
        final Alternative alternative;
        /** What must be asked for a packet with the bits; {@link Entry#EXACT} if nothing. */
        final PacketFilter filter;
        /** It, in the group's present table. */
        Entry entry;
        /** Where it is in the group's list. */
        int index;
        Group group;

        Member(int key, long sequence, Alternative alternative, PacketFilter filter) {
            this.key = key;
            this.sequence = sequence;
            this.alternative = alternative;
            this.filter = filter;
        }
    }

    /** Makes an empty group, which gets its table with the first member. */
    Group(Shape shape) {
        this.shape = shape;
        this.size = shape.size();
    }

    boolean isEmpty() {
        return members.isEmpty();
    }

    /**
     * Adds a member.
     *
     * @param member the member
     * @param matchers where code comes from if the guards do not hold for the member
     */
    void add(Member member, Matchers matchers) {
        Conjunction wanted = member.alternative.wanted();
        Layout before = members.isEmpty() ? null : table.layout;
        Layout layout = before == null ? Layout.of(shape, wanted) : before.with(wanted);
        member.group = this;
        member.index = members.size();
        members.add(member);
        for (Projection projection : projections.values()) {
            projection.add(wanted);
        }
        if (!layout.equals(before)) {
            table = new Table(layout, matchers.of(layout), matchers.salt(), members);
        } else if (table.hasRoom()) {
            table.add(member);
        } else {
            table = new Table(layout, table.matcher, matchers.salt(), members);
        }
    }

    /** Removes a member. It is there. */
    void remove(Member member) {
        Conjunction wanted = member.alternative.wanted();
        Member last = members.removeLast();
        if (last != member) {
            members.set(member.index, last);
            last.index = member.index;
        }
        for (Projection projection : projections.values()) {
            projection.remove(wanted);
        }
        table.remove(member);
    }

    /**
     * {@return a member that could accept a packet that an alternative accepts}
     *
     * @param other the alternative
     */
    Optional<Member> overlapping(Alternative other) {
        Projection projection = projections.computeIfAbsent(other.shape(), this::project);
        if (!projection.hasSame(other.wanted())) {
            return Optional.empty();
        }
        for (Member member : members) {
            if (projection.isSame(member.alternative.wanted(), other.wanted())) {
                return Optional.of(member);
            }
        }
        return Optional.empty();
    }

    private Projection project(Shape other) {
        Projection projection = new Projection(shape, other);
        for (Member member : members) {
            projection.add(member.alternative.wanted());
        }
        return projection;
    }
}
