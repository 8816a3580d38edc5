// SPDX-License-Identifier: Apache-2.0
package exo.bench.code;

import exo.api.code.ClassicProgram;
import exo.api.code.Classifier;
import exo.api.code.PacketFilter;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Packets, back to back, and what engines answer to all of them.
 *
 * <p>The answer to a packet is the index of the filter that gets it, or -1; the answer to all is a
 * number made of these, which depends on their order. Immutable.
 */
final class PacketTrace {
    /** The answer to a packet that no filter accepts. */
    static final int NONE = -1;

    private static final int HASH_FACTOR = 31;

    private final MemorySegment memory;
    private final int[] offsets;
    private final int[] lengths;

    private PacketTrace(MemorySegment memory, int[] offsets, int[] lengths) {
        this.memory = memory;
        this.offsets = offsets;
        this.lengths = lengths;
    }

    /** {@return these packets, in memory of the heap} */
    static PacketTrace of(List<byte[]> packets) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        int[] offsets = new int[packets.size()];
        int[] lengths = new int[packets.size()];
        for (int i = 0; i < offsets.length; i++) {
            offsets[i] = all.size();
            lengths[i] = packets.get(i).length;
            all.writeBytes(packets.get(i));
        }
        return new PacketTrace(MemorySegment.ofArray(all.toByteArray()), offsets, lengths);
    }

    /**
     * {@return the same packets in other memory}
     *
     * @param target room for {@link #sizeBytes}
     */
    PacketTrace in(MemorySegment target) {
        target.copyFrom(memory);
        return new PacketTrace(target, offsets, lengths);
    }

    /** {@return the bytes of all packets together} */
    long sizeBytes() {
        return memory.byteSize();
    }

    /** {@return how many packets there are} */
    int count() {
        return offsets.length;
    }

    /** {@return a copy of a packet} */
    byte[] packet(int index) {
        return memory.asSlice(offsets[index], lengths[index]).toArray(ValueLayout.JAVA_BYTE);
    }

    /**
     * {@return the packets and filters for a program in C: the text of all filters with its length
     * before, then each packet with its length before; lengths are 32-bit little-endian}
     *
     * @param filters the filters
     */
    byte[] file(List<ClassicProgram> filters) {
        StringBuilder text = new StringBuilder().append(filters.size()).append('\n');
        filters.forEach(filter -> text.append(filter.toDecimal()));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        record(out, text.toString().getBytes(StandardCharsets.US_ASCII));
        for (int i = 0; i < count(); i++) {
            record(out, packet(i));
        }
        return out.toByteArray();
    }

    private static void record(ByteArrayOutputStream out, byte[] content) {
        out.writeBytes(ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(content.length)
                .array());
        out.writeBytes(content);
    }

    /** {@return the number made of all answers so far, and one more} */
    static int add(int hash, int answer) {
        return hash * HASH_FACTOR + answer;
    }

    /**
     * hot: {@return the answers of one filter}
     *
     * @param filter the filter
     */
    int run(PacketFilter filter) {
        int hash = 0;
        for (int i = 0; i < offsets.length; i++) {
            int answer = filter.accept(memory, offsets[i], lengths[i]) != 0 ? 0 : NONE;
            hash = add(hash, answer);
        }
        return hash;
    }

    /**
     * hot: {@return the answers of filters that are asked one after the other}
     *
     * @param filters the filters
     */
    int run(PacketFilter[] filters) {
        int hash = 0;
        for (int i = 0; i < offsets.length; i++) {
            int answer = NONE;
            for (int f = 0; f < filters.length; f++) {
                if (filters[f].accept(memory, offsets[i], lengths[i]) != 0) {
                    answer = f;
                    break;
                }
            }
            hash = add(hash, answer);
        }
        return hash;
    }

    /**
     * hot: {@return the answers of a set whose keys are the indexes of its filters}
     *
     * @param set the set
     */
    int run(Classifier set) {
        int hash = 0;
        for (int i = 0; i < offsets.length; i++) {
            hash = add(hash, set.classify(memory, offsets[i], lengths[i]));
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
        for (int i = 0; i < offsets.length; i++) {
            count += filter.accept(memory, offsets[i], lengths[i]) == 0 ? 0 : 1;
        }
        return count;
    }
}
