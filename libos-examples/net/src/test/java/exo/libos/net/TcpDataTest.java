// SPDX-License-Identifier: Apache-2.0
package exo.libos.net;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static exo.libos.net.RawPeer.ACK;
import static exo.libos.net.RawPeer.FIN;
import static exo.libos.net.RawPeer.RST;
import static exo.libos.net.RawPeer.SYN;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** How bytes go over a connection. */
class TcpDataTest {
    private static final long MILLI = 1_000_000L;
    private static final long SECOND = 1_000_000_000L;
    private static final StackConfig CONFIG = StackConfig.network(8)
            .maxConnections(4)
            .buffers(4096, 4096, 2)
            .pieces(4);
    private final RawPeer peer = new RawPeer(CONFIG);
    private final Host.Log log = new Host.Log();

    @BeforeEach
    void listen() {
        peer.stack().listen(80, log);
    }

    private static byte[] take(RawPeer from, TcpConnection connection) {
        byte[] all = new byte[connection.available()];
        int got = connection.peek(MemorySegment.ofArray(all), 0, all.length);
        assertEquals(all.length, got);
        int length = connection.inputLength();
        for (int i = 0; i < length; i++) {
            assertEquals(all[i], from.host.memory.get(ValueLayout.JAVA_BYTE,
                    connection.inputOffset() + i), "both views agree");
        }
        connection.consume(all.length);
        return all;
    }

    private TcpConnection openWith(byte[]... options) {
        peer.options = RawPeer.join(options);
        return peer.established(log);
    }

    // ---- receiving

    @Test
    void shouldPutBytesInOrder() {
        TcpConnection connection = openWith(RawPeer.mss(1460), new byte[]{4, 2, 1, 1});
        byte[] all = RawPeer.bytes(400);
        int first = peer.seq;
        for (int from : new int[]{300, 100, 200}) {
            peer.seq = first + from;
            peer.send(ACK, Arrays.copyOfRange(all, from, from + 100));
            RawPeer.Got asked = peer.one();
            assertEquals(first, asked.segment.acknowledgement, "asked for at once");
            assertEquals(first + from, asked.segment.blockStart[0]
                    + (from == 200 ? 100 : 0), "the block that grew last is first");
        }
        assertEquals(0, connection.available());
        peer.seq = first;
        peer.send(ACK, Arrays.copyOfRange(all, 0, 150)); // overlaps
        assertEquals(first + 400, peer.one().segment.acknowledgement);
        assertArrayEquals(all, take(peer, connection));
        assertEquals(3, peer.counters().outOfOrder());
    }

    @Test
    void shouldKeepWhatTheUserLeaves() {
        TcpConnection connection = peer.established(log);
        byte[] all = RawPeer.bytes(6000);
        int taken = 0;
        for (int from = 0; from < 6000; from += 1000) {
            peer.send(ACK, Arrays.copyOfRange(all, from, from + 1000));
            peer.seq += 1000;
            byte[] some = new byte[700];
            assertEquals(700, connection.peek(MemorySegment.ofArray(some), 0, 700));
            assertArrayEquals(Arrays.copyOfRange(all, taken, taken + 700), some);
            connection.consume(700);
            taken += 700;
        }
        assertArrayEquals(Arrays.copyOfRange(all, taken, 6000), take(peer, connection));
        assertThrows(IndexOutOfBoundsException.class, () -> connection.consume(1));
        assertThrows(IndexOutOfBoundsException.class, () -> connection.consume(-1));
        assertEquals(2, peer.stack().table().receiveBuffersFree(), "nothing waits");
    }

    @Test
    void shouldMergeTheAcknowledgementWithTheAnswer() {
        TcpConnection connection = peer.established(log);
        peer.send(ACK, RawPeer.bytes(10));
        peer.nothing();
        connection.trySendPages(peer.host.userOffset, 20, 1);
        peer.turn();
        RawPeer.Got answer = peer.one();
        assertEquals(20, answer.segment.dataBytes);
        assertEquals(peer.seq + 10, answer.segment.acknowledgement);
        peer.pass(SECOND / 10);
        peer.nothing();
    }

