// SPDX-License-Identifier: Apache-2.0
package exo.libos.net;

import exo.libos.net.link.ArpCache;
import exo.libos.net.link.FrameLink;
import exo.libos.net.link.TokenBucket;
import exo.libos.net.wire.Checksum;
import exo.libos.net.wire.Headers;
import java.lang.foreign.MemorySegment;

/**
 * Takes segments: the state machine of RFC 9293, section 3.10.7, with the checks of RFC 5961
 * against blind attackers and of RFC 7323 against old duplicates.
 *
 * <p>A segment goes through these steps, and may be dropped at each: checksum and form; which
 * connection; timestamp not older than the last; within the window; RST; SYN; acknowledgement;
 * bytes; FIN. A segment that is dropped for its sequence number or timestamp is answered by an
 * acknowledgement, which tells an honest peer where the connection stands.
 */
final class TcpInput {
    private static final int LEAST_MSS = 128;
    /** What RFC 9293, section 3.7.1, assumes of a peer that does not say its segment size. */
    private static final int DEFAULT_MSS = 536;
    private static final int TIMESTAMP_BYTES = 12;
    /** Answers to segments without data are this far apart, so that no two peers play ping-pong. */
    private static final long CHALLENGE_GAP_NANOS = 100_000_000L;
    /** After this time a timestamp of the peer may have wrapped (RFC 7323, section 5.5). */
    private static final long TIMESTAMP_LIFE_NANOS = 24L * 24 * 3600 * 1_000_000_000L;
    private static final int RESETS_PER_SECOND = 1000;
    private static final int MILLI = 1_000_000;

    private final TcpTable table;
    private final TcpOutput output;
    private final FrameLink link;
    private final ArpCache arp;
    private final MemorySegment memory;
    private final TcpTimes times;
    private final Segment s = new Segment();
    private final TokenBucket resets = new TokenBucket(RESETS_PER_SECOND);
    private final TcpHandler[] listeners = new TcpHandler[1 << 16];

    TcpInput(TcpTable table, TcpOutput output, FrameLink link, ArpCache arp) {
        this.table = table;
        this.output = output;
        this.link = link;
        this.arp = arp;
        this.memory = link.memory();
        this.times = table.config().times();
    }

    TcpHandler listener(int port) {
        return listeners[port];
    }

    void listener(int port, TcpHandler handler) {
        listeners[port] = handler;
    }

    /**
     * Takes the payload of an IPv4 packet. hot: AllocationTest.
     *
     * @return the connection it belongs to, which has to be settled after the user was told; or
     *         null
     */
    Tcb receive(int source, long at, int lengthBytes) {
        if (!s.tryParse(memory, at, lengthBytes)) {
            table.counts().malformed++;
            return null;
        }
        long sum = Checksum.pseudo(source, link.address(), Headers.TCP, lengthBytes)
                + Checksum.sum(memory, at, lengthBytes);
        if (Checksum.fold(sum) != 0xffff) {
            table.counts().badChecksums++;
            return null;
        }
        table.counts().segmentsReceived++;
        s.source = source;
        Tcb t = table.find(Segment.key(source, s.sourcePort, s.destinationPort));
        if (t != null && t.state == TcpState.TIME_WAIT && isNewConnection(t)) {
            table.counts().recycled++;
            table.end(t, CloseReason.FINISHED);
            t = null;
        }
        if (t == null) {
            listen();
        } else if (t.state == TcpState.SYN_SENT) {
            synSent(t);
        } else {
            synchronizedInput(t);
        }
        return t;
    }

    /** A SYN that is newer than the old connection may open a new one (RFC 6191). */
    private boolean isNewConnection(Tcb t) {
        if (!s.has(Headers.SYN) || s.has(Headers.RST) || s.has(Headers.ACK) || t.inUse
                || listeners[s.destinationPort] == null) {
            return false;
        }
        if (t.timestamps && s.hasTimestamps && s.timestamp != t.tsRecent) {
            return s.timestamp - t.tsRecent > 0;
        }
        return Tcb.widen(t.rcvNxt, s.sequence) > t.rcvNxt;
    }

