// SPDX-License-Identifier: Apache-2.0
package exo.api.cpu;

/**
 * A managed core and its timeline, which repeats for ever.
 *
 * @param number the host's number of the core
 * @param slotCount slots of its timeline
 * @param slotNanos how long one slot is, in nanoseconds
 * @param enforced whether the host enforces the timeline; slices are announced by upcalls only if
 *         not
 */
public record Core(int number, int slotCount, long slotNanos, boolean enforced) {}
