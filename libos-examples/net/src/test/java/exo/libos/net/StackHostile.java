// SPDX-License-Identifier: Apache-2.0
package exo.libos.net;

import exo.testkit.Seed;
import exo.testkit.Seeds;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Whatever arrives, nothing is thrown, every limit holds, and nothing is lost for ever. */
@ExtendWith(Seeds.class)
class StackHostile {
    private static final long SECOND = 1_000_000_000L;
    private static final int FRAMES = 150_000;
    private static final StackConfig CONFIG = StackConfig.network(8)
            .maxConnections(32)
            .buffers(4096, 4096, 8)
            .waiting(8, 8);

    /** A user who does everything at random, and counts whether he is told what he must be. */
    private static final class Wild extends Host.Log {
        private final RandomGenerator random;
        private final RawPeer peer;
        private final List<TcpConnection> open = new ArrayList<>();
        private long piecesTaken;
        private long opened;

        Wild(RandomGenerator random, RawPeer peer) {
            this.random = random;
            this.peer = peer;
        }

        @Override
        public void onConnected(TcpConnection connection) {
            super.onConnected(connection);
            opened++;
            open.add(connection);
            act(connection);
        }

        @Override
        public void onReceive(TcpConnection connection) {
            super.onReceive(connection);
            act(connection);
        }

        @Override
        public void onClosed(TcpConnection connection, CloseReason reason) {
            super.onClosed(connection, reason);
            open.remove(connection);
        }

        void act(TcpConnection connection) {
            int available = connection.available();
            assertTrue(available >= 0 && available <= 4096);
            if (available > 0) {
                assertTrue(connection.inputLength() > 0);
                connection.peek(MemorySegment.ofArray(new byte[4096]), 0, 4096);
            }
            switch (random.nextInt(12)) {
                case 0, 1, 2, 3 -> connection.consume(available);
                case 4, 5 -> connection.consume(random.nextInt(available + 1));
                case 6, 7 -> {
                    long from = peer.host.userOffset + random.nextInt(1000);
                    if (connection.trySendPages(from, 1 + random.nextInt(5000), 1) == 0) {
                        piecesTaken++;
                    }
                }
                case 8, 9 -> connection.trySend(peer.host.memory, 0, random.nextInt(6000));
                case 10 -> connection.shutOutput();
                default -> {
                    if (random.nextInt(4) == 0) {
                        connection.abort();
                    }
                }
            }
        }
    }

    @Test
    void shouldSurviveRandomFrames(Seed seed) {
        RandomGenerator random = seed.random();
        RawPeer peer = new RawPeer(CONFIG);
        peer.stack().listen(80, new Host.Log());
        for (int i = 0; i < FRAMES / 3; i++) {
            byte[] frame = new byte[random.nextInt(120)];
            random.nextBytes(frame);
            if (frame.length > 34 && random.nextBoolean()) {
                System.arraycopy(peer.tcp(RawPeer.SYN, RawPeer.NONE), 0, frame, 0,
                        Math.min(frame.length, 14 + random.nextInt(25)));
            }
            peer.sendFrame(frame);
            peer.got.clear();
            peer.others.clear();
        }
        assertEquals(FRAMES / 3, peer.counters().framesReceived());
    }

    @Test
    void shouldHoldEveryLimitUnderMutatedConversations(Seed seed) {
        RandomGenerator random = seed.random();
        RawPeer peer = new RawPeer(CONFIG);
        Wild user = new Wild(random, peer);
        peer.stack().listen(80, user);
        int[] seqs = new int[64];
        int[] acks = new int[64];
        for (int i = 0; i < FRAMES; i++) {
            int which = random.nextInt(64);
            peer.port = 1000 + which;
            peer.seq = seqs[which];
            peer.ack = acks[which];
            step(random, peer);
            for (RawPeer.Got got : peer.got) {
                int index = got.segment.destinationPort - 1000;
                if (index >= 0 && index < 64) {
                    acks[index] = got.segment.sequence + got.segment.sequenceLength();
                    seqs[index] = got.segment.acknowledgement;
                }
            }
            peer.got.clear();
            peer.others.clear();
            if (!user.open.isEmpty() && random.nextInt(4) == 0) {
                user.act(user.open.get(random.nextInt(user.open.size())));
            }
            if (random.nextInt(50) == 0) {
                peer.pass(random.nextLong(2 * SECOND));
            }
            TcpTable table = peer.stack().table();
            assertTrue(table.inUse() <= 32 && table.halfOpenCount() <= 8
                    && table.timeWaitCount() <= 8);
        }
        assertTrue(user.opened > 100, () -> "only " + user.opened + " were opened");
        settle(peer, user);
    }

    private static void settle(RawPeer peer, Wild user) {
        for (TcpConnection connection : List.copyOf(user.open)) {
            connection.abort();
        }
        peer.pass(1000 * SECOND);
        assertEquals(user.opened, user.closed.size(), "each is told its end once");
        assertEquals(user.piecesTaken, user.sentTags.size(), "each piece is given back once");
        assertEquals(0, peer.stack().connectionCount());
        assertEquals(0, peer.stack().timeWaitCount());
        assertEquals(8, peer.stack().table().receiveBuffersFree());
        assertEquals(8, peer.stack().table().sendBuffersFree());
    }

    private static void step(RandomGenerator random, RawPeer peer) {
        int flags = switch (random.nextInt(10)) {
            case 0, 1 -> RawPeer.SYN;
            case 2 -> RawPeer.FIN | RawPeer.ACK;
            case 3 -> random.nextInt(64);
            case 4 -> random.nextInt(8) == 0 ? RawPeer.RST : RawPeer.ACK;
            default -> RawPeer.ACK;
        };
        if (random.nextInt(8) == 0) {
            peer.seq += random.nextInt(5000) - 1000;
        }
        if (random.nextInt(8) == 0) {
            peer.ack += random.nextInt(5000) - 4000;
        }
        if (random.nextInt(200) == 0) {
            peer.seq = random.nextInt();
        }
        peer.window = random.nextInt(6) == 0 ? random.nextInt(100) : 65_535;
        peer.options = RawPeer.NONE;
        if (random.nextInt(4) == 0) {
            byte[] blocks = new byte[4 * (1 + random.nextInt(9))];
            random.nextBytes(blocks);
            blocks[0] = (byte) random.nextInt(9);
            blocks[1] = (byte) (2 + random.nextInt(20));
            peer.options = blocks;
        } else if ((flags & RawPeer.SYN) != 0) {
            peer.options = RawPeer.join(RawPeer.mss(random.nextInt(1500)),
                    new byte[]{4, 2, 3, 3, (byte) random.nextInt(16), 1, 1, 1});
        }
        byte[] frame = peer.tcp(flags, RawPeer.bytes(random.nextInt(3) * random.nextInt(700)));
        if (random.nextInt(10) == 0) {
            frame[14 + random.nextInt(frame.length - 14)] ^= (byte) (1 << random.nextInt(8));
        }
        if (random.nextInt(20) == 0) {
            frame = java.util.Arrays.copyOf(frame, random.nextInt(frame.length));
        }
        peer.sendFrame(frame);
        if (random.nextInt(10) == 0) {
            peer.sendFrame(frame);
        }
    }
}
