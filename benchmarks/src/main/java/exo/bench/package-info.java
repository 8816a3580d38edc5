// SPDX-License-Identifier: Apache-2.0

/**
 * The command line of the benchmarks: what to measure, and where figures go.
 *
 * <p>Guarantees: <ul>
 * <li><b>One command.</b> Every published figure comes from {@code ./exo bench all}, which leaves
 * the raw values, the command and the facts about the machine in one file.
 * <li><b>Losses too.</b> The table prints each comparison that was declared before the run.
 * </ul>
 *
 * <p>It does not judge whether the machine was quiet: the load is in the file.
 *
 * <p>Reading order: {@code Main}, then {@link exo.bench.run}, then a study.
 *
 * {@snippet lang="java" :
 * Main.main(new String[]{"pages", "rounds=3", "millis=300"});
 * }
 *
 * <p>Imports allowed: every package of {@code exo.bench}, JMH. Threading: one thread.
 *
 * <p>Source: the claims that are measured are those of Engler, PhD thesis, MIT 1998, page 15: that
 * protection can be cheap when it is separate from management.
 *
 * <p>Held by: {@code MainTest}.
 */
package exo.bench;
