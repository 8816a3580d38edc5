// SPDX-License-Identifier: Apache-2.0
package exo.libos.fs.cache;

/**
 * Doubly linked lists over the numbers 0 to n-1, in two arrays. A number is in one list at most.
 *
 * <p>hot: no allocation, each operation a few steps.
 */
final class IntLists {
    private final int[] next;
    private final int[] previous;
    private final int members;

    IntLists(int members, int lists) {
        this.members = members;
        this.next = new int[members + lists];
        this.previous = new int[members + lists];
        for (int i = 0; i < next.length; i++) {
            next[i] = i;
            previous[i] = i;
        }
    }

    /** {@return the first of a list, or -1} */
    int first(int list) {
        int found = next[members + list];
        return found < members ? found : -1;
    }

    /** {@return the one behind a member, or -1} */
    int after(int member) {
        int found = next[member];
        return found < members ? found : -1;
    }

    /** Appends a number that is in no list. */
    void addLast(int list, int member) {
        insert(previous[members + list], member);
    }

    /** Puts a number that is in no list first. */
    void addFirst(int list, int member) {
        insert(members + list, member);
    }

    private void insert(int before, int member) {
        int behind = next[before];
        next[before] = member;
        previous[member] = before;
        next[member] = behind;
        previous[behind] = member;
    }

    /** Takes a number out of its list; nothing happens if it is in none. */
    void remove(int member) {
        next[previous[member]] = next[member];
        previous[next[member]] = previous[member];
        next[member] = member;
        previous[member] = member;
    }

    /** {@return whether the number is in a list} */
    boolean isListed(int member) {
        return next[member] != member;
    }
}
