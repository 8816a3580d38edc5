// SPDX-License-Identifier: Apache-2.0
package exo.libos.net;

import exo.api.net.Ipv4Address;
import exo.api.net.MacAddress;
import exo.libos.net.wire.Headers;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * A peer without a stack: the test writes its segments, number by number, and reads what the stack
 * under test answers. It checks every checksum by the plain algorithm.
 */
final class RawPeer {
    static final int PORT = 4000;
    static final int FIN = Headers.FIN;
    static final int SYN = Headers.SYN;
    static final int RST = Headers.RST;
    static final int ACK = Headers.ACK;
    static final byte[] NONE = {};

    /** A segment that the stack sent. */
    static final class Got {
        final Segment segment = new Segment();
        long at;

        boolean is(int flags) {
            return (segment.flags & ~Headers.PSH) == flags;
        }
    }

    final FaultyWire wire = new FaultyWire(new SplittableRandom(1),
            new FaultyWire.Faults(0, 0, 0, 0, 0));
    final Host host;
    final FaultyWire.End end;
    final MemorySegment memory = Arena.ofAuto().allocate(FaultyWire.RINGS.totalBytes(), 4096);
    final Ipv4Address address = new Ipv4Address(10 << 24 | 9);
    final MacAddress mac = new MacAddress(0x0200_0000_0009L);
    final List<Got> got = new ArrayList<>();
    final List<byte[]> others = new ArrayList<>();
    boolean answersArp = true;

    int port = PORT;
    int stackPort = 80;
    int seq = 1000;
    int ack;
    int window = 65_535;
    byte[] options = NONE;

    RawPeer(StackConfig config) {
        this.host = new Host(wire, 1, config);
        this.end = wire.join(mac, address, Host.MTU, memory);
    }

    NetStack stack() {
        return host.stack;
    }

    StackCounters counters() {
        return host.stack.counters();
    }

    // ---- frames

