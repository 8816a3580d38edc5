// SPDX-License-Identifier: Apache-2.0
package exo.impl.net;

import exo.api.net.Filters;
import exo.api.net.PacketBinding;
import exo.testkit.Await;
import exo.testkit.Netns;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What a link to the host promises besides. It runs in a network namespace of its own. */
abstract class HostLinkContract extends PacketBindingContract {
    private static final int SYN_ACK = 0x12;
    private static final int TCP_AT = 34;
    private static final long IDLE_NANOS = 500_000_000;

    final Netns netns = Netns.create();

    HostLinkContract() {
        prepare();
    }

    /** Makes the interfaces that the kernel does not make itself. */
    abstract void prepare();

    /** {@return the interface that the host has its address on} */
    abstract String hostEnd();

    /** {@return the interface that the kernel uses} */
    abstract String ownEnd();

    @Override
    final Outside openOutside() {
        return Inside.call(netns, () -> Outside.on(hostEnd()));
    }

    @BeforeEach
    final void introduce() {
        netns.exec("ip", "neighbour", "replace", IP_A.toString(), "lladdr", MAC_A.toString(),
                "dev", hostEnd());
    }

    @AfterEach
    final void removeNamespace() {
        stop();
        netns.close();
    }

    private static void assertSound(MemorySegment frame, int protocol) {
        int total = frame.get(Ethernet.SHORT, 16) & 0xffff;
        assertTrue(frame.byteSize() >= 14 + total && frame.byteSize() <= 1514);
        assertEquals(0, Checksum.fold(Checksum.sum(frame, 14, 20)), "header checksum");
        long pseudo = Checksum.sum(frame, 26, 8) + protocol + total - 20;
        assertEquals(0, Checksum.fold(pseudo + Checksum.sum(frame, TCP_AT, total - 20)),
                "transport checksum");
    }

    @Test
    void shouldFillInTheChecksumsOfDatagramsOfTheHost() throws IOException {
        PacketBinding a = bind(stationA);
        try (DatagramChannel channel = Inside.call(netns,
                () -> DatagramChannel.open(StandardProtocolFamily.INET))) {
            for (int bytes : new int[]{0, 1, 1000, 1472}) {
                channel.send(ByteBuffer.allocate(bytes),
                        new InetSocketAddress(IP_A.toString(), 7));
                awaitFrames(a, 1);
                MemorySegment frame = MemorySegment.ofArray(received(a, 0));
                assertEquals(28 + bytes, frame.get(Ethernet.SHORT, 16));
                assertSound(frame, Checksum.UDP);
                a.rxRelease(1);
            }
        }
    }

    @Test
    void shouldCutTheSegmentsOfTheHost() throws IOException {
        PacketBinding a = bind(stationA, Filters.ipv4PortTo(IP_A, Checksum.TCP, 80), 64);
        byte[] content = new byte[10 * 1460]; // what TCP sends before the first answer
        for (int i = 0; i < content.length; i++) {
            content[i] = (byte) (i * 31 + i / 256);
        }
        try (SocketChannel channel = Inside.call(netns,
                () -> SocketChannel.open(StandardProtocolFamily.INET))) {
            channel.configureBlocking(false);
            channel.connect(new InetSocketAddress(IP_A.toString(), 80));
            awaitFrames(a, 1);
            byte[] syn = received(a, 0);
            assertSound(MemorySegment.ofArray(syn), Checksum.TCP);
            a.rxRelease(1);
            int first = MemorySegment.ofArray(syn).get(Ethernet.INT, TCP_AT + 4) + 1;
            assertEquals(0, send(a, synAck(syn)));
            Await.until("connected", Outside.PATIENCE, () -> isConnected(channel));
            assertEquals(content.length, channel.write(ByteBuffer.wrap(content)));
            assertArrayEquals(content, collect(a, first, content.length));
        }
        boolean cutHere = link().received().frames() < a.counters().received();
        assertEquals(this instanceof PacketLinkTest, cutHere, "the host cuts for a TAP");
        assertEquals(0, link().received().unusable());
    }

