// SPDX-License-Identifier: Apache-2.0
package exo.api.info;

/**
 * The kernel as a whole, at the last refresh.
 *
 * @param ended whether it was closed
 * @param tick when the last refresh was, in milliseconds since boot
 * @param refreshes how many there were
 * @param frames its page frames
 * @param envs its environments
 */
public record KernelFigures(boolean ended, long tick, long refreshes, FrameCounts frames,
        EnvCounts envs) {
    /**
     * Page frames, counted.
     *
     * @param total page frames of the pool
     * @param used those that environments have
     * @param dirty those that are free and will be zeroed before they are given out again
     * @param idle those of the used ones that were returned and are still mapped
     * @param shared those of the used ones that several pages of windows show
     */
    public record FrameCounts(long total, long used, long dirty, long idle, long shared) {}

    /**
     * Environments, counted.
     *
     * @param live those that live, the root included
     * @param created those that ever were, the root included
     * @param unlisted those that live and are not in the table, which is full
     */
    public record EnvCounts(long live, long created, long unlisted) {}
}
