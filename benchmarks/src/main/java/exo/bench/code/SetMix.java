// SPDX-License-Identifier: Apache-2.0
package exo.bench.code;

import exo.api.code.ClassicProgram;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Sets of filters {@code udp dst port N and dst host X}, and packets for them, the same in every
 * run.
 *
 * <p>40 of 100 packets are UDP over IPv4, half of these for one filter of the set, and half for its
 * host but another port; 40 TCP over IPv4 to the same hosts and ports, 12 TCP over IPv6, 8 ARP.
 */
final class SetMix {
    /** How many packets. */
    static final int PACKETS = 2048;

    private static final long SEED = 0x5e75;
    private static final int NET = 0x0a000000; // 10.0.0.0/8
    /** Hosts have as many ports each; ports below those that any packet comes from. */
    private static final int PORTS_PER_HOST = 8;
    private static final int FIRST_PORT = 500;
    private static final int PORTS = 500;

    private final int count;
    private final Random random = new Random(SEED);
    private final Frames frames = new Frames(random);

    private SetMix(int count) {
        this.count = count;
    }

    private static int host(int filter) {
        return NET + 1 + filter / PORTS_PER_HOST;
    }

    private static int port(int filter) {
        return FIRST_PORT + filter * 7 % PORTS;
    }

    /**
     * {@return the filters}
     *
     * @param count how many
     */
    static List<ClassicProgram> filters(int count) {
        List<ClassicProgram> filters = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            filters.add(filter(i));
        }
        return filters;
    }

    /** {@return one of the filters, as {@code tcpdump -y EN10MB -ddd} prints it} */
    static ClassicProgram filter(int index) {
        return ClassicProgram.parseDecimal(String.format("14,40 0 0 12,21 11 0 34525,21 0 10 2048,"
                + "48 0 0 23,21 0 8 17,40 0 0 20,69 6 0 8191,177 0 0 14,72 0 0 16,21 0 3 %d,"
                + "32 0 0 30,21 0 1 %d,6 0 0 262144,6 0 0 0", port(index), host(index)));
    }

    /**
     * {@return the packets, in memory of the heap}
     *
     * @param count how many filters they are for
     */
    static PacketTrace trace(int count) {
        SetMix mix = new SetMix(count);
        List<byte[]> packets = new ArrayList<>();
        while (packets.size() < PACKETS) {
            packets.add(mix.packet());
        }
        return PacketTrace.of(packets);
    }

    private byte[] packet() {
        int kind = random.nextInt(100);
        int filter = random.nextInt(count);
        if (kind < 40) {
            return frames.ipv4(Frames.UDP, random.nextInt(), host(filter),
                    random.nextBoolean() ? port(filter) : frames.anyPort());
        }
        if (kind < 80) {
            return frames.ipv4(Frames.TCP, random.nextInt(), host(filter), port(filter));
        }
        return kind < 92 ? frames.ipv6(port(filter)) : frames.arp(host(filter));
    }
}