    private static boolean isConnected(SocketChannel channel) {
        try {
            return channel.finishConnect();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] synAck(byte[] syn) {
        byte[] bytes = FrameBuilder.ipv4(MAC_A, Outside.MAC, IP_A, IP_OUT, 24);
        MemorySegment frame = MemorySegment.ofArray(bytes);
        MemorySegment question = MemorySegment.ofArray(syn);
        MemorySegment.copy(question, 6, frame, 0, 6); // to the host's own address
        frame.set(ValueLayout.JAVA_BYTE, 23, (byte) Checksum.TCP);
        frame.set(Ethernet.SHORT, TCP_AT, (short) 80);
        frame.set(Ethernet.SHORT, TCP_AT + 2, question.get(Ethernet.SHORT, TCP_AT));
        frame.set(Ethernet.INT, TCP_AT + 4, 1000);
        frame.set(Ethernet.INT, TCP_AT + 8, question.get(Ethernet.INT, TCP_AT + 4) + 1);
        frame.set(ValueLayout.JAVA_BYTE, TCP_AT + 12, (byte) 0x60);
        frame.set(ValueLayout.JAVA_BYTE, TCP_AT + 13, (byte) SYN_ACK);
        frame.set(Ethernet.SHORT, TCP_AT + 14, (short) 0xffff);
        frame.set(Ethernet.INT, TCP_AT + 20, 0x0204_05b4); // segments of 1,460 bytes
        Checksum.fillIpv4(frame, 14, 20);
        Checksum.fillTransport(frame, 14, 20, 44, Checksum.TCP);
        return bytes;
    }

    private byte[] collect(PacketBinding a, int first, int bytes) {
        byte[] content = new byte[bytes];
        int got = 0;
        while (got < bytes) {
            awaitFrames(a, 1);
            byte[] frame = received(a, 0);
            a.rxRelease(1);
            MemorySegment segment = MemorySegment.ofArray(frame);
            assertSound(segment, Checksum.TCP);
            int header = 4 * ((frame[TCP_AT + 12] & 0xf0) >> 4);
            int length = (segment.get(Ethernet.SHORT, 16) & 0xffff) - 20 - header;
            int at = segment.get(Ethernet.INT, TCP_AT + 4) - first;
            assertTrue(at <= got, "a hole at " + got);
            System.arraycopy(frame, TCP_AT + header, content, at, length);
            got = Math.max(got, at + length);
        }
        return content;
    }

    @Test
    void shouldUseNoProcessorWhileNothingComes() {
        PacketBinding a = bind(stationA);
        outside.send(toA(1));
        awaitFrames(a, 1);
        a.rxRelease(1);
        assertIdle();
    }

    private void assertIdle() {
        long before = link().cpuNanos();
        assertTrue(before > 0);
        long until = System.nanoTime() + IDLE_NANOS;
        while (System.nanoTime() < until) {
            root.upcalls().await(until);
        }
        long used = link().cpuNanos() - before;
        assertTrue(used < IDLE_NANOS / 20, used + " ns used in " + IDLE_NANOS);
    }

    @Test
    void shouldGoOnWhenTheInterfaceComesUpAgain() {
        PacketBinding a = bind(stationA);
        netns.down(ownEnd());
        for (int i = 0; i < 300; i++) {
            assertEquals(0, commit(a, fromA(i)), "lost as on a wire that is cut");
            a.txFlush();
        }
        assertEquals(300, link().sent().refused());
        assertIdle();
        netns.up(ownEnd());
        outside.close();
        outside = openOutside();
        outside.send(toA(5));
        awaitFrames(a, 1);
        assertEquals(0, send(a, fromA(6)));
        assertArrayEquals(fromA(6), outside.receive());
    }

    @Test
    void shouldRestAndCountWhenTheInterfaceIsRemoved() {
        PacketBinding a = bind(stationA);
        netns.exec("ip", "link", "delete", ownEnd());
        Await.until("the fault is noticed", Outside.PATIENCE, () -> link().faults() > 0);
        assertIdle();
        assertEquals(0, send(a, fromA(1)));
        assertEquals(1, link().sent().refused());
        assertEquals(0, link().sent().frames());
    }
}
