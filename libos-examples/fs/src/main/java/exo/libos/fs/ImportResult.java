// SPDX-License-Identifier: Apache-2.0
package exo.libos.fs;

import java.util.List;

/**
 * What an import did.
 *
 * @param generation the generation that the volume shows now
 * @param files how many files it holds
 * @param directories how many directories, the root not counted
 * @param bytes the lengths of all files together
 * @param bytesWritten how many bytes were written to the extent, all of them in whole blocks; 0 if
 *        nothing had changed
 * @param filesReused how many files were kept without copying
 * @param skipped what of the source is not in the volume, or there in an older version
 */
public record ImportResult(long generation, long files, long directories, long bytes,
        long bytesWritten, long filesReused, List<Skipped> skipped) {
    /** Copies the list. */
    public ImportResult {
        skipped = List.copyOf(skipped);
    }

    /**
     * An entry of the source that was not imported as it is.
     *
     * @param path the names that lead to it
     * @param reason why, for a reader
     * @param isOlderKept whether the volume holds the version of an earlier import
     */
    public record Skipped(List<String> path, String reason, boolean isOlderKept) {
        /** Copies the path. */
        public Skipped {
            path = List.copyOf(path);
        }
    }
}
