// SPDX-License-Identifier: Apache-2.0

/**
 * Revocation: when the frames are there that a libOS was asked for.
 *
 * <p>Guarantees: <ul>
 * <li><b>All of it.</b> The time runs from the call of whoever wants the frames until they are
 * mapped and zeroed there, for the ways by which frames come back: out of a quota, and lent ones.
 * <li><b>The worst too.</b> Beside the median is the latest of each round.
 * </ul>
 *
 * <p>It does not say what the notice should be: it is 5 ms here, and what counts is what passes
 * after it.
 *
 * <p>Reading order: {@code Fault}, {@code Holding}, {@link exo.bench.revoke.DeadlineStudy}.
 *
 * {@snippet lang="java" :
 * new DeadlineStudy().measure(run);
 * }
 *
 * <p>Imports allowed: {@code exo.api} and packages below it, {@code exo.bench.run}. Threading: the
 * thread of the run is the root environment's; each libOS has its own.
 *
 * <p>Source: Engler, PhD thesis, MIT 1998, pages 24-25 (visible revocation and the abort protocol).
 *
 * <p>Held by: {@code DeadlineStudyTest}.
 */
package exo.bench.revoke;
