// SPDX-License-Identifier: Apache-2.0
package exo.libos.fs.io;

import exo.api.ErrorCode;
import exo.api.ExoException;
import exo.api.ResourceException;
import exo.libos.fs.format.Checksums;
import exo.libos.fs.format.FileTable;
import exo.libos.fs.format.Layout;
import exo.libos.fs.format.Refusals;
import exo.libos.fs.format.Run;
import exo.libos.fs.format.Superblock;
import exo.libos.fs.format.TableBlock;
import exo.libos.fs.format.TableReader;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Finds the newest intact generation of an extent: reads both superblocks, then the table of the
 * newer one, and falls back to the older where anything of the newer is damaged or unreadable.
 */
public final class GenerationReader {
    private static final int MAX_GROUPS = 16;

    private final BlockIo io;
    private final PageArea area;
    private final PageArea.Span span;
    private final Superblock[] slots = new Superblock[Layout.SUPERBLOCKS];
    private final List<String> damages = new ArrayList<>();

    private GenerationReader(BlockIo io, PageArea area) {
        this.io = io;
        this.area = area;
        this.span = area.spans(MAX_GROUPS).getFirst();
    }

    /**
     * {@return what an extent holds}
     *
     * @param io the extent
     * @param area pages to read into; what they hold is lost
     * @throws ExoException if reading is refused for another reason than an I/O error
     */
    public static Found read(BlockIo io, PageArea area) {
        return new GenerationReader(io, area).find();
    }

    private Found find() {
        long highest = 0;
        int empty = -1;
        for (int slot = 0; slot < slots.length; slot++) {
            slots[slot] = readSlot(slot);
            if (slots[slot] != null) {
                highest = Math.max(highest, slots[slot].generation());
                empty = slots[slot].generation() == 0 ? slot : empty;
            }
        }
        int newer = slots[0] != null && slots[0].generation() == highest ? 0 : 1;
        Optional<Generation> found = readGeneration(newer);
        if (found.isEmpty()) {
            found = readGeneration(1 - newer);
        }
        return new Found(found, empty, highest, damages);
    }

    private Superblock readSlot(int slot) {
        try {
            io.read(slot, 1, span.firstPage());
            MemorySegment block = area.memory(span).asSlice(0, io.blockBytes());
            return Superblock.isPresent(block)
                    ? Superblock.decode(block, io.blockBytes(), io.blockCount())
                    : null;
        } catch (ResourceException e) {
            noteOrThrow("superblock " + slot, e);
            return null;
        }
    }

    private Optional<Generation> readGeneration(int slot) {
        Superblock superblock = slots[slot];
        if (superblock == null || superblock.generation() == 0) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Generation(superblock, readTable(superblock), slot));
        } catch (ResourceException e) {
            noteOrThrow("the table of generation " + superblock.generation(), e);
            return Optional.empty();
        }
    }

    /** An error of the device is damage too: the other generation may be readable. */
    private void noteOrThrow(String where, ResourceException refusal) {
        if (refusal.code() != ErrorCode.CORRUPT && refusal.code() != ErrorCode.IO_ERROR) {
            throw refusal;
        }
        damages.add(where + ": " + refusal.getMessage());
    }

    private FileTable readTable(Superblock superblock) {
        ByteBuffer table = ByteBuffer.allocate((int) superblock.tableBytes());
        int spanBlocks = span.pageCount() * area.pageBytes() / io.blockBytes();
        int number = 0;
        for (Run run : superblock.tableRuns()) {
            for (int done = 0; done < run.blocks();) {
                int blocks = Math.min(spanBlocks, run.blocks() - done);
                io.read(run.first() + done, blocks, span.firstPage());
                for (int i = 0; i < blocks; i++) {
                    MemorySegment block = area.memory(span)
                            .asSlice((long) i * io.blockBytes(), io.blockBytes());
                    TableBlock.decode(block, number, superblock.stamp(), table);
                    number++;
                }
                done += blocks;
            }
        }
        table.flip();
        if (Checksums.of(table.duplicate()) != superblock.tableChecksum()) {
            throw Refusals.corrupt("the checksum of the table does not match");
        }
        return TableReader.read(table, io.blockBytes(), superblock.extentBlocks(),
                superblock.tableRuns());
    }
}
