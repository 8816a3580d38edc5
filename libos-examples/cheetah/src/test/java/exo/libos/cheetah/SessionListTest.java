// SPDX-License-Identifier: Apache-2.0
package exo.libos.cheetah;

import exo.api.upcall.Upcalls;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

class SessionListTest {
    private final SessionList list = new SessionList(100);
    private final SessionList.Link a = new SessionList.Link(null);
    private final SessionList.Link b = new SessionList.Link(null);

    @Test
    void shouldBeDueByItsFirst() {
        assertEquals(Upcalls.NEVER, list.deadlineNanos());
        list.add(a, 10);
        list.add(b, 20);
        assertEquals(110, list.deadlineNanos());
        list.add(a, 30);
        assertEquals(120, list.deadlineNanos());
        b.leave();
        assertEquals(130, list.deadlineNanos());
        a.leave();
        a.leave();
        assertTrue(list.isEmpty());
        assertEquals(Upcalls.NEVER, list.deadlineNanos());
    }

    @Test
    void shouldMoveFromListToList() {
        SessionList other = new SessionList(0);
        list.add(a, 10);
        other.add(a, 20);
        assertTrue(list.isEmpty());
        assertTrue(a.isIn(other));
        assertFalse(a.isIn(list));
        assertEquals(20, other.deadlineNanos());
    }
}
