// SPDX-License-Identifier: Apache-2.0

/**
 * Capabilities: what it costs to make and to revoke many.
 *
 * <p>Guarantees: <ul>
 * <li><b>Nothing is left out.</b> What a revocation leaves to be done later is measured too, and
 * stands beside it.
 * <li><b>By way of the API.</b> Each capability is one that a libOS could have made.
 * </ul>
 *
 * <p>It does not measure what bindings and resources add: they are severed before the call returns,
 * and what that takes depends on what they are.
 *
 * <p>Reading order: {@code Subtree}, {@link exo.bench.cap.RevokeStudy}.
 *
 * {@snippet lang="java" :
 * new RevokeStudy().measure(run);
 * }
 *
 * <p>Imports allowed: {@code exo.api}, {@code exo.bench.run}. Threading: one thread measures; the
 * environments' own wait.
 *
 * <p>Source: Engler, PhD thesis, MIT 1998, pages 24-26 (revocation).
 *
 * <p>Held by: {@code RevokeStudyTest}.
 */
package exo.bench.cap;
