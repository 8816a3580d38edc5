// SPDX-License-Identifier: Apache-2.0
package exo.libos.fs.cache;

import exo.libos.fs.format.Layout;
import java.util.Arrays;

/**
 * Finds the slot that holds a chunk of a file: a hash table of fixed size with linear probing, in
 * which removing shifts back what follows, so that it never degrades.
 *
 * <p>hot: no allocation. Confined.
 */
public final class RunIndex {
    private static final long EMPTY = -1;

    private final long[] keys;
    private final int[] slots;
    private final int mask;

    /**
     * Makes an index.
     *
     * @param capacity how many entries it holds at most; half of the table stays empty
     */
    public RunIndex(int capacity) {
        int size = Integer.highestOneBit(Math.max(2, capacity * 2 - 1)) * 2;
        this.mask = size - 1;
        this.keys = new long[size];
        this.slots = new int[size];
        Arrays.fill(keys, EMPTY);
    }

    /**
     * {@return the key of a chunk}
     *
     * @param file the number of the file
     * @param chunk the number of the chunk in it
     */
    public static long key(int file, int chunk) {
        return ((long) file << 32) | chunk;
    }

    /**
     * {@return the slot under a key, or -1}
     *
     * @param key the key
     */
    public int find(long key) {
        int at = place(key);
        while (keys[at] != EMPTY) {
            if (keys[at] == key) {
                return slots[at];
            }
            at = (at + 1) & mask;
        }
        return -1;
    }

    /**
     * Enters a slot.
     *
     * @param key a key that is not there
     * @param slot the slot
     */
    public void put(long key, int slot) {
        int at = place(key);
        while (keys[at] != EMPTY) {
            at = (at + 1) & mask;
        }
        keys[at] = key;
        slots[at] = slot;
    }

    /**
     * Removes a key; nothing happens if it is not there.
     *
     * @param key the key
     */
    public void remove(long key) {
        int at = place(key);
        while (keys[at] != key) {
            if (keys[at] == EMPTY) {
                return;
            }
            at = (at + 1) & mask;
        }
        int hole = at;
        int next = (hole + 1) & mask;
        while (keys[next] != EMPTY) {
            // An entry may fill the hole if its own place is not between hole and itself.
            if (((next - place(keys[next])) & mask) >= ((next - hole) & mask)) {
                keys[hole] = keys[next];
                slots[hole] = slots[next];
                hole = next;
            }
            next = (next + 1) & mask;
        }
        keys[hole] = EMPTY;
    }

    private int place(long key) {
        return (int) Layout.mix(key) & mask;
    }
}
