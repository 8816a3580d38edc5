// SPDX-License-Identifier: Apache-2.0
package exo.api.info;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/**
 * The layout of the segment of exposed information, field by field.
 *
 * <pre>
 *   offset       what                                            written
 *   0            header: magic, version, where all else is       at boot
 *   headerBytes  directory: tableCount entries of entryBytes     sequence and used: with the table
 *   entry.offset the records of a table, recordBytes each        see below
 * </pre>
 *
 * <p><b>Reading it in years to come.</b> A kernel may add tables, and fields at the end of records
 * and entries; it never moves or removes one. So a reader finds tables by number in the directory,
 * steps by the {@code entryBytes} and {@code recordBytes} that it finds there, and passes over what
 * it does not know. All numbers are in the byte order of the host, which {@code byteOrder} shows.
 *
 * <p><b>Consistency.</b> Each table has a sequence number in its entry, which is odd while the
 * kernel writes to the table. A reader takes the number (acquire), tries again later if it is odd,
 * reads, fences, and takes the number again: what was read belongs together if both are equal.
 * {@link InfoReader} does so. A single field of 4 or 8 bytes is never torn, and can be read alone.
 *
 * <p>Names are UTF-8, cut at a whole character, filled with zeros: 31 bytes at the most. Times that
 * are called ticks are milliseconds since boot. Amounts are as in {@link exo.api.Account}.
 */
public final class InfoLayout {
    /** The first 8 bytes, in ASCII. */
    public static final String MAGIC = "EXO-INFO";
    /** The version of this layout. */
    public static final int VERSION = 1;
    /** The value of {@code byteOrder}. */
    public static final int BYTE_ORDER = 0x01020304;
    /** The most bytes of a name; one more is zero. */
    public static final int MAX_NAME_BYTES = 31;

    /** State of the kernel in {@link #KERNEL}: it runs. */
    public static final int RUNNING = 1;
    /** State of the kernel in {@link #KERNEL}: it was closed; nothing is written any more. */
    public static final int ENDED = 2;

    /** State of a place in {@link #ENV}: nobody's. */
    public static final int ENV_NONE = 0;
    /** State of a place in {@link #ENV}: its environment lives. */
    public static final int ENV_LIVE = 1;
    /** State of a place in {@link #ENV}: its environment is ending. */
    public static final int ENV_LEAVING = 2;

    /** Flag in {@link #FRAME}: an environment has it. */
    public static final int FRAME_USED = 1;
    /** Flag in {@link #FRAME}: it was used, so it will be zeroed before it is given out again. */
    public static final int FRAME_DIRTY = 2;
    /** Flag in {@link #FRAME}, at the last refresh: pages of several windows show it. */
    public static final int FRAME_SHARED = 4;
    /** Flag in {@link #FRAME}, at the last refresh: mapped, but returned; the first to go. */
    public static final int FRAME_IDLE = 8;

    /** Flag in {@link #DISK}: transfers pass by the host's page cache. */
    public static final int DISK_DIRECT = 1;
    /** Flag in {@link #DISK}: it may be written. */
    public static final int DISK_WRITABLE = 2;

    /** No environment: the parent of the root, the owner of what is free. */
    public static final long NOBODY = -1;

    /** The beginning of the segment. */
    public static final StructLayout HEADER = MemoryLayout.structLayout(
            MemoryLayout.sequenceLayout(8, ValueLayout.JAVA_BYTE).withName("magic"),
            int32("byteOrder"), int32("version"), int32("headerBytes"), int32("entryBytes"),
            int32("tableCount"), int32("pageBytes"), int64("segmentBytes"),
            int64("bootEpochMillis"), int64("pid"), int64("reserved"));

    /**
     * An entry of the directory. {@code capacity} records have room, the first {@code used} mean
     * something.
     */
    public static final StructLayout ENTRY = MemoryLayout.structLayout(int32("table"),
            int32("recordBytes"), int64("offset"), int32("capacity"), int32("used"),
            int64("sequence"));

    /**
     * The kernel, at the last refresh. Of the frames, {@code dirtyFrames} are free and will be
     * zeroed; idle and shared ones are used, too. {@code unlistedEnvs} are environments that live
     * and found no place.
     */
    public static final StructLayout KERNEL = MemoryLayout.structLayout(int32("state"),
            int32("reserved"), int64("tick"), int64("refreshes"), int64("frameCount"),
            int64("usedFrames"), int64("dirtyFrames"), int64("idleFrames"), int64("sharedFrames"),
            int64("liveEnvs"), int64("createdEnvs"), int64("unlistedEnvs"));

