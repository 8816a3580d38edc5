// SPDX-License-Identifier: Apache-2.0
package exo.impl.mem;

import exo.api.upcall.Repossession;
import exo.impl.cap.Binding;
import java.util.Arrays;

/**
 * The binding between a capability for frames and the pages that show them. A page may meanwhile
 * show the same frame by another capability; its generation tells.
 */
final class SharedPages implements Binding {
    private final KernelWindow window;
    private final KernelFrames frames;
    private final int firstPage;
    private final int firstIndex;
    private final long[] generations; // written under the window's lock, when the pages are shown

    /**
     * Makes a binding whose pages show nothing yet.
     *
     * @param window where they will be shown
     * @param frames the capability
     * @param firstPage first page
     * @param firstIndex the frame of the capability that it shows
     * @param pageCount how many
     */
    SharedPages(KernelWindow window, KernelFrames frames, int firstPage, int firstIndex,
            int pageCount) {
        this.window = window;
        this.frames = frames;
        this.firstPage = firstPage;
        this.firstIndex = firstIndex;
        this.generations = new long[pageCount];
    }

    KernelFrames frames() {
        return frames;
    }

    /** {@return the frames that its pages show} */
    int[] numbers() {
        return Arrays.copyOfRange(frames.numbers(), firstIndex, firstIndex + pageCount());
    }

    int firstPage() {
        return firstPage;
    }

    int pageCount() {
        return generations.length;
    }

    /** Notes that the pages show the frames now. Holds the window's lock. */
    void shown(PageTable table) {
        for (int i = 0; i < generations.length; i++) {
            generations[i] = table.generation(firstPage + i);
        }
    }

    /**
     * {@return whether a page still shows its frame by this capability, shared or as a view} It
     * does while somebody is taking it. Holds the window's lock, or is the owner thread.
     */
    boolean isShown(PageTable table, int index) {
        byte shown = table.state(firstPage + index);
        return (shown == PageTable.SHARED || shown == PageTable.VIEW || shown == PageTable.TAKEN)
                && table.generation(firstPage + index) == generations[index]
                && table.frame(firstPage + index) == frames.frame(firstIndex + index);
    }

    @Override
    public void sever(Repossession.Cause cause) {
        window.force().takeShared(this, cause);
    }
}
