// SPDX-License-Identifier: Apache-2.0
package exo.bench.code;

import exo.api.code.ClassicProgram;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Packets as a busy link might carry them, the same in every run, and one filter that looks at
 * them.
 *
 * <p>65 of 100 are TCP over IPv4, half of these what the filter wants; 15 UDP, 12 TCP over IPv6, 8
 * ARP.
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
    private static final int PORT = 80;

    private final Random random = new Random(SEED);
    private final Frames frames = new Frames(random);

    private PacketMix() {}

    /** {@return the packets, in memory of the heap} */
    static PacketTrace trace() {
        PacketMix mix = new PacketMix();
        List<byte[]> packets = new ArrayList<>();
        while (packets.size() < PACKETS) {
            packets.add(mix.packet());
        }
        return PacketTrace.of(packets);
    }

    /** {@return the filter as a program} */
    static ClassicProgram program() {
        return ClassicProgram.parseDecimal(FILTER);
    }

    private byte[] packet() {
        int kind = random.nextInt(100);
        if (kind < 65) {
            return ipv4(Frames.TCP, random.nextBoolean());
        }
        if (kind < 80) {
            return ipv4(Frames.UDP, random.nextBoolean());
        }
        return kind < 92
                ? frames.ipv6(random.nextBoolean() ? PORT : frames.anyPort())
                : frames.arp(random.nextBoolean() ? HOST : OTHER);
    }

    private byte[] ipv4(int protocol, boolean wanted) {
        boolean forward = random.nextBoolean();
        int host = wanted ? HOST : OTHER;
        return frames.ipv4(protocol, forward ? host : random.nextInt(),
                forward ? random.nextInt() : host, wanted ? PORT : frames.anyPort());
    }
}