    // ---- the begin of a connection

    private void listen() {
        TcpHandler handler = listeners[s.destinationPort];
        boolean plainSyn = s.has(Headers.SYN) && !s.has(Headers.ACK) && !s.has(Headers.RST);
        if (handler == null || !plainSyn) {
            if (!s.has(Headers.RST) && resets.tryTake(table.now())) {
                output.sendReset(s);
            }
            return;
        }
        int nextHop = arp.nextHop(s.source);
        if (nextHop == 0 || s.has(Headers.FIN) || !table.hasRoom() || !table.hasHalfOpenRoom()) {
            table.counts().refused++;
            return;
        }
        Tcb t = table.take(Segment.key(s.source, s.sourcePort, s.destinationPort), handler);
        t.passive = true;
        t.nextHop = nextHop;
        t.timestamps = true;
        t.sack = true;
        t.scaling = true;
        takeSyn(t);
        t.state = TcpState.SYN_RECEIVED;
        t.synDue = true;
        table.enterHalfOpen(t);
        startSynTimer(t);
    }

    /** Takes what a SYN says: the first number, the window, and which options both sides want. */
    private void takeSyn(Tcb t) {
        t.irs = (1L << 32) | (s.sequence & 0xffff_ffffL);
        long promised = t.rcvEdge;
        t.rcvNxt = t.irs + 1;
        t.rcvRead = t.rcvNxt;
        t.rcvEdge = t.rcvNxt + promised;
        t.lastAckSent = t.rcvNxt;
        t.timestamps &= s.hasTimestamps;
        t.sack &= s.sackPermitted;
        t.scaling &= s.shift >= 0;
        t.sndShift = t.scaling ? s.shift : 0;
        t.rcvShift = t.scaling ? table.rxShift() : 0;
        if (t.timestamps) {
            t.tsRecent = s.timestamp;
            t.tsRecentAt = table.now();
        }
        int mss = s.mss == 0 ? DEFAULT_MSS : Math.max(s.mss, LEAST_MSS);
        int own = link.mtu() - Headers.IPV4_BYTES - Headers.TCP_BYTES;
        t.segmentBytes = Math.min(mss, own) - (t.timestamps ? TIMESTAMP_BYTES : 0);
        t.sndWnd = s.window; // never shifted in a SYN
        t.maxSndWnd = s.window;
        t.sndWl1 = t.irs;
        t.sndWl2 = t.iss;
        Congestion.begin(t);
        Congestion.beginTimeout(t, times);
    }

    /** Begins a connection from this side. */
    Tcb connect(int nextHop, long key, TcpHandler handler) {
        Tcb t = table.take(key, handler);
        t.nextHop = nextHop;
        t.state = TcpState.SYN_SENT;
        t.synDue = true;
        t.timestamps = true;
        t.sack = true;
        t.scaling = true;
        t.segmentBytes = DEFAULT_MSS - TIMESTAMP_BYTES;
        Congestion.beginTimeout(t, times);
        startSynTimer(t);
        return t;
    }

    /** The timer runs before the SYN is sent, which may have to wait for a neighbour's address. */
    private void startSynTimer(Tcb t) {
        t.rtoAt = table.now() + Congestion.timeout(t, times);
        table.timers().update(t);
        table.scheduleOutput(t);
    }

    private void synSent(Tcb t) {
        long ack = Tcb.widen(t.sndUna, s.acknowledgement);
        boolean acceptable = s.has(Headers.ACK) && ack > t.iss && ack <= t.sndMax;
        if (s.has(Headers.ACK) && !acceptable) {
            if (!s.has(Headers.RST) && resets.tryTake(table.now())) {
                output.sendReset(s);
            }
            return;
        }
        if (s.has(Headers.RST)) {
            if (acceptable) {
                table.counts().resetsReceived++;
                table.end(t, CloseReason.REFUSED);
            }
            return;
        }
        if (!s.has(Headers.SYN)) {
            return;
        }
        t.heardAt = table.now();
        boolean repeated = t.backoff > 0;
        takeSyn(t);
        if (!s.has(Headers.ACK)) {
            // Both sides open at the same time.
            t.state = TcpState.SYN_RECEIVED;
            t.synDue = true;
            table.scheduleOutput(t);
            return;
        }
        establish(t, ack, repeated);
        t.ackNow = true;
        table.scheduleOutput(t);
    }

