// SPDX-License-Identifier: Apache-2.0
package exo.libos.net;

import exo.api.ErrorCode;
import exo.api.net.Ipv4Address;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Neighbours, routers, echoes and datagrams. */
class ArpTest {
    private static final long SECOND = 1_000_000_000L;
    private final RawPeer peer = new RawPeer(StackConfig.network(8).maxConnections(4));

    private int send(Ipv4Address to, int bytes) {
        return peer.stack()
                .trySendDatagram(9, to, 10, MemorySegment.ofArray(RawPeer.bytes(bytes)));
    }

    private static int word(byte[] frame, int at) {
        return ByteBuffer.wrap(frame).getInt(at);
    }

    private int questions() {
        return (int) peer.others.stream().filter(f -> f[13] == 6 && f[21] == 1).count();
    }

    @Test
    void shouldAskThreeTimesAndGiveUp() {
        peer.answersArp = false;
        assertEquals(0, send(peer.address, 5));
        peer.turn();
        assertEquals(1, questions());
        byte[] question = peer.others.getFirst();
        assertEquals(-1, word(question, 0), "to everybody");
        assertEquals(peer.host.address.bits(), word(question, 28));
        assertEquals(peer.address.bits(), word(question, 38));
        peer.pass(10 * SECOND);
        assertEquals(3, questions());
        assertEquals(1, peer.counters().arpFailures());
        peer.answersArp = true;
        send(peer.address, 6);
        peer.turn();
        assertEquals(6 + 42, peer.others.getLast().length, "the packet that waited is gone");
    }

    @Test
    void shouldSendTheNewestWaitingPacketWhenTheAnswerComes() {
        send(peer.address, 5);
        send(peer.address, 7);
        peer.turn();
        assertEquals(1, questions());
        assertEquals(2, peer.others.size());
        assertEquals(7 + 42, peer.others.getLast().length);
        assertEquals(1, peer.counters().arpRequests());
    }

    @Test
    void shouldAnswerQuestionsAboutItself() {
        peer.sendFrame(peer.arp(1, peer.address, peer.host.address));
        byte[] answer = peer.others.getFirst();
        assertEquals(2, answer[21]);
        assertEquals(peer.host.address.bits(), word(answer, 28));
        assertEquals(peer.address.bits(), word(answer, 38));
        send(peer.address, 5);
        peer.turn();
        assertEquals(0, questions(), "who asked is known");
        peer.others.clear();
        peer.sendFrame(peer.arp(1, peer.address, Ipv4Address.parse("10.0.0.77")));
        assertTrue(peer.others.isEmpty());
    }

    @Test
    void shouldAskAgainWhileItStillUsesAnOldAnswer() {
        send(peer.address, 5);
        peer.turn();
        peer.pass(61 * SECOND);
        peer.others.clear();
        peer.answersArp = false;
        send(peer.address, 6);
        peer.turn();
        assertEquals(1, questions());
        assertEquals(2, peer.others.size(), "and the datagram was sent");
        peer.pass(16 * SECOND);
        peer.others.clear();
        send(peer.address, 6);
        peer.turn();
        assertEquals(1, peer.others.size(), "too old now");
    }

    @Test
    void shouldNotBelieveUnaskedOrImpossibleAnswers() {
        for (String sender : new String[]{"10.0.0.50", "11.0.0.1", "10.255.255.255", "0.0.0.0",
                "10.0.0.1"}) {
            peer.sendFrame(peer.arp(2, Ipv4Address.parse(sender), peer.host.address));
        }
        send(Ipv4Address.parse("10.0.0.50"), 5);
        peer.turn();
        assertEquals(1, questions());
    }

    @Test
    void shouldForgetOldNeighboursWhenThereAreTooMany() {
        for (int i = 0; i < 5000; i++) {
            peer.sendFrame(peer.arp(1, new Ipv4Address(10 << 24 | 1000 + i), peer.host.address));
        }
        peer.others.clear();
        send(new Ipv4Address(10 << 24 | 5999), 5);
        peer.turn();
        assertEquals(0, questions(), "the newest is there");
    }

    @Test
    void shouldUseTheRouterForDistantAddresses() {
        RawPeer routed = new RawPeer(StackConfig.network(24)
                .router(Ipv4Address.parse("10.0.0.9")));
        Ipv4Address far = Ipv4Address.parse("192.0.2.1");
        assertEquals(0, routed.stack()
                .trySendDatagram(9, far, 10, MemorySegment.ofArray(new byte[3])));
        routed.turn();
        byte[] question = routed.others.getFirst();
        assertEquals(routed.address.bits(), word(question, 38));
        assertEquals(far.bits(), word(routed.others.getLast(), 30));
        assertEquals(ErrorCode.NOT_FOUND.refusal(), send(far, 3), "without a router");
    }

