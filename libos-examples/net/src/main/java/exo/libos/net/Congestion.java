// SPDX-License-Identifier: Apache-2.0
package exo.libos.net;

/**
 * How much may be in flight, what counts as lost, and how long to wait for an acknowledgement.
 *
 * <p>Congestion control is RFC 5681 with the initial window of RFC 6928; fast recovery is RFC 6582
 * where the peer does not report what it holds (SACK), and follows RFC 6675 where it does. Both are
 * one algorithm here: without SACK, each duplicate acknowledgement counts as one full segment that
 * the peer holds. The timeout is RFC 6298.
 *
 * <p>Stateless: everything is kept in the connection.
 */
final class Congestion {
    /** Duplicate acknowledgements that mean a loss. */
    static final int DUPLICATES = 3;
    private static final long FIRST_RTO = 1_000_000_000L;
    private static final int INITIAL_SEGMENTS = 10;
    private static final int INITIAL_BYTES = 14_600;
    private static final int MOST_BACKOFF = 20;

    private Congestion() {}

    /** Begins with a connection whose segment size is known. */
    static void begin(Tcb t) {
        t.cwnd = initialWindow(t);
        t.ssthresh = Long.MAX_VALUE / 2;
        t.recover = t.iss;
        t.highRxt = t.iss;
    }

    private static long initialWindow(Tcb t) {
        return Math.min((long) INITIAL_SEGMENTS * t.segmentBytes,
                Math.max(2L * t.segmentBytes, INITIAL_BYTES));
    }

    /** Sets the timeout before any round trip was measured. */
    static void beginTimeout(Tcb t, TcpTimes times) {
        t.rto = Math.min(Math.max(FIRST_RTO, times.minRtoNanos()), times.maxRtoNanos());
    }

    /** After a pause the network may have changed (RFC 5681, section 4.1). */
    static void restartAfterIdle(Tcb t, long nowNanos) {
        if (t.sndMax == t.sndUna && nowNanos - t.sentAt > t.rto) {
            t.cwnd = Math.min(t.cwnd, initialWindow(t));
        }
    }

    /** Takes a measured round trip (RFC 6298, section 2). */
    static void measured(Tcb t, long nanos, TcpTimes times) {
        long r = Math.max(nanos, 1);
        if (t.srtt == 0) {
            t.srtt = r;
            t.rttVar = r / 2;
        } else {
            t.rttVar += (Math.abs(t.srtt - r) - t.rttVar) / 4;
            t.srtt += (r - t.srtt) / 8;
        }
        t.srtt = Math.max(t.srtt, 1);
        long rto = t.srtt + Math.max(1_000_000L, 4 * t.rttVar);
        t.rto = Math.min(Math.max(rto, times.minRtoNanos()), times.maxRtoNanos());
    }

    /** {@return the timeout with its doublings} */
    static long timeout(Tcb t, TcpTimes times) {
        int doublings = Math.min(t.backoff, MOST_BACKOFF);
        return Math.min(t.rto << doublings, times.maxRtoNanos());
    }

    /** {@return how many bytes in flight the peer holds out of order} */
    static long heldByPeer(Tcb t) {
        if (t.sack) {
            return t.sacked.bytesBelow(t.sndNxt);
        }
        long flight = t.sndNxt - t.sndUna;
        return Math.min((long) t.dupAcks * t.segmentBytes,
                Math.max(0, flight - t.segmentBytes));
    }

    /** {@return below which number everything the peer does not hold counts as lost} */
    static long lossEdge(Tcb t) {
        long edge = t.inRecovery ? t.sndUna + t.segmentBytes : t.sndUna;
        if (!t.sack) {
            return edge;
        }
        long above = 0;
        for (int i = t.sacked.count() - 1; i >= 0; i--) {
            above += t.sacked.end(i) - t.sacked.start(i);
            if (above > (DUPLICATES - 1L) * t.segmentBytes
                    || t.sacked.count() - i >= DUPLICATES) {
                return Math.max(edge, t.sacked.start(i));
            }
        }
        return edge;
    }

    /** {@return how many bytes are on their way, as far as is known} */
    static long pipe(Tcb t) {
        long flight = t.sndNxt - t.sndUna - heldByPeer(t);
        if (!t.inRecovery) {
            return flight;
        }
        long from = Math.max(t.sndUna, t.highRxt);
        long to = Math.min(lossEdge(t), t.sndNxt);
        if (from >= to) {
            return flight;
        }
        long held = t.sack ? t.sacked.bytesBelow(to) - t.sacked.bytesBelow(from) : 0;
        return flight - (to - from - held);
    }

    /** {@return whether acknowledgements show a loss that is news} */
    static boolean isLoss(Tcb t) {
        if (t.inRecovery || t.sndUna < t.recover || t.sndNxt < t.sndMax) {
            return false;
        }
        return t.dupAcks >= DUPLICATES || (t.sack && lossEdge(t) > t.sndUna);
    }

    /** Begins fast recovery. */
    static void enterRecovery(Tcb t) {
        t.ssthresh = Math.max((t.sndMax - t.sndUna) / 2, 2L * t.segmentBytes);
        t.cwnd = t.ssthresh;
        t.recover = t.sndMax;
        t.highRxt = t.sndUna;
        t.inRecovery = true;
        t.mustRepeat = true;
        t.timing = false;
    }

    /** Takes an acknowledgement of new bytes; {@code sndUna} is up to date. */
    static void acknowledged(Tcb t, long bytes) {
        if (t.inRecovery) {
            if (t.sndUna >= t.recover) {
                t.inRecovery = false;
                t.dupAcks = 0;
            } else if (!t.sack) {
                // A partial acknowledgement: the next segment is lost too.
                t.highRxt = t.sndUna;
                t.mustRepeat = true;
                long gone = Math.max(1, bytes / t.segmentBytes);
                t.dupAcks = (int) Math.max(0, t.dupAcks - gone);
            }
            return;
        }
        t.dupAcks = 0;
        if (!t.cwndLimited) {
            return; // a window that was not used proves nothing
        }
        t.cwndLimited = false;
        if (t.cwnd < t.ssthresh) {
            t.cwnd += Math.min(bytes, 8L * t.segmentBytes);
        } else {
            t.caAcked += bytes;
            if (t.caAcked >= t.cwnd) {
                t.caAcked -= t.cwnd;
                t.cwnd += t.segmentBytes;
            }
        }
    }

    /** Takes a timeout: everything in flight is sent again, as far as the peer does not hold it. */
    static void timedOut(Tcb t) {
        if (t.backoff == 0) {
            t.ssthresh = Math.max((t.sndMax - t.sndUna) / 2, 2L * t.segmentBytes);
        }
        t.cwnd = t.segmentBytes;
        t.inRecovery = false;
        t.mustRepeat = false;
        t.recover = t.sndMax;
        t.dupAcks = 0;
        t.caAcked = 0;
        t.timing = false;
        t.sndNxt = t.sndUna;
        if (t.sacked.indexOf(t.sndUna) >= 0) {
            t.sacked.clear(); // the peer has thrown away what it held
        }
    }
}
