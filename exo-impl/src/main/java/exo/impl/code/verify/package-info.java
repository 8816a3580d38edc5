// SPDX-License-Identifier: Apache-2.0

/**
 * The verifier: proves that no run of a program breaks its contract.
 *
 * <p>Guarantees: <ul>
 * <li><b>Inside.</b> No run of an accepted program reads or writes outside the memory its contract
 * gives it, writes what is read-only, or reads what was not written.
 * <li><b>It ends</b>, within the steps that the proof names.
 * <li><b>Pointers stay in.</b> None is returned, stored where others see it, or made a number.
 * <li><b>The verifier ends too</b>: the contract bounds its time and memory, not the program.
 * </ul>
 *
 * <p>It does not accept every program that is safe: it refuses what it cannot follow.
 *
 * <p>Reading order: {@link exo.impl.code.verify.Verifier}, {@code State}, {@code Frame}, {@code
 * Register}, {@code Scalar}, {@code Bounds}, {@code ScalarOps}, {@code Refinement}, {@code Step},
 * {@code PointerMath}, {@code Access}, {@code StackMemory}, {@code Branch}, {@code Calls}, {@code
 * StateTable}, {@code Subsumption}, {@code Liveness}, {@code Pending}, {@link
 * exo.impl.code.verify.Proof}. The argument why it is sound is in {@code docs/verifier.md}.
 *
 * {@snippet lang="java" :
 * Proof proof = Verifier.verify(program, contract);
 * int steps = proof.steps();
 * }
 *
 * <p>Imports allowed: the JDK, {@code exo.api}, {@code exo.api.code}, {@code exo.impl.code.isa}.
 * Threading: a verification is confined to its call; a {@code Proof} is immutable after it.
 *
 * <p>Source: RFC 9669; the problem, and the idea to follow all paths, are those of the Linux
 * kernel's verifier; known bits after Vishwanathan et al., "Sound, Precise, and Fast Abstract
 * Interpretation with Tristate Numbers", CGO 2022.
 *
 * <p>Held by: {@code ScalarOpsTest}, {@code CasesTest}, {@code PointersTest}, {@code StackTest},
 * {@code PruningTest}, {@code PathsTest}, {@code BudgetTest}, {@code SoundnessTest}.
 */
package exo.impl.code.verify;
