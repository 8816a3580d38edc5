// SPDX-License-Identifier: Apache-2.0
package exo.libos.fs;

import exo.api.ErrorCode;
import exo.api.disk.ExtentQueue;
import exo.libos.fs.cache.RunIndex;
import exo.libos.fs.cache.SlotPool;
import exo.libos.fs.format.FileTable;
import exo.libos.fs.format.Layout;
import exo.libos.fs.io.BlockIo;
import exo.libos.fs.io.PageArea;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.zip.CRC32C;

/**
 * Runs of file content in pages of the volume's window.
 *
 * <p><b>Shape.</b> A run holds consecutive bytes of one file at consecutive window offsets: the
 * bytes from a multiple of 64 KiB on, up to 64 KiB of them. It takes 4 KiB, 16 KiB or 64 KiB of
 * pages, whichever is enough.
 *
 * <p><b>Use.</b> {@link #tryBorrow} gives a run, or says BUSY and starts to read it; whoever waits
 * asks again after the next completions. Reads of one run are shared by all who ask. Borrowing the
 * next run of a file for the first time starts reading the ones that follow. A run is borrowed
 * until it was released as often as it was borrowed; then it stays until its room is needed, the
 * longest unused first.
 *
 * {@snippet lang="java" :
 * int run = cache.tryBorrow(file, position);     // BUSY at first
 * cache.submit();                                // at the end of each turn
 * cache.complete();                              // in UpcallHandler.onCompletions
 * run = cache.tryBorrow(file, position);
 * if (run >= 0) {
 *     send(cache.offset(run) + position - cache.position(run));
 *     cache.release(run);
 * }
 * }
 *
 * <p><b>Checked.</b> Content is compared with its checksum when it arrives from the device: wrong
 * bytes are never shown.
 *
 * <p><b>Errors</b> are reported once to whoever asks next and then forgotten, so that asking again
 * reads again.
 *
 * <p><b>Taken by force.</b> A run of which the kernel took a page is dropped when it is asked for,
 * and its pages are not used again. Who has borrowed it sees zeros from that moment; {@link
 * #isIntact} tells.
 *
 * <p><b>Thread-safety.</b> The thread that mounted. <b>Cost.</b> No method allocates; {@link
 * #submit} makes one host call, {@link #complete} none; a run that is there costs one look-up and a
 * few list operations, and one check for each of its pages.
 */
public final class FileCache {
    private static final int READ_AHEAD = 2;
    private static final int VIEW_SHIFT = 30;
    private static final int BUSY = ErrorCode.BUSY.refusal();
    private static final int REVOKED = ErrorCode.REVOKED.refusal();
    private static final int STALE = ErrorCode.STALE.refusal();

    private static final byte UNUSED = 0;
    private static final byte QUEUED = 1; // waits for room in the queue
    private static final byte LOADING = 2;
    private static final byte READY = 3;
    private static final byte FAILED = 4;

    private final FileTable table;
    private final PageArea area;
    private final ExtentQueue queue;
    private final int blockBytes;
    private final int chunkBlocks;
    private final int unitBytes;
    private final int units;
    private final long areaOffset;
    private final long[] pages;
    private final ByteBuffer[] views;
    private final SlotPool pool;
    private final RunIndex index;
    private final byte[] state;
    private final boolean[] wanted; // somebody asked for it and has not borrowed it yet
    private final int[] file;
    private final int[] chunk;
    private final int[] borrows;
    private final int[] errors;
    private final int[] queued; // a ring of slots
    private int queuedFirst;
    private int queuedCount;
    private final CRC32C checksum = new CRC32C();
    private boolean closed;
    private long hits;
    private long misses;
    private long bytesRead;