    @Test
    void shouldDelayOneAcknowledgementOnly() {
        peer.established(log);
        long before = peer.wire.now();
        peer.send(ACK, RawPeer.bytes(10));
        peer.seq += 10;
        peer.pass(50 * MILLI);
        assertEquals(before + 40 * MILLI, peer.one().at);
        peer.send(ACK, RawPeer.bytes(536));
        peer.seq += 536;
        peer.nothing();
        peer.send(ACK, RawPeer.bytes(536));
        peer.seq += 536;
        assertEquals(peer.seq, peer.one().segment.acknowledgement, "the second at once");
    }

    @Test
    void shouldCloseAndReopenItsWindow() {
        TcpConnection connection = peer.established(log);
        byte[] all = RawPeer.bytes(1024);
        for (int i = 0; i < 4; i++) {
            peer.send(ACK, all);
            peer.seq += 1024;
        }
        peer.pass(SECOND);
        assertEquals(0, peer.got.getLast().segment.window);
        peer.got.clear();
        peer.send(ACK, all); // beyond the window
        assertEquals(peer.seq, peer.one().segment.acknowledgement);
        assertEquals(4096, connection.available());
        connection.consume(500);
        peer.turn();
        peer.nothing(); // too little to be worth a segment
        connection.consume(2000);
        peer.turn();
        assertEquals(2500, peer.one().segment.window);
        peer.send(ACK, all);
        assertEquals(4096 - 2500 + 1024, connection.available());
    }

    @Test
    void shouldCutOffWhatLiesBeyondTheWindow() {
        TcpConnection connection = peer.established(log);
        byte[] all = RawPeer.bytes(1460);
        for (int i = 0; i < 3; i++) {
            peer.send(ACK | (i == 2 ? FIN : 0), all);
            peer.seq += 1460;
        }
        assertEquals(4096, connection.available());
        assertFalse(connection.isInputShut(), "the FIN was beyond the window");
        peer.got.clear();
        peer.seq += 50_000;
        peer.send(ACK, all);
        assertTrue(peer.one().is(ACK));
        assertTrue(peer.counters().outsideWindow() > 0);
    }

    @Test
    void shouldDropOldTimestamps() {
        RawPeer quiet = new RawPeer(CONFIG.times(TcpTimes.DEFAULT.keepAlive(0, SECOND, 1)));
        quiet.stack().listen(80, log);
        quiet.options = RawPeer.timestamps(1000, 0);
        quiet.open();
        quiet.options = RawPeer.timestamps(1010, 0);
        quiet.send(ACK);
        TcpConnection connection = log.last;
        quiet.send(ACK, RawPeer.bytes(5));
        quiet.seq += 5;
        assertEquals(5, connection.available());
        quiet.options = RawPeer.timestamps(1009, 0);
        quiet.send(ACK, RawPeer.bytes(5));
        assertTrue(quiet.one().is(ACK));
        assertEquals(5, connection.available());
        quiet.options = RawPeer.NONE;
        quiet.send(ACK, RawPeer.bytes(5));
        quiet.nothing();
        assertEquals(5, connection.available(), "nor without one");
        assertEquals(2, quiet.counters().oldTimestamps());
        quiet.options = RawPeer.timestamps(1009, 0);
        quiet.pass(25L * 24 * 3600 * SECOND);
        quiet.got.clear();
        quiet.send(ACK, RawPeer.bytes(5));
        assertEquals(10, connection.available(), "after 24 days it may have wrapped");
    }

    @Test
    void shouldDropBytesWithoutABuffer() {
        TcpConnection[] three = new TcpConnection[3];
        for (int i = 0; i < 3; i++) {
            peer.port = 3000 + i;
            peer.seq = 100;
            three[i] = peer.established(log);
            peer.send(ACK, RawPeer.bytes(10));
            peer.got.clear();
        }
        assertEquals(0, three[2].available());
        assertEquals(1, peer.counters().withoutBuffer());
        three[0].consume(10);
        peer.send(ACK, RawPeer.bytes(10));
        assertEquals(10, three[2].available());
    }

    // ---- sending

