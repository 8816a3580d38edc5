// SPDX-License-Identifier: Apache-2.0

/**
 * Timelines of slots, and the threads bound to them.
 *
 * <p>Guarantees: <ul>
 * <li><b>One owner a slot.</b> A slot belongs to one interval, an interval to one thread at a time.
 * <li><b>Ordered switches.</b> The old owner is lowered before the new one is raised, under one
 * lock.
 * <li><b>No idle cost.</b> A timeline whose owner never changes wakes nobody.
 * </ul>
 *
 * <p>It does not stop a thread that runs on past its slice; it only lets every other one go first.
 *
 * <p>Reading order: {@code Interval}, {@code Timeline}, {@code Enforcer}, {@code BoundThread},
 * {@link exo.impl.cpu.KernelCpu}, {@link exo.impl.cpu.Cores}.
 *
 * {@snippet lang="java" :
 * Quantum quantum = cpu.allocQuantum(1, 0, 50, "half");
 * cpu.bind(quantum);
 * }
 *
 * <p>Imports allowed: {@code exo.api}, {@code exo.api.cpu}, {@code exo.impl.cap}, {@code
 * exo.impl.info}, {@code exo.impl.audit}, {@code exo.host}.
 *
 * <p>Lock order: a timeline's lock is innermost; {@link exo.impl.cpu.KernelCpu}'s own is never held
 * around it.
 *
 * <p>Source: Engler, PhD thesis, MIT 1998, pages 31-32.
 *
 * <p>Held by: {@code CpuTest}.
 */
package exo.impl.cpu;
