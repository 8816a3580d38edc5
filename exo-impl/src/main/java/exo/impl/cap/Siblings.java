// SPDX-License-Identifier: Apache-2.0
package exo.impl.cap;

/**
 * A list of capabilities, linked through themselves: the children of one, or a chain of dead ones.
 * Each operation takes constant time. Guarded by the table's lock.
 */
// Capabilities are compared by identity.
@SuppressWarnings("ReferenceEquality")
final class Siblings {
    private KernelCapability first;
    private KernelCapability last;

    KernelCapability first() {
        return first;
    }

    boolean isEmpty() {
        return first == null;
    }

    void addFirst(KernelCapability node) {
        node.next = first;
        if (first == null) {
            last = node;
        } else {
            first.previous = node;
        }
        first = node;
    }

    void addLast(KernelCapability node) {
        node.previous = last;
        if (last == null) {
            first = node;
        } else {
            last.next = node;
        }
        last = node;
    }

    void remove(KernelCapability node) {
        if (node.previous == null) {
            Invariant.check(first == node, "a capability is in the list of its parent");
            first = node.next;
        } else {
            node.previous.next = node.next;
        }
        if (node.next == null) {
            last = node.previous;
        } else {
            node.next.previous = node.previous;
        }
        node.next = null;
        node.previous = null;
    }

    /** Appends all of another list, which is empty afterwards. */
    void takeAll(Siblings others) {
        if (others == null || others.first == null) {
            return;
        }
        if (last == null) {
            first = others.first;
        } else {
            last.next = others.first;
            others.first.previous = last;
        }
        last = others.last;
        others.first = null;
        others.last = null;
    }
}
