// SPDX-License-Identifier: Apache-2.0

/**
 * Packet filters: the kernel's engines against libpcap's.
 *
 * <p>Guarantees: <ul>
 * <li><b>The same answers.</b> A study fails if two engines differ on any packet.
 * <li><b>The same program.</b> All run what {@code tcpdump -ddd} made, not what each would make.
 * </ul>
 *
 * <p>It does not measure many filters at once, nor the time to verify and to compile one.
 *
 * <p>Reading order: {@code PacketMix}, {@link exo.bench.code.FilterBench}, {@link
 * exo.bench.code.FilterStudy}.
 *
 * {@snippet lang="java" :
 * int answers = new PacketMix().run(ClassicFilters.compile(PacketMix.program()));
 * }
 *
 * <p>Imports allowed: {@code exo.api.code}, {@code exo.impl.code}, {@code exo.bench.run}, JMH.
 * Threading: JMH's thread.
 *
 * <p>Source: McCanne, Jacobson: The BSD Packet Filter, USENIX Winter 1993, for the language.
 *
 * <p>Held by: {@code PacketMixTest}, {@code FilterStudyTest}.
 */
package exo.bench.code;
