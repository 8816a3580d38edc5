// SPDX-License-Identifier: Apache-2.0

/**
 * Core intervals: a repeating timeline of slots for each managed core.
 *
 * <p>Guarantees: <ul>
 * <li><b>Position and length are chosen.</b> A libOS asks for particular slots of a particular
 * core.
 * <li><b>Slices are announced</b> by upcalls at their begin and end.
 * <li><b>Pinning is read back.</b> A thread that the host put elsewhere is an error, not a
 * surprise.
 * <li><b>Honest.</b> {@link exo.api.cpu.Core#enforced} says whether the host enforces the timeline.
 * </ul>
 *
 * <p>It does not guarantee that a slice begins on time to the microsecond: the host, its hypervisor
 * and the JVM's safepoints delay it, and the account says by how much.
 *
 * <p>Reading order: {@link exo.api.cpu.CpuConfig}, {@link exo.api.cpu.Core}, {@link
 * exo.api.cpu.Cpu}, {@link exo.api.cpu.Quantum}.
 *
 * {@snippet lang="java" :
 * Core core = env.cpu().cores().getFirst();
 * Quantum half = env.cpu().allocQuantum(core.number(), 0, core.slotCount() / 2, "half");
 * env.cpu().bind(half);
 * }
 *
 * <p>Imports allowed: {@code exo.api}. Threading: a binding belongs to the thread that made it.
 *
 * <p>Source: Engler, PhD thesis, MIT 1998, pages 31-32 (the vector of time slices). Departure: time
 * that an owner leaves unused goes to whoever is ready on the core.
 *
 * <p>Held by: {@code exo.impl.cpu} tests.
 */
package exo.api.cpu;
