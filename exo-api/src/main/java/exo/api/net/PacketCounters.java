// SPDX-License-Identifier: Apache-2.0
package exo.api.net;

/**
 * What a packet binding has done so far.
 *
 * @param received frames put into the receive ring
 * @param dropped frames accepted by the filter that found the receive ring full
 * @param sent frames sent
 * @param refused frames refused at the commit, for their source or their length
 */
public record PacketCounters(long received, long dropped, long sent, long refused) {}
