// SPDX-License-Identifier: Apache-2.0
package exo.libos.fs;

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
import exo.libos.fs.io.BlockIo;
import exo.libos.fs.io.Found;
import exo.libos.fs.io.Generation;
import exo.libos.fs.io.GenerationReader;
import exo.libos.fs.io.PageArea;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads a whole volume and compares every checksum. Writes nothing. That no two files share a block
 * and that directories form a tree is checked whenever a volume is read, so here as well.
 *
 * <p><b>Thread-safety.</b> The thread of the window. It blocks as long as reading all files takes.
 */
public final class VolumeChecker {
    private final BlockIo io;
    private final PageArea area;
    private final PageArea.Span span;
    private final FileTable table;
    private final List<String> problems;
    private long bytesVerified;

    private VolumeChecker(BlockIo io, PageArea area, Found found, FileTable table) {
        this.io = io;
        this.area = area;
        this.span = area.spans(1).getFirst();
        this.table = table;
        this.problems = new ArrayList<>(found.damages());
    }

    /**
     * Checks a volume. It may be mounted meanwhile.
     *
     * @param env the environment that holds extent and window
     * @param extent where the volume lies, with {@link exo.api.Rights#READ}
     * @param window a writable window
     * @param firstPage the first page to work with; it and those after it show void
     * @param pageCount how many pages, at least 64 KiB
     * @return what was found
     * @throws ResourceException with {@link ErrorCode#NOT_FOUND} or {@link ErrorCode#CORRUPT} if
     *         there is no intact generation to check
     * @throws ExoException if reading is refused for another reason than an I/O error
     */
    public static CheckReport run(Env env, Extent extent, Window window, int firstPage,
            int pageCount) {
        try (PageArea area = new PageArea(env, window, firstPage, pageCount);
                BlockIo io = new BlockIo(env, extent, window, 1)) {
            Found found = GenerationReader.read(io, area);
            Generation generation = found.orRefuse(extent.toString());
            return new VolumeChecker(io, area, found, generation.table()).check(generation);
        }
    }

    private CheckReport check(Generation generation) {
        long files = 0;
        for (int node = 0; node < table.count(); node++) {
            if (!table.isDirectory(node)) {
                files++;
                checkFile(node);
            }
        }
        long[] used = table.usedSorted(generation.superblock().tableRuns());
        long free = FreeSpace.of(io.blockCount(), used).freeBlocks();
        return new CheckReport(generation.superblock().generation(), files,
                table.count() - 1 - files, bytesVerified, io.blockCount() - free, free, problems);
    }

    private void checkFile(int node) {
        long left = table.size(node);
        for (int chunk = 0; left > 0; chunk++) {
            int bytes = (int) Math.min(left, Layout.CHUNK_BYTES);
            String problem = checkChunk(node, chunk, bytes);
            if (problem.isEmpty()) {
                bytesVerified += bytes;
            } else {
                problems.add(table.path(node) + ", at " + ((long) chunk << Layout.CHUNK_SHIFT)
                        + ": " + problem);
            }
            left -= bytes;
        }
    }

    private String checkChunk(int node, int chunk, int bytes) {
        try {
            io.read(table.firstBlock(node, chunk, Layout.CHUNK_BYTES / io.blockBytes()),
                    (int) Layout.blocks(bytes, io.blockBytes()), span.firstPage());
        } catch (ResourceException e) {
            if (e.code() != ErrorCode.IO_ERROR) {
                throw e;
            }
            return e.getMessage();
        }
        int found = Checksums.of(area.memory(span).asSlice(0, bytes));
        return found == table.checksum(node, chunk) ? "" : "the checksum does not match";
    }
}
