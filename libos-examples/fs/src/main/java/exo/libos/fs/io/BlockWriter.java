// SPDX-License-Identifier: Apache-2.0
package exo.libos.fs.io;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Writes blocks one behind the other: what lies side by side on the device is gathered, up to 1
 * MiB, and written at once, while the next is being filled. So many small files cost few transfers.
 *
 * <p><b>Use.</b> {@link #reserve} gives memory for some blocks; it belongs to the caller until the
 * next call of this writer, which may start to write it. {@link #drain} waits for everything. Two
 * reservations of one block need a {@link #drain} between them, since transfers overtake each
 * other.
 *
 * <p><b>Thread-safety.</b> The thread of the window.
 */
public final class BlockWriter {
    /** The most groups of 64 KiB in one transfer. */
    private static final int MAX_GROUPS = 16;
    /** Spans that shall be there at least, so that one is filled while others are written. */
    private static final int WANTED_SPANS = 4;

    private final BlockIo io;
    private final PageArea area;
    private final List<PageArea.Span> spans;
    private final boolean[] busy;
    private int inFlight;
    private int current;
    private int firstBlock;
    private int filled;
    private long bytesWritten;

    /**
     * Makes a writer.
     *
     * @param io the extent
     * @param area the pages that are filled and written
     */
    public BlockWriter(BlockIo io, PageArea area) {
        this.io = io;
        this.area = area;
        int groups = Math.clamp(area.groupCount() / WANTED_SPANS, 1, MAX_GROUPS);
        this.spans = area.spans(groups);
        this.busy = new boolean[spans.size()];
    }

    /**
     * {@return memory for blocks, whose content goes to the device by and by; it holds anything}
     *
     * @param block the first block
     * @param blocks how many, at most 64 KiB
     */
    public MemorySegment reserve(int block, int blocks) {
        int capacity = (int) (bytes(current) / io.blockBytes());
        if (filled > 0 && (block != firstBlock + filled || blocks > capacity - filled)) {
            write();
        }
        if (filled == 0) {
            firstBlock = block;
        }
        MemorySegment memory = area.memory(spans.get(current))
                .asSlice((long) filled * io.blockBytes(), (long) blocks * io.blockBytes());
        filled += blocks;
        return memory;
    }

    private long bytes(int span) {
        return (long) spans.get(span).pageCount() * area.pageBytes();
    }

    private void write() {
        while (!io.tryWrite(firstBlock, filled, spans.get(current).firstPage(), current)) {
            takeCompletion();
        }
        inFlight++;
        busy[current] = true;
        bytesWritten += (long) filled * io.blockBytes();
        filled = 0;
        current = (current + 1) % busy.length;
        while (busy[current]) {
            takeCompletion();
        }
    }

    private void takeCompletion() {
        busy[(int) io.awaitCompletion()] = false;
        inFlight--;
    }

    /** Writes what was reserved, and waits until it is written. */
    public void drain() {
        if (filled > 0) {
            write();
        }
        while (inFlight > 0) {
            takeCompletion();
        }
    }

    /** Drains, and makes durable what was written. */
    public void flush() {
        drain();
        io.flush();
    }

    /** {@return how many bytes were handed to the device} */
    public long bytesWritten() {
        return bytesWritten;
    }
}
