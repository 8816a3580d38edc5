// SPDX-License-Identifier: Apache-2.0

/**
 * Rounds, samples, results and tables: what all studies share.
 *
 * <p>Guarantees: <ul>
 * <li><b>Pairs.</b> A ratio is drawn from two values of one round, measured close together, never
 * from two averages.
 * <li><b>Nothing silent.</b> What was skipped is noted with its cause, in the file and on screen.
 * </ul>
 *
 * <p>It does not make a noisy machine quiet, and tests no significance: it shows the range.
 *
 * <p>Reading order: {@link exo.bench.run.Study}, {@link exo.bench.run.Run}, {@link
 * exo.bench.run.Series}, {@link exo.bench.run.Results}, {@link exo.bench.run.Table}.
 *
 * {@snippet lang="java" :
 * results.add(series, round, nanos);
 * results.compare(series, "fio io_uring", 1.15);
 * System.out.print(Table.of(results));
 * }
 *
 * <p>Imports allowed: JMH. Threading: confined to the thread of the run.
 *
 * <p>Source: none; the forms are our own.
 *
 * <p>Held by: {@code ResultsTest}, {@code TableTest}, {@code RunTest}.
 */
package exo.bench.run;
