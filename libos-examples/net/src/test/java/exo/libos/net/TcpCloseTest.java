// SPDX-License-Identifier: Apache-2.0
package exo.libos.net;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static exo.libos.net.RawPeer.ACK;
import static exo.libos.net.RawPeer.FIN;
import static exo.libos.net.RawPeer.RST;
import static exo.libos.net.RawPeer.SYN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** How connections end. */
class TcpCloseTest {
    private static final long SECOND = 1_000_000_000L;
    private static final StackConfig CONFIG = StackConfig.network(8)
            .maxConnections(4)
            .waiting(2, 2);
    private final RawPeer peer = new RawPeer(CONFIG);
    private final Host.Log log = new Host.Log();

    @BeforeEach
    void listen() {
        peer.stack().listen(80, log);
    }

    private void activeClose(TcpConnection connection) {
        connection.shutOutput();
        peer.turn();
        assertTrue(peer.one().is(FIN | ACK));
        peer.ack++;
        peer.send(ACK);
        peer.send(FIN | ACK);
        peer.seq++;
        assertTrue(peer.one().is(ACK));
    }

    @Test
    void shouldWaitInTimeWaitAfterItsOwnClose() {
        TcpConnection connection = peer.established(log);
        activeClose(connection);
        assertEquals(List.of(CloseReason.FINISHED), log.closed);
        assertEquals(0, peer.stack().connectionCount());
        assertEquals(1, peer.stack().timeWaitCount());
        peer.seq--;
        peer.send(FIN | ACK);
        assertTrue(peer.one().is(ACK), "a repeated FIN is acknowledged again");
        peer.seq++;
        peer.send(RST);
        assertEquals(1, peer.stack().timeWaitCount(), "a RST does not end the wait");
        peer.pass(59 * SECOND);
        assertEquals(1, peer.stack().timeWaitCount());
        peer.pass(2 * SECOND);
        assertEquals(0, peer.stack().timeWaitCount());
        peer.send(ACK);
        assertTrue(peer.next().is(RST));
    }

    @Test
    void shouldLetANewerSynTakeATimeWaitOver() {
        activeClose(peer.established(log));
        peer.seq -= 100;
        peer.send(SYN);
        peer.got.clear();
        assertEquals(1, peer.stack().timeWaitCount(), "an older one does not");
        peer.seq += 200;
        peer.established(log);
        assertEquals(0, peer.stack().timeWaitCount());
        assertEquals(2, log.connected.size());
    }

    @Test
    void shouldRecycleTheOldestTimeWaitBeyondTheLimit() {
        for (int i = 0; i < 3; i++) {
            activeClose(peer.established(log));
            peer.port++;
        }
        assertEquals(2, peer.stack().timeWaitCount());
        assertEquals(1, peer.counters().recycled());
        peer.port -= 3;
        peer.send(ACK);
        assertTrue(peer.one().is(RST), "the oldest is gone");
    }

    @Test
    void shouldCloseFromBothSidesAtTheSameTime() {
        TcpConnection connection = peer.established(log);
        connection.shutOutput();
        peer.turn();
        assertTrue(peer.one().is(FIN | ACK));
        peer.send(FIN | ACK); // it does not acknowledge our FIN
        assertTrue(peer.one().is(ACK));
        assertTrue(log.closed.isEmpty());
        peer.seq++;
        peer.ack++;
        peer.send(ACK);
        assertEquals(List.of(CloseReason.FINISHED), log.closed);
        assertEquals(1, peer.stack().timeWaitCount());
    }

    @Test
    void shouldEndWithoutTimeWaitAfterThePeersClose() {
        TcpConnection connection = peer.established(log);
        peer.send(FIN | ACK, RawPeer.bytes(10));
        peer.seq += 11;
        assertEquals(peer.seq, peer.one().segment.acknowledgement);
        assertTrue(connection.isInputShut());
        assertTrue(connection.isOpen());
        assertEquals(10, connection.available());
        assertEquals(1, log.received);
        connection.trySendPages(peer.host.userOffset, 100, 1);
        connection.shutOutput();
        peer.turn();
        RawPeer.Got last = peer.one();
        assertTrue(last.is(FIN | ACK));
        assertEquals(100, last.segment.dataBytes);
        assertEquals(peer.seq, last.segment.acknowledgement);
        peer.ack += 101;
        peer.send(ACK);
        assertEquals(List.of(1L), log.sentTags);
        assertTrue(log.closed.isEmpty(), "ten bytes were not consumed");
        connection.consume(10);
        peer.turn();
        assertEquals(List.of(CloseReason.FINISHED), log.closed);
        assertEquals(0, peer.stack().timeWaitCount());
        assertEquals(0, peer.stack().connectionCount());
    }