    @Test
    void shouldRepeatWithLongerAndLongerWaits() {
        TcpConnection connection = peer.established(log);
        connection.trySendPages(peer.host.userOffset, 100, 1);
        peer.turn();
        long last = peer.one().at;
        long wait = 200 * MILLI; // the round trip of this wire is nothing
        for (int i = 0; i < 10; i++) {
            peer.pass(wait);
            RawPeer.Got again = peer.one();
            assertEquals(last + wait, again.at);
            assertEquals(peer.ack, again.segment.sequence);
            assertEquals(100, again.segment.dataBytes);
            last = again.at;
            wait = Math.min(2 * wait, 60 * SECOND);
        }
        assertTrue(log.closed.isEmpty());
        peer.pass(wait);
        assertEquals(List.of(CloseReason.TIMEOUT), log.closed);
        assertEquals(List.of(1L), log.sentTags);
    }

    @Test
    void shouldNotTakeASilenceForARoundTrip() {
        peer.options = RawPeer.timestamps(1000, 0);
        peer.open();
        peer.options = RawPeer.timestamps(1001, 0);
        peer.send(ACK);
        log.last.trySendPages(peer.host.userOffset, 200, 1);
        peer.turn();
        int echo = peer.one().segment.timestamp;
        peer.pass(5 * SECOND); // repeated after 0.2, 0.6, 1.4 and 3 seconds
        assertEquals(4, peer.got.size());
        peer.got.clear();
        peer.ack += 100;
        peer.options = RawPeer.timestamps(1002, echo); // as if its first answer was lost
        peer.send(ACK);
        long last = peer.wire.now();
        peer.pass(10 * SECOND);
        assertTrue(peer.next().at - last <= 2 * SECOND, "the timeout follows the round trip");
    }

    @Test
    void shouldSendFromPagesAsTheyAreNow() {
        TcpConnection connection = peer.established(log);
        MemorySegment page = peer.host.memory.asSlice(peer.host.userOffset, 1000);
        page.fill((byte) 1);
        connection.trySend(MemorySegment.ofArray(new byte[3]), 0, 3);
        connection.trySendPages(peer.host.userOffset + 1, 333, 1);
        peer.host.end.records = true;
        peer.turn();
        byte[] frame = peer.host.end.sentFrames.getLast();
        assertEquals(54 + 336, frame.length, "both pieces in one segment");
        assertEquals(0, frame[56]);
        assertEquals(1, frame[57]);
        page.fill((byte) 2);
        peer.pass(SECOND / 4);
        assertEquals(2, peer.host.end.sentFrames.getLast()[57], "read again from the page");
        peer.ack += 336;
        peer.send(ACK);
        assertEquals(List.of(1L), log.sentTags);
        assertEquals(0, connection.unacknowledged());
    }

    @Test
    void shouldRefuseMorePiecesThanTheLimit() {
        TcpConnection connection = peer.established(log);
        for (int i = 0; i < 4; i++) {
            assertEquals(0, connection.trySendPages(peer.host.userOffset, 10, i));
        }
        assertEquals(Tcb.BUSY, connection.trySendPages(peer.host.userOffset, 10, 4));
        assertEquals(0, connection.trySend(peer.host.memory, 0, 1));
        peer.turn();
        assertEquals(0, log.writable);
        peer.ack += 40;
        peer.send(ACK);
        assertEquals(1, log.writable);
        assertEquals(List.of(0L, 1L, 2L, 3L), log.sentTags);
        assertEquals(0, connection.trySendPages(peer.host.userOffset, 10, 4));
        assertThrows(IndexOutOfBoundsException.class,
                () -> connection.trySendPages(peer.host.memory.byteSize() - 5, 6, 0));
        assertThrows(IllegalArgumentException.class, () -> connection.trySendPages(0, 0, 0));
    }

    @Test
    void shouldTakeNoMoreThanTheSendBufferAndWakeTheNextInLine() {
        TcpConnection[] three = new TcpConnection[3];
        int[] acks = new int[3];
        for (int i = 0; i < 3; i++) {
            peer.port = 3000 + i;
            peer.seq = 100;
            three[i] = peer.established(log);
            acks[i] = peer.ack;
        }
        MemorySegment bytes = MemorySegment.ofArray(new byte[5000]);
        assertEquals(4096, three[0].trySend(bytes, 0, 5000));
        assertEquals(4096, three[1].trySend(bytes, 0, 4096));
        assertEquals(0, three[2].trySend(bytes, 0, 10), "no buffer is left");
        peer.turn();
        assertEquals(0, log.writable);
        peer.port = 3001;
        peer.seq = 101;
        peer.ack = acks[1] + 4096;
        peer.send(ACK);
        assertEquals(1, log.writable);
        assertEquals(10, three[2].trySend(bytes, 0, 10));
    }

