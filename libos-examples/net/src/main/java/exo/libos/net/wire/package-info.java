// SPDX-License-Identifier: Apache-2.0

/**
 * Numbers in frames: byte order, header layouts, checksums, a keyed hash.
 *
 * <p>Guarantees: <ul>
 * <li><b>Stateless.</b> Nothing here remembers anything.
 * <li><b>Bounded.</b> Memory is reached through segments only, so that no access leaves them.
 * </ul>
 *
 * <p>It does not check lengths: who parses a frame does that before.
 *
 * <p>Reading order: {@link exo.libos.net.wire.Headers}, {@link exo.libos.net.wire.Bytes}, {@link
 * exo.libos.net.wire.Checksum}, {@link exo.libos.net.wire.SipHash}.
 *
 * {@snippet lang="java" :
 * int type = Bytes.u16(memory, frame + Headers.ETHERNET_TYPE);
 * boolean whole = Checksum.sum(memory, ip, headerBytes) == 0xffff;
 * }
 *
 * <p>Imports allowed: {@code java.base}. Threading: any thread.
 *
 * <p>Source: RFC 1071; RFC 826; RFC 791; RFC 792; RFC 768; RFC 9293, section 3.1.
 *
 * <p>Held by: {@code WireTest}.
 */
package exo.libos.net.wire;
