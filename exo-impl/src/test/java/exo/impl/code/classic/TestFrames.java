// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.classic;

import java.nio.ByteBuffer;
import java.util.random.RandomGenerator;

/** Random Ethernet frames, from few addresses and ports so that filters hit some of them. */
final class TestFrames {
    private static final int[] PORTS = {22, 53, 80, 443, 1024, 60_000};

    private TestFrames() {}

    static byte[] random(RandomGenerator random) {
        ByteBuffer frame = ByteBuffer.allocate(400);
        mac(frame, random);
        mac(frame, random);
        if (random.nextInt(8) == 0) {
            frame.putShort((short) 0x8100).putShort((short) random.nextInt(8));
        }
        switch (random.nextInt(8)) {
            case 0, 1, 2 -> ipv4(frame, random);
            case 3 -> ipv6(frame, random);
            case 4 -> arp(frame, random);
            case 5 -> frame.putShort((short) (random.nextBoolean() ? 0x88cc : 0x8035));
            case 6 -> frame.putShort((short) random.nextInt(1600)); // 802.3
            default -> ipv4(frame, random);
        }
        int padding = random.nextInt(frame.remaining());
        byte[] rest = new byte[random.nextBoolean() ? padding : padding / 8];
        random.nextBytes(rest);
        frame.put(rest);
        int length = random.nextInt(10) == 0
                ? random.nextInt(frame.position() + 1)
                : frame.position();
        byte[] bytes = new byte[length];
        frame.get(0, bytes);
        return bytes;
    }

    private static void mac(ByteBuffer frame, RandomGenerator random) {
        long mac = switch (random.nextInt(6)) {
            case 0 -> 0xffff_ffff_ffffL;
            case 1 -> 0x0100_5e00_0001L;
            default -> 0x0200_0000_0000L + random.nextInt(4);
        };
        frame.putShort((short) (mac >>> 32)).putInt((int) mac);
    }

    private static int address(RandomGenerator random) {
        return switch (random.nextInt(6)) {
            case 0 -> 0x0a01_0000 + random.nextInt(3);
            case 1 -> 0xe000_0001;
            case 2 -> 0xffff_ffff;
            default -> 0x0a00_0000 + random.nextInt(5);
        };
    }

    private static void ipv4(ByteBuffer frame, RandomGenerator random) {
        int words = random.nextInt(4) == 0 ? 5 + random.nextInt(11) : 5;
        int protocol = protocol(random);
        frame.putShort((short) 0x0800)
                .put((byte) (0x40 | words))
                .put((byte) 0)
                .putShort((short) random.nextInt(1500))
                .putShort((short) random.nextInt())
                .putShort((short) (random.nextInt(5) == 0 ? random.nextInt(0x4000) : 0x4000))
                .put((byte) random.nextInt(256))
                .put((byte) protocol)
                .putShort((short) 0)
                .putInt(address(random))
                .putInt(address(random));
        frame.position(frame.position() + (words - 5) * 4);
        transport(frame, random, protocol);
    }

    private static void ipv6(ByteBuffer frame, RandomGenerator random) {
        int protocol = random.nextInt(4) == 0 ? 58 : protocol(random);
        frame.putShort((short) 0x86dd)
                .putInt(0x6000_0000)
                .putShort((short) random.nextInt(1500))
                .put((byte) protocol)
                .put((byte) 64);
        for (int side = 0; side < 2; side++) {
            frame.putLong(0xfe80_0000_0000_0000L).putLong(1 + random.nextInt(3));
        }
        transport(frame, random, protocol);
    }

    private static int protocol(RandomGenerator random) {
        return switch (random.nextInt(6)) {
            case 0, 1 -> 6;
            case 2, 3 -> 17;
            case 4 -> 1;
            default -> random.nextInt(256);
        };
    }

    private static void transport(ByteBuffer frame, RandomGenerator random, int protocol) {
        if (protocol == 1 || protocol == 58) {
            frame.put((byte) (random.nextBoolean() ? 8 : 0)).put((byte) 0).putShort((short) 0);
            return;
        }
        frame.putShort((short) PORTS[random.nextInt(PORTS.length)])
                .putShort((short) PORTS[random.nextInt(PORTS.length)]);
        if (protocol == 6) {
            frame.putInt(random.nextInt())
                    .putInt(random.nextInt())
                    .put((byte) 0x50)
                    .put((byte) (random.nextBoolean() ? 0x12 : random.nextInt(64)))
                    .putShort((short) 512)
                    .putInt(0);
        } else {
            frame.putShort((short) random.nextInt(200)).putShort((short) 0);
        }
    }

    private static void arp(ByteBuffer frame, RandomGenerator random) {
        frame.putShort((short) 0x0806)
                .putShort((short) 1)
                .putShort((short) 0x0800)
                .putShort((short) 0x0604)
                .putShort((short) (1 + random.nextInt(2)));
        mac(frame, random);
        frame.putInt(address(random));
        mac(frame, random);
        frame.putInt(address(random));
    }
}
