// SPDX-License-Identifier: Apache-2.0

/**
 * Classic BPF: verifier, interpreter and compiler.
 *
 * <p>Guarantees: <ul>
 * <li><b>It ends.</b> Jumps go forward only, and every path returns.
 * <li><b>It stays inside.</b> No load reaches beyond the packet, no scratch word is read unwritten.
 * <li><b>One meaning.</b> Interpreter and compiler give the same answer to every program and
 * packet.
 * </ul>
 *
 * <p>It does not offer the loads of Linux that reach outside the packet.
 *
 * <p>Reading order: {@code Opcode}, {@code ClassicVerifier}, {@code ClassicInterpreter}, {@code
 * Packet}, {@code ClassicCompiler}, {@link exo.impl.code.classic.ClassicFilters}.
 *
 * {@snippet lang="java" :
 * PacketFilter web = ClassicFilters.compile(Filters.ipv4PortTo(address, 6, 80));
 * }
 *
 * <p>Imports allowed: the JDK, {@code exo.api}, {@code exo.api.code}, {@code exo.impl.code}.
 * Threading: everything is immutable.
 *
 * <p>Source: McCanne, Jacobson, "The BSD Packet Filter", USENIX Winter 1993.
 *
 * <p>Held by: {@code ClassicVerifierTest}, {@code ClassicEnginesTest}, {@code LibpcapTest}.
 */
package exo.impl.code.classic;
