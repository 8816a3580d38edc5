// SPDX-License-Identifier: Apache-2.0
package exo.impl.mem;

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

    Victims(int[] pages) {
        this.pages = pages;
        this.states = new byte[pages.length];
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
}
