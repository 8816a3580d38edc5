// SPDX-License-Identifier: Apache-2.0

/**
 * Network devices, stations, and packet bindings: raw frames chosen by a filter.
 *
 * <p>Guarantees: <ul>
 * <li><b>Only its own packets.</b> A binding receives frames that were sent to its station, or to a
 * group, and that its filter accepts; no later binding takes them away.
 * <li><b>No forged source.</b> What is sent carries the station's own addresses; the kernel checks
 * the copy that it sends, not the original that could still change.
 * <li><b>Verified filters.</b> A filter ends, and reads nothing but the packet.
 * </ul>
 *
 * <p>It does not guarantee delivery, order across devices, or secrecy from others on the same
 * network.
 *
 * <p>Reading order: {@link exo.api.net.NetConfig}, {@link exo.api.net.NetDevice}, {@link
 * exo.api.net.Station}, {@link exo.api.net.Net}, {@link exo.api.net.PacketBinding}.
 *
 * {@snippet lang="java" :
 * Station station = env.keys().find("station", Station.class);
 * PacketBinding packets = env.net()
 *         .bind(station, Filters.arpAndIpv4To(station.ipv4()), window, 0, RingSpec.of(256, 256));
 * env.upcalls().await(Upcalls.NEVER);
 * for (int i = 0; i < packets.rxAvailable(); i++) {
 *     handle(window.segment(), packets.rxOffset(i), packets.rxLength(i));
 * }
 * packets.rxRelease(packets.rxAvailable());
 * }
 *
 * <p>Imports allowed: {@code exo.api}, {@code exo.api.mem}, {@code exo.api.code}. Threading: a
 * binding is confined to the thread that made it.
 *
 * <p>Source: Engler, Kaashoek, O'Toole, SOSP 1995; Engler and Kaashoek, "DPF: Fast, Flexible
 * Message Demultiplexing using Dynamic Code Generation", SIGCOMM 1996. Departure: senders are
 * checked too.
 *
 * <p>Held by: {@code WireBindingTest}, {@code BindingHostile}, {@code FiltersTest} in {@code
 * exo.impl.net}.
 */
package exo.api.net;
