// SPDX-License-Identifier: Apache-2.0
package exo.libos.fs.format;

import exo.api.ResourceException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * What a superblock says: which generation it commits, and where the table of that generation lies.
 *
 * @param blockBytes the size of a block
 * @param extentBlocks how many blocks the extent had
 * @param volume the number of the volume, chosen by chance when it was made
 * @param generation counts the imports; 0 if none has finished
 * @param signature stands for names, lengths and times of the imported source
 * @param tableBytes the length of the table
 * @param tableChecksum its CRC32C
 * @param tableRuns where it lies, in order
 */
public record Superblock(int blockBytes, long extentBlocks, long volume, long generation,
        long signature, long tableBytes, int tableChecksum, List<Run> tableRuns) {

    private static final int CHECKSUM_AT = Layout.SUPERBLOCK_BYTES - 4;
    private static final int RUNS_AT = 64;

    /** Copies the list. */
    public Superblock {
        tableRuns = List.copyOf(tableRuns);
    }

    /**
     * {@return the superblock of a volume into which nothing was imported yet}
     *
     * @param blockBytes the size of a block
     * @param extentBlocks how many blocks the extent has
     * @param volume the number of the volume
     */
    public static Superblock empty(int blockBytes, long extentBlocks, long volume) {
        return new Superblock(blockBytes, extentBlocks, volume, 0, 0, 0, 0, List.of());
    }

    /** {@return what each block of the table of this generation carries} */
    public long stamp() {
        return volume ^ generation;
    }

    /**
     * {@return whether a block begins as a superblock does, whole or damaged}
     *
     * @param block the block
     */
    public static boolean isPresent(MemorySegment block) {
        return block.get(Layout.LONG, 0) == Layout.SUPERBLOCK_MAGIC;
    }

    /**
     * Writes the superblock; the rest of the block becomes zeros.
     *
     * @param block a whole block
     */
    public void encode(MemorySegment block) {
        block.fill((byte) 0);
        block.set(Layout.LONG, 0, Layout.SUPERBLOCK_MAGIC);
        block.set(Layout.INT, 8, Layout.VERSION);
        block.set(Layout.INT, 12, blockBytes);
        block.set(Layout.LONG, 16, extentBlocks);
        block.set(Layout.LONG, 24, volume);
        block.set(Layout.LONG, 32, generation);
        block.set(Layout.LONG, 40, signature);
        block.set(Layout.LONG, 48, tableBytes);
        block.set(Layout.INT, 56, tableChecksum);
        block.set(Layout.INT, 60, tableRuns.size());
        for (int i = 0; i < tableRuns.size(); i++) {
            block.set(Layout.INT, RUNS_AT + 8L * i, tableRuns.get(i).first());
            block.set(Layout.INT, RUNS_AT + 8L * i + 4, tableRuns.get(i).blocks());
        }
        block.set(Layout.INT, CHECKSUM_AT, Checksums.of(block.asSlice(0, CHECKSUM_AT)));
    }

    /**
     * {@return the superblock in a block}
     *
     * @param block the block
     * @param blockBytes the size of a block of the extent
     * @param extentBlocks how many blocks the extent has
     * @throws ResourceException with {@link exo.api.ErrorCode#CORRUPT} if it is damaged, or does
     *         not fit the extent
     */
    public static Superblock decode(MemorySegment block, int blockBytes, long extentBlocks) {
        check(isPresent(block), "it is no superblock");
        check(block.get(Layout.INT, CHECKSUM_AT) == Checksums.of(block.asSlice(0, CHECKSUM_AT)),
                "the checksum of the superblock does not match");
        int version = block.get(Layout.INT, 8);
        check(version == Layout.VERSION, "its format is version " + version
                + ", and this file system reads version " + Layout.VERSION);
        int runCount = block.get(Layout.INT, 60);
        check(runCount >= 0 && runCount <= Layout.MAX_TABLE_RUNS, "a table of " + runCount
                + " runs");
        List<Run> runs = new ArrayList<>();
        for (int i = 0; i < runCount; i++) {
            runs.add(new Run(block.get(Layout.INT, RUNS_AT + 8L * i),
                    block.get(Layout.INT, RUNS_AT + 8L * i + 4)));
        }
        Superblock found = new Superblock(block.get(Layout.INT, 12), block.get(Layout.LONG, 16),
                block.get(Layout.LONG, 24), block.get(Layout.LONG, 32),
                block.get(Layout.LONG, 40), block.get(Layout.LONG, 48),
                block.get(Layout.INT, 56), runs);
        found.checkAgainst(blockBytes, extentBlocks);
        return found;
    }

    private void checkAgainst(int actualBlockBytes, long actualBlocks) {
        check(blockBytes == actualBlockBytes, "it was made for blocks of " + blockBytes
                + " bytes, but the extent has blocks of " + actualBlockBytes);
        check(extentBlocks >= Layout.MIN_BLOCKS && extentBlocks <= actualBlocks,
                "it was made for " + extentBlocks + " blocks, but the extent has "
                        + actualBlocks);
        check(generation >= 0, "generation " + generation);
        if (generation == 0) {
            check(tableRuns.isEmpty() && tableBytes == 0, "a table without a generation");
            return;
        }
        check(tableBytes >= Layout.TABLE_HEADER && tableBytes <= Layout.MAX_TABLE_BYTES,
                "a table of " + tableBytes + " bytes");
        long blocks = 0;
        for (Run run : tableRuns) {
            check(run.first() >= Layout.SUPERBLOCKS && run.blocks() >= 1
                    && run.first() <= extentBlocks - run.blocks(), run + " of the table");
            blocks += run.blocks();
        }
        check(blocks == Layout.tableBlocks(tableBytes, blockBytes),
                "a table of " + tableBytes + " bytes in " + blocks + " blocks");
    }

    private static void check(boolean holds, String complaint) {
        if (!holds) {
            throw Refusals.corrupt(complaint);
        }
    }
}