    private void establish(Tcb t, long ack, boolean repeated) {
        table.leaveHalfOpen(t);
        t.state = t.finQueued ? TcpState.FIN_WAIT_1 : TcpState.ESTABLISHED;
        table.counts().opened++;
        measure(t, ack);
        if (repeated && t.srtt == 0) {
            t.rto = Math.min(3 * t.rto, times.maxRtoNanos()); // RFC 6298, section 5.7
        }
        t.sndUna = ack;
        t.sndNxt = ack;
        t.sndWl2 = ack;
        t.sndWl1 = t.rcvNxt;
        t.backoff = 0;
        t.silent = 0;
        t.rtoAt = Tcb.NEVER;
        t.recover = ack - 1;
        if (times.keepAliveNanos() > 0) {
            t.keepAt = table.now() + times.keepAliveNanos();
        }
        table.timers().update(t);
        table.raise(t, Tcb.CONNECTED);
        table.scheduleOutput(t);
    }

    // ---- a connection with two sides

    private void synchronizedInput(Tcb t) {
        long sequence = Tcb.widen(t.rcvNxt, s.sequence);
        if (t.state == TcpState.SYN_RECEIVED && s.has(Headers.SYN) && !s.has(Headers.RST)
                && sequence == t.irs) {
            if (!s.has(Headers.ACK)) {
                t.synDue = true; // our answer was lost
                table.scheduleOutput(t);
                return;
            }
            s.flags &= ~Headers.SYN; // the peer opened at the same time, and has our SYN
            s.sequence++;
            sequence++;
        }
        if (!isTimely(t) || !isInWindow(t, sequence)) {
            return;
        }
        t.heardAt = table.now();
        t.keepProbes = 0;
        if (s.has(Headers.RST)) {
            reset(t, sequence);
            return;
        }
        if (s.has(Headers.SYN)) {
            challenge(t);
            return;
        }
        if (!s.has(Headers.ACK)) {
            return;
        }
        if (t.timestamps && s.timestamp - t.tsRecent >= 0 && sequence <= t.lastAckSent) {
            t.tsRecent = s.timestamp;
            t.tsRecentAt = table.now();
        }
        if (t.state == TcpState.SYN_RECEIVED && !confirm(t)) {
            return;
        }
        if (!acknowledge(t, sequence)) {
            return;
        }
        takeText(t, sequence);
        table.timers().update(t);
    }

    /** RFC 7323, section 5.3: whether the timestamp does not betray an old duplicate. */
    private boolean isTimely(Tcb t) {
        if (!t.timestamps || s.has(Headers.RST)) {
            return true;
        }
        if (!s.hasTimestamps) {
            table.counts().oldTimestamps++;
            return false;
        }
        boolean old = s.timestamp - t.tsRecent < 0
                && table.now() - t.tsRecentAt < TIMESTAMP_LIFE_NANOS;
        if (old) {
            table.counts().oldTimestamps++;
            answer(t);
        }
        return !old;
    }

    /**
     * {@return whether the segment concerns what the window shows}
     *
     * <p>A segment that begins right after the window is let through for its acknowledgement, also
     * if the window is closed; and so is one that ends where the last acknowledgement stood, since
     * it may only have been overtaken. Their bytes are cut off later.
     */
    private boolean isInWindow(Tcb t, long sequence) {
        long end = sequence + s.sequenceLength();
        if (end >= t.lastAckSent && sequence <= t.rcvEdge) {
            return true;
        }
        table.counts().outsideWindow++;
        if (!s.has(Headers.RST)) {
            answer(t);
        }
        return false;
    }

