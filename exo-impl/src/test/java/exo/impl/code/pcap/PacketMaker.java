// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.pcap;

import exo.api.code.LinkType;
import java.nio.ByteBuffer;
import java.util.random.RandomGenerator;

/**
 * Random packets of every link type, from few addresses, ports and numbers so that expressions hit
 * some of them; tagged, tunnelled, fragmented, and cut.
 */
final class PacketMaker {
    private static final int[] PORTS = {22, 53, 80, 443, 6081, 60_000};
    private static final int[] PROTOCOLS = {6, 6, 6, 17, 17, 17, 1, 2, 132, 58, 50, 51, 103, 112, 4,
            41, 0, 59};
    private static final int[] OTHER_TYPES = {0x8035, 0x809b, 0x80f3, 0x6003, 0x6004, 0x6001,
            0x6002,
            0x6007, 0x8137, 0x8863, 0x88cc, 0x9000, 0x4242};

    private final RandomGenerator random;
    private ByteBuffer out = ByteBuffer.allocate(1000);

    PacketMaker(RandomGenerator random) {
        this.random = random;
    }

    private boolean oneIn(int n) {
        return random.nextInt(n) == 0;
    }

    private int any(int... choices) {
        return choices[random.nextInt(choices.length)];
    }

    /** {@return a packet of a link type} */
    byte[] make(LinkType link) {
        out = ByteBuffer.allocate(2000);
        switch (link) {
            case ETHERNET -> ethernet(3);
            case RAW -> network(oneIn(3), 3);
            case NULL, LOOP -> loopback(link);
            case PPP -> {
                out.putShort((short) 0xff03);
                ppp(3);
            }
            case LINUX_SLL -> cooked();
        }
        byte[] rest = new byte[oneIn(2) ? random.nextInt(60) : 0];
        random.nextBytes(rest);
        out.put(rest);
        int length = oneIn(6) ? random.nextInt(out.position() + 1) : out.position();
        byte[] bytes = new byte[length];
        out.get(0, bytes);
        return bytes;
    }

    private void loopback(LinkType link) {
        boolean is6 = oneIn(3);
        int family = oneIn(12) ? random.nextInt(40) : is6 ? any(24, 28, 30, 10) : 2;
        out.putInt(link == LinkType.NULL ? Integer.reverseBytes(family) : family);
        network(is6, 3);
    }

    private void cooked() {
        out.putShort((short) random.nextInt(5))
                .putShort((short) 1)
                .putShort((short) 6);
        mac();
        out.putShort((short) 0);
        if (oneIn(6)) {
            out.putShort((short) any(1, 4, 4, 4));
            llc();
        } else {
            typed(3);
        }
    }

    private void mac() {
        long mac = switch (random.nextInt(6)) {
            case 0 -> 0xffff_ffff_ffffL;
            case 1 -> 0x0100_5e00_0001L;
            default -> 0x0200_0000_0000L + random.nextInt(4);
        };
        out.putShort((short) (mac >>> 32)).putInt((int) mac);
    }

    private void ethernet(int depth) {
        mac();
        mac();
        if (oneIn(8)) {
            out.putShort((short) random.nextInt(1501));
            llc();
        } else {
            typed(depth);
        }
    }

    /** A type, and what it announces. */
    private void typed(int depth) {
        switch (random.nextInt(depth > 0 ? 14 : 7)) {
            case 0, 1, 2 -> {
                out.putShort((short) 0x0800);
                network(false, depth);
            }
            case 3, 4 -> {
                out.putShort((short) 0x86dd);
                network(true, depth);
            }
            case 5 -> {
                out.putShort((short) any(0x0806, 0x0806, 0x8035));
                arp();
            }
            case 6 -> {
                out.putShort((short) any(OTHER_TYPES));
                noise(30);
            }
            case 7, 8, 9 -> {
                out.putShort((short) any(0x8100, 0x8100, 0x88a8, 0x9100))
                        .putShort((short) (random.nextInt(4) | random.nextInt(16) << 12));
                typed(depth - 1);
            }
            case 10, 11 -> {
                out.putShort((short) 0x8847);
                labels();
                network(oneIn(3), depth - 1);
            }
            default -> {
                out.putShort((short) 0x8864)
                        .putShort((short) 0x1100)
                        .putShort((short) random.nextInt(3))
                        .putShort((short) 100);
                ppp(depth - 1);
            }
        }
    }

    private void labels() {
        int count = 1 + random.nextInt(3);
        for (int i = 1; i <= count; i++) {
            out.putInt(random.nextInt(4) << 12 | (i == count || oneIn(9) ? 0x100 : 0) | 64);
        }
    }

    private void ppp(int depth) {
        switch (random.nextInt(8)) {
            case 0, 1, 2 -> {
                out.putShort((short) 0x0021);
                network(false, depth);
            }
            case 3, 4 -> {
                out.putShort((short) 0x0057);
                network(true, depth);
            }
            case 5 -> {
                out.putShort((short) 0x0281);
                labels();
                network(oneIn(2), depth);
            }
            default -> {
                out.putShort((short) any(0xc021, 0x8021, 0x0023, 0x0029, 0x0027, 0x002b, 0x0806));
                noise(30);
            }
        }
    }

    private void noise(int most) {
        byte[] bytes = new byte[random.nextInt(most)];
        random.nextBytes(bytes);
        out.put(bytes);
    }

