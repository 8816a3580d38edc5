// SPDX-License-Identifier: Apache-2.0
package exo.libos.net;

import exo.api.net.PacketBinding;
import exo.libos.net.link.ArpCache;
import exo.libos.net.link.FrameLink;
import exo.libos.net.wire.Bytes;
import exo.libos.net.wire.Checksum;
import exo.libos.net.wire.Headers;
import exo.libos.net.wire.Ranges;
import java.lang.foreign.MemorySegment;

/**
 * Makes segments: from what a connection has queued, and answers to strangers.
 *
 * <p>A segment is made in a transmit slot. Its last run of bytes is handed to the device from where
 * it lies, in a page of the user or in the send buffer; the runs before it are copied behind the
 * header. When the device has no room, or the neighbour is not known yet, nothing has changed and
 * the segment is made anew later.
 */
final class TcpOutput {
    /** Runs shorter than this are copied: cheaper than telling the device of another place. */
    private static final int LEAST_REFERENCE = 128;
    /** The most that the headers of IPv4 and TCP take. */
    private static final int MOST_HEADERS = Headers.IPV4_BYTES + 60;
    private static final int MILLI = 1_000_000;
    private static final int TIMESTAMP_BYTES = 12;
    private static final int WINDOW_FIELD_MOST = 0xffff;
    /** What a step of sending can come to. */
    private static final int SENT = 1;
    private static final int NOTHING = 0;
    private static final int BLOCKED = -1;

    private final FrameLink link;
    private final ArpCache arp;
    private final MemorySegment memory;
    private final TcpTable table;
    private final TcpTimes times;

    TcpOutput(TcpTable table, FrameLink link, ArpCache arp, TcpTimes times) {
        this.table = table;
        this.link = link;
        this.arp = arp;
        this.memory = link.memory();
        this.times = times;
    }

    /**
     * Sends what a connection may send now. hot: AllocationTest.
     *
     * @return whether it is done; otherwise to be called again when there is room
     */
    boolean output(Tcb t) {
        return switch (t.state) {
            case CLOSED -> true;
            case SYN_SENT, SYN_RECEIVED -> !t.synDue || sendSyn(t);
            case TIME_WAIT -> !t.ackNow || sendAck(t);
            default -> sendStream(t);
        };
    }

    private boolean sendSyn(Tcb t) {
        int flags = t.state == TcpState.SYN_SENT ? Headers.SYN : Headers.SYN | Headers.ACK;
        if (send(t, t.iss, 0, flags) == BLOCKED) {
            return false;
        }
        t.synDue = false;
        if (t.sndMax == t.iss) {
            t.timing = true;
            t.timedEnd = t.iss + 1;
            t.timedAt = table.now();
        } else {
            table.counts().retransmitted++;
            t.timing = false;
        }
        t.sndNxt = t.iss + 1;
        t.sndMax = t.iss + 1;
        t.rtoAt = table.now() + Congestion.timeout(t, times);
        table.timers().update(t);
        return true;
    }

    private boolean sendStream(Tcb t) {
        Congestion.restartAfterIdle(t, table.now());
        int step;
        do {
            step = repeatLost(t);
            if (step == NOTHING) {
                step = sendNext(t);
            }
        } while (step == SENT);
        if (step == NOTHING && t.ackNow && !sendAck(t)) {
            step = BLOCKED;
        }
        armTimer(t);
        return step != BLOCKED;
    }

    /** In fast recovery: sends the next range that counts as lost. */
    private int repeatLost(Tcb t) {
        if (!t.inRecovery) {
            return NOTHING;
        }
        long from = t.sacked.firstAbsent(Math.max(t.highRxt, t.sndUna));
        if (from >= Math.min(Congestion.lossEdge(t), t.recover)) {
            return NOTHING;
        }
        int bytes = (int) Math.min(Math.min(t.segmentBytes, t.sndEnd - from),
                t.sacked.nextStart(from, t.recover) - from);
        bytes = Math.max(bytes, 0);
        long pipe = Congestion.pipe(t);
        if (!t.mustRepeat && pipe > 0 && pipe + bytes > t.cwnd) {
            return NOTHING;
        }
        boolean fin = t.finQueued && from + bytes == t.sndEnd && t.sndMax > t.sndEnd;
        int result = send(t, from, bytes, fin ? Headers.ACK | Headers.FIN : Headers.ACK);
        if (result == SENT) {
            t.mustRepeat = false;
            t.highRxt = from + bytes + (fin ? 1 : 0);
            table.counts().retransmitted++;
        }
        return result;
    }

