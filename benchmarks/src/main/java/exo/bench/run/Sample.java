// SPDX-License-Identifier: Apache-2.0
package exo.bench.run;

/**
 * One measured value.
 *
 * @param series what was measured
 * @param round in which round, from 1; values of one round were measured in turn, close together
 * @param value the value, in the unit of the series
 */
public record Sample(Series series, int round, double value) {}
