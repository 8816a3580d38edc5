// SPDX-License-Identifier: Apache-2.0
package exo.bench.run;

/**
 * What is measured: one quantity of one contender at one job.
 *
 * @param study the study it belongs to, for example {@code disk}
 * @param job what is done, the same for all contenders
 * @param contender who does it
 * @param unit what is counted, for example {@code ns/op}; {@code .../s} means that more is better
 */
public record Series(String study, String job, String contender, String unit) {
    /** {@return whether a greater value is the better one} */
    public boolean moreIsBetter() {
        return unit.endsWith("/s");
    }

    /**
     * {@return the same quantity of another contender}
     *
     * @param other who does it
     */
    public Series of(String other) {
        return new Series(study, job, other, unit);
    }
}
