// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.classic;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The classic capture format: a header of 24 bytes, then 16 bytes before each frame. */
public final class PcapFile {
    private static final int MAGIC = 0xa1b2c3d4;
    private static final int MAGIC_NANOS = 0xa1b23c4d;
    private static final int ETHERNET = 1;
    private static final int HEADER_BYTES = 24;

    private PcapFile() {}

    /** A frame of a capture; nobody changes its bytes. */
    @SuppressWarnings("ArrayRecordComponent")
    public record Frame(int seconds, byte[] bytes, boolean isWhole) {}

    /** {@return a capture of Ethernet in which frame {@code n} arrived in second {@code n}} */
    static byte[] write(List<byte[]> frames) {
        return write(ETHERNET, frames);
    }

    /** {@return a capture of a link type in which frame {@code n} arrived in second {@code n}} */
    public static byte[] write(int link, List<byte[]> frames) {
        int size = HEADER_BYTES + frames.stream().mapToInt(f -> 16 + f.length).sum();
        ByteBuffer out = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(MAGIC)
                .putShort((short) 2)
                .putShort((short) 4)
                .putInt(0)
                .putInt(0)
                .putInt(262_144)
                .putInt(link);
        for (int i = 0; i < frames.size(); i++) {
            byte[] frame = frames.get(i);
            out.putInt(i).putInt(0).putInt(frame.length).putInt(frame.length).put(frame);
        }
        return out.array();
    }

    private static ByteBuffer open(byte[] file) {
        ByteBuffer in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        int magic = file.length < HEADER_BYTES ? 0 : in.getInt(0);
        return magic == MAGIC || magic == MAGIC_NANOS ? in : in.order(ByteOrder.BIG_ENDIAN);
    }

    /** {@return whether a file is a capture of Ethernet} */
    public static boolean isEthernet(byte[] file) {
        ByteBuffer in = open(file);
        return file.length >= HEADER_BYTES
                && (in.getInt(0) == MAGIC || in.getInt(0) == MAGIC_NANOS)
                && in.getInt(20) == ETHERNET;
    }

    /** {@return the frames of a capture, up to where it is torn} */
    public static List<Frame> read(byte[] file) {
        ByteBuffer in = open(file);
        List<Frame> frames = new ArrayList<>();
        int at = HEADER_BYTES;
        while (at + 16 <= file.length) {
            int captured = in.getInt(at + 8);
            if (captured < 0 || captured > file.length - at - 16) {
                break; // torn at its end
            }
            frames.add(new Frame(in.getInt(at),
                    Arrays.copyOfRange(file, at + 16, at + 16 + captured),
                    captured == in.getInt(at + 12)));
            at += 16 + captured;
        }
        return frames;
    }
}