    /** Tells the peer where the connection stands; seldom, if he did not send bytes. */
    private void answer(Tcb t) {
        if (s.sequenceLength() > 0 && !s.has(Headers.SYN)) {
            t.ackNow = true;
            if (!output.sendAck(t)) {
                table.scheduleOutput(t);
            }
            restartTimeWait(t);
        } else {
            challenge(t);
        }
    }

    private void restartTimeWait(Tcb t) {
        if (t.state == TcpState.TIME_WAIT && s.has(Headers.FIN)) {
            t.endAt = table.now() + times.timeWaitNanos();
        }
    }

    private void challenge(Tcb t) {
        if (table.now() - t.challengedAt >= CHALLENGE_GAP_NANOS) {
            t.challengedAt = table.now();
            table.counts().challenges++;
            if (t.state == TcpState.SYN_RECEIVED) {
                t.synDue = true;
                table.scheduleOutput(t);
            } else {
                output.sendAck(t);
            }
        }
    }

    /** RFC 5961, section 3.2: only a RST at exactly the expected number ends the connection. */
    private void reset(Tcb t, long sequence) {
        if (t.state == TcpState.TIME_WAIT) {
            return; // RFC 1337: a stray RST must not end the wait
        }
        if (sequence != t.rcvNxt) {
            challenge(t);
            return;
        }
        table.counts().resetsReceived++;
        table.end(t, t.state == TcpState.SYN_RECEIVED ? CloseReason.REFUSED : CloseReason.RESET);
    }

    /** {@return whether the segment confirms this side's SYN} */
    private boolean confirm(Tcb t) {
        long ack = Tcb.widen(t.sndUna, s.acknowledgement);
        if (ack <= t.sndUna || ack > t.sndMax) {
            if (resets.tryTake(table.now())) {
                output.sendReset(s);
            }
            return false;
        }
        establish(t, ack, t.backoff > 0);
        t.sndWnd = (long) s.window << t.sndShift;
        t.maxSndWnd = Math.max(t.maxSndWnd, t.sndWnd);
        return true;
    }

    // ---- acknowledgements

    /** {@return whether the segment may be taken further} */
    private boolean acknowledge(Tcb t, long sequence) {
        long ack = Tcb.widen(t.sndUna, s.acknowledgement);
        if (ack > t.sndMax || ack < t.sndUna - t.maxSndWnd - 1) {
            challenge(t); // RFC 5961, section 5.2
            return false;
        }
        t.silent = 0;
        boolean more = takeBlocks(t);
        long window = (long) s.window << t.sndShift;
        boolean sameWindow = window == t.sndWnd;
        if (ack >= t.sndUna
                && (sequence > t.sndWl1 || (sequence == t.sndWl1 && ack >= t.sndWl2))) {
            t.sndWl1 = sequence;
            t.sndWl2 = ack;
            updateWindow(t, window);
        }
        if (ack > t.sndUna) {
            advance(t, ack);
        } else if (ack == t.sndUna && t.sndMax > t.sndUna && s.dataBytes == 0
                && !s.has(Headers.FIN) && (t.sack ? more : sameWindow)) {
            t.dupAcks++;
            table.scheduleOutput(t);
        }
        if (Congestion.isLoss(t)) {
            table.counts().fastRecoveries++;
            Congestion.enterRecovery(t);
        }
        if (t.sndUna < t.sndMax || t.sndNxt < t.sndEnd || (t.finQueued && t.sndNxt == t.sndEnd)) {
            table.scheduleOutput(t);
        }
        return t.state != TcpState.CLOSED;
    }

    private void updateWindow(Tcb t, long window) {
        if (window > t.sndWnd && t.persisting) {
            t.backoff = 0;
            t.persisting = false;
            t.rtoAt = Tcb.NEVER;
        }
        t.sndWnd = window;
        t.maxSndWnd = Math.max(t.maxSndWnd, window);
    }

