// SPDX-License-Identifier: Apache-2.0

/**
 * Network devices, stations and packet bindings.
 *
 * <p>Guarantees: <ul>
 * <li><b>The older binding wins.</b> A later binding never takes frames that an earlier one
 * accepts.
 * <li><b>Checked is sent.</b> The source check looks at the kernel's copy of a frame.
 * <li><b>Closed means silent.</b> After a binding has ended nobody writes to its rings.
 * </ul>
 *
 * <p>It does not queue for a slow receiver beyond its ring. What becomes of frames of the host that
 * it does not understand is said in {@code HostFrames}.
 *
 * <p>Reading order: {@code Device}, {@code KernelBinding}, {@code SourceCheck}, {@code Link} and
 * its three kinds, {@code LongSegment}, {@code Receiver}, {@code HostFrames}, {@link
 * exo.impl.net.KernelNet}, {@link exo.impl.net.NetDevices}.
 *
 * {@snippet lang="java" :
 * NetDevices nets = new NetDevices(configs);
 * nets.giveTo(root, capabilities);
 * }
 *
 * <p>Imports allowed: {@code exo.api}, {@code exo.api.net}, {@code exo.api.mem}, {@code
 * exo.api.code}, {@code exo.impl.cap}, {@code exo.impl.info}, {@code exo.impl.audit}, {@code
 * exo.impl.code}, {@code exo.host}.
 *
 * <p>Threading: a binding is confined to its thread, except for delivery into its receive ring,
 * which any sender, and the receiving thread of a link, does under the ring's lock.
 *
 * <p>Lock order: a device's transmit lock, then a binding's receive lock. The device's own lock,
 * for its lists, is never held around either.
 *
 * <p>Source: Engler, PhD thesis, MIT 1998, pages 30-31 and 58-60; departures are in {@link
 * exo.api.net}.
 *
 * <p>Held by: {@code PacketBindingContract} for each kind of link, {@code HostLinkContract} for
 * those to the host, {@code LinkFaultsTest}, {@code WireBindingTest}, {@code BindingHostile},
 * {@code StationHostile}, {@code FiltersTest}, {@code HostFramesTest}, {@code LongSegmentTest}.
 */
package exo.impl.net;
