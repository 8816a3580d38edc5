// SPDX-License-Identifier: Apache-2.0
package exo.impl.info;

import java.util.Arrays;
import java.util.BitSet;

/**
 * Counts, window by window, how many pages show each frame, and which are idle. Confined to one
 * thread.
 *
 * <p>The windows are looked at without their locks, one after the other, while their owners go on:
 * the count is of about this moment.
 */
public final class FrameCensus {
    private final int[] mappings;
    private final BitSet idle = new BitSet();

    /**
     * Begins to count.
     *
     * @param frameCount how many frames there are
     */
    public FrameCensus(int frameCount) {
        this.mappings = new int[frameCount];
    }

    /** Begins again. */
    public void clear() {
        Arrays.fill(mappings, 0);
        idle.clear();
    }

    /**
     * Counts a page.
     *
     * @param frame the frame it shows; passed over if it is none of the pool
     * @param isIdle whether it was returned by its owner
     */
    public void count(int frame, boolean isIdle) {
        if (frame >= 0 && frame < mappings.length) {
            mappings[frame]++;
            if (isIdle) {
                idle.set(frame);
            }
        }
    }

    int mappings(int frame) {
        return mappings[frame];
    }

    boolean isIdle(int frame) {
        return idle.get(frame);
    }
}