    /** {@return whether the peer says of more bytes than before that it holds them} */
    private boolean takeBlocks(Tcb t) {
        if (!t.sack || s.blockCount == 0) {
            return false;
        }
        long before = t.sacked.bytes();
        for (int i = 0; i < s.blockCount; i++) {
            long start = Tcb.widen(t.sndUna, s.blockStart[i]);
            long end = Tcb.widen(t.sndUna, s.blockEnd[i]);
            if (start > t.sndUna && start < end && end <= t.sndMax) {
                t.sacked.add(start, end);
            }
        }
        return t.sacked.bytes() > before;
    }

    private void advance(Tcb t, long ack) {
        long bytes = ack - t.sndUna;
        measure(t, ack);
        t.sndUna = ack;
        t.sndNxt = Math.max(t.sndNxt, ack);
        t.sacked.removeBelow(ack);
        t.backoff = 0;
        Congestion.acknowledged(t, bytes);
        if (t.queue != null) {
            t.queue.acknowledge(Math.min(ack, t.sndEnd));
            boolean news = t.queue.hasNews();
            if (news || t.queue.isEmpty()) {
                table.raise(t, Tcb.SENT);
            }
            table.feed();
        }
        if (t.wantsWritable) {
            table.raise(t, Tcb.WRITABLE);
        }
        t.persisting = false;
        t.rtoAt = t.sndMax > ack ? table.now() + Congestion.timeout(t, times) : Tcb.NEVER;
        if (t.isFinAcknowledged()) {
            finAcknowledged(t);
        }
    }

    /** Measures the round trip: by the echo of a timestamp, or of a segment sent only once. */
    private void measure(Tcb t, long ack) {
        if (t.timestamps && s.hasTimestamps && s.timestampEcho != 0) {
            int millis = (int) (table.now() / MILLI) + t.tsOffset - s.timestampEcho;
            boolean believable = millis >= 0 && millis <= times.maxRtoNanos() / MILLI;
            if (believable) {
                Congestion.measured(t, credible(t, Math.max(millis, 1) * (long) MILLI), times);
            }
            t.timing &= ack < t.timedEnd;
        } else if (t.timing && ack >= t.timedEnd) {
            t.timing = false;
            Congestion.measured(t, table.now() - t.timedAt, times);
        }
    }

    /**
     * {@return a measured round trip that a timeout does not distort}
     *
     * <p>If the echo is older than the last repetition, the acknowledgement is either one of an
     * earlier sending, and the round trip is long; or it answers the repetition, but the peer had
     * the bytes already and echoes what came with them, after its first answer was lost. The
     * measure then is the whole silence, which must not become the timeout at once.
     */
    private long credible(Tcb t, long nanos) {
        boolean ambiguous = t.backoff > 0 && nanos > table.now() - t.repeatedAt;
        return ambiguous ? Math.min(nanos, 2 * t.rto) : nanos;
    }

    private void finAcknowledged(Tcb t) {
        if (t.state == TcpState.FIN_WAIT_1) {
            t.state = TcpState.FIN_WAIT_2;
        } else if (t.state == TcpState.CLOSING) {
            table.enterTimeWait(t);
        } else if (t.state == TcpState.LAST_ACK) {
            table.end(t, CloseReason.FINISHED);
        }
    }

    // ---- bytes

    private void takeText(Tcb t, long sequence) {
        if (!t.state.mayReceive()) {
            boolean text = s.dataBytes > 0 || s.has(Headers.FIN);
            if (text && t.state != TcpState.CLOSED) {
                answer(t);
            }
            return;
        }
        long start = Math.max(sequence, t.rcvNxt);
        long end = Math.min(sequence + s.dataBytes, t.rcvEdge);
        boolean cut = end < sequence + s.dataBytes;
        if (s.has(Headers.FIN) && !cut && t.rcvFin < 0
                && sequence + s.dataBytes >= t.rcvNxt) {
            t.rcvFin = sequence + s.dataBytes;
        }
        if (t.rcvFin >= 0) {
            end = Math.min(end, t.rcvFin); // nothing comes after the end
        }
        if (start < end) {
            takeBytes(t, sequence, start, end);
        } else if (s.sequenceLength() > 0) {
            t.ackNow = true; // nothing new: the peer does not know what we have
            table.scheduleOutput(t);
        }
        if (t.rcvNxt == t.rcvFin && t.state.mayReceive()) {
            takeFin(t);
        }
    }

