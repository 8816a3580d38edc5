// SPDX-License-Identifier: Apache-2.0
package exo.api;

/**
 * What an environment may hold at most, its descendants included.
 *
 * <p>A child's quota is taken out of its parent's, so the quotas of the living environments never
 * add up to more than the kernel has: a request inside the quota is not refused for want of the
 * resource. Extra frames are the exception: they are lent while the pool has frames to spare, and
 * are the first to be taken back.
 *
 * @param frames page frames that are guaranteed
 * @param extraFrames page frames beyond the guaranteed ones
 * @param hugeFrames frames of 2 MiB
 * @param blocks disk blocks, over all devices
 * @param slots slots on core timelines, over all cores
 * @param objects kernel objects: capabilities, offers, windows, queues, bindings, child
 *        environments; a window of more than {@value exo.api.mem.Pages#PAGES_PER_OBJECT} pages is
 *        several
 * @param threads threads
 * @see "Hand: Self-Paging in the Nemesis Operating System, OSDI 1999: guaranteed and extra frames"
 */
public record Quota(int frames, int extraFrames, int hugeFrames, long blocks, int slots,
        int objects, int threads) {
    /** The smallest quota: one kernel object, one thread, and nothing else. */
    public static final Quota LEAST = new Quota(0, 0, 0, 0, 0, 1, 1);

    /** Refuses negative amounts, no objects, and no threads. */
    public Quota {
        if (frames < 0 || extraFrames < 0 || hugeFrames < 0 || blocks < 0 || slots < 0
                || objects < 1 || threads < 1) {
            throw new IllegalArgumentException(
                    "a quota needs frames, extra frames, huge frames, blocks and slots >= 0,"
                            + " objects and threads >= 1, but was " + frames + ", " + extraFrames
                            + ", " + hugeFrames + ", " + blocks + ", " + slots + ", " + objects
                            + ", " + threads);
        }
    }

    /**
     * {@return this quota with other guaranteed frames}
     *
     * @param changed how many
     */
    public Quota withFrames(int changed) {
        return new Quota(changed, extraFrames, hugeFrames, blocks, slots, objects, threads);
    }

    /**
     * {@return this quota with other extra frames}
     *
     * @param changed how many
     */
    public Quota withExtraFrames(int changed) {
        return new Quota(frames, changed, hugeFrames, blocks, slots, objects, threads);
    }

    /**
     * {@return this quota with other frames of 2 MiB}
     *
     * @param changed how many
     */
    public Quota withHugeFrames(int changed) {
        return new Quota(frames, extraFrames, changed, blocks, slots, objects, threads);
    }

    /**
     * {@return this quota with other blocks}
     *
     * @param changed how many
     */
    public Quota withBlocks(long changed) {
        return new Quota(frames, extraFrames, hugeFrames, changed, slots, objects, threads);
    }

    /**
     * {@return this quota with other slots}
     *
     * @param changed how many
     */
    public Quota withSlots(int changed) {
        return new Quota(frames, extraFrames, hugeFrames, blocks, changed, objects, threads);
    }

    /**
     * {@return this quota with other kernel objects}
     *
     * @param changed how many
     */
    public Quota withObjects(int changed) {
        return new Quota(frames, extraFrames, hugeFrames, blocks, slots, changed, threads);
    }

    /**
     * {@return this quota with other threads}
     *
     * @param changed how many
     */
    public Quota withThreads(int changed) {
        return new Quota(frames, extraFrames, hugeFrames, blocks, slots, objects, changed);
    }
}
