// SPDX-License-Identifier: Apache-2.0
package exo.impl.disk;

import exo.api.Blame;
import exo.api.ErrorCode;
import exo.api.ResourceException;
import exo.api.disk.Disk;
import exo.api.disk.DiskConfig;
import exo.api.info.DiskFigures;
import exo.api.info.InfoLayout;
import exo.host.BlockFile;
import exo.host.HostException;
import exo.host.IoRing;
import exo.host.Mapping;
import exo.impl.info.DeviceTables;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A block device: its blocks, which of them are free, and the catalogue of those that have a name.
 *
 * <p><b>Locking.</b> This object guards the free map, the catalogue and the set of open names.
 * Writing the catalogue, two host calls, is done under the lock: whoever allocates on the same
 * device waits.
 */
final class Device {
    private static final int LEAST_BLOCK_BYTES = 4096;

    private final DiskConfig config;
    private final BlockFile file;
    private final int blockBytes;
    private final long blockCount;
    private final Mapping buffer;
    private final FreeMap free; // guarded by this
    private Catalogue catalogue; // guarded by this
    private final Set<String> open = new HashSet<>(); // guarded by this
    private final SpillWriter spillWriter;
    private boolean ringsRefused; // written at boot only

    /** Takes a device over that was opened and locked. */
    Device(DiskConfig config, BlockFile file) {
        this.config = config;
        this.file = file;
        this.spillWriter = new SpillWriter(config.name(), file);
        this.blockBytes = Math.max(LEAST_BLOCK_BYTES, file.alignment());
        this.blockCount = file.sizeBytes() / blockBytes;
        long reserved = Catalogue.reservedBlocks(blockBytes);
        if (blockCount <= reserved) {
            throw new ResourceException(ErrorCode.OUT_OF_RANGE, Blame.CALLER, name(),
                    "it has " + file.sizeBytes() + " bytes, of which the catalogue takes "
                            + reserved * blockBytes,
                    "give it at least " + DiskConfig.MIN_BYTES + " bytes");
        }
        this.free = new FreeMap(reserved, blockCount - reserved);
        this.buffer = Mapping.reserve(Catalogue.COPY_BYTES);
        try {
            this.catalogue = load();
            takeNamed();
        } catch (RuntimeException | Error e) {
            buffer.close();
            throw e;
        }
    }

    private void takeNamed() {
        Set<String> names = new HashSet<>();
        for (Catalogue.Entry entry : catalogue.entries()) {
            if (!free.isFree(entry.firstBlock(), entry.blockCount())) {
                throw corrupt("extent '" + entry.name() + "' lies on blocks " + entry.firstBlock()
                        + " to " + (entry.firstBlock() + entry.blockCount() - 1)
                        + ", which are outside the device or taken");
            }
            if (entry.name().isEmpty() || !names.add(entry.name())) {
                throw corrupt("the name '" + entry.name() + "' is empty or there twice");
            }
            free.take(entry.firstBlock(), entry.blockCount());
        }
    }

    String name() {
        return config.name();
    }

    DiskConfig config() {
        return config;
    }

    BlockFile file() {
        return file;
    }

    int blockBytes() {
        return blockBytes;
    }

    long blockCount() {
        return blockCount;
    }

    SpillWriter spillWriter() {
        return spillWriter;
    }

    /** Makes queues use the fallback: the host refused io_uring. */
    void avoidRings() {
        ringsRefused = true;
    }

    /** {@return what moves the blocks of a new queue} */
    Transfers openTransfers(Mapping pool, int depth) {
        if (ringsRefused || config.queue() == DiskConfig.QueueBackend.PREAD) {
            return new FileTransfers(file, pool.address(), depth);
        }
        try {
            return openRing(pool, depth);
        } catch (HostException e) {
            if (config.queue() == DiskConfig.QueueBackend.IO_URING) {
                throw DiskFaults.of(e, name());
            }
            return new FileTransfers(file, pool.address(), depth);
        }
    }

    private RingTransfers openRing(Mapping pool, int depth) {
        IoRing ring = IoRing.create(depth);
        try {
            ring.registerFile(file);
            ring.tryRegisterBuffers(pool); // without them it is slower, and was said at boot
            return new RingTransfers(ring, pool.address());
        } catch (RuntimeException | Error e) {
            ring.close();
            throw e;
        }
    }