    private void takeBytes(Tcb t, long sequence, long start, long end) {
        if (!table.ensureReceiveBuffer(t)) {
            table.counts().withoutBuffer++;
            t.ackNow = true;
            table.scheduleOutput(t);
            return;
        }
        long from = s.dataOffset + (start - sequence);
        if (start > t.rcvNxt) {
            hold(t, start, end, from);
            return;
        }
        boolean direct = t.available() == 0 && t.held.count() == 0;
        if (direct) {
            t.directAt = from;
            t.rcvNxt = end;
        } else {
            store(t, start, (int) (end - start), from);
            t.rcvNxt = end;
            if (t.held.count() > 0) {
                t.rcvNxt = t.held.firstAbsent(end);
                t.rcvNxt = t.rcvFin < 0 ? t.rcvNxt : Math.min(t.rcvNxt, t.rcvFin);
                t.held.removeBelow(t.rcvNxt);
                t.ackNow = true; // RFC 5681, section 4.2: a gap was filled
            }
        }
        delayAck(t, (int) (end - start));
        table.raise(t, Tcb.RECEIVED);
    }

    /** Keeps bytes that arrived before others, and asks for the others at once. */
    private void hold(Tcb t, long start, long end, long from) {
        table.counts().outOfOrder++;
        if (t.held.add(start, end)) {
            store(t, start, (int) (end - start), from);
            t.lastHeld = start;
        }
        t.ackNow = true;
        if (!output.sendAck(t)) {
            table.scheduleOutput(t);
        }
    }

    /** Copies bytes to their place in the receive buffer. hot: AllocationTest. */
    private void store(Tcb t, long start, int count, long from) {
        int place = t.ringPlace(start);
        int first = Math.min(count, table.rxBytes() - place);
        MemorySegment.copy(memory, from, memory, t.rxBuffer + place, first);
        MemorySegment.copy(memory, from + first, memory, t.rxBuffer, count - first);
    }

    /**
     * Moves bytes that the user has left in the receive ring to the receive buffer, after he was
     * told of them.
     */
    void settle(Tcb t) {
        if (t.directAt >= 0) {
            int left = t.available();
            long from = t.directAt;
            t.directAt = -1;
            if (left > 0 && t.rxBuffer >= 0) {
                store(t, t.rcvRead, left, from);
            }
        }
        if (t.inUse) {
            table.trimReceiveBuffer(t);
        }
    }

    /** An acknowledgement waits a little for bytes to go with it, but not for the second one. */
    private void delayAck(Tcb t, int bytes) {
        t.unackedSegments += bytes >= t.segmentBytes / 2 ? 1 : 0;
        if (t.unackedSegments >= 2 || times.delayedAckNanos() == 0) {
            t.ackNow = true;
        } else if (t.ackAt == Tcb.NEVER) {
            t.ackAt = table.now() + times.delayedAckNanos();
        }
        if (t.ackNow) {
            table.scheduleOutput(t);
        }
    }

    private void takeFin(Tcb t) {
        t.rcvNxt++;
        t.finReceived = true;
        t.ackNow = true;
        table.scheduleOutput(t);
        table.raise(t, Tcb.RECEIVED);
        if (t.state == TcpState.ESTABLISHED) {
            t.state = TcpState.CLOSE_WAIT;
        } else if (t.state == TcpState.FIN_WAIT_1) {
            t.state = TcpState.CLOSING;
        } else {
            table.enterTimeWait(t);
        }
    }
}
