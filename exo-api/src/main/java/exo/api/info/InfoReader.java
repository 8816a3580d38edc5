// SPDX-License-Identifier: Apache-2.0
package exo.api.info;

import exo.api.Account;
import exo.api.Blame;
import exo.api.ErrorCode;
import exo.api.Quota;
import exo.api.ResourceException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Reads a segment of exposed information: that of a kernel in this process, or the file of another
 * process mapped for reading.
 *
 * <p><b>Shape.</b> Immutable; it holds no copy. Methods that return records copy a table between
 * two looks at its sequence number, and try again if the kernel wrote meanwhile. Methods that
 * return one number of a frame read just that.
 *
 * <p><b>Errors.</b> A table that is written for longer than a second, as if its writer were dead,
 * is refused with {@link ErrorCode#BUSY}. After the end of the kernel in this process, every method
 * that reads throws {@link IllegalStateException}.
 *
 * <p><b>Thread-safety.</b> Any thread. <b>Cost.</b> No calls of the host; the methods that return
 * one number do not allocate.
 */
public final class InfoReader {
    private static final long WAIT_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long PAUSE_NANOS = 20_000;
    private static final int SPINS = 200;
    private static final long SEQUENCE = InfoLayout.at(InfoLayout.ENTRY, "sequence");
    private static final long USED = InfoLayout.at(InfoLayout.ENTRY, "used");
    private static final long OWNER = InfoLayout.at(InfoLayout.FRAME, "owner");
    private static final long FLAGS = InfoLayout.at(InfoLayout.FRAME, "flags");
    private static final long LAST_USE = InfoLayout.at(InfoLayout.FRAME, "lastUseTick");

    /** Where a table is. */
    private record Place(long entry, long offset, int recordBytes, int capacity) {
        private static final Place NOWHERE = new Place(-1, 0, 0, 0);

        boolean isThere() {
            return entry >= 0;
        }
    }

    /** A copy of the records of a table. */
    private record Copy(MemorySegment bytes, int recordBytes, int count) {
        long longAt(int record, StructLayout layout, String field) {
            return bytes.get(ValueLayout.JAVA_LONG_UNALIGNED,
                    record * (long) recordBytes + InfoLayout.at(layout, field));
        }

        int intAt(int record, StructLayout layout, String field) {
            return bytes.get(ValueLayout.JAVA_INT_UNALIGNED,
                    record * (long) recordBytes + InfoLayout.at(layout, field));
        }

        String nameAt(int record, StructLayout layout) {
            long at = record * (long) recordBytes + InfoLayout.at(layout, "name");
            byte[] name = bytes.asSlice(at, InfoLayout.MAX_NAME_BYTES)
                    .toArray(ValueLayout.JAVA_BYTE);
            int length = 0;
            while (length < name.length && name[length] != 0) {
                length++;
            }
            return new String(name, 0, length, StandardCharsets.UTF_8);
        }
    }

    private final MemorySegment segment;
    private final Map<InfoTable, Place> places = new EnumMap<>(InfoTable.class);
    private final Place frames;

    private InfoReader(MemorySegment segment) {
        this.segment = segment;
        for (InfoTable table : InfoTable.values()) {
            places.put(table, Place.NOWHERE);
        }
        readDirectory();
        this.frames = places.get(InfoTable.FRAMES);
    }

    /**
     * Makes a reader.
     *
     * @param segment the whole segment
     * @return the reader
     * @throws ResourceException with {@link ErrorCode#CORRUPT} if the segment is not of this
     *         layout: another magic or byte order, a table outside, or records shorter than those
     *         of version 1
     */
    public static InfoReader of(MemorySegment segment) {
        Objects.requireNonNull(segment, "segment");
        if (segment.byteSize() < InfoLayout.HEADER.byteSize()) {
            throw corrupt("it has " + segment.byteSize() + " bytes, but a header has "
                    + InfoLayout.HEADER.byteSize());
        }
        byte[] magic = segment.asSlice(0, InfoLayout.MAGIC.length())
                .toArray(ValueLayout.JAVA_BYTE);
        String found = new String(magic, StandardCharsets.ISO_8859_1);
        if (!found.equals(InfoLayout.MAGIC)) {
            throw corrupt("it begins with '" + found + "', not with " + InfoLayout.MAGIC);
        }
        return new InfoReader(segment);
    }

    private void readDirectory() {
        int order = header("byteOrder");
        if (order != InfoLayout.BYTE_ORDER) {
            throw corrupt("its byte order reads as " + Integer.toHexString(order));
        }
        int entryBytes = header("entryBytes");
        int headerBytes = header("headerBytes");
        int count = header("tableCount");
        long room = segment.byteSize() - headerBytes;
        if (headerBytes < InfoLayout.HEADER.byteSize()
                || entryBytes < InfoLayout.ENTRY.byteSize() || count < 0
                || (long) count * entryBytes > room) {
            throw corrupt("its directory has " + count + " entries of " + entryBytes
                    + " bytes from byte " + headerBytes + " on");
        }
        for (int i = 0; i < count; i++) {
            readEntry(headerBytes + (long) i * entryBytes);
        }
    }

    private void readEntry(long entry) {
        int number = entryInt(entry, "table");
        for (InfoTable table : InfoTable.values()) {
            if (table.number() == number) {
                places.put(table, check(table, new Place(entry,
                        segment.get(ValueLayout.JAVA_LONG,
                                entry + InfoLayout.at(InfoLayout.ENTRY, "offset")),
                        entryInt(entry, "recordBytes"), entryInt(entry, "capacity"))));
            }
        }
    }

    private Place check(InfoTable table, Place place) {
        boolean fits = place.offset >= 0 && place.offset <= segment.byteSize()
                && place.capacity >= 0
                && place.recordBytes >= InfoLayout.record(table).byteSize()
                && (long) place.capacity * place.recordBytes <= segment.byteSize() - place.offset;
        if (!fits || place.offset % Long.BYTES != 0 || place.recordBytes % Long.BYTES != 0) {
            throw corrupt("its table " + table + " has " + place.capacity + " records of "
                    + place.recordBytes + " bytes from byte " + place.offset + " on");
        }
        return place;
    }

    private static ResourceException corrupt(String cause) {
        return new ResourceException(ErrorCode.CORRUPT, Blame.KERNEL, "exposed information", cause,
                "name the segment of a kernel of this host");
    }

    private int header(String field) {
        return segment.get(ValueLayout.JAVA_INT, InfoLayout.at(InfoLayout.HEADER, field));
    }

    private long headerLong(String field) {
        return segment.get(ValueLayout.JAVA_LONG, InfoLayout.at(InfoLayout.HEADER, field));
    }

    private int entryInt(long entry, String field) {
        return segment.get(ValueLayout.JAVA_INT, entry + InfoLayout.at(InfoLayout.ENTRY, field));
    }

    // ---- what never changes --------------------------------------------------------------------

    /** {@return the version of the layout, by the kernel that wrote it} */
    public int version() {
        return header("version");
    }

    /** {@return the size of a page in bytes} */
    public int pageBytes() {
        return header("pageBytes");
    }

    /** {@return when the kernel booted, in milliseconds since 1970} */
    public long bootEpochMillis() {
        return headerLong("bootEpochMillis");
    }

    /** {@return the number of the kernel's process} */
    public long pid() {
        return headerLong("pid");
    }

    /**
     * {@return whether the kernel has that table}
     *
     * @param table the table
     */
    public boolean has(InfoTable table) {
        return place(table).isThere();
    }

    /**
     * {@return where a table's records begin in the segment, in bytes; 0 if there is none}
     *
     * @param table the table
     */
    public long offset(InfoTable table) {
        return place(table).offset;
    }

    /**
     * {@return the distance between two records of a table in bytes; 0 if there is none}
     *
     * @param table the table
     */
    public int recordBytes(InfoTable table) {
        return place(table).recordBytes;
    }

    /**
     * {@return how many records a table has room for; 0 if there is none}
     *
     * @param table the table
     */
    public int capacity(InfoTable table) {
        return place(table).capacity;
    }

    private Place place(InfoTable table) {
        return places.get(Objects.requireNonNull(table, "table"));
    }

    // ---- what changes --------------------------------------------------------------------------

    /**
     * {@return how many records of a table, from the first on, mean something}
     *
     * @param table the table
     */
    public int used(InfoTable table) {
        Place place = place(table);
        return place.isThere()
                ? Math.clamp((int) InfoLayout.INT.getOpaque(segment, place.entry + USED), 0,
                        place.capacity)
                : 0;
    }

    /**
     * {@return the sequence number of a table: it moves on when the kernel writes there, and is odd
     * meanwhile; 0 if there is no such table}
     *
     * @param table the table
     */
    public long sequence(InfoTable table) {
        Place place = place(table);
        return place.isThere()
                ? (long) InfoLayout.LONG.getAcquire(segment, place.entry + SEQUENCE)
                : 0;
    }

    /** {@return the kernel as a whole} */
    public KernelFigures kernel() {
        Copy copy = copy(InfoTable.KERNEL, 0, 1);
        StructLayout at = InfoLayout.KERNEL;
        if (copy.count == 0) {
            return new KernelFigures(false, 0, 0, new KernelFigures.FrameCounts(0, 0, 0, 0, 0),
                    new KernelFigures.EnvCounts(0, 0, 0));
        }
        return new KernelFigures(copy.intAt(0, at, "state") == InfoLayout.ENDED,
                copy.longAt(0, at, "tick"), copy.longAt(0, at, "refreshes"),
                new KernelFigures.FrameCounts(copy.longAt(0, at, "frameCount"),
                        copy.longAt(0, at, "usedFrames"), copy.longAt(0, at, "dirtyFrames"),
                        copy.longAt(0, at, "idleFrames"), copy.longAt(0, at, "sharedFrames")),
                new KernelFigures.EnvCounts(copy.longAt(0, at, "liveEnvs"),
                        copy.longAt(0, at, "createdEnvs"), copy.longAt(0, at, "unlistedEnvs")));
    }

    /** {@return the environments, in the order of their places in the table} */
    public List<EnvFigures> envs() {
        Copy copy = copy(InfoTable.ENVS);
        List<EnvFigures> found = new ArrayList<>();
        for (int i = 0; i < copy.count; i++) {
            if (copy.intAt(i, InfoLayout.ENV, "state") != InfoLayout.ENV_NONE) {
                found.add(env(copy, i));
            }
        }
        return found;
    }

    private static EnvFigures env(Copy copy, int i) {
        StructLayout at = InfoLayout.ENV;
        Quota quota = new Quota((int) copy.longAt(i, at, "quotaFrames"),
                (int) copy.longAt(i, at, "quotaExtraFrames"),
                (int) copy.longAt(i, at, "quotaHugeFrames"),
                copy.longAt(i, at, "quotaBlocks"), (int) copy.longAt(i, at, "quotaSlots"),
                (int) copy.longAt(i, at, "quotaObjects"),
                (int) copy.longAt(i, at, "quotaThreads"));
        Account account = new Account((int) copy.longAt(i, at, "framesHeld"),
                (int) copy.longAt(i, at, "framesIdle"),
                (int) copy.longAt(i, at, "extraFrames"), copy.longAt(i, at, "blocksHeld"),
                (int) copy.longAt(i, at, "slotsHeld"), (int) copy.longAt(i, at, "objectsHeld"),
                copy.intAt(i, at, "threads"), copy.longAt(i, at, "cpuNanos"),
                copy.longAt(i, at, "upcalls"), copy.longAt(i, at, "repossessions"),
                copy.longAt(i, at, "packetsReceived"), copy.longAt(i, at, "packetsSent"),
                copy.longAt(i, at, "packetsRefused"), copy.longAt(i, at, "blocksRead"),
                copy.longAt(i, at, "blocksWritten"));
        return new EnvFigures(copy.longAt(i, at, "id"), copy.longAt(i, at, "parent"),
                copy.nameAt(i, at), copy.intAt(i, at, "state") == InfoLayout.ENV_LEAVING,
                copy.longAt(i, at, "bornTick"), quota, account);
    }

    /**
     * {@return a page frame}
     *
     * @param frame its number
     * @throws IndexOutOfBoundsException if there is no such frame
     */
    public FrameFigures frame(int frame) {
        Objects.checkIndex(frame, used(InfoTable.FRAMES));
        Copy copy = copy(InfoTable.FRAMES, frame, 1);
        StructLayout at = InfoLayout.FRAME;
        return new FrameFigures(copy.longAt(0, at, "owner") - 1, copy.longAt(0, at, "lastUseTick"),
                copy.intAt(0, at, "flags"), copy.intAt(0, at, "mappings"));
    }

    /**
     * {@return the environment that allocated a frame, or {@link InfoLayout#NOBODY}}
     *
     * @param frame its number
     * @throws IndexOutOfBoundsException if there is no such frame
     */
    public long frameOwner(int frame) {
        return (long) InfoLayout.LONG.getOpaque(segment, at(frame) + OWNER) - 1;
    }

    /**
     * {@return the flags of a frame; see {@link InfoLayout}}
     *
     * @param frame its number
     * @throws IndexOutOfBoundsException if there is no such frame
     */
    public int frameFlags(int frame) {
        return (int) InfoLayout.INT.getOpaque(segment, at(frame) + FLAGS);
    }

    /**
     * {@return when a frame was last allocated or mapped, in milliseconds since boot: the frames
     * with the least are about the least recently used of all environments}
     *
     * @param frame its number
     * @throws IndexOutOfBoundsException if there is no such frame
     */
    public long frameLastUseTick(int frame) {
        return (long) InfoLayout.LONG.getOpaque(segment, at(frame) + LAST_USE);
    }

    private long at(int frame) {
        return frames.offset + Objects.checkIndex(frame, frames.capacity)
                * (long) frames.recordBytes;
    }

    /** {@return the managed cores with their slots} */
    public List<CoreFigures> cores() {
        Copy slots = copy(InfoTable.SLOTS);
        Copy copy = copy(InfoTable.CORES);
        StructLayout at = InfoLayout.CORE;
        List<CoreFigures> found = new ArrayList<>();
        for (int i = 0; i < copy.count; i++) {
            int first = copy.intAt(i, at, "firstSlot");
            int count = copy.intAt(i, at, "slotCount");
            List<Long> owners = new ArrayList<>();
            List<Long> users = new ArrayList<>();
            for (int slot = first; slot < Math.min(first + count, slots.count); slot++) {
                owners.add(slots.longAt(slot, InfoLayout.SLOT, "owner"));
                users.add(slots.longAt(slot, InfoLayout.SLOT, "user"));
            }
            found.add(new CoreFigures(copy.intAt(i, at, "core"), copy.longAt(i, at, "slotNanos"),
                    copy.intAt(i, at, "enforced") != 0, owners, users));
        }
        return found;
    }

    /** {@return the block devices; a device's runs may be of a moment before its other figures} */
    public List<DiskFigures> disks() {
        Copy runs = copy(InfoTable.RUNS);
        Copy copy = copy(InfoTable.DISKS);
        StructLayout at = InfoLayout.DISK;
        List<DiskFigures> found = new ArrayList<>();
        for (int i = 0; i < copy.count; i++) {
            DiskFigures.Shape shape = new DiskFigures.Shape(copy.intAt(i, at, "blockBytes"),
                    copy.longAt(i, at, "blockCount"), copy.longAt(i, at, "reservedBlocks"),
                    copy.intAt(i, at, "flags"));
            found.add(new DiskFigures(copy.nameAt(i, at), shape, copy.longAt(i, at, "freeBlocks"),
                    copy.intAt(i, at, "namedExtents"), copy.intAt(i, at, "openExtents"),
                    copy.longAt(i, at, "freeRuns"), runs(runs, copy.intAt(i, at, "firstRun"),
                            copy.intAt(i, at, "listedRuns"))));
        }
        return found;
    }

    private static List<DiskFigures.Run> runs(Copy copy, int first, int count) {
        List<DiskFigures.Run> found = new ArrayList<>();
        for (int i = first; i < Math.min(first + count, copy.count); i++) {
            found.add(new DiskFigures.Run(copy.longAt(i, InfoLayout.RUN, "firstBlock"),
                    copy.longAt(i, InfoLayout.RUN, "blockCount")));
        }
        return found;
    }

    /** {@return the network devices} */
    public List<NetFigures> nets() {
        Copy copy = copy(InfoTable.NETS);
        StructLayout at = InfoLayout.NET;
        List<NetFigures> found = new ArrayList<>();
        for (int i = 0; i < copy.count; i++) {
            NetFigures.Counters counters = new NetFigures.Counters(
                    copy.longAt(i, at, "received"), copy.longAt(i, at, "dropped"),
                    copy.longAt(i, at, "unusable"), copy.longAt(i, at, "sent"),
                    copy.longAt(i, at, "refused"), copy.longAt(i, at, "faults"),
                    copy.longAt(i, at, "cpuNanos"));
            found.add(new NetFigures(copy.nameAt(i, at), copy.intAt(i, at, "mtu"),
                    copy.intAt(i, at, "stations"), copy.intAt(i, at, "bindings"), counters));
        }
        return found;
    }

    // ---- the sequence number -------------------------------------------------------------------

    private Copy copy(InfoTable table) {
        return copy(table, 0, Integer.MAX_VALUE);
    }

    /** {@return records that belong together, from {@code first} on, as many as are used} */
    private Copy copy(InfoTable table, int first, int most) {
        Place place = place(table);
        if (!place.isThere()) {
            return new Copy(MemorySegment.NULL, 0, 0);
        }
        long deadline = System.nanoTime() + WAIT_NANOS;
        for (int attempt = 0;; attempt++) {
            long before = sequence(table);
            if ((before & 1) == 0) {
                Copy copy = copyOnce(table, first, most);
                VarHandle.acquireFence(); // pairs with the fence after the writer's odd number
                if (sequence(table) == before) {
                    return copy;
                }
            }
            pause(table, attempt, deadline);
        }
    }

    private Copy copyOnce(InfoTable table, int first, int most) {
        Place place = place(table);
        int count = Math.clamp(used(table) - (long) first, 0, most);
        byte[] bytes = new byte[Math.multiplyExact(count, place.recordBytes)];
        MemorySegment copy = MemorySegment.ofArray(bytes);
        MemorySegment.copy(segment, place.offset + (long) first * place.recordBytes, copy, 0,
                bytes.length);
        return new Copy(copy, place.recordBytes, count);
    }

    private static void pause(InfoTable table, int attempt, long deadline) {
        if (attempt % SPINS != SPINS - 1) {
            Thread.onSpinWait();
        } else if (System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(PAUSE_NANOS);
        } else {
            throw new ResourceException(ErrorCode.BUSY, Blame.KERNEL, "table " + table,
                    "it was being written whenever it was read, for " + WAIT_NANOS / 1_000_000
                            + " ms",
                    "try again; if it stays so, its writer was stopped in the middle");
        }
    }
}
