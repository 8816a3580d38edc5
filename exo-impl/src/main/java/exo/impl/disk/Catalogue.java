// SPDX-License-Identifier: Apache-2.0
package exo.impl.disk;

import exo.api.disk.Disk;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * The catalogue of named extents: what it says, and how it lies on the device.
 *
 * <p>Two copies, each {@value #COPY_BYTES} bytes, at the start of the device. A change writes the
 * copy that is not current, with the next generation, and flushes; so one valid copy exists at
 * every moment. Little-endian: <pre>
 *   offset  bytes
 *        0      8  magic "EXOCATLG"
 *        8      4  version, 1
 *       12      4  block size in bytes
 *       16      8  blocks of the device
 *       24      8  generation, from 1; the valid copy with the higher one counts
 *       32     16  UUID of the device
 *       48      4  number of entries, at most 600
 *       52      4  CRC32C over the whole copy with this field as zeros
 *       56      8  zeros
 *       64     96  each entry: length of the name (1), zeros (7), name in UTF-8 (64),
 *                  first block (8), number of blocks (8), zeros (8)
 * </pre>
 *
 * @param uuid names the device for ever
 * @param blockBytes the size of a block
 * @param blockCount how many blocks the device had when this was written
 * @param generation how many changes led here
 * @param entries the named extents
 */
record Catalogue(UUID uuid, int blockBytes, long blockCount, long generation,
        List<Entry> entries) {
    static final int COPY_BYTES = 64 * 1024;
    static final int COPIES = 2;
    static final int VERSION = 1;

    private static final long MAGIC = 0x474c5441434f5845L; // "EXOCATLG", little-endian
    private static final int HEADER_BYTES = 64;
    private static final int ENTRY_BYTES = 96;
    private static final int CRC_OFFSET = 52;
    private static final int NAME_OFFSET = 8;

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED
            .withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED
            .withOrder(ByteOrder.LITTLE_ENDIAN);

    /**
     * A named extent.
     *
     * @param name its name
     * @param firstBlock its first block
     * @param blockCount how many blocks it has
     */
    record Entry(String name, long firstBlock, long blockCount) {}

    Catalogue {
        entries = List.copyOf(entries);
    }

    static Catalogue empty(int blockBytes, long blockCount) {
        return new Catalogue(UUID.randomUUID(), blockBytes, blockCount, 1, List.of());
    }

    /** {@return this catalogue with one more entry, as the next generation} */
    Catalogue with(Entry added) {
        List<Entry> more = new ArrayList<>(entries);
        more.add(added);
        return new Catalogue(uuid, blockBytes, blockCount, generation + 1, more);
    }

    /** {@return this catalogue without an entry, as the next generation} */
    Catalogue without(String name) {
        List<Entry> fewer = new ArrayList<>(entries);
        fewer.removeIf(entry -> entry.name().equals(name));
        return new Catalogue(uuid, blockBytes, blockCount, generation + 1, fewer);
    }

    /** {@return how many blocks the copies take at the start of the device} */
    static long reservedBlocks(int blockBytes) {
        return (long) COPIES * copyBlocks(blockBytes);
    }

    static long copyBlocks(int blockBytes) {
        return Math.max(1, COPY_BYTES / blockBytes);
    }

    /** {@return which copy this generation is written to} */
    int copy() {
        return (int) (generation % COPIES);
    }

    /** Writes this catalogue into a buffer of {@value #COPY_BYTES} bytes. */
    void encode(MemorySegment copy) {
        copy.fill((byte) 0);
        copy.set(LONG, 0, MAGIC);
        copy.set(INT, 8, VERSION);
        copy.set(INT, 12, blockBytes);
        copy.set(LONG, 16, blockCount);
        copy.set(LONG, 24, generation);
        copy.set(LONG, 32, uuid.getMostSignificantBits());
        copy.set(LONG, 40, uuid.getLeastSignificantBits());
        copy.set(INT, 48, entries.size());
        long at = HEADER_BYTES;
        for (Entry entry : entries) {
            byte[] name = entry.name().getBytes(StandardCharsets.UTF_8);
            copy.set(ValueLayout.JAVA_BYTE, at, (byte) name.length);
            MemorySegment.copy(MemorySegment.ofArray(name), 0, copy, at + NAME_OFFSET, name.length);
            copy.set(LONG, at + 72, entry.firstBlock());
            copy.set(LONG, at + 80, entry.blockCount());
            at += ENTRY_BYTES;
        }
        copy.set(INT, CRC_OFFSET, crc(copy));
    }

    /** {@return the catalogue in a buffer, or null if there is no valid one} */
    static Catalogue decode(MemorySegment copy) {
        if (copy.get(LONG, 0) != MAGIC || copy.get(INT, 8) != VERSION
                || copy.get(INT, CRC_OFFSET) != crc(copy)) {
            return null;
        }
        int count = copy.get(INT, 48);
        if (count < 0 || count > Disk.MAX_NAMED_EXTENTS) {
            return null;
        }
        List<Entry> entries = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            long at = HEADER_BYTES + (long) i * ENTRY_BYTES;
            byte[] name = new byte[Math.min(Disk.MAX_NAME_BYTES,
                    copy.get(ValueLayout.JAVA_BYTE, at) & 0xff)];
            MemorySegment.copy(copy, at + NAME_OFFSET, MemorySegment.ofArray(name), 0, name.length);
            entries.add(new Entry(new String(name, StandardCharsets.UTF_8),
                    copy.get(LONG, at + 72), copy.get(LONG, at + 80)));
        }
        return new Catalogue(new UUID(copy.get(LONG, 32), copy.get(LONG, 40)), copy.get(INT, 12),
                copy.get(LONG, 16), copy.get(LONG, 24), entries);
    }

    private static int crc(MemorySegment copy) {
        byte[] bytes = new byte[COPY_BYTES];
        MemorySegment.copy(copy, 0, MemorySegment.ofArray(bytes), 0, COPY_BYTES);
        for (int i = 0; i < Integer.BYTES; i++) {
            bytes[CRC_OFFSET + i] = 0;
        }
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }
}
