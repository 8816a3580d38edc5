// SPDX-License-Identifier: Apache-2.0
package exo.impl.cpu;

/**
 * An interval of slots on a timeline: what all capabilities derived from one quantum share. Guarded
 * by its timeline.
 */
final class Interval {
    final Timeline timeline;
    final int firstSlot;
    final int slotCount;
    final long owner; // the number of the environment that allocated it
    BoundThread bound;

    Interval(Timeline timeline, int firstSlot, int slotCount, long owner) {
        this.timeline = timeline;
        this.firstSlot = firstSlot;
        this.slotCount = slotCount;
        this.owner = owner;
    }
}
