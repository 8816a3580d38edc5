// SPDX-License-Identifier: Apache-2.0
package exo.libos.fs;

import exo.api.Blame;
import exo.api.Env;
import exo.api.ErrorCode;
import exo.api.ExoException;
import exo.api.ResourceException;
import exo.api.disk.Extent;
import exo.api.mem.Window;
import exo.libos.fs.format.Checksums;
import exo.libos.fs.format.FileTable;
import exo.libos.fs.format.FreeSpace;
import exo.libos.fs.format.Layout;
import exo.libos.fs.format.Run;
import exo.libos.fs.format.Superblock;
import exo.libos.fs.format.TableBlock;
import exo.libos.fs.io.BlockIo;
import exo.libos.fs.io.BlockWriter;
import exo.libos.fs.io.Found;
import exo.libos.fs.io.Generation;
import exo.libos.fs.io.GenerationReader;
import exo.libos.fs.io.PageArea;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Makes an extent show a source: the one way to write a volume.
 *
 * <p><b>Atomic.</b> Everything new is written to blocks that the current generation does not use;
 * then one superblock is written, which makes the new generation the current one. Whenever the
 * process or the host stops, the volume shows the old generation or the new one.
 *
 * <p><b>Incremental.</b> A file with the length and the time it had at the last import is kept
 * where it is. If nothing changed, nothing is written.
 *
 * <p><b>Volumes mounted meanwhile</b> go on to show the generation they were mounted with, through
 * one import; the blocks of it may be overwritten by the next one, which reading then notices by
 * the checksums. So mount again after each import.
 *
 * {@snippet lang="java" :
 * ImportResult result = Importer.of(env, extent, window, 0, 1024).run(source, ImportProgress.NONE);
 * }
 *
 * <p><b>Thread-safety.</b> The thread of the window. It blocks.
 */
public final class Importer {
    private static final int DEPTH = 64;

    private final Place place;
    private final boolean copyAll;

    private Importer(Place place, boolean copyAll) {
        this.place = place;
        this.copyAll = copyAll;
    }

    private record Place(Env env, Extent extent, Window window, int firstPage, int pageCount) {
        Place {
            Objects.requireNonNull(env, "env");
            Objects.requireNonNull(extent, "extent");
            Objects.requireNonNull(window, "window");
        }
    }

    /**
     * {@return an importer into an extent}
     *
     * @param env the environment that holds extent and window
     * @param extent where the volume lies or shall lie, with {@link exo.api.Rights#READ_WRITE};
     *        whatever it holds that is not a volume is overwritten
     * @param window a writable window
     * @param firstPage the first page to work with; it and those after it show void, and do so
     *        again when {@link #run} returns
     * @param pageCount how many pages, at least 64 KiB; 4 MiB make the transfers as long as they
     *        get
     */
    public static Importer of(Env env, Extent extent, Window window, int firstPage,
            int pageCount) {
        return new Importer(new Place(env, extent, window, firstPage, pageCount), false);
    }

    /**
     * {@return this importer, but copying every file, whether it looks unchanged or not: the remedy
     * for files that are damaged in the volume}
     */
    public Importer copyingAll() {
        return new Importer(place, true);
    }

    /**
     * {@return how many blocks an extent needs for one generation, at most}
     *
     * <p>A later import needs room for whatever changed, beside what is in use: twice as much is
     * enough for everything to change at once.
     *
     * @param totals what the source holds
     * @param blockBytes the size of a block
     */
    public static long blocksNeeded(SourceTotals totals, int blockBytes) {
        return Layout.MIN_BLOCKS + totals.blocks(blockBytes);
    }

    /**
     * Imports. Files that change or disappear while they are read are imported as they are, or
     * skipped with a reason; then the version of an earlier import stays, if there is one.
     *
     * @param source what to import
     * @param progress hears how far it is
     * @return what was done
     * @throws IOException if the source cannot be listed; no effect
     * @throws ResourceException with {@link ErrorCode#NO_SPACE} if there is no room beside the
     *         current generation, with {@link ErrorCode#TOO_BIG} if a limit of the format is
     *         exceeded; nothing was written then
     * @throws ExoException if a transfer fails; the volume shows what it showed before
     */
    public ImportResult run(SourceTree source, ImportProgress progress) throws IOException {
        Objects.requireNonNull(progress, "progress");
        try (PageArea area = new PageArea(place.env, place.window, place.firstPage,
                place.pageCount);
                BlockIo io = new BlockIo(place.env, place.extent, place.window, DEPTH)) {
            Found found = GenerationReader.read(io, area);
            Optional<FileTable> table = found.generation().map(Generation::table);
            ImportPlan plan = ImportPlan.of(source, table, copyAll);
            if (!plan.isChanged() && found.damages().isEmpty()) {
                return result(plan, found.highest(), table.get(), 0);
            }
            return new Commit(io, new BlockWriter(io, area), found).run(source, plan, progress);
        }
    }