    @Test
    void shouldSendAFinOnceMoreIfItIsLost() {
        TcpConnection connection = peer.established(log);
        connection.shutOutput();
        connection.shutOutput();
        assertTrue(connection.isOutputShut());
        peer.turn();
        int number = peer.one().segment.sequence;
        peer.pass(SECOND);
        RawPeer.Got again = peer.next();
        assertTrue(again.is(FIN | ACK));
        assertEquals(number, again.segment.sequence);
    }

    @Test
    void shouldResetOnAbort() {
        TcpConnection connection = peer.established(log);
        connection.attach(this);
        connection.trySendPages(peer.host.userOffset, 100, 1);
        connection.trySendPages(peer.host.userOffset, 100, 2);
        connection.abort();
        assertFalse(connection.isOpen());
        assertTrue(log.closed.isEmpty(), "told inside the stack's calls only");
        assertTrue(peer.stack().nextDeadlineNanos() <= peer.wire.now());
        peer.turn();
        RawPeer.Got reset = peer.one();
        assertTrue(reset.is(RST | ACK));
        assertEquals(peer.ack, reset.segment.sequence);
        assertEquals(List.of(1L, 2L), log.sentTags);
        assertEquals(List.of(CloseReason.ABORTED), log.closed);
        assertEquals(null, connection.attachment());
        connection.abort();
        assertEquals(0, connection.trySend(peer.host.memory, 0, 10));
        assertEquals(Tcb.BUSY, connection.trySendPages(0, 10, 3));
        peer.turn();
        peer.nothing();
    }

    @Test
    void shouldBelieveOnlyAResetAtTheExactNumber() {
        peer.established(log);
        peer.seq += 1;
        peer.send(RST);
        RawPeer.Got challenge = peer.one();
        assertTrue(challenge.is(ACK));
        assertEquals(peer.seq - 1, challenge.segment.acknowledgement);
        peer.send(RST);
        peer.nothing(); // challenges are rare
        peer.seq -= 1;
        peer.seq += 1 << 20;
        peer.send(RST);
        peer.nothing();
        assertTrue(log.closed.isEmpty());
        peer.seq -= 1 << 20;
        peer.send(RST);
        assertEquals(List.of(CloseReason.RESET), log.closed);
        assertEquals(0, peer.stack().connectionCount());
    }

    @Test
    void shouldChallengeASynInsideAConnection() {
        peer.established(log);
        peer.send(SYN);
        assertTrue(peer.one().is(ACK));
        assertTrue(log.closed.isEmpty());
        assertEquals(1, peer.counters().challenges());
    }

    @Test
    void shouldChallengeAnAcknowledgementOfTheFuture() {
        TcpConnection connection = peer.established(log);
        peer.ack += 1;
        peer.send(ACK, RawPeer.bytes(5));
        assertTrue(peer.one().is(ACK));
        assertEquals(0, connection.available());
        peer.pass(SECOND);
        peer.ack -= 1 + (1 << 17);
        peer.send(ACK, RawPeer.bytes(5));
        assertTrue(peer.one().is(ACK), "nor of the distant past");
        assertEquals(0, connection.available());
    }

    @Test
    void shouldAskASilentPeerAndGiveUp() {
        StackConfig config = CONFIG.times(TcpTimes.DEFAULT.keepAlive(10 * SECOND, SECOND, 3));
        RawPeer quiet = new RawPeer(config);
        quiet.stack().listen(80, log);
        quiet.established(log);
        quiet.pass(9 * SECOND);
        quiet.nothing();
        quiet.pass(SECOND);
        RawPeer.Got probe = quiet.one();
        assertEquals(quiet.ack - 1, probe.segment.sequence);
        assertEquals(0, probe.segment.dataBytes);
        quiet.send(ACK);
        quiet.pass(9 * SECOND);
        quiet.nothing();
        quiet.pass(SECOND + 2 * SECOND);
        assertEquals(3, quiet.got.size());
        assertTrue(log.closed.isEmpty());
        quiet.pass(SECOND);
        assertEquals(List.of(CloseReason.TIMEOUT), log.closed);
    }

    @Test
    void shouldTellAllUsersAtClose() {
        peer.established(log).trySendPages(0, 10, 9);
        peer.stack().close();
        assertEquals(List.of(9L), log.sentTags);
        assertEquals(List.of(CloseReason.ABORTED), log.closed);
        assertTrue(peer.stack().isDown());
        peer.stack().close();
        peer.turn();
        assertEquals(1, log.closed.size());
    }
}
