// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.merge;

import exo.api.code.PacketFilter;

/** An alternative of a filter in a group. For the thread that changes the set. */
final class Member {
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
