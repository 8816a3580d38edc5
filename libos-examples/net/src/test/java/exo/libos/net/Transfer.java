// SPDX-License-Identifier: Apache-2.0
package exo.libos.net;

import exo.libos.net.wire.Bytes;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

import static org.junit.jupiter.api.Assertions.assertEquals;

/**
 * The user of one side: sends a stream whose bytes follow from their place, partly from pages and
 * partly by copy, and checks the stream of the other side.
 */
final class Transfer implements TcpHandler {
    /** The stream repeats after this many bytes, a prime so that no buffer size divides it. */
    static final int PERIOD = 65_521;
    private final Host host;
    private final long total;
    private final int peerSalt;
    private final MemorySegment pattern;
    private long queued;
    private long taken;
    private int pieces;
    private int told;
    CloseReason reason;
    boolean slow;

    Transfer(Host host, long total, int salt, int peerSalt) {
        this.host = host;
        this.total = total;
        this.peerSalt = peerSalt;
        this.pattern = host.memory.asSlice(host.userOffset, PERIOD + 20_000L);
        for (int i = 0; i < pattern.byteSize(); i++) {
            pattern.set(ValueLayout.JAVA_BYTE, i, at(i, salt));
        }
    }

    private static byte at(long place, int salt) {
        int i = (int) (place % PERIOD);
        return (byte) (i * 31 + (i >>> 7) + salt);
    }

    @Override
    public void onConnected(TcpConnection connection) {
        pump(connection);
    }

    @Override
    public void onWritable(TcpConnection connection) {
        pump(connection);
    }

    @Override
    public void onSent(TcpConnection connection, long tag) {
        assertEquals(told, tag);
        told++;
        pump(connection);
    }

    private void pump(TcpConnection connection) {
        while (queued < total) {
            int within = (int) (queued % PERIOD);
            int chunk = (int) Math.min(total - queued, 1 + (queued * 7919 & 0x3fff));
            if ((queued & 3) == 0) {
                int got = connection.trySend(pattern, within, chunk);
                queued += got;
                if (got < chunk) {
                    return;
                }
            } else {
                if (connection.trySendPages(host.userOffset + within, chunk, pieces) != 0) {
                    return;
                }
                pieces++;
                queued += chunk;
            }
        }
        connection.shutOutput();
    }

    @Override
    public void onReceive(TcpConnection connection) {
        if (slow && connection.available() < 3000 && !connection.isInputShut()) {
            return;
        }
        take(connection);
    }

    void take(TcpConnection connection) {
        while (connection.available() > 0) {
            int length = connection.inputLength();
            long from = connection.inputOffset();
            for (int i = 0; i < length; i++) {
                byte got = (byte) Bytes.u8(host.memory, from + i);
                if (got != at(taken + i, peerSalt)) {
                    throw new AssertionError("byte " + (taken + i) + " is wrong");
                }
            }
            taken += length;
            connection.consume(length);
        }
    }

    @Override
    public void onClosed(TcpConnection connection, CloseReason why) {
        assertEquals(pieces, told, "each piece is told before the end");
        reason = why;
    }

    boolean isOver() {
        return reason != null;
    }

    void check(long expected) {
        assertEquals(CloseReason.FINISHED, reason);
        assertEquals(expected, taken);
        assertEquals(total, queued);
    }
}
