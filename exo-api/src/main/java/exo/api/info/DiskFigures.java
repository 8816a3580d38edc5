// SPDX-License-Identifier: Apache-2.0
package exo.api.info;

import java.util.List;

/**
 * A block device, at the last refresh.
 *
 * @param name its name
 * @param shape its blocks
 * @param freeBlocks how many of them are free
 * @param namedExtents extents in its catalogue
 * @param openExtents how many of these are open
 * @param freeRunCount how many runs the free blocks make
 * @param freeRuns the lowest of these runs, in ascending order
 */
public record DiskFigures(String name, Shape shape, long freeBlocks, int namedExtents,
        int openExtents, long freeRunCount, List<Run> freeRuns) {
    /** Copies the list. */
    public DiskFigures {
        freeRuns = List.copyOf(freeRuns);
    }

    /**
     * The blocks of a device.
     *
     * @param blockBytes the size of a block in bytes
     * @param blockCount how many there are
     * @param reservedBlocks how many of these the catalogue takes, from block 0 on
     * @param flags of {@link InfoLayout}: {@code DISK_DIRECT} and the like
     */
    public record Shape(int blockBytes, long blockCount, long reservedBlocks, int flags) {}

    /**
     * Free blocks in a row.
     *
     * @param firstBlock the number of the first
     * @param blockCount how many
     */
    public record Run(long firstBlock, long blockCount) {}
}
