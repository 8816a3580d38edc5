// SPDX-License-Identifier: Apache-2.0
package exo.libos.fs.format;

import exo.api.ResourceException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * One block of a table. It carries its number and the stamp of its generation, so that a block that
 * was written to the wrong place, or not at all, is known by more than a checksum.
 */
public final class TableBlock {
    private TableBlock() {}

    /**
     * Writes a block.
     *
     * @param block the whole block
     * @param number its number in the table
     * @param stamp the stamp of the generation
     * @param table the table; what fits is taken from it
     */
    public static void encode(MemorySegment block, int number, long stamp, ByteBuffer table) {
        block.set(Layout.INT, 4, number);
        block.set(Layout.LONG, 8, stamp);
        int bytes = content(block, table);
        MemorySegment.copy(MemorySegment.ofBuffer(table), 0, block, Layout.TABLE_BLOCK_HEADER,
                bytes);
        table.position(table.position() + bytes);
        block.asSlice(Layout.TABLE_BLOCK_HEADER + (long) bytes).fill((byte) 0);
        block.set(Layout.INT, 0, Checksums.of(block.asSlice(4)));
    }

    /**
     * Reads a block.
     *
     * @param block the whole block
     * @param number its number in the table
     * @param stamp the stamp of the generation
     * @param table where its content goes
     * @throws ResourceException with {@link exo.api.ErrorCode#CORRUPT} if it is another block, or
     *         damaged
     */
    public static void decode(MemorySegment block, int number, long stamp, ByteBuffer table) {
        if (block.get(Layout.INT, 0) != Checksums.of(block.asSlice(4))
                || block.get(Layout.INT, 4) != number || block.get(Layout.LONG, 8) != stamp) {
            throw Refusals.corrupt("block " + number + " of the table is damaged");
        }
        int bytes = content(block, table);
        MemorySegment.copy(block, Layout.TABLE_BLOCK_HEADER, MemorySegment.ofBuffer(table), 0,
                bytes);
        table.position(table.position() + bytes);
    }

    private static int content(MemorySegment block, ByteBuffer table) {
        return (int) Math.min(block.byteSize() - Layout.TABLE_BLOCK_HEADER, table.remaining());
    }
}
