// SPDX-License-Identifier: Apache-2.0
package exo.impl.info;

/**
 * Is told who owns which page frames. The frame pool calls it under its lock, so in the order in
 * which it happened; it must not wait, nor call anybody.
 */
public interface FrameObserver {
    /** Passes over everything. */
    FrameObserver NONE = new FrameObserver() {
        @Override
        public void allocated(int[] frames, long owner) {}

        @Override
        public void mapped(int[] frames) {}

        @Override
        public void freed(int[] frames) {}
    };

    /**
     * Frames were allocated.
     *
     * @param frames their numbers
     * @param owner the number of the environment
     */
    void allocated(int[] frames, long owner);

    /**
     * Frames that are used were mapped once more; without the pool's lock.
     *
     * @param frames their numbers
     */
    void mapped(int[] frames);

    /**
     * Frames were freed.
     *
     * @param frames their numbers
     */
    void freed(int[] frames);
}