    FileCache(FileTable table, BlockIo io, PageArea area) {
        this.table = table;
        this.area = area;
        this.queue = io.queue();
        this.blockBytes = io.blockBytes();
        this.chunkBlocks = Layout.CHUNK_BYTES / blockBytes;
        this.unitBytes = Math.max(blockBytes, area.pageBytes());
        this.units = Layout.CHUNK_BYTES / unitBytes;
        this.areaOffset = (long) area.page(0) * area.pageBytes();
        boolean[] whole = new boolean[area.groupCount()];
        for (int group = 0; group < whole.length; group++) {
            whole[group] = area.isWhole(group);
        }
        this.pool = new SlotPool(whole, units, this::evicted);
        int slots = pool.slotCount();
        this.index = new RunIndex(slots);
        this.state = new byte[slots];
        this.wanted = new boolean[slots];
        this.file = new int[slots];
        this.chunk = new int[slots];
        this.borrows = new int[slots];
        this.errors = new int[slots];
        this.queued = new int[slots];
        this.pages = new long[area.groupCount() * area.groupPages()];
        for (int page = 0; page < pages.length; page++) {
            pages[page] = area.window().page(area.page(0) + page);
        }
        this.views = views(area, (long) pages.length * area.pageBytes());
    }

    /** A buffer covers at most 2 GiB, so the area is seen through one for each GiB. */
    private static ByteBuffer[] views(PageArea area, long bytes) {
        ByteBuffer[] views = new ByteBuffer[(int) ((bytes - 1) >>> VIEW_SHIFT) + 1];
        long offset = (long) area.page(0) * area.pageBytes();
        for (int i = 0; i < views.length; i++) {
            long from = (long) i << VIEW_SHIFT;
            views[i] = area.window()
                    .segment()
                    .asSlice(offset + from, Math.min(bytes - from, 1L << VIEW_SHIFT))
                    .asByteBuffer();
        }
        return views;
    }

    // ---- borrowing ---------------------------------------------------------------------------

    /**
     * Borrows the run that holds a byte of a file; it stays in memory unchanged until released as
     * often as it was borrowed.
     *
     * <p>hot: no allocation, no host call.
     *
     * @param node a file of this volume
     * @param position the byte, counted from 0, below the length of the file
     * @return the number of the run; or the refusal of {@link ErrorCode#BUSY} if it is being read,
     *         or cannot be read now for want of room: try again after the next completions or
     *         release; or the refusal of {@link ErrorCode#IO_ERROR} or another fault of the device,
     *         {@link ErrorCode#CORRUPT} if the checksum does not match, or {@link
     *         ErrorCode#REVOKED} if the extent or pages were taken
     * @throws IllegalArgumentException if the node is a directory or of another volume
     * @throws IndexOutOfBoundsException if the file has no such byte
     */
    public int tryBorrow(FileNode node, long position) {
        checkOpen();
        if (node.table() != table || node.isDirectory()) {
            throw new IllegalArgumentException(node + " is not a file of this volume");
        }
        Objects.checkIndex(position, node.size());
        int number = node.number();
        int wantedChunk = (int) (position >>> Layout.CHUNK_SHIFT);
        int slot = index.find(RunIndex.key(number, wantedChunk));
        if (slot < 0) {
            return miss(number, wantedChunk);
        }
        return switch (state[slot]) {
            case READY -> borrowReady(slot);
            case FAILED -> takeError(slot);
            default -> {
                wanted[slot] = true;
                yield BUSY;
            }
        };
    }

    private int miss(int number, int wantedChunk) {
        int slot = pool.take(unitsOf(number, wantedChunk), true);
        if (slot < 0) {
            return pool.living() == 0 ? REVOKED : BUSY;
        }
        misses++;
        int refusal = load(slot, number, wantedChunk, true);
        return refusal == 0 ? BUSY : refusal;
    }

    private int borrowReady(int slot) {
        if (!isIntact(slot)) {
            lose(slot);
            return REVOKED;
        }
        // What was read for this borrower was counted as a miss already.
        hits += pool.isAwaited(slot) ? 0 : 1;
        borrows[slot]++;
        if (borrows[slot] == 1) {
            boolean first = wanted[slot];
            wanted[slot] = false;
            pool.pin(slot);
            if (first) {
                readAhead(file[slot], chunk[slot]);
            }
        }
        return slot;
    }

    private int takeError(int slot) {
        int error = errors[slot];
        pool.pin(slot);
        drop(slot);
        return error;
    }

    /**
     * Releases a run once.
     *
     * @param run a run that is borrowed
     * @throws IllegalStateException if it is not borrowed
     */
    public void release(int run) {
        checkBorrowed(run);
        borrows[run]--;
        if (borrows[run] > 0 || closed) {
            return;
        }
        if (state[run] == READY) {
            pool.toIdle(run);
        } else {
            state[run] = UNUSED; // lost while it was borrowed
            pool.free(run);
        }
    }

