// SPDX-License-Identifier: Apache-2.0
package exo.libos.fs.format;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Where everything lies in an extent. All numbers are little-endian, all lengths in bytes unless
 * they say blocks.
 *
 * <pre>
 * extent     block 0        block 1        blocks 2 to the end
 *          +--------------+--------------+------------------------------------------------+
 *          | superblock A | superblock B | runs of files, runs of the table, free blocks  |
 *          +--------------+--------------+------------------------------------------------+
 *
 * superblock, the first 4,096 bytes of its block
 *     0   8  magic "ExoFs001"            40   8  signature of the imported source
 *     8   4  version of the format       48   8  bytes of the table
 *    12   4  bytes of a block            56   4  CRC32C of the table
 *    16   8  blocks of the extent        60   4  runs of the table
 *    24   8  number of the volume        64  8n  the runs: first block (4), blocks (4)
 *    32   8  generation, 0: no import    4092 4  CRC32C of bytes 0 to 4091
 *            has finished yet
 *
 * block of the table
 *     0   4  CRC32C of the rest of the block
 *     4   4  number of the block in the table, from 0
 *     8   8  number of the volume xor generation
 *    16      the next bytes of the table; zeros behind its end
 *
 * table
 *     0   8  magic "ExoTree1"            12   4  runs r
 *     8   4  nodes n                     16   4  checksums c
 *    24 32n  nodes                       20   4  bytes of names
 *       8r   runs: first block (4), blocks (4)
 *       4c   CRC32C of each 64 KiB of each file
 *            names in UTF-8, without separators
 *
 * node
 *     0   1  1 directory, 2 file          8   8  bytes of the file, 0 for a directory
 *     1   1  bytes of its name           16   8  time of change, nanoseconds since 1970
 *     2   2  zeros                       24   8  version of the content, 0 for a directory
 *     4   4  children of the directory, or runs of the file
 * </pre>
 *
 * <p>Nodes stand in breadth-first order, the children of a directory sorted by name; runs,
 * checksums and names stand in the order of the nodes that own them. So the table holds counts and
 * no references: a table that names a node, a run or a name twice, or a cycle, cannot be written
 * down.
 *
 * <p>Each run of a file but its last is a multiple of {@value #CHUNK_BYTES} bytes, so that a chunk
 * with its checksum is always one transfer.
 */
public final class Layout {
    /** The bytes of a file that share one checksum and are read at once. */
    public static final int CHUNK_BYTES = 1 << 16;
    /** The power of two that {@link #CHUNK_BYTES} is. */
    public static final int CHUNK_SHIFT = 16;
    /** The smallest block. */
    public static final int MIN_BLOCK_BYTES = 4096;
    /** The largest block: one chunk. */
    public static final int MAX_BLOCK_BYTES = CHUNK_BYTES;
    /** The most blocks of a volume; what an extent has beyond them stays unused. */
    public static final int MAX_BLOCKS = Integer.MAX_VALUE;
    /** Blocks that hold the superblocks. */
    public static final int SUPERBLOCKS = 2;
    /** The fewest blocks of a volume: the superblocks, two tables. */
    public static final int MIN_BLOCKS = SUPERBLOCKS + 2;
    /** The most nodes of a volume, the root included. */
    public static final int MAX_NODES = 1 << 20;
    /** The longest name in bytes of UTF-8. */
    public static final int MAX_NAME_BYTES = 255;
    /** The most names in a path. */
    public static final int MAX_DEPTH = 128;
    /** The most bytes of a table. */
    public static final int MAX_TABLE_BYTES = 1 << 28;
    /** The most runs a table may be spread over. */
    public static final int MAX_TABLE_RUNS = 500;

    /** The version of this format. */
    static final int VERSION = 1;
    /** "ExoFs001". */
    static final long SUPERBLOCK_MAGIC = 0x3130_3073_466F_7845L;
    /** "ExoTree1". */
    static final long TABLE_MAGIC = 0x3165_6572_546F_7845L;
    /** Bytes of a superblock that carry something. */
    public static final int SUPERBLOCK_BYTES = 4096;
    /** Bytes before the content of a block of the table. */
    public static final int TABLE_BLOCK_HEADER = 16;
    /** Bytes before the nodes of a table. */
    public static final int TABLE_HEADER = 24;
    /** Bytes of a node. */
    public static final int NODE_BYTES = 32;
    /** Bytes of a run. */
    public static final int RUN_BYTES = 8;

    static final byte DIRECTORY = 1;
    static final byte FILE = 2;

    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED
            .withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED
            .withOrder(ByteOrder.LITTLE_ENDIAN);

    private Layout() {}

    /**
     * {@return how many chunks a file has}
     *
     * @param bytes the length of the file
     */
    public static long chunks(long bytes) {
        return (bytes >>> CHUNK_SHIFT) + ((bytes & (CHUNK_BYTES - 1)) == 0 ? 0 : 1);
    }

    /**
     * {@return how many blocks hold that many bytes}
     *
     * @param bytes how many bytes, not negative
     * @param blockBytes the size of a block, a power of two
     */
    public static long blocks(long bytes, int blockBytes) {
        return bytes / blockBytes + ((bytes & (blockBytes - 1)) == 0 ? 0 : 1);
    }

    /**
     * {@return how many blocks hold a table}
     *
     * @param tableBytes the length of the table
     * @param blockBytes the size of a block
     */
    public static long tableBlocks(long tableBytes, int blockBytes) {
        int content = blockBytes - TABLE_BLOCK_HEADER;
        return (tableBytes + content - 1) / content;
    }

    /**
     * {@return the version of a file's content: a number that differs, but for one case in 2^64,
     * when length, time or a checksum differs; never 0}
     *
     * @param bytes the length of the file
     * @param modifiedNanos when it was changed last
     * @param checksums the CRC32C of each chunk
     */
    public static long contentVersion(long bytes, long modifiedNanos, int[] checksums) {
        long mixed = mix(mix(bytes) + modifiedNanos);
        for (int checksum : checksums) {
            mixed = mix(mixed + checksum);
        }
        return mixed == 0 ? 1 : mixed;
    }

    /**
     * {@return the number with every bit spread over all others; a bijection}
     *
     * @param value any number
     * @see "Stafford's variant 13 of the finalizer of MurmurHash3"
     */
    public static long mix(long value) {
        long mixed = value + 0x9E37_79B9_7F4A_7C15L;
        mixed = (mixed ^ (mixed >>> 30)) * 0xBF58_476D_1CE4_E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D0_49BB_1331_11EBL;
        return mixed ^ (mixed >>> 31);
    }
}
