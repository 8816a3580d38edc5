// SPDX-License-Identifier: Apache-2.0
package exo.api;

/**
 * What an environment may hold at most, its descendants included.
 *
 * <p>A child's quota is taken out of its parent's, so the quotas of the living environments never
 * add up to more than the kernel has: a request inside the quota is not refused for want of the
 * resource.
 *
 * @param frames page frames
 * @param blocks disk blocks, over all devices
 * @param slots slots on core timelines, over all cores
 * @param objects kernel objects: capabilities, windows, queues, bindings, child environments
 * @param threads threads
 */
public record Quota(int frames, long blocks, int slots, int objects, int threads) {
    /** Refuses negative amounts, no objects, and no threads. */
    public Quota {
        if (frames < 0 || blocks < 0 || slots < 0 || objects < 1 || threads < 1) {
            throw new IllegalArgumentException(
                    "a quota needs frames, blocks and slots >= 0, objects and threads >= 1,"
                            + " but was " + frames + ", " + blocks + ", " + slots + ", "
                            + objects + ", " + threads);
        }
    }
}
