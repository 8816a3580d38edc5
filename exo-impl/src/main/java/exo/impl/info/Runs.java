// SPDX-License-Identifier: Apache-2.0
package exo.impl.info;

/** Runs of consecutive numbers of frames or pages, which are mapped, copied and exposed at once. */
public final class Runs {
    private Runs() {}

    /**
     * {@return how many consecutive numbers begin at an index}
     *
     * @param numbers the numbers
     * @param start the index
     */
    public static int length(int[] numbers, int start) {
        int end = start + 1;
        while (end < numbers.length && numbers[end] == numbers[end - 1] + 1) {
            end++;
        }
        return end - start;
    }
}
