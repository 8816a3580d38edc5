// SPDX-License-Identifier: Apache-2.0
package exo.bench.code;

import exo.api.code.ClassicProgram;
import exo.api.code.PacketFilter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Random;

/**
 * Packets as a busy link might carry them, the same in every run, and the filter that looks at
 * them.
 *
 * <p>65 of 100 are TCP over IPv4, half of these what the filter wants; 15 UDP, 12 TCP over IPv6, 8
 * ARP. Of the IPv4 packets one in 16 is a later fragment, and one in 16 has IP options. Immutable.
 */
final class PacketMix {
    /** How many packets: more than a branch predictor learns by heart, less than a cache holds. */
    static final int PACKETS = 2048;
    /** What {@code tcpdump -y EN10MB -ddd 'tcp dst port 80 and host 10.0.0.1'} prints. */
    static final String FILTER = "16,40 0 0 12,21 13 0 34525,21 0 12 2048,48 0 0 23,21 0 10 6,"
            + "40 0 0 20,69 8 0 8191,177 0 0 14,72 0 0 16,21 0 5 80,32 0 0 26,21 2 0 167772161,"
            + "32 0 0 30,21 0 1 167772161,6 0 0 262144,6 0 0 0";

    private static final long SEED = 0x5eed;
    private static final int HOST = 0x0a000001; // 10.0.0.1
    private static final int OTHER = 0x0a000102; // 10.0.1.2
    private static final int IPV4 = 0x0800;
    private static final int ARP = 0x0806;
    private static final int IPV6 = 0x86dd;
    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final int HASH_FACTOR = 31;

    private final MemorySegment memory;
    private final int[] offsets = new int[PACKETS];
    private final int[] lengths = new int[PACKETS];

    /** Makes the packets, in memory of the heap. */
    PacketMix() {
        Random random = new Random(SEED);
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int i = 0; i < PACKETS; i++) {
            byte[] packet = packet(random);
            offsets[i] = all.size();
            lengths[i] = packet.length;
            all.writeBytes(packet);
        }
        memory = MemorySegment.ofArray(all.toByteArray());
    }

    private PacketMix(PacketMix other, MemorySegment memory) {
        this.memory = memory;
        System.arraycopy(other.offsets, 0, offsets, 0, PACKETS);
        System.arraycopy(other.lengths, 0, lengths, 0, PACKETS);
    }

    /** {@return the filter as a program} */
    static ClassicProgram program() {
        return ClassicProgram.parseDecimal(FILTER);
    }

    /**
     * {@return the same packets in other memory}
     *
     * @param target room for {@link #sizeBytes}
     */
    PacketMix in(MemorySegment target) {
        target.copyFrom(memory);
        return new PacketMix(this, target);
    }

    /** {@return the bytes of all packets together} */
    long sizeBytes() {
        return memory.byteSize();
    }

    /**
     * {@return the packets and the filter for a program in C: the text of the filter with its
     * length before, then each packet with its length before; lengths are 32-bit little-endian}
     */
    byte[] file() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            byte[] filter = FILTER.replace(',', ' ').getBytes(StandardCharsets.US_ASCII);
            out.write(length(filter.length));
            out.write(filter);
            for (int i = 0; i < PACKETS; i++) {
                out.write(length(lengths[i]));
                out.write(memory.asSlice(offsets[i], lengths[i]).toArray(ValueLayout.JAVA_BYTE));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    private static byte[] length(int bytes) {
        return ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(bytes)
                .array();
    }

    /**
     * hot: {@return a number that depends on what the filter said to each packet: the sum of its
     * answers, each weighted by its place}
     *
     * @param filter the filter
     */
    int run(PacketFilter filter) {
        int hash = 0;
        for (int i = 0; i < PACKETS; i++) {
            hash = hash * HASH_FACTOR + filter.accept(memory, offsets[i], lengths[i]);
        }
        return hash;
    }

    /**
     * {@return how many packets the filter accepts}
     *
     * @param filter the filter
     */
    int accepted(PacketFilter filter) {
        int count = 0;
        for (int i = 0; i < PACKETS; i++) {
            count += filter.accept(memory, offsets[i], lengths[i]) == 0 ? 0 : 1;
        }
        return count;
    }

    private static byte[] packet(Random random) {
        int kind = random.nextInt(100);
        if (kind < 65) {
            return ipv4(random, TCP, random.nextBoolean());
        }
        if (kind < 80) {
            return ipv4(random, UDP, random.nextBoolean());
        }
        return kind < 92 ? ipv6(random) : arp(random);
    }

    private static ByteBuffer ethernet(Random random, int bytes, int type) {
        ByteBuffer packet = ByteBuffer.allocate(bytes);
        byte[] addresses = new byte[12];
        random.nextBytes(addresses);
        return packet.put(addresses).putShort((short) type);
    }

    private static byte[] bytes(ByteBuffer packet) {
        byte[] bytes = new byte[packet.capacity()];
        packet.get(0, bytes);
        return bytes;
    }

    private static byte[] ipv4(Random random, int protocol, boolean wanted) {
        int headerWords = random.nextInt(16) == 0 ? 5 + 1 + random.nextInt(10) : 5;
        int fragment = random.nextInt(16) == 0 ? 1 + random.nextInt(100) : 0;
        int bytes = 14 + headerWords * 4 + 20 + random.nextInt(200);
        ByteBuffer packet = ethernet(random, bytes, IPV4);
        packet.put((byte) (0x40 | headerWords)).put((byte) 0).putShort((short) (bytes - 14));
        packet.putShort((short) random.nextInt()).putShort((short) fragment);
        packet.put((byte) 64).put((byte) protocol).putShort((short) 0);
        boolean forward = random.nextBoolean();
        int host = wanted ? HOST : OTHER;
        packet.putInt(forward ? host : random.nextInt());
        packet.putInt(forward ? random.nextInt() : host);
        packet.position(14 + headerWords * 4);
        ports(random, packet, wanted);
        return bytes(packet);
    }

    private static void ports(Random random, ByteBuffer packet, boolean wanted) {
        packet.putShort((short) (1024 + random.nextInt(60_000)));
        packet.putShort((short) (wanted ? 80 : 1024 + random.nextInt(60_000)));
    }

    private static byte[] ipv6(Random random) {
        ByteBuffer packet = ethernet(random, 14 + 40 + 20 + random.nextInt(200), IPV6);
        packet.putInt(0x60000000).putShort((short) 20).put((byte) TCP).put((byte) 64);
        packet.putLong(random.nextLong()).putLong(random.nextLong());
        packet.putLong(random.nextLong()).putLong(random.nextLong());
        ports(random, packet, random.nextBoolean());
        return bytes(packet);
    }

    private static byte[] arp(Random random) {
        ByteBuffer packet = ethernet(random, 42, ARP);
        packet.putInt(0x00010800).putInt(0x06040001);
        packet.position(28).putInt(random.nextInt()).position(38);
        packet.putInt(random.nextBoolean() ? HOST : OTHER);
        return bytes(packet);
    }
}
