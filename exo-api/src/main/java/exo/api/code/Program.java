// SPDX-License-Identifier: Apache-2.0
package exo.api.code;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * A program of eBPF, the instruction set of RFC 9669, not yet verified. Immutable.
 *
 * <p><b>Shape.</b> 1 to {@value #MAX_SLOTS} slots of 8 bytes. An instruction takes one slot, or two
 * if it is a wide load. A slot is a {@code long} here: its lowest 8 bits are the opcode, then 4
 * bits destination, 4 bits source, 16 bits offset, 32 bits immediate, which is the order in which
 * the bytes of the little-endian form lie.
 *
 * <p><b>Regions</b> are the program's own memory besides its stack: constants, and counters that
 * outlive a run. A wide load of source 6 takes the address of a region: the immediate of its first
 * slot is the region's index, that of the second the offset in it.
 *
 * @see "RFC 9669: BPF Instruction Set Architecture"
 */
public final class Program {
    /** The most slots of a program. */
    public static final int MAX_SLOTS = 65_536;
    /** The most regions of a program. */
    public static final int MAX_REGIONS = 64;
    /** The most bytes of a region. */
    public static final int MAX_REGION_BYTES = 1 << 24;
    /** The bytes of a slot. */
    public static final int SLOT_BYTES = Long.BYTES;

    private final long[] slots;
    private final List<Region> regions;

    private Program(List<Region> regions, long[] slots) {
        if (slots.length < 1 || slots.length > MAX_SLOTS) {
            throw new IllegalArgumentException("a program has 1 to " + MAX_SLOTS
                    + " slots of 8 bytes, but this one has " + slots.length);
        }
        if (regions.size() > MAX_REGIONS) {
            throw new IllegalArgumentException("a program has up to " + MAX_REGIONS
                    + " regions, but this one has " + regions.size());
        }
        this.slots = slots;
        this.regions = regions;
    }

    /**
     * {@return a program without regions}
     *
     * @param slots its slots
     * @throws IllegalArgumentException if there are none, or more than {@value #MAX_SLOTS}
     */
    public static Program of(long... slots) {
        return new Program(List.of(), slots.clone());
    }

    /**
     * {@return a program}
     *
     * @param regions its regions, by index
     * @param slots its slots
     * @throws IllegalArgumentException if there are too few or too many of either
     */
    public static Program of(List<Region> regions, long... slots) {
        return new Program(List.copyOf(regions), slots.clone());
    }

    /**
     * {@return a program without regions}
     *
     * @param bytes its slots in the little-endian form
     * @throws IllegalArgumentException if their number is no multiple of 8, or out of range
     */
    public static Program ofBytes(byte[] bytes) {
        if (bytes.length % SLOT_BYTES != 0) {
            throw new IllegalArgumentException("a program is a multiple of 8 bytes long, but this"
                    + " one has " + bytes.length);
        }
        long[] slots = new long[bytes.length / SLOT_BYTES];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().get(slots);
        return new Program(List.of(), slots);
    }

    /**
     * {@return a program without regions}
     *
     * @param text its bytes as pairs of hexadecimal digits, with any white space between pairs
     * @throws IllegalArgumentException if the text is something else
     */
    public static Program parseHex(String text) {
        return ofBytes(HexFormat.of().parseHex(text.replaceAll("\\s+", "")));
    }

    /**
     * {@return a slot}
     *
     * @param opcode 8 bits
     * @param destination register, 4 bits
     * @param source register, 4 bits
     * @param offset signed, 16 bits
     * @param immediate 32 bits
     * @throws IllegalArgumentException if a number does not fit its field
     */
    public static long slot(int opcode, int destination, int source, int offset, int immediate) {
        if (opcode >>> 8 != 0 || destination >>> 4 != 0 || source >>> 4 != 0
                || offset != (short) offset) {
            throw new IllegalArgumentException(
                    "opcode must fit 8 bits, registers 4, offset 16 signed ones, but they are "
                            + opcode + ", " + destination + ", " + source + ", " + offset);
        }
        return opcode | destination << 8 | source << 12 | (offset & 0xffffL) << 16
                | (long) immediate << 32;
    }

    /** {@return how many slots it has} */
    public int length() {
        return slots.length;
    }

    /**
     * {@return a slot}
     *
     * @param index which, from 0
     */
    public long slot(int index) {
        return slots[index];
    }

    /** {@return its regions, by index} */
    public List<Region> regions() {
        return regions;
    }

    /** {@return the little-endian form of its slots, a new array} */
    public byte[] toBytes() {
        ByteBuffer bytes = ByteBuffer.allocate(slots.length * SLOT_BYTES)
                .order(ByteOrder.LITTLE_ENDIAN);
        bytes.asLongBuffer().put(slots);
        return bytes.array();
    }

    /** {@return the little-endian form of its slots as hexadecimal digits, a slot a line} */
    public String toHex() {
        StringBuilder text = new StringBuilder();
        byte[] bytes = toBytes();
        for (int at = 0; at < bytes.length; at += SLOT_BYTES) {
            text.append(HexFormat.of().formatHex(bytes, at, at + SLOT_BYTES)).append('\n');
        }
        return text.toString();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Program program && Arrays.equals(slots, program.slots)
                && regions.equals(program.regions);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(slots);
    }

    @Override
    public String toString() {
        return "Program of " + slots.length + " slots";
    }

    /** Memory of a program besides its stack. Immutable: what a run writes goes to a copy. */
    public static final class Region {
        private final String name;
        private final boolean isWritable;
        private final byte[] content;

        private Region(String name, boolean isWritable, byte[] content) {
            if (name.isEmpty() || content.length < 1 || content.length > MAX_REGION_BYTES) {
                throw new IllegalArgumentException("a region has a name and 1 to "
                        + MAX_REGION_BYTES + " bytes, but '" + name + "' has " + content.length);
            }
            this.name = name;
            this.isWritable = isWritable;
            this.content = content;
        }

        /**
         * {@return a region of constants}
         *
         * @param name what messages call it
         * @param content its bytes, 1 to {@value Program#MAX_REGION_BYTES}
         */
        public static Region constant(String name, byte[] content) {
            return new Region(name, false, content.clone());
        }

        /**
         * {@return a region that the program may write}
         *
         * @param name what messages call it
         * @param content the bytes that it begins with, 1 to {@value Program#MAX_REGION_BYTES}
         */
        public static Region writable(String name, byte[] content) {
            return new Region(name, true, content.clone());
        }

        /** {@return what messages call it} */
        public String name() {
            return name;
        }

        /** {@return whether the program may write it} */
        public boolean isWritable() {
            return isWritable;
        }

        /** {@return how many bytes it has} */
        public int sizeBytes() {
            return content.length;
        }

        /** {@return the bytes it begins with, a new array} */
        public byte[] content() {
            return content.clone();
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Region region && name.equals(region.name)
                    && isWritable == region.isWritable && Arrays.equals(content, region.content);
        }

        @Override
        public int hashCode() {
            return name.hashCode() + Arrays.hashCode(content);
        }

        @Override
        public String toString() {
            return (isWritable ? "region " : "constant region ") + name + " of " + content.length
                    + " bytes";
        }
    }
}