    @Test
    void shouldAnswerEchoes() {
        for (int data : new int[]{0, 1, 56, 1472}) {
            byte[] icmp = new byte[8 + data];
            icmp[0] = 8;
            icmp[5] = 7;
            System.arraycopy(RawPeer.bytes(data), 0, icmp, 8, data);
            int sum = ~RawPeer.plainSum(ByteBuffer.wrap(icmp), 0, icmp.length);
            icmp[2] = (byte) (sum >>> 8);
            icmp[3] = (byte) sum;
            peer.sendFrame(peer.ipv4(1, icmp));
            byte[] answer = peer.others.getLast();
            assertEquals(34 + icmp.length, answer.length);
            assertEquals(0, answer[34]);
            assertEquals(7, answer[39]);
            assertEquals(0xffff, RawPeer.plainSum(ByteBuffer.wrap(answer), 34, answer.length));
            icmp[2]++;
            peer.sendFrame(peer.ipv4(1, icmp));
        }
        assertEquals(4, peer.counters().echoReplies());
        assertEquals(4, peer.counters().badChecksums());
    }

    @Test
    void shouldGiveDatagramsToTheirPort() {
        int[] got = new int[3];
        peer.stack().openUdp(53, (sender, port, offset, count) -> {
            assertEquals(peer.address.bits(), sender);
            assertEquals(4000, port);
            got[0]++;
            got[1] = count;
            got[2] = peer.host.memory.get(java.lang.foreign.ValueLayout.JAVA_BYTE, offset + 4);
        });
        peer.sendFrame(peer.udp(4000, 53, RawPeer.bytes(5)));
        assertArrayEquals(new int[]{1, 5, RawPeer.bytes(5)[4]}, got, "without the padding");
        byte[] bad = peer.udp(4000, 53, RawPeer.bytes(5));
        bad[45] ^= 1;
        peer.sendFrame(bad);
        assertEquals(1, got[0]);
        assertEquals(1, peer.counters().badChecksums());
        assertThrows(exo.api.ResourceException.class,
                () -> peer.stack().openUdp(53, (a, b, c, d) -> {}));
        peer.stack().closeUdp(53);
        peer.sendFrame(peer.udp(4000, 53, RawPeer.bytes(5)));
        byte[] message = peer.others.getLast();
        assertEquals(3, message[34]);
        assertEquals(3, message[35]);
        assertEquals(53, message[34 + 8 + 20 + 3], "it quotes the datagram");
        assertEquals(0xffff, RawPeer.plainSum(ByteBuffer.wrap(message), 34, message.length));
    }

    @Test
    void shouldLimitHowManyMessagesItSends() {
        for (int i = 0; i < 200; i++) {
            peer.sendFrame(peer.udp(4000, 53, RawPeer.bytes(5)));
        }
        assertEquals(100, peer.counters().unreachables());
    }

    @Test
    void shouldRefuseDatagramsThatDoNotFit() {
        assertEquals(0, send(peer.address, 1472));
        assertEquals(ErrorCode.TOO_BIG.refusal(), send(peer.address, 1473));
        peer.turn();
        byte[] frame = peer.others.getLast();
        assertEquals(1514, frame.length);
        int sum = RawPeer.add(RawPeer.plainSum(ByteBuffer.wrap(frame), 26, frame.length),
                17 + 1480);
        assertEquals(0xffff, sum, "UDP checksum");
        peer.host.end.busy(true);
        assertEquals(ErrorCode.BUSY.refusal(), send(peer.address, 5));
        peer.host.end.busy(false);
        assertEquals(0, send(peer.address, 5));
    }

    @Test
    void shouldRefuseWhatIsNotForIt() {
        peer.stack().listen(80, new Host.Log());
        byte[] syn = peer.tcp(RawPeer.SYN, RawPeer.NONE);
        byte[] toAll = syn.clone();
        toAll[0] = -1;
        byte[] fragment = syn.clone();
        fragment[20] = 0x20; // more fragments; the sum changes by 0x2000 against 0x4000
        fragment[24] = (byte) (fragment[24] + 0x20);
        byte[] badSum = syn.clone();
        badSum[24]++;
        byte[] longer = syn.clone();
        longer[17] = 100;
        byte[] version = syn.clone();
        version[14] = 0x65;
        byte[] shortHeader = syn.clone();
        shortHeader[14] = 0x44;
        for (byte[] frame : new byte[][]{toAll, fragment, badSum, longer, version, shortHeader,
                new byte[14], new byte[0]}) {
            peer.sendFrame(frame);
        }
        peer.nothing();
        assertEquals(1, peer.counters().fragmentsRefused());
        assertEquals(1, peer.counters().badChecksums());
        assertEquals(4, peer.counters().malformed());
        assertEquals(2, peer.counters().notForUs());
        peer.sendFrame(syn);
        assertTrue(peer.one().is(RawPeer.SYN | RawPeer.ACK));
    }
}
