// SPDX-License-Identifier: Apache-2.0
package exo.libos.net;

import exo.api.ErrorCode;
import exo.api.net.Ipv4Address;
import exo.libos.net.link.BufferPool;
import exo.libos.net.wire.Ranges;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * A connection: the transmission control block of RFC 9293, section 3.3.1, and what the user sees
 * of it.
 *
 * <p><b>Sequence numbers</b> are kept as 64-bit numbers whose lower half is what goes over the
 * wire. They begin above 2^32 and never wrap, so that comparing them is comparing numbers; a number
 * from a segment is widened to the nearest one ({@link #widen}).
 *
 * <pre>
 *   send:      sndUna         sndNxt        sndMax        sndEnd
 *   ------------|--------------|-------------|-------------|------&gt;   FIN is sent at sndEnd
 *    acknowledged   in flight    sent before    queued
 *                               a timeout
 *   receive:   rcvRead        rcvNxt                      rcvEdge
 *   ------------|--------------|---- held ranges ----------|------&gt;
 *     consumed     available     out of order                 never promised
 * </pre>
 *
 * <p>A byte with sequence number {@code s} lies in the receive buffer at {@code s} modulo its size,
 * also when it arrives out of order. Bytes that arrive in order while nothing else waits are shown
 * to the user where the device put them ({@link #directAt}), and only what he leaves is copied.
 */
final class Tcb implements TcpConnection {
    static final int BUSY = ErrorCode.BUSY.refusal();
    static final int CONNECTED = 1;
    static final int RECEIVED = 2;
    static final int WRITABLE = 4;
    static final int SENT = 8;
    static final int OVER = 16;
    static final long NEVER = Long.MAX_VALUE;

    private final TcpTable table;

    // ---- name and user
    long key;
    int address;
    int nextHop;
    boolean passive;
    TcpState state = TcpState.CLOSED;
    TcpHandler handler;
    CloseReason closeReason; // null until the connection is over
    boolean inUse; // until the user was told that it is over
    private Object attachment;

    // ---- sending
    long iss;
    long sndUna;
    long sndNxt;
    long sndMax;
    long sndEnd;
    long sndWnd;
    long maxSndWnd;
    long sndWl1;
    long sndWl2;
    int sndShift;
    int segmentBytes; // the most data of a segment, options of every segment deducted
    boolean finQueued;
    boolean synDue;
    boolean wantsWritable; // the user was refused room
    boolean wantsPiece; // and it was not for want of a buffer
    SendQueue queue; // null while nothing is queued

    // ---- congestion and loss
    long cwnd;
    long ssthresh;
    long recover; // no fast recovery before everything below is acknowledged
    long highRxt; // repeated up to here in this recovery
    long caAcked;
    int dupAcks;
    boolean inRecovery;
    boolean mustRepeat; // the first segment of a recovery goes out whatever the window
    boolean cwndLimited;
    final Ranges sacked = new Ranges();

    // ---- round trip
    long srtt;
    long rttVar;
    long rto;
    boolean timing;
    long timedEnd;
    long timedAt;
    int backoff; // timeouts since something was acknowledged
    long repeatedAt; // time of the last of them
    int silent; // timeouts since anything was heard

    // ---- receiving
    long irs;
    long rcvNxt;
    long rcvRead;
    long rcvEdge;
    long rcvFin; // where the peer's FIN is, or -1
    boolean finReceived;
    int rcvShift;
    long rxBuffer;
    long directAt; // where bytes from rcvRead on lie in the receive ring, or -1
    final Ranges held = new Ranges();
    long lastHeld; // a number in the range that grew last
    long lastAckSent;
    boolean ackNow;
    int unackedSegments;

    // ---- options
    boolean timestamps; // offered, and once the peer's SYN is here, agreed; so are the next two
    boolean sack;
    boolean scaling;
    int tsRecent;
    long tsRecentAt;
    int tsOffset;

    // ---- timers, and the time of the last of some things
    long rtoAt;
    boolean persisting;
    long ackAt;
    long keepAt;
    long endAt;
    int keepProbes;
    long heardAt;
    long sentAt;
    long challengedAt;
    long createdAt;
    int heapIndex = -1;
    long heapKey;

    // ---- lists
    Tcb nextInBucket;
    Tcb nextOut;
    boolean inOut;
    Tcb nextEvent;
    boolean inEvents;
    int events;
    Tcb previousWaiting; // half-open, or in TIME-WAIT
    Tcb nextWaiting;
    boolean inWaiting;
    Tcb nextStarved; // waits for a send buffer
    boolean inStarved;

    Tcb(TcpTable table) {
        this.table = table;
    }

    /** Forgets everything but the lists. */
    void reset() {
        attachment = null;
        closeReason = null;
        finQueued = false;
        synDue = false;
        wantsWritable = false;
        wantsPiece = false;
        sndShift = 0;
        sndWnd = 0;
        maxSndWnd = 0;
        caAcked = 0;
        dupAcks = 0;
        inRecovery = false;
        mustRepeat = false;
        cwndLimited = false;
        sacked.clear();
        srtt = 0;
        rttVar = 0;
        timing = false;
        backoff = 0;
        silent = 0;
        passive = false;
        rcvNxt = 0;
        rcvRead = 0;
        rcvEdge = 0;
        rcvFin = -1;
        finReceived = false;
        rcvShift = 0;
        rxBuffer = BufferPool.NONE;
        directAt = -1;
        held.clear();
        ackNow = false;
        unackedSegments = 0;
        timestamps = false;
        sack = false;
        scaling = false;
        rtoAt = NEVER;
        persisting = false;
        ackAt = NEVER;
        keepAt = NEVER;
        endAt = NEVER;
        keepProbes = 0;
        challengedAt = Long.MIN_VALUE / 2;
        events = 0;
    }

    /** {@return the 64-bit number nearest to a given one whose lower half is from the wire} */
    static long widen(long near, int wire) {
        return near + (wire - (int) near);
    }

    /** {@return the earliest of the timers} */
    long deadline() {
        return Math.min(Math.min(rtoAt, ackAt), Math.min(keepAt, endAt));
    }

    // ---- receiving, for the user

    @Override
    public int available() {
        return (int) (rcvNxt - rcvRead) - (finReceived ? 1 : 0);
    }

    @Override
    public long inputOffset() {
        if (directAt >= 0) {
            return directAt;
        }
        return rxBuffer == BufferPool.NONE ? 0 : rxBuffer + ringPlace(rcvRead);
    }

    @Override
    public int inputLength() {
        int count = available();
        return directAt >= 0 ? count : Math.min(count, table.rxBytes() - ringPlace(rcvRead));
    }

    /** {@return where in a receive buffer a byte lies} */
    int ringPlace(long sequence) {
        return (int) sequence & (table.rxBytes() - 1);
    }

    @Override
    public int peek(MemorySegment target, long targetOffset, int maxBytes) {
        int count = Math.min(maxBytes, available());
        int first = Math.min(count, inputLength());
        if (count <= 0) {
            return 0;
        }
        MemorySegment.copy(table.memory(), inputOffset(), target, targetOffset, first);
        if (count > first) {
            MemorySegment.copy(table.memory(), rxBuffer, target, targetOffset + first,
                    count - first);
        }
        return count;
    }

    @Override
    public void consume(int byteCount) {
        Objects.checkIndex(byteCount, available() + 1);
        rcvRead += byteCount;
        if (directAt >= 0) {
            directAt += byteCount;
        } else {
            table.trimReceiveBuffer(this);
        }
        if (closeReason != null) {
            table.raise(this, OVER); // it was held back until everything is consumed
        } else if (windowGrows()) {
            ackNow = true;
            table.scheduleOutput(this);
        }
    }

    /** {@return how far the peer could be allowed to send} */
    long possibleEdge() {
        return rcvNxt + table.rxBytes() - available();
    }

    /**
     * {@return whether the window can be opened by enough to be worth a segment (RFC 9293, section
     * 3.8.6.2.2), and that is news to a peer who may be waiting}
     */
    private boolean windowGrows() {
        long growth = possibleEdge() - rcvEdge;
        return growth >= Math.min(table.rxBytes() / 2, 2L * segmentBytes)
                && rcvEdge - rcvNxt < table.rxBytes() / 2 && state.mayReceive();
    }

    @Override
    public boolean isInputShut() {
        return finReceived;
    }

    // ---- sending, for the user

    @Override
    public int trySend(MemorySegment source, long sourceOffset, int byteCount) {
        Objects.checkFromIndexSize(sourceOffset, byteCount, source.byteSize());
        if (finQueued || !inUse || !state.mayQueue() || byteCount == 0) {
            return 0;
        }
        int taken = table.queueOf(this).tryCopy(source, sourceOffset, byteCount, sndEnd);
        sndEnd += taken;
        if (taken > 0) {
            table.scheduleOutput(this);
        }
        if (taken < byteCount) {
            wantsWritable = true;
            table.starve(this);
        }
        return taken;
    }

    @Override
    public int trySendPages(long windowOffset, int byteCount, long tag) {
        Objects.checkFromIndexSize(windowOffset, byteCount, table.memory().byteSize());
        if (byteCount < 1) {
            throw new IllegalArgumentException("a piece has at least 1 byte");
        }
        if (finQueued || !inUse || !state.mayQueue()) {
            return BUSY;
        }
        SendQueue to = table.queueOf(this);
        if (!to.hasPiece()) {
            wantsWritable = true;
            wantsPiece = true;
            return BUSY;
        }
        to.addPages(windowOffset, byteCount, tag, sndEnd);
        sndEnd += byteCount;
        table.scheduleOutput(this);
        return 0;
    }

    /** {@return whether a refused user would be refused no more} */
    boolean isWritable() {
        if (finQueued || !state.mayQueue()) {
            return false;
        }
        return queue == null || (queue.hasPiece()
                && (wantsPiece || (queue.copyRoom() > 0 && queue.hasBuffer())));
    }

    @Override
    public long unacknowledged() {
        return Math.max(0, sndEnd - Math.max(sndUna, iss + 1));
    }

    @Override
    public void shutOutput() {
        if (finQueued || !inUse || !state.mayQueue()) {
            return;
        }
        finQueued = true;
        wantsWritable = false;
        if (state == TcpState.ESTABLISHED) {
            state = TcpState.FIN_WAIT_1;
        } else if (state == TcpState.CLOSE_WAIT) {
            state = TcpState.LAST_ACK;
        }
        table.scheduleOutput(this);
    }

    @Override
    public boolean isOutputShut() {
        return finQueued;
    }

    /** {@return whether the FIN was sent and acknowledged} */
    boolean isFinAcknowledged() {
        return finQueued && sndUna > sndEnd;
    }

    @Override
    public void abort() {
        if (inUse) {
            table.abort(this);
        }
    }

    @Override
    public boolean isOpen() {
        return inUse && state.isOpen();
    }

    @Override
    public Ipv4Address remoteAddress() {
        return new Ipv4Address(address);
    }

    @Override
    public int remotePort() {
        return (int) (key >>> 16) & 0xffff;
    }

    @Override
    public int localPort() {
        return (int) key & 0xffff;
    }

    @Override
    public Object attachment() {
        return attachment;
    }

    @Override
    public void attach(Object object) {
        attachment = object;
    }
}