    /**
     * {@return the window offset of the run's first byte}
     *
     * @param run a run that is borrowed
     */
    public long offset(int run) {
        checkBorrowed(run);
        return areaOffset + (long) run * unitBytes;
    }

    /**
     * {@return the position in the file of the run's first byte}
     *
     * @param run a run that is borrowed
     */
    public long position(int run) {
        checkBorrowed(run);
        return (long) chunk[run] << Layout.CHUNK_SHIFT;
    }

    /**
     * {@return how many bytes of the file the run holds}
     *
     * @param run a run that is borrowed
     */
    public int length(int run) {
        checkBorrowed(run);
        return lengthOf(file[run], chunk[run]);
    }

    /**
     * {@return whether the kernel has taken none of the run's pages}
     *
     * @param run a run that is borrowed
     */
    public boolean isIntact(int run) {
        int pageBytes = area.pageBytes();
        int first = (int) ((long) run * unitBytes / pageBytes);
        int count = pool.span(run) * (unitBytes / pageBytes);
        for (int i = first; i < first + count; i++) {
            if (!area.window().isLive(pages[i])) {
                return false;
            }
        }
        return true;
    }

    private void checkBorrowed(int run) {
        if (borrows[run] <= 0) {
            throw new IllegalStateException("run " + run + " is not borrowed");
        }
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("the volume is closed");
        }
    }

    private int lengthOf(int number, int which) {
        return (int) Math.min(Layout.CHUNK_BYTES,
                table.size(number) - ((long) which << Layout.CHUNK_SHIFT));
    }

    private int unitsOf(int number, int which) {
        return (lengthOf(number, which) + unitBytes - 1) / unitBytes;
    }

    // ---- reading -----------------------------------------------------------------------------

    /** Begins to read into a pinned slot. {@return 0, or a refusal; the slot is free again then} */
    private int load(int slot, int number, int which, boolean isWanted) {
        file[slot] = number;
        chunk[slot] = which;
        wanted[slot] = isWanted;
        int refusal = enter(slot);
        if (refusal == 0) {
            state[slot] = LOADING;
        } else if (refusal == BUSY && isWanted) {
            state[slot] = QUEUED;
            queued[(queuedFirst + queuedCount) % queued.length] = slot;
            queuedCount++;
        } else {
            state[slot] = UNUSED;
            pool.free(slot);
            return retired(slot, refusal);
        }
        index.put(RunIndex.key(number, which), slot);
        return 0;
    }

    private int enter(int slot) {
        int blocks = (lengthOf(file[slot], chunk[slot]) + blockBytes - 1) / blockBytes;
        long page = pages[(int) ((long) slot * unitBytes / area.pageBytes())];
        return queue.tryRead(0, table.firstBlock(file[slot], chunk[slot], chunkBlocks), blocks,
                page, slot);
    }

    /** A page that is gone takes its group out of use. {@return what the borrower shall see} */
    private int retired(int slot, int refusal) {
        if (refusal == STALE) {
            pool.retire(slot / units);
            return REVOKED;
        }
        return refusal;
    }

    /** Sequential readers find the next runs there, or on their way. */
    private void readAhead(int number, int which) {
        boolean sequential = which == 0 || index.find(RunIndex.key(number, which - 1)) >= 0;
        long chunks = Layout.chunks(table.size(number));
        for (int ahead = which + 1; sequential && ahead <= which + READ_AHEAD
                && ahead < chunks; ahead++) {
            if (index.find(RunIndex.key(number, ahead)) < 0) {
                int slot = pool.take(unitsOf(number, ahead), false);
                if (slot < 0 || load(slot, number, ahead, false) != 0) {
                    return;
                }
            }
        }
    }

    /**
     * Takes completions from the queue; call from {@link
     * exo.api.upcall.UpcallHandler#onCompletions}.
     *
     * <p>hot: no allocation, no host call.
     *
     * @return how many reads are over
     */
    public int complete() {
        checkOpen();
        int taken = 0;
        while (queue.next()) {
            finish((int) queue.tag(), queue.result());
            taken++;
        }
        enterQueued();
        return taken;
    }

    /**
     * Hands started reads to the host; call once at the end of each turn of the event loop.
     *
     * @throws exo.api.HostFaultException if the host refused; call again
     */
    public void submit() {
        checkOpen();
        enterQueued();
        queue.submit();
    }

    private void enterQueued() {
        while (queuedCount > 0) {
            int slot = queued[queuedFirst];
            int refusal = enter(slot);
            if (refusal == BUSY) {
                return;
            }
            queuedFirst = (queuedFirst + 1) % queued.length;
            queuedCount--;
            if (refusal == 0) {
                state[slot] = LOADING;
            } else {
                fail(slot, retired(slot, refusal));
            }
        }
    }

    private void finish(int slot, int result) {
        int length = lengthOf(file[slot], chunk[slot]);
        if (result < 0) {
            fail(slot, result);
        } else if (checksumOf(slot, length) == table.checksum(file[slot], chunk[slot])) {
            bytesRead += length;
            state[slot] = READY;
            if (wanted[slot]) {
                pool.toAwaited(slot);
            } else {
                wanted[slot] = true; // until it is borrowed first
                pool.toIdle(slot);
            }
        } else {
            // Pages that were taken meanwhile show zeros: that is no fault of the device.
            boolean intact = isIntact(slot);
            fail(slot, intact ? ErrorCode.CORRUPT.refusal() : retired(slot, STALE));
        }
    }

    private int checksumOf(int slot, int length) {
        long offset = (long) slot * unitBytes;
        ByteBuffer view = views[(int) (offset >>> VIEW_SHIFT)];
        int from = (int) (offset & ((1 << VIEW_SHIFT) - 1));
        view.limit(from + length).position(from);
        checksum.reset();
        checksum.update(view);
        return (int) checksum.getValue();
    }

    /** Keeps the error for whoever asked; nobody else shall hear of it. */
    private void fail(int slot, int error) {
        if (wanted[slot]) {
            state[slot] = FAILED;
            errors[slot] = error;
            pool.toAwaited(slot);
        } else {
            drop(slot);
        }
    }

    /** Forgets the run in a pinned slot. */
    private void drop(int slot) {
        index.remove(RunIndex.key(file[slot], chunk[slot]));
        state[slot] = UNUSED;
        pool.free(slot);
    }

    /** Forgets a run whose pages are gone, at once or when it is released. */
    private void lose(int slot) {
        if (borrows[slot] > 0) {
            index.remove(RunIndex.key(file[slot], chunk[slot]));
            state[slot] = UNUSED;
        } else {
            pool.pin(slot);
            drop(slot);
        }
        pool.retire(slot / units);
    }

    private void evicted(int slot) {
        index.remove(RunIndex.key(file[slot], chunk[slot]));
        state[slot] = UNUSED;
    }

    // ---- room, and what can be asked ---------------------------------------------------------

    /**
     * Gives pages back to the kernel, those that were used longest ago first: the answer to {@link
     * exo.api.upcall.UpcallHandler#onRevokeRequest}. They are not asked for again.
     *
     * @param pageCount how many pages shall go
     * @return how many went: more than asked for where they come in groups, or fewer where runs on
     *         them are borrowed or being read
     */
    public int giveBack(int pageCount) {
        checkOpen();
        int given = 0;
        while (given < pageCount) {
            int group = pool.retireAny();
            if (group < 0) {
                break;
            }
            area.window().releasePages(area.page(group), area.groupPages());
            given += area.groupPages();
        }
        return given;
    }

    /**
     * {@return whether completions of this queue are this cache's, to be taken by {@link
     * #complete}}
     *
     * @param other a queue, as the upcall names it
     */
    public boolean isServedBy(ExtentQueue other) {
        return queue.equals(other);
    }

    /** {@return how many times a run was borrowed that was in memory when it was asked for} */
    public long hits() {
        return hits;
    }

    /** {@return how many times a run had to be read because somebody asked for it} */
    public long misses() {
        return misses;
    }

    /** {@return how many bytes of files were read from the extent and found intact} */
    public long bytesRead() {
        return bytesRead;
    }

    void close() {
        closed = true;
    }
}