    @Test
    void shouldProbeAClosedWindow() {
        peer.window = 0;
        TcpConnection connection = peer.established(log);
        connection.trySendPages(peer.host.userOffset, 3000, 1);
        peer.turn();
        peer.nothing();
        long gap = 0;
        long last = peer.wire.now();
        for (int i = 0; i < 15; i++) { // an answering peer may keep it closed for ever
            peer.pass(61 * SECOND);
            while (!peer.got.isEmpty()) {
                RawPeer.Got probe = peer.next();
                assertEquals(1, probe.segment.dataBytes);
                assertTrue(probe.at - last >= gap || gap > 60 * SECOND);
                gap = probe.at - last;
                last = probe.at;
            }
            peer.send(ACK);
        }
        assertTrue(log.closed.isEmpty());
        peer.window = 65_535;
        peer.send(ACK);
        assertEquals(536, peer.next().segment.dataBytes, "it goes on at once");
        peer.got.clear();
        peer.ack += 3000;
        peer.send(ACK);
        assertEquals(List.of(1L), log.sentTags);
        peer.window = 0;
        peer.send(ACK);
        connection.trySendPages(peer.host.userOffset, 10, 2);
        peer.pass(1000 * SECOND);
        assertEquals(List.of(CloseReason.TIMEOUT), log.closed, "a silent peer may not");
    }

    @Test
    void shouldNotSendSillySegments() {
        peer.window = 1000;
        TcpConnection connection = peer.established(log);
        connection.trySendPages(peer.host.userOffset, 3000, 1);
        peer.turn();
        assertEquals(536, peer.next().segment.dataBytes);
        peer.nothing(); // 464 bytes of window are neither a full segment nor half the window
        peer.ack += 536;
        peer.window = 464;
        peer.send(ACK);
        peer.nothing();
        peer.pass(SECOND);
        assertEquals(464, peer.next().segment.dataBytes, "nothing else is in flight: sent late");
    }

    private void sendTwelve(TcpConnection connection) {
        connection.trySendPages(peer.host.userOffset, 12 * 536, 1);
        peer.turn();
        assertEquals(10, peer.got.size(), "the initial window of RFC 6928");
        peer.got.clear();
    }

    @Test
    void shouldRepeatAtOnceAfterThreeDuplicates() {
        TcpConnection connection = peer.established(log);
        sendTwelve(connection);
        peer.send(ACK);
        assertEquals(10 * 536, peer.one().segment.sequence - peer.ack, "limited transmit");
        peer.send(ACK);
        peer.next();
        peer.nothing();
        peer.send(ACK);
        RawPeer.Got again = peer.one();
        assertEquals(peer.ack, again.segment.sequence);
        assertEquals(1, peer.counters().fastRecoveries());
        peer.ack += 536;
        peer.send(ACK); // partial: the next one is lost too
        assertEquals(peer.ack, peer.one().segment.sequence);
        peer.ack += 11 * 536;
        peer.send(ACK);
        assertEquals(List.of(1L), log.sentTags);
        assertEquals(0, peer.counters().timeouts());
        peer.pass(10 * SECOND);
        peer.nothing();
    }

    private static byte[] blocks(int... edges) {
        ByteBuffer option = ByteBuffer.allocate(4 + 4 * edges.length);
        option.putInt(0x0101_0500 | (2 + 4 * edges.length));
        for (int edge : edges) {
            option.putInt(edge);
        }
        return option.array();
    }

    @Test
    void shouldRepeatOnlyWhatThePeerLacks() {
        TcpConnection connection = openWith(RawPeer.mss(536), new byte[]{4, 2, 1, 1});
        sendTwelve(connection);
        int una = peer.ack;
        peer.options = blocks(una + 536, una + 4 * 536, una + 5 * 536, una + 10 * 536);
        peer.send(ACK);
        assertEquals(una, peer.next().segment.sequence);
        assertEquals(una + 4 * 536, peer.next().segment.sequence);
        assertEquals(una + 10 * 536, peer.next().segment.sequence, "then new bytes");
        assertEquals(2, peer.counters().retransmitted());
    }