    private int sendNext(Tcb t) {
        if (t.sndNxt < t.sndMax) {
            t.sndNxt = Math.min(t.sacked.firstAbsent(t.sndNxt), t.sndMax);
        }
        long from = t.sndNxt;
        boolean again = from < t.sndMax;
        long edge = t.sndUna + t.sndWnd;
        long end = Math.min(t.sndEnd, edge);
        if (again) {
            end = t.sacked.nextStart(from, end);
        }
        int most = again ? t.segmentBytes : longest(t, from, end);
        int bytes = (int) Math.max(0, Math.min(end - from, most));
        boolean fin = t.finQueued && from + bytes == t.sndEnd && edge > t.sndEnd;
        if (bytes == 0 && !fin) {
            return NOTHING;
        }
        long pipe = Congestion.pipe(t);
        if (pipe > 0 && pipe + bytes > t.cwnd) {
            t.cwndLimited = true;
            return NOTHING;
        }
        boolean last = from + bytes == t.sndEnd;
        if (bytes < t.segmentBytes && !last && !again && bytes < t.maxSndWnd / 2) {
            return NOTHING; // the silly window (RFC 9293, section 3.8.6.2.1)
        }
        int flags = Headers.ACK | (fin ? Headers.FIN : 0) | (last && bytes > 0 ? Headers.PSH : 0);
        int result = send(t, from, bytes, flags);
        if (result == SENT) {
            advance(t, from + bytes + (fin ? 1 : 0));
        }
        return result;
    }

    /**
     * {@return how many bytes to send as one segment that the device cuts: as many full segments as
     * the windows allow and as lie in one place, or the last of the stream; the size of one segment
     * if there are no more}
     *
     * <p>As much as fits into one segment is copied before that place, as for every segment.
     */
    private int longest(Tcb t, long from, long end) {
        int segment = t.segmentBytes;
        long room = Math.min(t.cwnd - Congestion.pipe(t), link.maxUncut() - MOST_HEADERS);
        long want = Math.min(end - from, room);
        if (want <= segment || segment < PacketBinding.LEAST_SEGMENT_BYTES) {
            return segment;
        }
        int reach = reach(t.queue, from, (int) want, segment);
        return from + reach == t.sndEnd ? reach : Math.max(segment, reach / segment * segment);
    }

    /** {@return how many bytes there are to the end of a long run that begins soon} */
    private static int reach(SendQueue queue, long from, int want, int segment) {
        int reach = 0;
        while (reach < want) {
            queue.locate(from + reach);
            int run = Math.min(queue.runBytes(), want - reach);
            if (reach + run > segment) {
                return run >= LEAST_REFERENCE ? reach + run : reach;
            }
            reach += run;
        }
        return reach;
    }

    private void advance(Tcb t, long end) {
        if (t.sndNxt < t.sndMax) {
            table.counts().retransmitted++;
            t.timing = false;
        } else if (!t.timing) {
            t.timing = true;
            t.timedEnd = end;
            t.timedAt = table.now();
        }
        t.sndNxt = end;
        t.sndMax = Math.max(t.sndMax, end);
    }

    /** Sees to it that something happens if the peer stays silent. */
    private void armTimer(Tcb t) {
        boolean inFlight = t.sndMax > t.sndUna;
        boolean waiting = t.sndNxt < t.sndEnd || (t.finQueued && t.sndNxt == t.sndEnd);
        if (!inFlight && !waiting) {
            t.rtoAt = Tcb.NEVER;
            t.persisting = false;
        } else if (t.rtoAt == Tcb.NEVER || (t.persisting && inFlight && t.sndWnd > 0)) {
            t.persisting = !inFlight;
            t.rtoAt = table.now() + Congestion.timeout(t, times);
        }
        table.timers().update(t);
    }

    /** Asks a peer whose window is closed: sends one byte, or the FIN, beyond the window. */
    void probe(Tcb t) {
        int bytes = t.sndEnd > t.sndUna
                ? (int) Math.min(t.sndEnd - t.sndUna,
                        Math.max(1, Math.min(t.sndWnd, t.segmentBytes)))
                : 0;
        boolean fin = bytes == 0 && t.finQueued && t.sndUna == t.sndEnd;
        int flags = fin ? Headers.ACK | Headers.FIN : Headers.ACK;
        if (send(t, t.sndUna, bytes, flags) == SENT) {
            table.counts().probes++;
            t.timing = false;
            t.sndMax = Math.max(t.sndMax, t.sndUna + bytes + (fin ? 1 : 0));
        }
    }

    /** Asks a silent peer whether it is alive: a segment that it must answer. */
    void askAlive(Tcb t) {
        table.counts().probes++;
        send(t, t.sndUna - 1, 0, Headers.ACK);
    }

    /** {@return whether an acknowledgement was sent} */
    boolean sendAck(Tcb t) {
        return send(t, bareSequence(t), 0, Headers.ACK) != BLOCKED;
    }

