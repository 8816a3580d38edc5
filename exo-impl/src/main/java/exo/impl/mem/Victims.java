// SPDX-License-Identifier: Apache-2.0
package exo.impl.mem;

import exo.impl.info.Runs;
import java.util.Arrays;

/**
 * The pages that one repossession takes, in ascending order, with what they showed. Confined to the
 * thread that takes them.
 */
final class Victims {
    /** Which pages force takes, from the first to go to the last. */
    enum Choice {
        /** Pages that are mapped but idle. */
        IDLE,
        /** Pages in use, except those that go last. */
        UNMARKED,
        /** Such pages that a transfer or a packet ring uses, which must end first. */
        PINNED,
        /** Pages that the libOS marked to go last. */
        MARKED
    }

    private final int[] pages;
    private final byte[] states;
    private final int[] frames; // of those that are gone
    private final int[] owned;
    private int goneCount;
    private int ownedCount;
    private int views;

    Victims(int[] pages) {
        this.pages = pages;
        this.states = new byte[pages.length];
        this.frames = new int[pages.length];
        this.owned = new int[pages.length];
        Arrays.sort(pages);
    }

    int count() {
        return pages.length;
    }

    int page(int index) {
        return pages[index];
    }

    /** {@return what the page showed before it was announced} */
    byte state(int index) {
        return states[index];
    }

    void state(int index, byte shown) {
        states[index] = shown;
    }

    /** {@return how many consecutive pages begin at an index} */
    int run(int start) {
        return Runs.length(pages, start);
    }

    /** Notes that the next page shows void now, and which frame it showed. */
    void gone(int index, int frame) {
        frames[index] = frame;
        goneCount = index + 1;
        switch (states[index]) {
            case PageTable.OWN, PageTable.THAWED -> owned[ownedCount++] = frame;
            case PageTable.VIEW -> views++;
            default -> { // SHARED: somebody else's, and charged there
            }
        }
    }

    /** {@return how many pages show void now} The first ones. */
    int goneCount() {
        return goneCount;
    }

    /** {@return the frame that a page showed which is gone} */
    int frame(int index) {
        return frames[index];
    }

    /** {@return the environment's own frames that are gone} */
    int[] owned() {
        return Arrays.copyOf(owned, ownedCount);
    }

    /** {@return how many views are gone} */
    int views() {
        return views;
    }
}
