// SPDX-License-Identifier: Apache-2.0
package exo.host;

import exo.host.linux.RawMemory;
import exo.host.linux.Syscall;
import exo.host.linux.SyscallNumber;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A range of addresses of this process, and what is mapped there.
 *
 * <p>Some memory is mapped everywhere in it at every moment, so that no access through its segments
 * faults, with one exception that its user sees to: a write to a part mapped for reading goes
 * through no segment but {@link #readOnlySegment}.
 *
 * <p><b>Thread-safety.</b> Any thread may map parts; parts that overlap are for the user to order.
 *
 * @see "mmap(2)"
 */
public final class Mapping implements AutoCloseable {
    private static final int READ = 1;
    private static final int READ_WRITE = 3;
    private static final int MAP_SHARED = 0x01;
    private static final int MAP_PRIVATE = 0x02;
    private static final int MAP_FIXED = 0x10;
    private static final int MAP_ANONYMOUS = 0x20;
    private static final int MAP_NORESERVE = 0x4000;
    private static final int NO_FILE = -1;
    private static final int MPOL_BIND = 2;
    private static final int NODE_MASK_BITS = 65; // one more than there are, see mbind(2), BUGS

    private final long address;
    private final long bytes;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment segment;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Mapping(long address, long bytes) {
        this(address, bytes, false);
    }

    private Mapping(long address, long bytes, boolean readOnly) {
        this.address = address;
        this.bytes = bytes;
        MemorySegment all = RawMemory.segment(address, bytes, arena);
        this.segment = readOnly ? all.asReadOnly() : all;
    }

    /**
     * Reserves addresses, with memory that reads as zeros and is taken from the host when it is
     * written.
     *
     * @param bytes how many, a multiple of the page size
     * @return the mapping
     * @throws HostException if the host refuses it
     */
    public static Mapping reserve(long bytes) {
        return new Mapping(map(0, bytes, READ_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                NO_FILE, 0), bytes);
    }

    /**
     * Reserves addresses as {@link #reserve} does, beginning at a multiple of a size.
     *
     * @param bytes how many, a multiple of the page size
     * @param alignment the size in bytes, a power of two and a multiple of the page size
     * @return the mapping
     * @throws HostException if the host refuses it
     */
    public static Mapping reserve(long bytes, long alignment) {
        long from = map(0, bytes + alignment, READ_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, NO_FILE, 0);
        long begin = (from + alignment - 1) & -alignment;
        unmap(from, begin - from);
        unmap(begin + bytes, from + alignment - begin);
        return new Mapping(begin, bytes);
    }

    private static void unmap(long at, long bytes) {
        if (bytes > 0) {
            // Safety: a part of what was just mapped, which nobody knows yet.
            Descriptor.check(Syscall.call(SyscallNumber.MUNMAP, at, bytes),
                    "munmap(" + bytes + " bytes)", "raise vm.max_map_count");
        }
    }

    /**
     * Lets all of it lie on one NUMA node, as far as it has not been touched yet.
     *
     * @param node the number of the node, 0 to 63
     * @throws HostException if the host refuses it, for example since it has no such node
     */
    public void bindToNode(int node) {
        try (Arena call = Arena.ofConfined()) {
            MemorySegment mask = call.allocate(ValueLayout.JAVA_LONG);
            mask.set(ValueLayout.JAVA_LONG, 0, 1L << node);
            Descriptor.check(
                    Syscall.call(SyscallNumber.MBIND, address, bytes, MPOL_BIND, mask.address(),
                            NODE_MASK_BITS, 0),
                    "mbind(MPOL_BIND, node " + node + ")",
                    "name a node that the host has: " + "/sys/devices/system/node/online");
        }
    }

    /**
     * Maps a whole file of memory for reading and writing.
     *
     * @param file the file
     * @return the mapping
     * @throws HostException if the host refuses it
     */
    public static Mapping ofShared(MemFd file) {
        return ofShared(file.fd(), file.bytes(), 0);
    }

    /**
     * Maps a whole file of memory for reading. The host refuses writes to it, and so do its
     * segments.
     *
     * @param file the file
     * @return the mapping
     * @throws HostException if the host refuses it
     */
    public static Mapping forReading(MemFd file) {
        return new Mapping(map(0, file.bytes(), READ, MAP_SHARED, file.fd(), 0), file.bytes(),
                true);
    }

    static Mapping ofShared(int fd, long bytes, long offset) {
        return new Mapping(map(0, bytes, READ_WRITE, MAP_SHARED, fd, offset), bytes);
    }

    private static long map(long at, long bytes, int protection, int flags, int fd, long offset) {
        return Descriptor.check(
                Syscall.call(SyscallNumber.MMAP, at, bytes, protection, flags, fd, offset),
                "mmap(" + bytes + " bytes)",
                "ask for less memory, or raise vm.max_map_count and ulimit -v");
    }

    /** {@return the memory; accesses fail after {@link #close}, writes to {@link #forReading}} */
    public MemorySegment segment() {
        return segment;
    }

    /** {@return the memory, for reading} */
    public MemorySegment readOnlySegment() {
        return segment.asReadOnly();
    }

    /** {@return the address of the first byte} */
    public long address() {
        return address;
    }

    /** {@return the length in bytes} */
    public long bytes() {
        return bytes;
    }

    /**
     * Replaces what is mapped in a part by a part of a file. In one step: an access at the same
     * time sees the old or the new.
     *
     * @param offset where the part begins in this mapping, in bytes
     * @param length its length in bytes
     * @param file the file
     * @param fileOffset where its part begins in the file
     * @param writable whether for writing too
     * @throws HostException if the host refuses it; the part is unchanged
     */
    public void mapShared(long offset, long length, MemFd file, long fileOffset,
            boolean writable) {
        replace(offset, length, writable ? READ_WRITE : READ, MAP_SHARED, file.fd(), fileOffset);
    }

    /**
     * Replaces what is mapped in a part by a private copy of a part of a file: what is written
     * there goes to memory of its own, page by page, and never to the file.
     *
     * <p>A page that has not been written yet shows the file as it is at that moment.
     *
     * @param offset where the part begins in this mapping, in bytes
     * @param length its length in bytes
     * @param file the file
     * @param fileOffset where its part begins in the file
     * @throws HostException if the host refuses it; the part is unchanged
     */
    public void mapPrivate(long offset, long length, MemFd file, long fileOffset) {
        replace(offset, length, READ_WRITE, MAP_PRIVATE | MAP_NORESERVE, file.fd(), fileOffset);
    }

    /**
     * Replaces what is mapped in a part by memory of its own that reads as zeros.
     *
     * @param offset where the part begins in this mapping, in bytes
     * @param length its length in bytes
     * @throws HostException if the host refuses it; the part is unchanged
     */
    public void mapVoid(long offset, long length) {
        replace(offset, length, READ_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, NO_FILE,
                0);
    }

    /**
     * Zeroes a part, which stays mapped as it is.
     *
     * @param offset where the part begins in this mapping, in bytes
     * @param length its length in bytes
     */
    public void zero(long offset, long length) {
        RawMemory.zero(segment.asSlice(offset, length));
    }

    private void replace(long offset, long length, int protection, int flags, int fd,
            long fileOffset) {
        Objects.checkFromIndexSize(offset, length, bytes);
        if (closed.get()) {
            throw new IllegalStateException("the mapping is closed");
        }
        if (length > 0) {
            // Safety: the range lies in a mapping that this object owns, so that nothing else is
            // hit.
            map(address + offset, length, protection, flags | MAP_FIXED, fd, fileOffset);
        }
    }

    /**
     * Keeps all of it in the host's memory.
     *
     * @throws HostException if the limit on locked memory is too small
     */
    public void lock() {
        Descriptor.check(Syscall.call(SyscallNumber.MLOCK, address, bytes),
                "mlock(" + bytes + " bytes)",
                "raise the limit on locked memory (ulimit -l), or grant CAP_IPC_LOCK");
    }

    /** {@return whether it was closed, and its addresses mean something else perhaps} */
    public boolean isClosed() {
        return closed.get();
    }

    /**
     * Ends all access, then unmaps. Idempotent. Cost: a handshake with all running threads,
     * microseconds to milliseconds.
     *
     * @throws IllegalStateException if a thread is in a host call with a part of the memory, or the
     *         host does not unmap it: see {@link #tryClose}
     */
    @Override
    public void close() {
        if (!tryClose()) {
            throw new IllegalStateException(
                    "a thread is in a host call with the memory, or the host has no mapping left");
        }
    }

    /**
     * Ends all access, then unmaps, unless a thread is in a host call with a part of the memory:
     * whoever has the segment may pass a buffer over it to a channel, and wait there for ever.
     * Until that call is over the addresses must mean nothing else. Nor does it unmap while the
     * host has no mapping left, and would need one, since it keeps this memory and others beside it
     * as one. Idempotent.
     *
     * @return whether it is closed; if not, it stays mapped
     */
    public boolean tryClose() {
        if (!closed.compareAndSet(false, true)) {
            return true;
        }
        if (!tryEndAccess()) {
            closed.set(false);
            return false;
        }
        // Safety: no segment over the range is alive any more.
        long result = Syscall.call(SyscallNumber.MUNMAP, address, bytes);
        if (result == -Errno.ENOMEM.number()) {
            closed.set(false);
            return false;
        }
        Descriptor.check(result, "munmap(" + bytes + " bytes)", "report this as a defect");
        return true;
    }

    private boolean tryEndAccess() {
        if (!arena.scope().isAlive()) {
            return true; // the host did not unmap it then
        }
        try {
            arena.close();
            return true;
        } catch (IllegalStateException e) { // it is used by a channel
            return false;
        }
    }
}