    /**
     * {@return the number of a segment without data: what would be sent next, unless it lies
     * beyond the window, where the peer would not take it}
     */
    private static long bareSequence(Tcb t) {
        return Math.min(t.sndMax, t.sndUna + t.sndWnd);
    }

    /** Makes one segment of a connection and sends it. hot: AllocationTest. */
    private int send(Tcb t, long sequence, int dataBytes, int flags) {
        long neighbour = arp.tryResolve(t.nextHop, table.now());
        if (neighbour == ArpCache.UNKNOWN) {
            return link.isDown() ? NOTHING : BLOCKED;
        }
        int slot = link.tryReserve();
        if (slot < 0) {
            return link.isDown() ? NOTHING : BLOCKED;
        }
        long frame = link.offset(slot);
        long ip = frame + Headers.ETHERNET_BYTES;
        long tcp = ip + Headers.IPV4_BYTES;
        int room = t.segmentBytes + (t.timestamps ? TIMESTAMP_BYTES : 0) - dataBytes;
        int headerBytes = Headers.TCP_BYTES + putOptions(t, tcp + Headers.TCP_BYTES, flags, room);
        int copied = gather(t, sequence, dataBytes, tcp + headerBytes);
        int inSlot = headerBytes + copied;
        int rest = dataBytes - copied;
        long restOffset = rest > 0 ? t.queue.runOffset() : 0;

        link.putEthernet(frame, neighbour, Headers.TYPE_IPV4);
        link.putIpv4(ip, Headers.IPV4_BYTES + inSlot + rest, Headers.TCP, t.address);
        putHeader(t, tcp, sequence, flags);
        Bytes.put8(memory, tcp + 12, headerBytes << 2);
        int head = Headers.ETHERNET_BYTES + Headers.IPV4_BYTES + inSlot;
        boolean gone;
        if (dataBytes > t.segmentBytes) {
            gone = link.tryCommitUncut(slot, head, restOffset, rest, t.segmentBytes);
        } else {
            putChecksum(t, tcp, inSlot, restOffset, rest);
            gone = link.tryCommit(slot, head, restOffset, rest);
        }
        if (!gone) {
            return BLOCKED;
        }
        sent(t, flags);
        return SENT;
    }

    private void putChecksum(Tcb t, long tcp, int inSlot, long restOffset, int rest) {
        long sum = Checksum.pseudo(link.address(), t.address, Headers.TCP, inSlot + rest);
        sum += Checksum.sum(memory, tcp, inSlot);
        if (rest > 0) {
            int restSum = Checksum.sum(memory, restOffset, rest);
            sum += (inSlot & 1) == 0 ? restSum : Checksum.swap(restSum);
        }
        Bytes.put16(memory, tcp + 16, Checksum.of(sum));
    }

    private void sent(Tcb t, int flags) {
        table.counts().segmentsSent++;
        t.sentAt = table.now();
        if ((flags & Headers.ACK) != 0) {
            t.lastAckSent = t.rcvNxt;
            t.ackNow = false;
            t.ackAt = Tcb.NEVER;
            t.unackedSegments = 0;
        }
    }

    /**
     * Copies all runs of a range of the stream but a last long one.
     *
     * @return how many bytes were copied; the rest is the run the queue has located
     */
    private int gather(Tcb t, long sequence, int dataBytes, long target) {
        int copied = 0;
        while (copied < dataBytes) {
            t.queue.locate(sequence + copied);
            int run = Math.min(t.queue.runBytes(), dataBytes - copied);
            if (run == dataBytes - copied && run >= LEAST_REFERENCE) {
                break;
            }
            MemorySegment.copy(memory, t.queue.runOffset(), memory, target + copied, run);
            copied += run;
        }
        return copied;
    }

    private void putHeader(Tcb t, long tcp, long sequence, int flags) {
        boolean ack = (flags & Headers.ACK) != 0;
        Bytes.put16(memory, tcp, t.localPort());
        Bytes.put16(memory, tcp + 2, t.remotePort());
        Bytes.put32(memory, tcp + 4, (int) sequence);
        Bytes.put32(memory, tcp + 8, ack ? (int) t.rcvNxt : 0);
        Bytes.put8(memory, tcp + 13, flags);
        Bytes.put16(memory, tcp + 14, window(t, (flags & Headers.SYN) != 0));
        Bytes.put32(memory, tcp + 16, 0);
    }

    /** {@return the window to be announced, which never takes back what was promised} */
    private int window(Tcb t, boolean syn) {
        long edge = t.rcvEdge;
        long possible = t.possibleEdge();
        if (possible - edge >= Math.min(table.rxBytes() / 2, t.segmentBytes)) {
            edge = possible;
        }
        int shift = syn ? 0 : t.rcvShift;
        long field = Math.min(Math.max(edge - t.rcvNxt, 0) >> shift, WINDOW_FIELD_MOST);
        t.rcvEdge = Math.max(t.rcvEdge, t.rcvNxt + (field << shift));
        return (int) field;
    }