    synchronized long freeBlocks() {
        return free.freeBlocks();
    }

    /** {@return the device at this moment, with its lowest free runs} */
    synchronized DiskFigures figures() {
        int flags = (file.isDirect() ? InfoLayout.DISK_DIRECT : 0)
                | (file.isWritable() ? InfoLayout.DISK_WRITABLE : 0);
        DiskFigures.Shape shape = new DiskFigures.Shape(blockBytes, blockCount,
                Catalogue.reservedBlocks(blockBytes), flags);
        return new DiskFigures(name(), shape, free.freeBlocks(), catalogue.entries().size(),
                open.size(), free.runCount(), free.lowest(DeviceTables.RUNS_PER_DISK));
    }

    synchronized boolean isFree(long block) {
        return free.isFree(block);
    }

    synchronized List<String> names() {
        return catalogue.entries().stream().map(Catalogue.Entry::name).toList();
    }

    /**
     * Allocates blocks; {@code firstBlock} -1 for any. A name is recorded before the call returns.
     */
    synchronized Run alloc(String name, long firstBlock, long count) {
        checkName(name);
        long first = firstBlock < 0 ? findRun(count) : checkRun(firstBlock, count);
        Run run = new Run(this, name, first, count);
        free.take(first, count);
        if (!name.isEmpty()) {
            record(run);
        }
        return run;
    }

    private void record(Run run) {
        try {
            open.add(run.name());
            save(catalogue.with(new Catalogue.Entry(run.name(), run.firstBlock(),
                    run.blockCount())));
        } catch (RuntimeException | Error e) {
            open.remove(run.name());
            free.give(run.firstBlock(), run.blockCount());
            throw e;
        }
    }

    private long findRun(long count) {
        long first = free.find(count);
        if (first < 0) {
            throw new ResourceException(ErrorCode.EXHAUSTED, Blame.CALLER, name(),
                    count + " consecutive blocks were asked for, but the longest free run has "
                            + free.longestRun() + " of " + free.freeBlocks() + " free blocks",
                    "free extents, ask for less, or use a larger device");
        }
        return first;
    }

    private long checkRun(long first, long count) {
        if (first < 0 || count > blockCount - first) {
            throw new ResourceException(ErrorCode.OUT_OF_RANGE, Blame.CALLER, name(),
                    "blocks " + first + " to " + (first + count - 1)
                            + " were asked for, but it has blocks 0 to " + (blockCount - 1),
                    "ask for others");
        }
        if (!free.isFree(first, count)) {
            throw new ResourceException(ErrorCode.BUSY, Blame.PEER, name(),
                    "a block from " + first + " to " + (first + count - 1)
                            + " is allocated or reserved",
                    "ask for others; Disk.isFreeBlock tells which");
        }
        return first;
    }