    static int plainSum(ByteBuffer bytes, int from, int to) {
        int sum = 0;
        for (int i = from; i < to; i++) {
            int value = bytes.get(i) & 0xff;
            sum += (i - from) % 2 == 0 ? value << 8 : value;
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        return sum;
    }

    /** {@return an IPv4 frame to the stack, padded as Ethernet demands} */
    byte[] ipv4(int protocol, byte[] payload) {
        int total = 20 + payload.length;
        ByteBuffer frame = ByteBuffer.allocate(Math.max(60, 14 + total));
        frame.put(mac(host.end.mac())).put(mac(mac)).putShort((short) 0x0800);
        frame.put((byte) 0x45).put((byte) 0).putShort((short) total).putInt(0x1234_4000);
        frame.put((byte) 64).put((byte) protocol).putShort((short) 0);
        frame.putInt(address.bits()).putInt(host.address.bits());
        frame.putShort(24, (short) ~plainSum(frame, 14, 34));
        frame.put(payload);
        for (int i = 14 + total; i < frame.capacity(); i++) {
            frame.put(i, (byte) 0xee); // padding that must not count
        }
        return frame.array();
    }

    private static byte[] mac(MacAddress mac) {
        byte[] six = new byte[6];
        for (int i = 0; i < 6; i++) {
            six[i] = (byte) (mac.bits() >>> (40 - 8 * i));
        }
        return six;
    }

    private int pseudo(int protocol, int length) {
        ByteBuffer pseudo = ByteBuffer.allocate(12);
        pseudo.putInt(address.bits()).putInt(host.address.bits());
        pseudo.putShort((short) protocol).putShort((short) length);
        return plainSum(pseudo, 0, 12);
    }

    static int add(int a, int b) {
        return ((a + b) & 0xffff) + ((a + b) >>> 16);
    }

    /** {@return a TCP segment from the peer's fields} */
    byte[] tcp(int flags, byte[] data) {
        int header = 20 + (options.length + 3 & ~3);
        ByteBuffer segment = ByteBuffer.allocate(header + data.length);
        segment.putShort((short) port).putShort((short) stackPort).putInt(seq).putInt(ack);
        segment.put((byte) (header << 2)).put((byte) flags).putShort((short) window);
        segment.putInt(0).put(options).position(header).put(data);
        int sum = add(pseudo(6, segment.capacity()),
                plainSum(segment, 0, segment.capacity()));
        return ipv4(6, segment.putShort(16, (short) ~sum).array());
    }

    byte[] udp(int from, int to, byte[] data) {
        ByteBuffer datagram = ByteBuffer.allocate(8 + data.length);
        datagram.putShort((short) from).putShort((short) to);
        datagram.putShort((short) datagram.capacity()).putShort((short) 0).put(data);
        int sum = add(pseudo(17, datagram.capacity()),
                plainSum(datagram, 0, datagram.capacity()));
        return ipv4(17, datagram.putShort(6, (short) ~sum).array());
    }

    byte[] arp(int operation, Ipv4Address sender, Ipv4Address target) {
        ByteBuffer frame = ByteBuffer.allocate(60);
        frame.put(mac(host.end.mac())).put(mac(mac)).putShort((short) 0x0806);
        frame.putInt(0x0001_0800).putShort((short) 0x0604).putShort((short) operation);
        frame.put(mac(mac)).putInt(sender.bits());
        frame.put(mac(host.end.mac())).putInt(target.bits());
        return frame.array();
    }

    // ---- what happens

    /** Sends a segment and lets the stack work on it. */
    void send(int flags, byte[] data) {
        sendFrame(tcp(flags, data));
    }

    void send(int flags) {
        send(flags, NONE);
    }

    void sendFrame(byte[] frame) {
        host.end.deliver(frame);
        turn();
    }

    /** One turn of the stack, and what it sent. */
    void turn() {
        boolean answered;
        do {
            host.turn();
            wire.advanceTo(wire.now());
            answered = poll();
        } while (answered);
    }

    /** Lets time pass. */
    void pass(long nanos) {
        long until = wire.now() + nanos;
        turn();
        while (wire.now() < until) {
            long next = Math.max(host.stack.nextDeadlineNanos(), wire.now() + 1);
            wire.advanceTo(Math.min(next, until));
            turn();
        }
    }

    private boolean poll() {
        boolean answered = false;
        for (int i = 0; i < end.rxAvailable(); i++) {
            byte[] frame = memory.asSlice(end.rxOffset(i), end.rxLength(i))
                    .toArray(ValueLayout.JAVA_BYTE);
            answered |= take(frame);
        }
        end.rxRelease(end.rxAvailable());
        return answered;
    }

    private boolean take(byte[] bytes) {
        ByteBuffer frame = ByteBuffer.wrap(bytes);
        if (frame.getShort(12) == 0x0806) {
            others.add(bytes);
            boolean asks = frame.getShort(20) == 1 && frame.getInt(38) == address.bits();
            if (asks && answersArp) {
                host.end.deliver(arp(2, address, host.address));
            }
            return asks && answersArp;
        }
        int total = frame.getShort(16) & 0xffff;
        assertEquals(0xffff, plainSum(frame, 14, 34), "IPv4 checksum");
        assertEquals(14 + total, frame.capacity());
        if (frame.get(23) != 6) {
            others.add(bytes);
            return false;
        }
        int sum = add(pseudo(6, total - 20), plainSum(frame, 34, 14 + total));
        assertEquals(0xffff, sum, "TCP checksum");
        Got segment = new Got();
        segment.at = wire.now();
        assertTrue(segment.segment.tryParse(MemorySegment.ofArray(bytes), 34, total - 20));
        got.add(segment);
        return false;
    }

    /** {@return the only segment that came since the last call} */
    Got one() {
        assertEquals(1, got.size(), () -> "segments: " + describe());
        return got.remove(0);
    }

    /** {@return the oldest segment} */
    Got next() {
        assertFalse(got.isEmpty(), "a segment is missing");
        return got.remove(0);
    }

    void nothing() {
        assertTrue(got.isEmpty(), () -> "unexpected: " + describe());
    }

    private String describe() {
        StringBuilder text = new StringBuilder();
        for (Got one : got) {
            text.append(one.segment.flags)
                    .append(' ')
                    .append(one.segment.sequence)
                    .append('+')
                    .append(one.segment.dataBytes)
                    .append("; ");
        }
        return text.toString();
    }

    /** Opens a connection to a listening stack; {@code options} are those of the SYN. */
    Got open() {
        send(SYN);
        Got answer = one();
        assertTrue(answer.is(SYN | ACK));
        assertEquals(seq + 1, answer.segment.acknowledgement);
        seq++;
        ack = answer.segment.sequence + 1;
        options = NONE;
        return answer;
    }

    /** Opens a connection, and confirms it. */
    TcpConnection established(Host.Log log) {
        open();
        send(ACK);
        nothing();
        return log.last;
    }

    static byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) {
            bytes[i] = (byte) (i * 7 + i / 251);
        }
        return bytes;
    }

    /** {@return an MSS option} */
    static byte[] mss(int mss) {
        return new byte[]{2, 4, (byte) (mss >>> 8), (byte) mss};
    }

    /** {@return two blanks and a timestamp option} */
    static byte[] timestamps(int value, int echo) {
        return ByteBuffer.allocate(12).putInt(0x0101_080a).putInt(value).putInt(echo).array();
    }

    /** {@return several options in one} */
    static byte[] join(byte[]... parts) {
        ByteBuffer joined = ByteBuffer.allocate(40);
        for (byte[] part : parts) {
            joined.put(part);
        }
        return java.util.Arrays.copyOf(joined.array(), joined.position());
    }
}
