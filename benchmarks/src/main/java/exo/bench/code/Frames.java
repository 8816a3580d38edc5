// SPDX-License-Identifier: Apache-2.0
package exo.bench.code;

import java.nio.ByteBuffer;
import java.util.Random;

/**
 * Makes Ethernet frames with what filters look at filled in, and the rest random or zero. Of the
 * IPv4 packets one in 16 is a later fragment, and one in 16 has IP options.
 */
final class Frames {
    static final int TCP = 6;
    static final int UDP = 17;

    private static final int IPV4 = 0x0800;
    private static final int ARP = 0x0806;
    private static final int IPV6 = 0x86dd;

    private final Random random;

    Frames(Random random) {
        this.random = random;
    }

    private ByteBuffer ethernet(int bytes, int type) {
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

    /** {@return a packet over IPv4 with these addresses, from any port to this one} */
    byte[] ipv4(int protocol, int source, int destination, int port) {
        int headerWords = random.nextInt(16) == 0 ? 5 + 1 + random.nextInt(10) : 5;
        int fragment = random.nextInt(16) == 0 ? 1 + random.nextInt(100) : 0;
        int bytes = 14 + headerWords * 4 + 20 + random.nextInt(200);
        ByteBuffer packet = ethernet(bytes, IPV4);
        packet.put((byte) (0x40 | headerWords)).put((byte) 0).putShort((short) (bytes - 14));
        packet.putShort((short) random.nextInt()).putShort((short) fragment);
        packet.put((byte) 64).put((byte) protocol).putShort((short) 0);
        packet.putInt(source).putInt(destination);
        packet.position(14 + headerWords * 4);
        packet.putShort((short) anyPort()).putShort((short) port);
        return bytes(packet);
    }

    /** {@return a port that no filter here names} */
    int anyPort() {
        return 1024 + random.nextInt(60_000);
    }

    /** {@return a packet of TCP over IPv6 to this port} */
    byte[] ipv6(int port) {
        ByteBuffer packet = ethernet(14 + 40 + 20 + random.nextInt(200), IPV6);
        packet.putInt(0x60000000).putShort((short) 20).put((byte) TCP).put((byte) 64);
        packet.putLong(random.nextLong()).putLong(random.nextLong());
        packet.putLong(random.nextLong()).putLong(random.nextLong());
        packet.putShort((short) anyPort()).putShort((short) port);
        return bytes(packet);
    }

    /** {@return a request for this address} */
    byte[] arp(int target) {
        ByteBuffer packet = ethernet(42, ARP);
        packet.putInt(0x00010800).putInt(0x06040001);
        packet.position(28).putInt(random.nextInt()).position(38);
        packet.putInt(target);
        return bytes(packet);
    }
}
