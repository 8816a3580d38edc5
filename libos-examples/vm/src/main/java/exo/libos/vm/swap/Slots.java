// SPDX-License-Identifier: Apache-2.0
package exo.libos.vm.swap;

import java.util.BitSet;

/** Which pages of the extent are in use. Confined to the server's thread. */
final class Slots {
    private final BitSet used;
    private final int count;
    private int free;

    Slots(int count) {
        this.used = new BitSet(count);
        this.count = count;
        this.free = count;
    }

    int free() {
        return free;
    }

    /** {@return so many slots, the lowest ones} There are as many. */
    int[] take(int wanted) {
        int[] slots = new int[wanted];
        int at = 0;
        for (int i = 0; i < wanted; i++) {
            at = used.nextClearBit(at);
            used.set(at);
            slots[i] = at;
        }
        free -= wanted;
        return slots;
    }

    void free(int[] slots) {
        for (int slot : slots) {
            used.clear(slot);
        }
        free += slots.length;
    }

    /** {@return how many there are} */
    int count() {
        return count;
    }
}