    private void llc() {
        switch (random.nextInt(6)) {
            case 0 -> out.putShort((short) 0xffff);
            case 1 -> {
                out.putShort((short) 0xaaaa).put((byte) 3);
                out.put((byte) 0).putShort((short) 0);
                typed(0);
            }
            case 2 -> out.putInt(0xaaaa_0308).putShort((short) 7).putShort((short) 0x809b);
            default -> {
                int point = any(0xfe, 0xfe, 0xf0, 0x42, 0xe0, 0x06);
                out.put((byte) point)
                        .put((byte) (oneIn(5) ? 0 : point))
                        .put((byte) any(3, 1, 5, 9, 0x63, 0x43, 0x0f, 0x6f, 0xe3, 0xaf, 0x87,
                                random.nextInt(256)))
                        .put((byte) any(0x81, 0x82, 0x83, 0x83))
                        .put(new byte[3])
                        .put((byte) (15 + random.nextInt(13)));
            }
        }
        noise(20);
    }

    private int address() {
        return switch (random.nextInt(7)) {
            case 0 -> 0x0a01_0000 + random.nextInt(3);
            case 1 -> 0xe000_0001;
            case 2 -> -random.nextInt(2);
            case 3 -> 0xc0a8_0100 + random.nextInt(3);
            default -> 0x0a00_0000 + random.nextInt(5);
        };
    }

    private void arp() {
        out.putShort((short) 1)
                .putShort((short) 0x0800)
                .putShort((short) 0x0604)
                .putShort((short) (1 + random.nextInt(2)));
        mac();
        out.putInt(address());
        mac();
        out.putInt(address());
    }

    private void network(boolean is6, int depth) {
        if (is6) {
            ipv6(depth);
        } else {
            ipv4(depth);
        }
    }

    private int protocol() {
        return oneIn(8) ? random.nextInt(256) : any(PROTOCOLS);
    }

    private void ipv4(int depth) {
        int words = oneIn(4) ? 5 + random.nextInt(11) : 5;
        int protocol = protocol();
        int fragment = oneIn(6) ? random.nextInt(0x4000) : any(0, 0x4000, 0x2000);
        out.put((byte) ((oneIn(20) ? 0x60 : 0x40) | words))
                .put((byte) 0)
                .putShort((short) random.nextInt(1500))
                .putShort((short) random.nextInt())
                .putShort((short) fragment)
                .put((byte) random.nextInt(256))
                .put((byte) protocol)
                .putShort((short) 0)
                .putInt(address())
                .putInt(address());
        out.position(out.position() + (words - 5) * 4);
        transport(protocol, depth);
    }

    private void ipv6(int depth) {
        int protocol = oneIn(4) ? any(0, 43, 44, 60, 51) : protocol();
        out.putInt(oneIn(20) ? 0x4000_0000 : 0x6000_0000)
                .putShort((short) random.nextInt(1500))
                .put((byte) protocol)
                .put((byte) 64);
        for (int side = 0; side < 2; side++) {
            boolean many = side == 1 && oneIn(4);
            out.putLong(many
                    ? 0xff02_0000_0000_0000L
                    : any(0, 1) == 0
                            ? 0xfe80_0000_0000_0000L
                            : 0x2001_0db8_0000_0000L)
                    .putLong(1 + random.nextInt(3));
        }
        int next = protocol;
        for (int headers = 0; headers < 4 && isExtension(next); headers++) {
            int following = oneIn(3) ? any(0, 43, 44, 60, 51) : protocol();
            int length = next == 44 ? 0 : random.nextInt(2);
            out.put((byte) following).put((byte) length);
            out.put(new byte[next == 51 ? 4 * length + 6 : 8 * length + 6]);
            next = following;
        }
        transport(next, depth);
    }

    private static boolean isExtension(int protocol) {
        return protocol == 0 || protocol == 43 || protocol == 44 || protocol == 60
                || protocol == 51;
    }

    private void transport(int protocol, int depth) {
        switch (protocol) {
            case 1, 58 -> out.put((byte) any(0, 8, 3, 128, 129, 135))
                    .put((byte) random.nextInt(3))
                    .putShort((short) 0);
            case 6 -> {
                ports();
                out.putInt(random.nextInt())
                        .putInt(random.nextInt())
                        .put((byte) 0x50)
                        .put((byte) (oneIn(2) ? 0x12 : random.nextInt(64)))
                        .putShort((short) 512)
                        .putInt(0);
            }
            case 17 -> {
                if (depth > 0 && oneIn(3)) {
                    geneve(depth - 1);
                } else {
                    ports();
                    out.putShort((short) random.nextInt(200)).putShort((short) 0);
                }
            }
            case 132 -> {
                ports();
                out.putInt(random.nextInt()).putInt(0);
            }
            case 51 -> out.put((byte) protocol()).put((byte) random.nextInt(3)).put(new byte[10]);
            default -> noise(30);
        }
    }

    private void ports() {
        out.putShort((short) any(PORTS)).putShort((short) any(PORTS));
    }

    private void geneve(int depth) {
        int options = random.nextInt(3);
        boolean ethernet = oneIn(2);
        out.putShort((short) any(PORTS))
                .putShort((short) 6081)
                .putInt(0)
                .put((byte) (options | (oneIn(9) ? 0x40 : 0)))
                .put((byte) 0);
        if (ethernet) {
            out.putShort((short) 0x6558).putInt(random.nextInt(3) << 8).put(new byte[4 * options]);
            ethernet(depth);
        } else {
            boolean is6 = oneIn(3);
            out.putShort((short) (is6 ? 0x86dd : 0x0800))
                    .putInt(random.nextInt(3) << 8)
                    .put(new byte[4 * options]);
            network(is6, depth);
        }
    }
}
