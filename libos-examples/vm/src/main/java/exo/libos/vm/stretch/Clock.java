// SPDX-License-Identifier: Apache-2.0
package exo.libos.vm.stretch;

import java.util.Arrays;

/**
 * The pages that have frames, in a circle, with a hand that goes round. Confined to one thread.
 */
final class Clock {
    private static final int ABSENT = -1;
    private static final int FIRST_CAPACITY = 64;

    private int[] pages = new int[FIRST_CAPACITY]; // the first count are in use
    private final int[] places; // by page: where it is in pages, or ABSENT
    private int count;
    private int hand;

    Clock(int pageCount) {
        places = new int[pageCount];
        Arrays.fill(places, ABSENT);
    }

    int count() {
        return count;
    }

    /** {@return the page at a place, 0 to count; places change when a page is removed} */
    int page(int place) {
        return pages[place];
    }

    /** Adds a page that is not there. */
    void add(int page) {
        if (count == pages.length) {
            pages = Arrays.copyOf(pages, 2 * count);
        }
        places[page] = count;
        pages[count++] = page;
    }

    /** Removes a page; another takes its place. */
    void remove(int page) {
        int place = places[page];
        places[page] = ABSENT;
        count--;
        if (place < count) {
            pages[place] = pages[count];
            places[pages[place]] = place;
        }
    }

    /** {@return the next page under the hand} There is one. */
    int next() {
        if (hand >= count) {
            hand = 0;
        }
        return pages[hand++];
    }
}
