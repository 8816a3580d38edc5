// SPDX-License-Identifier: Apache-2.0
package exo.api;

/**
 * What an environment holds and has consumed, at one moment.
 *
 * @param framesHeld frames in use: allocated and not returned, idle mapped frames not counted
 * @param framesIdle frames returned but still mapped, ready to be taken again at the cost of
 *        nanoseconds; the kernel takes them back without asking
 * @param extraFrames how many of the frames held and idle are extra, beyond the guaranteed ones
 * @param blocksHeld disk blocks in extents allocated by the environment
 * @param slotsHeld slots on core timelines allocated by the environment
 * @param objectsHeld kernel objects charged to the environment
 * @param threadsAlive threads running
 * @param cpuNanos processor time used by its threads, in nanoseconds, ended threads included
 * @param upcalls upcalls delivered, as {@link exo.api.upcall.Upcalls#poll} counts them
 * @param repossessions resources taken from it by force
 * @param packetsReceived frames it took from its receive rings
 * @param packetsSent frames sent for it
 * @param packetsRefused frames it tried to send from an address that is not its own
 * @param blocksRead blocks read for it
 * @param blocksWritten blocks written for it
 */
public record Account(int framesHeld, int framesIdle, int extraFrames, long blocksHeld,
        int slotsHeld,
        int objectsHeld, int threadsAlive, long cpuNanos, long upcalls, long repossessions,
        long packetsReceived,
        long packetsSent, long packetsRefused, long blocksRead, long blocksWritten) {}
