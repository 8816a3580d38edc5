// SPDX-License-Identifier: Apache-2.0
package exo.impl.mem;

/** Where the frames of a window come from, and how they are charged. Any thread. */
interface FrameAccount {
    /** {@return the pool the frames lie in} */
    FramePool pool();

    /** {@return whether they are frames of 2 MiB} */
    boolean isHuge();

    /**
     * Charges frames and sets them aside in the pool.
     *
     * @param frames how many
     */
    void charge(int frames);

    /**
     * Gives up frames that were charged and not allocated.
     *
     * @param frames how many
     */
    void release(int frames);

    /**
     * Returns frames that no page of the environment shows any more.
     *
     * @param frames their numbers
     */
    void giveBack(int[] frames);

    /**
     * Gives back frames that no page shows any more, and what was set aside for views.
     *
     * @param frames the frames
     * @param views how many views are gone
     */
    default void settle(int[] frames, int views) {
        if (frames.length > 0) {
            giveBack(frames);
        }
        if (views > 0) {
            release(views);
        }
    }
}
