// SPDX-License-Identifier: Apache-2.0
package exo.api.info;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/** A segment of exposed information that a test writes by hand, as a kernel of any age would. */
final class MadeSegment {
    private static final int ROOM = 1 << 16;
    private static final byte[] MAGIC = InfoLayout.MAGIC.getBytes(StandardCharsets.US_ASCII);

    private final MemorySegment bytes = MemorySegment.ofArray(new long[ROOM / Long.BYTES]);
    private final int headerBytes;
    private final int entryBytes;
    private int tables;
    private long end = 1 << 12;

    MadeSegment(int version, int headerBytes, int entryBytes) {
        this.headerBytes = headerBytes;
        this.entryBytes = entryBytes;
        MemorySegment.copy(MAGIC, 0, bytes, ValueLayout.JAVA_BYTE, 0, MAGIC.length);
        header("byteOrder", InfoLayout.BYTE_ORDER);
        header("version", version);
        header("headerBytes", headerBytes);
        header("entryBytes", entryBytes);
        header("pageBytes", 4096);
        putLong(InfoLayout.at(InfoLayout.HEADER, "pid"), 4711);
        putLong(InfoLayout.at(InfoLayout.HEADER, "bootEpochMillis"), 123_456);
    }

    /** As version 1 writes it. */
    static MadeSegment plain() {
        return new MadeSegment(1, (int) InfoLayout.HEADER.byteSize(),
                (int) InfoLayout.ENTRY.byteSize());
    }

    void header(String field, int value) {
        putInt(InfoLayout.at(InfoLayout.HEADER, field), value);
    }

    /** Adds a table, and returns where its first record is. */
    long table(int number, int recordBytes, int capacity, int used) {
        long at = entry(tables++);
        header("tableCount", tables);
        long place = end;
        end += (long) recordBytes * capacity;
        putInt(at + InfoLayout.at(InfoLayout.ENTRY, "table"), number);
        putInt(at + InfoLayout.at(InfoLayout.ENTRY, "recordBytes"), recordBytes);
        putLong(at + InfoLayout.at(InfoLayout.ENTRY, "offset"), place);
        putInt(at + InfoLayout.at(InfoLayout.ENTRY, "capacity"), capacity);
        putInt(at + InfoLayout.at(InfoLayout.ENTRY, "used"), used);
        return place;
    }

    /** Where an entry of the directory is. */
    long entry(int index) {
        return headerBytes + (long) index * entryBytes;
    }

    void putInt(long at, int value) {
        bytes.set(ValueLayout.JAVA_INT, at, value);
    }

    void putLong(long at, long value) {
        bytes.set(ValueLayout.JAVA_LONG, at, value);
    }

    void putLong(long record, StructLayout layout, String field, long value) {
        putLong(record + InfoLayout.at(layout, field), value);
    }

    void putInt(long record, StructLayout layout, String field, int value) {
        putInt(record + InfoLayout.at(layout, field), value);
    }

    void putName(long record, StructLayout layout, String name) {
        byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
        MemorySegment.copy(utf8, 0, bytes, ValueLayout.JAVA_BYTE,
                record + InfoLayout.at(layout, "name"), utf8.length);
    }

    MemorySegment bytes() {
        return bytes;
    }

    InfoReader reader() {
        return InfoReader.of(bytes.asReadOnly());
    }
}
