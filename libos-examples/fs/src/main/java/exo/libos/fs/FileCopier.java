// SPDX-License-Identifier: Apache-2.0
package exo.libos.fs;

import exo.libos.fs.format.Checksums;
import exo.libos.fs.format.FreeSpace;
import exo.libos.fs.format.Layout;
import exo.libos.fs.format.Run;
import exo.libos.fs.io.BlockWriter;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Copies files of the source into their blocks. A file that changes while it is read is read again,
 * and given up after {@value #ATTEMPTS} attempts. Confined.
 */
final class FileCopier {
    private static final int ATTEMPTS = 3;
    /** How many bytes or files may pass between two calls of the progress. */
    private static final long REPORT_BYTES = 1 << 20;
    private static final int REPORT_FILES = 64;

    private final SourceTree source;
    private final ImportPlan plan;
    private final FreeSpace free;
    private final BlockWriter writer;
    private final int blockBytes;
    private final ImportProgress progress;
    private long bytesDone;
    private long bytesTotal;
    private long bytesReported;
    private int filesDone;
    private int filesTotal;

    FileCopier(SourceTree source, ImportPlan plan, Target target, ImportProgress progress) {
        this.source = source;
        this.plan = plan;
        this.free = target.free();
        this.writer = target.writer();
        this.blockBytes = target.blockBytes();
        this.progress = progress;
    }

    /** Where the copies go. */
    record Target(FreeSpace free, BlockWriter writer, int blockBytes) {}

    /** Copies all files of the plan. */
    void copyAll() {
        List<PlanNode> files = plan.copies();
        filesTotal = files.size();
        bytesTotal = files.stream().mapToLong(PlanNode::size).sum();
        for (PlanNode file : files) {
            copy(file);
            filesDone++;
            if (filesDone % REPORT_FILES == 0) {
                report();
            }
        }
        bytesTotal = bytesDone;
        report();
    }

    private void report() {
        bytesReported = bytesDone;
        progress.onProgress(filesDone, filesTotal, bytesDone, Math.max(bytesDone, bytesTotal));
    }

    private void copy(PlanNode file) {
        long before = bytesDone;
        try {
            for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
                if (tryCopy(file)) {
                    return;
                }
                bytesDone = before;
                writer.drain(); // the same blocks are written again
            }
            plan.giveUp(file, "it changed while it was read, " + ATTEMPTS + " times");
        } catch (IOException e) {
            bytesDone = before;
            plan.giveUp(file,
                    "it cannot be read: " + (e.getMessage() == null ? e : e.getMessage()));
        }
    }

    /** {@return false if the file changed meanwhile} */
    private boolean tryCopy(PlanNode file) throws IOException {
        try (SourceFile open = source.open(file.entry)) {
            long size = open.size();
            long modified = open.modifiedNanos();
            if (!fit(file, size)) {
                throw new IOException("it has grown to " + size + " bytes, and there is no room");
            }
            int[] checksums = new int[(int) Layout.chunks(size)];
            if (!copyContent(open, file.runs(), size, checksums) || open.size() != size
                    || open.modifiedNanos() != modified) {
                return false;
            }
            file.copied(size, modified, checksums);
            return true;
        }
    }

    /** {@return whether the blocks of the file, or others, hold that many bytes} */
    private boolean fit(PlanNode file, long size) {
        long wanted = Layout.blocks(size, blockBytes);
        List<Run> runs = new ArrayList<>();
        long left = wanted;
        for (long packed : file.runs()) {
            Run run = Run.of(packed);
            int taken = (int) Math.min(run.blocks(), left);
            if (taken > 0) {
                runs.add(new Run(run.first(), taken));
            }
            left -= taken;
        }
        if (left > 0) {
            runs = free.alloc(wanted, Layout.CHUNK_BYTES / blockBytes);
        }
        boolean fits = wanted == 0 || !runs.isEmpty();
        if (fits) {
            file.place(runs);
        }
        return fits;
    }

    private boolean copyContent(SourceFile open, long[] runs, long size, int[] checksums)
            throws IOException {
        int chunk = 0;
        long left = size;
        for (long packed : runs) {
            Run run = Run.of(packed);
            int done = 0;
            while (done < run.blocks()) {
                int bytes = (int) Math.min(left, Layout.CHUNK_BYTES);
                int blocks = (int) Layout.blocks(bytes, blockBytes);
                MemorySegment memory = writer.reserve(run.first() + done, blocks);
                memory.asSlice(bytes).fill((byte) 0); // what the pages held is nobody's business
                if (!readFully(open, memory.asSlice(0, bytes))) {
                    return false;
                }
                checksums[chunk] = Checksums.of(memory.asSlice(0, bytes));
                chunk++;
                done += blocks;
                left -= bytes;
                bytesDone += bytes;
                if (bytesDone - bytesReported >= REPORT_BYTES) {
                    report();
                }
            }
        }
        return true;
    }

    private static boolean readFully(SourceFile open, MemorySegment memory) throws IOException {
        long done = 0;
        while (done < memory.byteSize()) {
            int read = open.read(memory.asSlice(done));
            if (read < 1 || read > memory.byteSize() - done) {
                return false;
            }
            done += read;
        }
        return true;
    }
}