    private void checkName(String name) {
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(name)) {
            // It would become a question mark, and two such names one name after the next boot.
            throw new IllegalArgumentException("an extent name has no lone surrogates");
        }
        int bytes = name.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > Disk.MAX_NAME_BYTES) {
            throw new ResourceException(ErrorCode.TOO_BIG, Blame.CALLER, "extent name",
                    "it has " + bytes + " bytes, but " + Disk.MAX_NAME_BYTES + " are allowed",
                    "choose a shorter one");
        }
        if (find(name) != null) {
            throw new ResourceException(ErrorCode.ALREADY_EXISTS, Blame.CALLER,
                    name() + " extent '" + name + "'", "the catalogue has that name",
                    "open it, free it, or choose another name");
        }
        if (!name.isEmpty() && catalogue.entries().size() == Disk.MAX_NAMED_EXTENTS) {
            throw new ResourceException(ErrorCode.EXHAUSTED, Blame.CALLER, name(),
                    "its catalogue has all " + Disk.MAX_NAMED_EXTENTS + " names it can hold",
                    "free a named extent, or use one without a name");
        }
    }

    private Catalogue.Entry find(String name) {
        for (Catalogue.Entry entry : catalogue.entries()) {
            if (entry.name().equals(name)) {
                return entry;
            }
        }
        return null;
    }

    /** Opens a named extent. */
    synchronized Run open(String name) {
        Catalogue.Entry entry = find(name);
        if (entry == null) {
            throw new ResourceException(ErrorCode.NOT_FOUND, Blame.CALLER,
                    name() + " extent '" + name + "'", "the catalogue has the names " + names(),
                    "allocate it first");
        }
        Run run = new Run(this, name, entry.firstBlock(), entry.blockCount());
        if (!open.add(name)) {
            throw new ResourceException(ErrorCode.BUSY, Blame.PEER,
                    name() + " extent '" + name + "'", "it is open",
                    "have it granted, or wait until its holder drops it");
        }
        return run;
    }

    /** Ends the use of a run by its environment; one that is not in the catalogue is free then. */
    synchronized void release(Run run) {
        run.markReleased();
        if (run.isRecorded()) {
            open.remove(run.name());
        } else {
            free.give(run.firstBlock(), run.blockCount());
        }
    }

    /**
     * Takes a run out of the catalogue; its blocks are free when it is released.
     *
     * @return whether it is out; not if it was released already, and the name may be another's
     */
    synchronized boolean tryForget(Run run) {
        if (run.isReleased()) {
            return false;
        }
        if (run.isRecorded()) {
            save(catalogue.without(run.name()));
            open.remove(run.name());
            run.markForgotten();
        }
        return true;
    }

    private Catalogue load() {
        Catalogue best = null;
        boolean zeros = true;
        for (int copy = 0; copy < Catalogue.COPIES; copy++) {
            MemorySegment bytes = readCopy(copy);
            zeros &= isZero(bytes);
            Catalogue found = Catalogue.decode(bytes);
            if (found != null && (best == null || found.generation() > best.generation())) {
                best = found;
            }
        }
        if (best == null || config.format() == DiskConfig.Format.ALWAYS) {
            return format(zeros);
        }
        if (best.blockBytes() != blockBytes || best.blockCount() > blockCount) {
            throw corrupt("its catalogue was made for " + best.blockCount() + " blocks of "
                    + best.blockBytes() + " bytes, but it has " + blockCount + " of " + blockBytes);
        }
        return best;
    }

    private Catalogue format(boolean zeros) {
        boolean allowed = switch (config.format()) {
            case ALWAYS -> true;
            case IF_EMPTY -> zeros;
            case NEVER -> false;
        };
        if (!allowed) {
            throw new ResourceException(ErrorCode.CORRUPT, Blame.CALLER, name(),
                    config.path().map(Object::toString).orElse("the image")
                            + " holds no Exo catalogue"
                            + (zeros ? "" : ", and its first blocks are not empty"),
                    "name another device, or format this one: DiskConfig.format(ALWAYS) destroys"
                            + " what it holds");
        }
        Catalogue first = Catalogue.empty(blockBytes, blockCount);
        if (file.isWritable()) {
            write(first);
            Catalogue second = new Catalogue(first.uuid(), blockBytes, blockCount, 2, List.of());
            write(second);
            return second;
        }
        return first;
    }

    private void save(Catalogue changed) {
        if (!file.isWritable()) {
            throw new ResourceException(ErrorCode.UNAVAILABLE, Blame.HOST, name(),
                    "the host does not permit writing to it", "make it writable");
        }
        write(changed);
        catalogue = changed;
    }

    private void write(Catalogue changed) {
        changed.encode(buffer.segment());
        try {
            file.datasync(); // what the extents' owners wrote so far comes first
            file.writeFully(buffer, 0, Catalogue.COPY_BYTES, copyOffset(changed.copy()));
            file.datasync();
        } catch (HostException e) {
            throw DiskFaults.of(e, name());
        }
    }

    private MemorySegment readCopy(int copy) {
        try {
            file.readFully(buffer, 0, Catalogue.COPY_BYTES, copyOffset(copy));
        } catch (HostException e) {
            throw DiskFaults.of(e, name());
        }
        return buffer.segment();
    }

    private long copyOffset(int copy) {
        return copy * Catalogue.copyBlocks(blockBytes) * blockBytes;
    }

    private static boolean isZero(MemorySegment bytes) {
        for (long at = 0; at < bytes.byteSize(); at += Long.BYTES) {
            if (bytes.get(ValueLayout.JAVA_LONG, at) != 0) {
                return false;
            }
        }
        return true;
    }

    private ResourceException corrupt(String cause) {
        return new ResourceException(ErrorCode.CORRUPT, Blame.HOST, name(), cause,
                "restore it from a copy, or format it");
    }

    void close() {
        buffer.close();
        file.close();
    }
}