    private static ImportResult result(ImportPlan plan, long generation, FileTable table,
            long bytesWritten) {
        long files = 0;
        long bytes = 0;
        for (int node = 0; node < table.count(); node++) {
            files += table.isDirectory(node) ? 0 : 1;
            bytes += table.size(node);
        }
        long fresh = plan.root.breadthFirst().stream().filter(n -> n.isFresh).count();
        return new ImportResult(generation, files, table.count() - 1 - files, bytes, bytesWritten,
                files - fresh, plan.skipped);
    }

    /** One import that has something to write. */
    private static final class Commit {
        private final BlockIo io;
        private final BlockWriter writer;
        private final Found found;
        private final long volume;

        Commit(BlockIo io, BlockWriter writer, Found found) {
            this.io = io;
            this.writer = writer;
            this.found = found;
            this.volume = found.generation()
                    .map(g -> g.superblock().volume())
                    .orElseGet(() -> ThreadLocalRandom.current().nextLong());
        }

        ImportResult run(SourceTree source, ImportPlan plan, ImportProgress progress) {
            int blockBytes = io.blockBytes();
            FreeSpace free = FreeSpace.of(io.blockCount(), used());
            List<Run> room = plan.place(free, blockBytes);
            int slot = chooseSlot();
            new FileCopier(source, plan, new FileCopier.Target(free, writer, blockBytes),
                    progress).copyAll();
            FileTable table = plan.root.asTable();
            ByteBuffer encoded = table.encode();
            List<Run> runs = fit(room, Layout.tableBlocks(encoded.limit(), blockBytes), free);
            Superblock superblock = new Superblock(blockBytes, io.blockCount(), volume,
                    found.highest() + 1, plan.signature(), encoded.limit(),
                    Checksums.of(encoded.duplicate()), runs);
            writeTable(superblock, encoded);
            writer.flush();
            writeSuperblock(slot, superblock);
            return result(plan, superblock.generation(), table, writer.bytesWritten());
        }

        private long[] used() {
            return found.generation()
                    .map(g -> g.table().usedSorted(g.superblock().tableRuns()))
                    .orElse(new long[0]);
        }

        /**
         * {@return the slot for the new superblock: not that of the current generation} In an
         * extent that shows none, the other slot says first that an import has begun.
         */
        private int chooseSlot() {
            if (found.generation().isPresent()) {
                return 1 - found.generation().get().slot();
            }
            if (found.emptySlot() < 0) {
                writeSuperblock(0, Superblock.empty(io.blockBytes(), io.blockCount(), volume));
                return 1;
            }
            return 1 - found.emptySlot();
        }

        /** Cuts the room for the table to what it needs, or adds to it if files have grown. */
        private List<Run> fit(List<Run> room, long blocks, FreeSpace free) {
            List<Run> runs = new ArrayList<>();
            long left = blocks;
            for (Run run : room) {
                int taken = (int) Math.min(left, run.blocks());
                if (taken > 0) {
                    runs.add(new Run(run.first(), taken));
                }
                left -= taken;
            }
            if (left > 0) {
                runs.addAll(free.alloc(left, 1));
            }
            if (runs.stream().mapToLong(Run::blocks).sum() < blocks
                    || runs.size() > Layout.MAX_TABLE_RUNS) {
                throw new ResourceException(ErrorCode.NO_SPACE, Blame.CALLER, "import",
                        "files have grown meanwhile, and the table needs " + left
                                + " more blocks",
                        "import into a larger extent");
            }
            return runs;
        }

        private void writeTable(Superblock superblock, ByteBuffer encoded) {
            int number = 0;
            for (Run run : superblock.tableRuns()) {
                for (int i = 0; i < run.blocks(); i++) {
                    TableBlock.encode(writer.reserve(run.first() + i, 1), number,
                            superblock.stamp(), encoded);
                    number++;
                }
            }
        }

        private void writeSuperblock(int slot, Superblock superblock) {
            superblock.encode(writer.reserve(slot, 1));
            writer.flush();
        }
    }
}
