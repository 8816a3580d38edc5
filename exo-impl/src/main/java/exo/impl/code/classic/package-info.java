// SPDX-License-Identifier: Apache-2.0

/**
 * Classic BPF: its verifier, and its translation to eBPF.
 *
 * <p>Guarantees: <ul>
 * <li><b>It ends.</b> Jumps go forward only, and every path returns.
 * <li><b>It stays inside.</b> No load reaches beyond the packet, no scratch word is read unwritten.
 * <li><b>One meaning.</b> The translation answers to every packet as the program would.
 * </ul>
 *
 * <p>It does not offer the loads of Linux that reach outside the packet.
 *
 * <p>Reading order: {@code Opcode}, {@code ClassicVerifier}, {@link
 * exo.impl.code.classic.ClassicTranslator}.
 *
 * {@snippet lang="java" :
 * Program web = ClassicTranslator.translate(Filters.ipv4PortTo(address, 6, 80)).program();
 * }
 *
 * <p>Imports allowed: the JDK, {@code exo.api}, {@code exo.api.code}, {@code exo.impl.code.isa}.
 * Threading: everything is immutable.
 *
 * <p>Source: McCanne, Jacobson, "The BSD Packet Filter", USENIX Winter 1993.
 *
 * <p>Held by: {@code ClassicVerifierTest}, {@code ClassicEnginesTest}, {@code LibpcapTest}, {@code
 * ClassicTranslatorTest}.
 */
package exo.impl.code.classic;
