// SPDX-License-Identifier: Apache-2.0
package exo.libos.net;

/** What a connection does when one of its timers is due. */
final class TcpTimeouts {
    private final TcpTable table;
    private final TcpOutput output;
    private final TcpTimes times;

    TcpTimeouts(TcpTable table, TcpOutput output) {
        this.table = table;
        this.output = output;
        this.times = table.config().times();
    }

    /** Serves all connections whose timers are due. */
    void expire() {
        Tcb t = table.timers().takeDue(table.now());
        while (t != null) {
            expire(t);
            if (t.state != TcpState.CLOSED) {
                table.timers().update(t);
            }
            t = table.timers().takeDue(table.now());
        }
    }

    private void expire(Tcb t) {
        long now = table.now();
        if (t.endAt <= now) {
            table.end(t, CloseReason.FINISHED);
            return;
        }
        if (t.ackAt <= now) {
            t.ackAt = Tcb.NEVER;
            t.ackNow = true;
            table.scheduleOutput(t);
        }
        if (t.rtoAt <= now) {
            retransmission(t);
        }
        if (t.keepAt <= now && t.state != TcpState.CLOSED) {
            keepAlive(t);
        }
    }

    private void retransmission(Tcb t) {
        if (t.state == TcpState.SYN_SENT || t.state == TcpState.SYN_RECEIVED) {
            if (t.backoff >= times.synRetries()) {
                table.end(t, CloseReason.TIMEOUT);
                return;
            }
            t.synDue = true;
            t.timing = false;
        } else if (t.persisting || t.sndWnd == 0) {
            // Answers may go on for ever without an open window (RFC 9293, section 3.8.6.1).
            if (t.silent >= times.retries()) {
                table.end(t, CloseReason.TIMEOUT);
                return;
            }
            output.probe(t);
        } else {
            if (t.backoff >= times.retries()) {
                table.end(t, CloseReason.TIMEOUT);
                return;
            }
            table.counts().timeouts++;
            t.repeatedAt = table.now();
            Congestion.timedOut(t);
        }
        t.backoff++;
        t.silent++;
        t.rtoAt = table.now() + Congestion.timeout(t, times);
        table.scheduleOutput(t);
    }

    private void keepAlive(Tcb t) {
        long due = t.heardAt + times.keepAliveNanos();
        if (due > table.now()) {
            t.keepAt = due;
        } else if (t.sndMax > t.sndUna) {
            t.keepAt = table.now() + times.keepAliveGapNanos(); // a repeated segment asks already
        } else if (t.keepProbes >= times.keepAliveProbes()) {
            table.end(t, CloseReason.TIMEOUT);
        } else {
            t.keepProbes++;
            t.keepAt = table.now() + times.keepAliveGapNanos();
            output.askAlive(t);
        }
    }
}
