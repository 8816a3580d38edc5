// SPDX-License-Identifier: Apache-2.0
package exo.libos.fs;

import java.util.List;

/**
 * What a check of a volume found.
 *
 * @param generation the newest intact generation, which was checked
 * @param files how many files it has
 * @param directories how many directories, the root not counted
 * @param bytesVerified how many bytes of files match their checksums
 * @param usedBlocks blocks in use by superblocks, files and the table
 * @param freeBlocks the other blocks
 * @param problems what is damaged, one line each; empty if the volume is sound
 */
public record CheckReport(long generation, long files, long directories, long bytesVerified,
        long usedBlocks, long freeBlocks, List<String> problems) {
    /** Copies the list. */
    public CheckReport {
        problems = List.copyOf(problems);
    }

    /** {@return whether nothing is damaged} */
    public boolean isSound() {
        return problems.isEmpty();
    }
}
