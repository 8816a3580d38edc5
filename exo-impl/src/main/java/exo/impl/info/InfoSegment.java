// SPDX-License-Identifier: Apache-2.0
package exo.impl.info;

import exo.api.ErrorCode;
import exo.api.Facility;
import exo.api.HostFaultException;
import exo.api.info.InfoLayout;
import exo.api.info.InfoTable;
import exo.host.Facilities;
import exo.host.HostException;
import exo.host.Mapping;
import exo.host.MemFd;
import exo.impl.audit.Failures;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.Map;

/**
 * The memory of the exposed information: a memfd that is mapped twice, for the kernel to write and
 * for everybody to read.
 *
 * <p>The name of the memfd is how another process of the same user finds it, among the open files
 * of this one. It is sealed, so that such a process can read it only.
 *
 * <p><b>Thread-safety.</b> Any thread; each table has a lock of its own.
 */
public final class InfoSegment implements AutoCloseable {
    /** The name of the memfd. */
    public static final String FILE_NAME = "exo-info";

    private final MemFd file;
    private final Mapping writable;
    private final Mapping readable;
    private final Facility facility;
    private final Map<InfoTable, TableWriter> tables;

    /**
     * Makes the segment, with empty tables.
     *
     * @param capacities how many records each table has room for
     * @throws HostFaultException if the host refuses the memory
     */
    public InfoSegment(Map<InfoTable, Integer> capacities) {
        long bytes = roundUp(InfoPlan.bytes(capacities), Facilities.pageBytes());
        MemFd made = null;
        Mapping mapped = null;
        try {
            made = MemFd.create(FILE_NAME, bytes);
            mapped = Mapping.ofShared(made);
            readable = Mapping.forReading(made);
        } catch (HostException e) {
            if (mapped != null) {
                mapped.close();
            }
            if (made != null) {
                made.close();
            }
            throw new HostFaultException(ErrorCode.HOST_FAULT, "exposed information", e.call(),
                    e.errno().name(), e.remedy());
        }
        file = made;
        writable = mapped;
        facility = seal(bytes);
        tables = format(writable.segment(), capacities);
    }

    private Facility seal(long bytes) {
        String what = "memfd of " + bytes / 1024 + " KiB";
        try {
            file.seal();
            return Facility.full("info", what + ", sealed");
        } catch (HostException e) {
            return Facility.fallback("info", what + ", which this user's processes can write to",
                    e.getMessage(), e.remedy());
        }
    }

    /**
     * {@return the writers of the tables, after the header and the directory were written}
     *
     * @param to the whole segment, filled with zeros
     * @param capacities how many records each table has room for
     */
    static Map<InfoTable, TableWriter> format(MemorySegment to,
            Map<InfoTable, Integer> capacities) {
        MemorySegment.copy(InfoLayout.MAGIC.getBytes(StandardCharsets.US_ASCII), 0, to,
                ValueLayout.JAVA_BYTE, 0, InfoLayout.MAGIC.length());
        header(to, "byteOrder", InfoLayout.BYTE_ORDER);
        header(to, "version", InfoLayout.VERSION);
        header(to, "headerBytes", (int) InfoLayout.HEADER.byteSize());
        header(to, "entryBytes", (int) InfoLayout.ENTRY.byteSize());
        header(to, "tableCount", InfoTable.values().length);
        header(to, "pageBytes", Facilities.pageBytes());
        header(to, "segmentBytes", to.byteSize());
        header(to, "bootEpochMillis", System.currentTimeMillis());
        header(to, "pid", ProcessHandle.current().pid());
        Map<InfoTable, TableWriter> writers = new EnumMap<>(InfoTable.class);
        long entry = InfoLayout.HEADER.byteSize();
        long offset = InfoPlan.firstRecord();
        for (InfoTable table : InfoTable.values()) {
            int recordBytes = (int) InfoLayout.record(table).byteSize();
            int capacity = capacities.getOrDefault(table, 0);
            to.set(ValueLayout.JAVA_INT, entry + at("table"), table.number());
            to.set(ValueLayout.JAVA_INT, entry + at("recordBytes"), recordBytes);
            to.set(ValueLayout.JAVA_LONG, entry + at("offset"), offset);
            to.set(ValueLayout.JAVA_INT, entry + at("capacity"), capacity);
            writers.put(table, new TableWriter(to, entry, offset, recordBytes, capacity));
            entry += InfoLayout.ENTRY.byteSize();
            offset += (long) recordBytes * capacity;
        }
        return writers;
    }

    private static long at(String field) {
        return InfoLayout.at(InfoLayout.ENTRY, field);
    }

    private static void header(MemorySegment to, String field, int value) {
        to.set(ValueLayout.JAVA_INT, InfoLayout.at(InfoLayout.HEADER, field), value);
    }

    private static void header(MemorySegment to, String field, long value) {
        to.set(ValueLayout.JAVA_LONG, InfoLayout.at(InfoLayout.HEADER, field), value);
    }

    private static long roundUp(long bytes, long unit) {
        return Math.ceilDiv(bytes, unit) * unit;
    }

    /** {@return what backs it} */
    public Facility facility() {
        return facility;
    }

    /** {@return the memory, for reading, by everybody} */
    public MemorySegment readOnly() {
        return readable.segment();
    }

    /**
     * {@return the writer of a table}
     *
     * @param table which
     */
    public TableWriter table(InfoTable table) {
        return tables.get(table);
    }

    /** Ends all writing and reading in this process, and returns the memory. */
    @Override
    public void close() {
        Failures failures = new Failures();
        tables.values().forEach(TableWriter::close);
        failures.attempt(writable::close);
        failures.attempt(readable::close); // unless somebody reads it in a host call
        failures.attempt(file::close);
        failures.rethrow();
    }

    /** Where what lies. */
    private static final class InfoPlan {
        private InfoPlan() {}

        static long firstRecord() {
            return InfoLayout.HEADER.byteSize()
                    + InfoTable.values().length * InfoLayout.ENTRY.byteSize();
        }

        static long bytes(Map<InfoTable, Integer> capacities) {
            long bytes = firstRecord();
            for (InfoTable table : InfoTable.values()) {
                bytes += InfoLayout.record(table).byteSize() * capacities.getOrDefault(table, 0);
            }
            return bytes;
        }
    }
}
