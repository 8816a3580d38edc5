// SPDX-License-Identifier: Apache-2.0
package exo.libos.fs;

import exo.libos.fs.format.Layout;
import java.io.IOException;

/**
 * How much a source holds.
 *
 * @param files how many files
 * @param directories how many directories, the root not counted
 * @param bytes the lengths of all files together
 */
public record SourceTotals(long files, long directories, long bytes) {
    /** Refuses negative amounts. */
    public SourceTotals {
        if (files < 0 || directories < 0 || bytes < 0) {
            throw new IllegalArgumentException("amounts must not be negative, but were " + files
                    + ", " + directories + ", " + bytes);
        }
    }

    /**
     * {@return what a source holds; the source is walked}
     *
     * @param source the source
     * @throws IOException if it cannot be listed
     */
    public static SourceTotals of(SourceTree source) throws IOException {
        long[] sums = new long[3];
        source.walk(entry -> {
            sums[entry.isDirectory() ? 1 : 0]++;
            sums[2] += entry.isDirectory() ? 0 : entry.size();
        });
        return new SourceTotals(sums[0], sums[1], sums[2]);
    }

    /** {@return an upper bound of the blocks for one generation, without the superblocks} */
    long blocks(int blockBytes) {
        long nodes = files + directories + 1;
        long chunks = bytes / Layout.CHUNK_BYTES + files;
        long table = Layout.TABLE_HEADER + chunks * 4
                + nodes * (Layout.NODE_BYTES + Layout.MAX_NAME_BYTES + Layout.RUN_BYTES);
        return bytes / blockBytes + files + Layout.tableBlocks(table, blockBytes);
    }
}
