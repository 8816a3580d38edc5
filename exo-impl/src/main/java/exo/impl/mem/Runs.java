// SPDX-License-Identifier: Apache-2.0
package exo.impl.mem;

/** Runs of consecutive numbers of frames or pages, which are mapped and copied at once. */
final class Runs {
    private Runs() {}

    /** {@return how many consecutive numbers begin at an index} */
    static int length(int[] numbers, int start) {
        int end = start + 1;
        while (end < numbers.length && numbers[end] == numbers[end - 1] + 1) {
            end++;
        }
        return end - start;
    }
}
