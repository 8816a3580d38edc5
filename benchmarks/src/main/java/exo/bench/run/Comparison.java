// SPDX-License-Identifier: Apache-2.0
package exo.bench.run;

/**
 * Which series is held against which.
 *
 * @param ours the series of the candidate
 * @param baseline the contender it is compared with, at the same job in the same unit
 * @param goal the ratio ours / baseline to reach: at most that, or at least that where more is
 *        better; 0 if there is no goal
 */
public record Comparison(Series ours, String baseline, double goal) {
    /** {@return the series of the baseline} */
    public Series theirs() {
        return ours.of(baseline);
    }

    /**
     * {@return whether a ratio reaches the goal; true if there is none}
     *
     * @param ratio ours / baseline
     */
    public boolean isReachedBy(double ratio) {
        if (goal == 0) {
            return true;
        }
        return ours.moreIsBetter() ? ratio >= goal : ratio <= goal;
    }
}
