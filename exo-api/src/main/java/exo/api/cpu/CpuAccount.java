// SPDX-License-Identifier: Apache-2.0
package exo.api.cpu;

/**
 * Processor time of one thread.
 *
 * @param usedNanos processor time it has used since it started, in nanoseconds
 * @param slicesBegun slices of its quanta that have begun while it was bound
 * @param slicesEnded slices of its quanta that are over
 * @param latestBeginNanos the greatest delay between the moment a slice was due and the moment the
 *        kernel had switched to it, in nanoseconds
 */
public record CpuAccount(long usedNanos, long slicesBegun, long slicesEnded,
        long latestBeginNanos) {}
