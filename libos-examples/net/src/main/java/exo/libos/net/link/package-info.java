// SPDX-License-Identifier: Apache-2.0

/**
 * Below IP: frames through a packet binding, neighbours, buffers, counters.
 *
 * <p>Guarantees: <ul>
 * <li><b>Nothing is queued.</b> When the device has no room the caller learns it and builds its
 * frame again; the only packets kept here are a few that wait for a neighbour's address.
 * <li><b>Bounded.</b> Neighbours, waiting packets and answers to strangers have fixed limits.
 * </ul>
 *
 * <p>It does not authenticate neighbours: whoever answers a question for an address gets the
 * packets to it, as on every Ethernet.
 *
 * <p>Reading order: {@link exo.libos.net.link.FrameLink}, {@link exo.libos.net.link.ArpCache},
 * {@link exo.libos.net.link.BufferPool}, {@link exo.libos.net.link.TokenBucket}, {@link
 * exo.libos.net.link.Counts}.
 *
 * {@snippet lang="java" :
 * int slot = link.tryReserve();
 * if (slot >= 0) {
 *     link.putEthernet(link.offset(slot), mac, Headers.TYPE_IPV4);
 *     link.tryCommit(slot, headBytes, payloadOffset, payloadBytes);
 * }
 * link.flush();
 * }
 *
 * <p>Imports allowed: {@code exo.api}, {@code exo.api.net}, {@code exo.libos.net.wire}. Threading:
 * everything belongs to the thread of the stack.
 *
 * <p>Source: RFC 826; RFC 1122, section 2.3.2.
 *
 * <p>Held by: {@code ArpTest}, {@code StackHostile}.
 */
package exo.libos.net.link;