    /** An environment: who it is, its quota, and its account at the last refresh. */
    public static final StructLayout ENV = MemoryLayout.structLayout(int32("state"),
            int32("threads"), int64("id"), int64("parent"), int64("bornTick"), name(),
            int64("quotaFrames"), int64("quotaBlocks"), int64("quotaSlots"),
            int64("quotaObjects"), int64("quotaThreads"), int64("framesHeld"),
            int64("framesIdle"), int64("blocksHeld"), int64("slotsHeld"), int64("objectsHeld"),
            int64("cpuNanos"), int64("upcalls"), int64("repossessions"),
            int64("packetsReceived"), int64("packetsSent"), int64("packetsRefused"),
            int64("blocksRead"), int64("blocksWritten"),
            int64("quotaExtraFrames"), int64("quotaHugeFrames"), int64("extraFrames"));

    /**
     * A page frame. {@code owner} is the environment that allocated it, as its number plus one, and
     * 0 if it is free; {@code lastUseTick} the tick at which it was last allocated, mapped or
     * freed; {@code mappings} how many pages of windows showed it at the last refresh. All zeros is
     * a frame that was never used, so that memory is taken for those alone that were.
     */
    public static final StructLayout FRAME = MemoryLayout.structLayout(int64("owner"),
            int64("lastUseTick"), int32("flags"), int32("mappings"));

    /**
     * A managed core. Its slots are the records {@code firstSlot} to {@code firstSlot + slotCount -
     * 1} of {@link InfoTable#SLOTS}.
     */
    public static final StructLayout CORE = MemoryLayout.structLayout(int32("core"),
            int32("slotCount"), int64("slotNanos"), int32("enforced"), int32("firstSlot"));

    /** A slot: the environment that allocated it, and the one whose thread is bound to it. */
    public static final StructLayout SLOT = MemoryLayout.structLayout(int64("owner"),
            int64("user"));

    /**
     * A block device. Its lowest free runs are the records {@code firstRun} to {@code firstRun +
     * listedRuns - 1} of {@link InfoTable#RUNS}; there are {@code freeRuns} in all.
     */
    public static final StructLayout DISK = MemoryLayout.structLayout(name(),
            int32("blockBytes"), int32("flags"), int64("blockCount"), int64("reservedBlocks"),
            int64("freeBlocks"), int32("namedExtents"), int32("openExtents"), int32("firstRun"),
            int32("listedRuns"), int64("freeRuns"));

    /** A run of free blocks. */
    public static final StructLayout RUN = MemoryLayout.structLayout(int64("firstBlock"),
            int64("blockCount"));

    /**
     * A network device. The counters are of frames that went between the kernel and the host; a
     * wire has none.
     */
    public static final StructLayout NET = MemoryLayout.structLayout(name(), int32("mtu"),
            int32("stations"), int32("bindings"), int32("reserved"), int64("received"),
            int64("dropped"), int64("unusable"), int64("sent"), int64("refused"),
            int64("faults"), int64("cpuNanos"));

    /** Reads and writes 8 bytes; coordinates: the segment, the offset. */
    static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();
    /** Reads and writes 4 bytes; coordinates: the segment, the offset. */
    static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();

    private InfoLayout() {}

    /**
     * {@return where a field begins}
     *
     * @param record one of the layouts above
     * @param field the name of the field
     * @throws IllegalArgumentException if it has no such field
     */
    public static long at(StructLayout record, String field) {
        return record.byteOffset(PathElement.groupElement(field));
    }

    /**
     * {@return the layout of a record of a table}
     *
     * @param table the table
     */
    public static StructLayout record(InfoTable table) {
        return switch (table) {
            case KERNEL -> KERNEL;
            case ENVS -> ENV;
            case FRAMES -> FRAME;
            case CORES -> CORE;
            case SLOTS -> SLOT;
            case DISKS -> DISK;
            case RUNS -> RUN;
            case NETS -> NET;
        };
    }

    private static MemoryLayout int32(String name) {
        return ValueLayout.JAVA_INT.withName(name);
    }

    private static MemoryLayout int64(String name) {
        return ValueLayout.JAVA_LONG.withName(name);
    }

    private static MemoryLayout name() {
        return MemoryLayout.sequenceLayout(MAX_NAME_BYTES + 1, ValueLayout.JAVA_BYTE)
                .withName("name");
    }
}
