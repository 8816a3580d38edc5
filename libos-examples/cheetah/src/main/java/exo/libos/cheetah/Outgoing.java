// SPDX-License-Identifier: Apache-2.0
package exo.libos.cheetah;

import exo.api.ErrorCode;
import exo.libos.cheetah.http.HeadWriter;
import exo.libos.cheetah.http.Status;
import exo.libos.fs.FileCache;
import exo.libos.fs.FileNode;
import exo.libos.net.TcpConnection;
import java.lang.foreign.MemorySegment;

/**
 * What a connection is being sent: first bytes that did not fit into its buffer, then a part of a
 * file from the pages it lies in, or a list made piece by piece.
 *
 * <p><b>Head and first run.</b> The head of a file is sent only when the first run of the file is
 * in memory: an error until then can still be told by a status. Until then the head is kept here.
 *
 * <p><b>Runs.</b> Each run that was queued is borrowed once, and released when the stack says that
 * its piece was acknowledged, so at most {@link Limits#maxRuns} are held.
 *
 * <p><b>Thread-safety.</b> Confined to the server's thread.
 */
final class Outgoing {
    /** How far sending came. */
    enum Progress {
        /** All is queued. */
        DONE,
        /** The connection takes no more now; it will say when it does. */
        FULL,
        /** The file is being read; try again after completions. */
        STALLED,
        /** The file cannot be read, and the head is gone already. */
        BROKEN
    }

    private static final int BUSY = ErrorCode.BUSY.refusal();
    private static final int FIRST_KEPT_BYTES = 512;

    private final Server server;
    private TcpConnection connection;

    private byte[] kept = new byte[FIRST_KEPT_BYTES];
    private MemorySegment keptBytes = MemorySegment.ofArray(kept);
    private int keptAt;
    private int keptEnd;
    private boolean waitsForRun;
    private boolean hasFailed;

    private Status status = Status.OK;
    private FileNode file;
    private long position;
    private long end;
    private int runs;
    private Listing listing;
    private int piece;
    private int pieceAt;
    private long queuedBytes;

    Outgoing(Server server) {
        this.server = server;
    }

    /** Begins to send on a connection. */
    void open(TcpConnection to) {
        connection = to;
        runs = 0;
        queuedBytes = 0;
        hasFailed = false;
        stop();
    }

    /** Forgets what was not queued yet. */
    void stop() {
        keptAt = 0;
        keptEnd = 0;
        waitsForRun = false;
        file = null;
        position = 0;
        end = 0;
        listing = null;
    }

    /** {@return whether the client was told that a file cannot be read, and that this was all} */
    boolean hasFailed() {
        return hasFailed;
    }

    /** {@return how many bytes the peer has taken in all} */
    long takenBytes() {
        return queuedBytes - connection.unacknowledged();
    }

    /** Sends a message that lies in the writer. hot: no allocation. */
    void message(HeadWriter writer) {
        int length = writer.length();
        int taken = connection.trySend(writer.bytes(), 0, length);
        count(taken);
        keep(writer, taken);
    }

    /**
     * Sends the head in the writer, then a part of a file. hot: no allocation.
     *
     * @param success the status that the head tells
     */
    void file(HeadWriter writer, Status success, FileNode content, long from, long to) {
        status = success;
        file = content;
        position = from;
        end = to;
        waitsForRun = true;
        keep(writer, 0);
    }

    /** Sends the head in the writer, then a list. */
    void list(HeadWriter writer, Listing content) {
        message(writer);
        listing = content;
        piece = 0;
        pieceAt = 0;
    }

    private void keep(HeadWriter writer, int from) {
        int length = writer.length() - from;
        if (length > kept.length) {
            kept = new byte[length];
            keptBytes = MemorySegment.ofArray(kept);
        }
        MemorySegment.copy(writer.bytes(), from, keptBytes, 0, length);
        keptAt = 0;
        keptEnd = length;
    }

    private void count(long byteCount) {
        queuedBytes += byteCount;
        server.counters().add(Counters.BYTES, byteCount);
    }

    /** Queues what can be queued now. hot: no allocation for files. */
    Progress pump() {
        if (waitsForRun) {
            int run = server.cache().tryBorrow(file, position);
            if (run == BUSY) {
                return Progress.STALLED;
            }
            waitsForRun = false;
            if (run < 0) {
                fail();
            } else {
                server.counters().answered(status);
                return flushKept() ? queue(run) : blocked(run);
            }
        }
        if (!flushKept()) {
            return Progress.FULL;
        }
        return listing == null ? pumpFile() : pumpListing();
    }

    /** Answers that the file cannot be read, instead of what was kept. */
    private void fail() {
        stop();
        hasFailed = true;
        server.writer()
                .plain(Status.INTERNAL_ERROR, server.nobody(), false, server.epochSecond());
        server.counters().answered(Status.INTERNAL_ERROR);
        message(server.writer());
    }

    private Progress blocked(int run) {
        server.cache().release(run);
        server.retryStalled();
        return Progress.FULL;
    }

    private boolean flushKept() {
        if (keptAt < keptEnd) {
            int taken = connection.trySend(keptBytes, keptAt, keptEnd - keptAt);
            count(taken);
            keptAt += taken;
        }
        return keptAt == keptEnd;
    }

    private Progress pumpFile() {
        if (position >= end) {
            return Progress.DONE;
        }
        if (runs == server.maxRuns()) {
            return Progress.FULL;
        }
        int run = server.cache().tryBorrow(file, position);
        if (run < 0) {
            return run == BUSY ? Progress.STALLED : Progress.BROKEN;
        }
        return queue(run);
    }

    /** Queues the run, and those after it. */
    private Progress queue(int firstRun) {
        FileCache cache = server.cache();
        int run = firstRun;
        while (true) {
            long into = position - cache.position(run);
            int length = (int) Math.min(end - position, cache.length(run) - into);
            int refusal = connection.trySendPages(cache.offset(run) + into, length, run);
            if (refusal < 0) {
                Progress progress = blocked(run);
                return refusal == BUSY ? progress : Progress.BROKEN;
            }
            runs++;
            position += length;
            count(length);
            if (position >= end) {
                return Progress.DONE;
            }
            if (runs == server.maxRuns()) {
                return Progress.FULL;
            }
            run = cache.tryBorrow(file, position);
            if (run < 0) {
                return run == BUSY ? Progress.STALLED : Progress.BROKEN;
            }
        }
    }

    private Progress pumpListing() {
        while (piece < listing.pieceCount()) {
            byte[] bytes = listing.piece(piece);
            int taken = connection.trySend(MemorySegment.ofArray(bytes), pieceAt,
                    bytes.length - pieceAt);
            count(taken);
            pieceAt += taken;
            if (pieceAt < bytes.length) {
                return Progress.FULL;
            }
            pieceAt = 0;
            piece++;
        }
        listing = null;
        return Progress.DONE;
    }

    /**
     * The peer has a run, or never will.
     *
     * @return whether the run was in memory all the time; if not, the peer may have got zeros
     */
    boolean release(int run) {
        boolean isIntact = server.cache().isIntact(run);
        runs--;
        server.cache().release(run);
        server.retryStalled();
        return isIntact;
    }
}
