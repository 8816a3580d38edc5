// SPDX-License-Identifier: Apache-2.0

/**
 * The engine for downloaded code, as the kernel sees it.
 *
 * <p>Guarantees: <ul>
 * <li><b>Pure.</b> Nothing here reads a clock, does I/O, or knows a capability.
 * <li><b>Verified first.</b> No program becomes a {@link exo.impl.code.PacketFilter} unverified.
 * </ul>
 *
 * <p>It does not decide which filter gets a packet.
 *
 * <p>Reading order: {@link exo.impl.code.PacketFilter}, then {@code exo.impl.code.classic}.
 *
 * {@snippet lang="java" :
 * PacketFilter filter = ClassicFilters.compile(program);
 * boolean wanted = filter.accept(memory, 0, length) != 0;
 * }
 *
 * <p>Imports allowed: the JDK, {@code exo.api}, {@code exo.api.code}. Threading: filters are
 * immutable.
 *
 * <p>Source: McCanne, Jacobson, USENIX Winter 1993.
 *
 * <p>Held by: the tests of its sub-packages.
 */
package exo.impl.code;
