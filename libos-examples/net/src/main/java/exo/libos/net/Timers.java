// SPDX-License-Identifier: Apache-2.0
package exo.libos.net;

import java.util.Arrays;

/**
 * Which connection's timers are due: a binary heap of connections by deadline.
 *
 * <p>Most timers are moved to later again and again and rarely expire. So a connection is moved in
 * the heap only if its deadline comes earlier; one that reaches the top too early is put back.
 * Raising a deadline thus costs nothing, and {@link #nextDeadlineNanos} may be earlier than
 * necessary, never later.
 */
final class Timers {
    private Tcb[] heap;
    private int count;

    /** Makes an empty heap with room for some connections; it grows beyond that once. */
    Timers(int room) {
        heap = new Tcb[Math.max(16, room)];
    }

    /** Takes notice of a connection's deadline. */
    void update(Tcb tcb) {
        long deadline = tcb.deadline();
        if (tcb.heapIndex < 0) {
            if (deadline != Tcb.NEVER) {
                insert(tcb, deadline);
            }
        } else if (deadline < tcb.heapKey) {
            tcb.heapKey = deadline;
            up(tcb);
        }
    }

    private void insert(Tcb tcb, long deadline) {
        if (count == heap.length) {
            heap = Arrays.copyOf(heap, count * 2);
        }
        tcb.heapKey = deadline;
        tcb.heapIndex = count;
        heap[count++] = tcb;
        up(tcb);
    }

    /** {@return when {@link #takeDue} should be asked; the greatest number if never} */
    long nextDeadlineNanos() {
        return count == 0 ? Tcb.NEVER : heap[0].heapKey;
    }

    /** {@return a connection one of whose timers is due, no longer in the heap, or null} */
    Tcb takeDue(long nowNanos) {
        while (count > 0 && heap[0].heapKey <= nowNanos) {
            Tcb top = heap[0];
            long deadline = top.deadline();
            if (deadline <= nowNanos || deadline == Tcb.NEVER) {
                remove(top);
            } else {
                top.heapKey = deadline;
                down(top);
            }
            if (deadline <= nowNanos) {
                return top;
            }
        }
        return null;
    }

    /** Forgets a connection. */
    void remove(Tcb tcb) {
        int hole = tcb.heapIndex;
        if (hole < 0) {
            return;
        }
        tcb.heapIndex = -1;
        Tcb last = heap[--count];
        heap[count] = null;
        if (last != tcb) {
            last.heapIndex = hole;
            heap[hole] = last;
            up(last);
            down(last);
        }
    }

    private void up(Tcb tcb) {
        int at = tcb.heapIndex;
        while (at > 0) {
            int parent = (at - 1) / 2;
            if (heap[parent].heapKey <= tcb.heapKey) {
                break;
            }
            place(heap[parent], at);
            at = parent;
        }
        place(tcb, at);
    }

    private void down(Tcb tcb) {
        int at = tcb.heapIndex;
        for (int child = 2 * at + 1; child < count; child = 2 * at + 1) {
            if (child + 1 < count && heap[child + 1].heapKey < heap[child].heapKey) {
                child++;
            }
            if (heap[child].heapKey >= tcb.heapKey) {
                break;
            }
            place(heap[child], at);
            at = child;
        }
        place(tcb, at);
    }

    private void place(Tcb tcb, int at) {
        heap[at] = tcb;
        tcb.heapIndex = at;
    }
}
