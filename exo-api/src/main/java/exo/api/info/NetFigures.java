// SPDX-License-Identifier: Apache-2.0
package exo.api.info;

/**
 * A network device, at the last refresh.
 *
 * @param name its name
 * @param mtu the longest packet in bytes
 * @param stations addresses that were allocated on it
 * @param bindings packet bindings on these
 * @param counters what went between the kernel and the host; zeros for a wire
 */
public record NetFigures(String name, int mtu, int stations, int bindings, Counters counters) {
    /**
     * Frames between the kernel and the host.
     *
     * @param received frames taken from the host
     * @param dropped frames that found no room on the host's side
     * @param unusable frames that the kernel cannot use
     * @param sent frames handed to the host
     * @param refused frames that the host did not take
     * @param faults how often the interface was found to be down or gone
     * @param cpuNanos for how long the receiving thread ran, in nanoseconds
     */
    public record Counters(long received, long dropped, long unusable, long sent, long refused,
            long faults, long cpuNanos) {}
}