    private int putOptions(Tcb t, long at, int flags, int room) {
        if ((flags & Headers.SYN) != 0) {
            return putSynOptions(t, at, (flags & Headers.ACK) != 0);
        }
        int length = 0;
        if (t.timestamps) {
            Bytes.put32(memory, at, 0x0101_080a);
            putTimestamps(t, at + 4, true);
            length = TIMESTAMP_BYTES;
        }
        int blocks = Math.min(t.held.count(), t.timestamps ? 3 : 4);
        blocks = Math.min(blocks, (room - length - 4) / 8);
        if (t.sack && blocks > 0) {
            putBlocks(t.held, t.held.indexOf(t.lastHeld), at + length, blocks);
            length += 4 + 8 * blocks;
        }
        return length;
    }

    /** The range that grew last comes first (RFC 2018, section 4). */
    private void putBlocks(Ranges held, int latest, long at, int blocks) {
        Bytes.put32(memory, at, 0x0101_0500 | (2 + 8 * blocks));
        int first = Math.max(latest, 0);
        for (int i = 0; i < blocks; i++) {
            int index = (first + i) % held.count();
            Bytes.put32(memory, at + 4 + 8L * i, (int) held.start(index));
            Bytes.put32(memory, at + 8 + 8L * i, (int) held.end(index));
        }
    }

    private int putSynOptions(Tcb t, long at, boolean answer) {
        Bytes.put32(memory, at, 0x0204_0000 | (link.mtu() - Headers.IPV4_BYTES
                - Headers.TCP_BYTES));
        int length = 4;
        if (t.timestamps) {
            Bytes.put32(memory, at + length, t.sack ? 0x0402_080a : 0x0101_080a);
            putTimestamps(t, at + length + 4, answer);
            length += TIMESTAMP_BYTES;
        } else if (t.sack) {
            Bytes.put32(memory, at + length, 0x0101_0402);
            length += 4;
        }
        if (t.scaling) {
            Bytes.put32(memory, at + length, 0x0103_0300 | table.rxShift());
            length += 4;
        }
        return length;
    }

    private void putTimestamps(Tcb t, long at, boolean echo) {
        Bytes.put32(memory, at, (int) (table.now() / MILLI) + t.tsOffset);
        Bytes.put32(memory, at + 4, echo ? t.tsRecent : 0);
    }

    /** Resets a connection. */
    void sendReset(Tcb t) {
        reply(t.address, t.key, Headers.RST | Headers.ACK, (int) bareSequence(t),
                (int) t.rcvNxt);
        table.counts().resetsSent++;
    }

    /** Answers a segment that belongs to no connection (RFC 9293, section 3.5.2). */
    void sendReset(Segment s) {
        long key = Segment.key(s.source, s.sourcePort, s.destinationPort);
        table.counts().resetsSent++;
        if (s.has(Headers.ACK)) {
            reply(s.source, key, Headers.RST, s.acknowledgement, 0);
        } else {
            reply(s.source, key, Headers.RST | Headers.ACK, 0, s.sequence + s.sequenceLength());
        }
    }

    private void reply(int address, long key, int flags, int sequence, int acknowledgement) {
        int neighbour = arp.nextHop(address);
        int slot = neighbour == 0 ? -1 : link.tryReserve();
        if (slot < 0) {
            return;
        }
        long ip = link.offset(slot) + Headers.ETHERNET_BYTES;
        long tcp = ip + Headers.IPV4_BYTES;
        link.putIpv4(ip, Headers.IPV4_BYTES + Headers.TCP_BYTES, Headers.TCP, address);
        Bytes.put16(memory, tcp, (int) key);
        Bytes.put16(memory, tcp + 2, (int) (key >>> 16));
        Bytes.put32(memory, tcp + 4, sequence);
        Bytes.put32(memory, tcp + 8, acknowledgement);
        Bytes.put16(memory, tcp + 12, Headers.TCP_BYTES << 10 | flags);
        Bytes.put16(memory, tcp + 14, 0);
        Bytes.put32(memory, tcp + 16, 0);
        long sum = Checksum.pseudo(link.address(), address, Headers.TCP, Headers.TCP_BYTES)
                + Checksum.sum(memory, tcp, Headers.TCP_BYTES);
        Bytes.put16(memory, tcp + 16, Checksum.of(sum));
        arp.trySend(slot, neighbour, Headers.IPV4_BYTES + Headers.TCP_BYTES, table.now());
        table.counts().segmentsSent++;
    }
}
