// SPDX-License-Identifier: Apache-2.0

/**
 * Packet filters: our engines against libpcap's, the host's, and C.
 *
 * <p>Guarantees: <ul>
 * <li><b>The same answers.</b> A study fails if two engines differ on any packet.
 * <li><b>The same program.</b> All run what {@code tcpdump -ddd} made, not what each would make.
 * </ul>
 *
 * <p>It does not measure programs other than packet filters.
 *
 * <p>Reading order: {@code PacketTrace}, {@code PacketMix}, {@link exo.bench.code.FilterBench},
 * {@link exo.bench.code.FilterStudy}; {@code SetMix}, {@link exo.bench.code.SetBench}, {@link
 * exo.bench.code.SetStudy}; {@link exo.bench.code.TakeStudy}.
 *
 * {@snippet lang="java" :
 * int answers = PacketMix.trace().run(engine.verify(PacketMix.program()).filter(Engine.COMPILE));
 * }
 *
 * <p>Imports allowed: {@code exo.api.code}, {@code exo.bench.run}, {@code exo.host}, JMH.
 * Threading: JMH's thread.
 *
 * <p>Source: McCanne, Jacobson: The BSD Packet Filter, USENIX Winter 1993, for the language.
 *
 * <p>Held by: {@code PacketMixTest}, {@code FilterStudyTest}.
 */
package exo.bench.code;
