// SPDX-License-Identifier: Apache-2.0
package exo.impl.net;

/**
 * What a link and the host have done with each other so far.
 *
 * @param received what came in
 * @param sent what went out
 * @param faults how often the interface was found to be down or gone
 * @param cpuNanos for how long the receiving thread ran
 */
record LinkCounters(Received received, Sent sent, long faults, long cpuNanos) {
    /** Those of a link that the host has no part in. */
    static final LinkCounters NONE = new LinkCounters(new Received(0, 0, 0), new Sent(0, 0), 0, 0);

    /**
     * What came in.
     *
     * @param frames frames taken from the host
     * @param dropped frames that found no room on the host's side
     * @param unusable frames of a VLAN, and frames too long that were not or could not be cut
     */
    record Received(long frames, long dropped, long unusable) {}

    /**
     * What went out.
     *
     * @param frames frames handed to the host
     * @param refused frames that the host did not take
     */
    record Sent(long frames, long refused) {}
}