    @Test
    void shouldNotBelieveHostileBlocks() {
        TcpConnection connection = openWith(RawPeer.mss(536), new byte[]{4, 2, 1, 1});
        sendTwelve(connection);
        int una = peer.ack;
        peer.options = blocks(una + 100, una, una - 5, una + 50, una + 536, una + 99_999);
        peer.send(ACK);
        peer.options = blocks(una + 0x7fff_ffff, una + 0x8000_0000, una, una + 10);
        peer.send(ACK);
        peer.nothing();
        peer.pass(SECOND / 4);
        assertEquals(una, peer.next().segment.sequence, "the timer sees to it");
    }

    @Test
    void shouldKeepAllWhenTheDeviceHasNoRoom() {
        TcpConnection connection = peer.established(log);
        peer.host.end.busy(true);
        connection.trySendPages(peer.host.userOffset, 1000, 1);
        peer.turn();
        peer.nothing();
        assertTrue(peer.stack().nextDeadlineNanos() <= peer.wire.now() + MILLI);
        peer.host.end.busy(false);
        peer.turn();
        assertEquals(2, peer.got.size());
        assertEquals(peer.ack, peer.next().segment.sequence);
        assertEquals(0, peer.counters().retransmitted());
    }

    @Test
    void shouldEndEverythingWhenTheBindingIsRevoked() {
        TcpConnection connection = peer.established(log);
        peer.host.end.revoke();
        connection.trySendPages(peer.host.userOffset, 1000, 1);
        peer.turn();
        peer.turn();
        assertTrue(peer.stack().isDown());
        assertEquals(List.of(1L), log.sentTags);
        assertEquals(List.of(CloseReason.ABORTED), log.closed);
        assertEquals(0, peer.stack().connectionCount());
    }

    @Test
    void shouldShrinkSegmentsWhenARouterSaysSo() {
        TcpConnection connection = openWith(RawPeer.mss(1460));
        connection.trySendPages(peer.host.userOffset, 1460, 1);
        peer.host.end.records = true;
        peer.turn();
        assertEquals(1460, peer.one().segment.dataBytes);
        byte[] packet = peer.host.end.sentFrames.getLast();
        byte[] icmp = new byte[8 + 28];
        icmp[0] = 3;
        icmp[1] = 4;
        icmp[6] = 1000 >>> 8;
        icmp[7] = (byte) (1000 & 0xff);
        System.arraycopy(packet, 14, icmp, 8, 28);
        int sum = ~RawPeer.plainSum(ByteBuffer.wrap(icmp), 0, icmp.length);
        icmp[2] = (byte) (sum >>> 8);
        icmp[3] = (byte) sum;
        peer.sendFrame(peer.ipv4(1, icmp));
        assertEquals(948, peer.next().segment.dataBytes, "1000 less the headers");
        assertEquals(512, peer.next().segment.dataBytes);
        peer.ack += 1460;
        peer.send(ACK);
        assertEquals(List.of(1L), log.sentTags);
        peer.sendFrame(peer.ipv4(1, icmp));
        peer.nothing(); // that segment is no longer in flight
    }

    @Test
    void shouldAllowEverythingInsideItsEntries() {
        TcpConnection[] second = new TcpConnection[1];
        peer.stack().listen(90, new Host.Log() {
            @Override
            public void onReceive(TcpConnection connection) {
                connection.abort();
                connection.consume(0);
                second[0] = peer.stack().connect(peer.address, 5, log);
            }

            @Override
            public void onClosed(TcpConnection connection, CloseReason reason) {
                super.onClosed(connection, reason);
                connection.abort();
                throw new IllegalStateException("the user's own mistake");
            }
        });
        peer.stackPort = 90;
        peer.open();
        peer.send(ACK);
        assertThrows(IllegalStateException.class, () -> peer.send(ACK, RawPeer.bytes(10)));
        peer.turn();
        assertEquals(1, peer.stack().connectionCount(), "the one that was opened");
        assertTrue(peer.next().is(RST | ACK));
        assertTrue(peer.next().is(SYN));
        second[0].abort();
        peer.turn();
        assertEquals(0, peer.stack().connectionCount());
    }
}
