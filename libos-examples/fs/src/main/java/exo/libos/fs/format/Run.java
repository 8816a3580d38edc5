// SPDX-License-Identifier: Apache-2.0
package exo.libos.fs.format;

/**
 * Consecutive blocks of an extent.
 *
 * @param first the number of the first block
 * @param blocks how many, at least 1
 */
public record Run(int first, int blocks) implements Comparable<Run> {
    /** {@return the run in one number: it sorts by the first block} */
    public long packed() {
        return ((long) first << 32) | blocks;
    }

    /**
     * {@return the run that {@link #packed} made that number from}
     *
     * @param packed the number
     */
    public static Run of(long packed) {
        return new Run((int) (packed >>> 32), (int) packed);
    }

    @Override
    public int compareTo(Run other) {
        return Long.compare(packed(), other.packed());
    }
}
