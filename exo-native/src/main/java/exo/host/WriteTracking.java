// SPDX-License-Identifier: Apache-2.0
package exo.host;

import exo.host.linux.Struct.FaultApi;
import exo.host.linux.Struct.FaultRegister;
import exo.host.linux.Struct.PageRegion;
import exo.host.linux.Struct.PageScan;
import exo.host.linux.Syscall;
import exo.host.linux.SyscallNumber;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

/**
 * Tells which pages of mappings were written, without a thread that answers faults: the host lets a
 * write to a protected page through by itself and remembers it.
 *
 * <p>A part of a mapping is followed from {@link #track} until it is replaced; then it must be
 * tracked again.
 *
 * <p><b>Thread-safety.</b> Any thread; a {@link Scan} is for one thread at a time.
 *
 * @see "userfaultfd(2), ioctl_userfaultfd(2), UFFD_FEATURE_WP_ASYNC; PAGEMAP_SCAN(2const)"
 */
public final class WriteTracking implements AutoCloseable {
    private static final int USER_MODE_ONLY = 1;
    private static final long API_VERSION = 0xAA;
    private static final long WP_HUGETLBFS_SHMEM = 1 << 12;
    private static final long WP_UNPOPULATED = 1 << 13;
    private static final long WP_ASYNC = 1 << 15;
    private static final long MODE_WP = 2;
    private static final long UFFDIO_API = 0xc018aa3fL;
    private static final long UFFDIO_REGISTER = 0xc020aa00L;
    private static final long UFFDIO_UNREGISTER = 0x8010aa01L;
    private static final long PAGEMAP_SCAN = 0xc0606610L;
    private static final long WP_MATCHING = 1;
    private static final long PAGE_IS_WRITTEN = 2;
    private static final String REMEDY = "use Linux 6.7 or later, with CONFIG_USERFAULTFD, and"
            + " permit userfaultfd(2) in the container's system call filter";

    private final int faults;
    private final int pagemap;

    private WriteTracking(int faults, int pagemap) {
        this.faults = faults;
        this.pagemap = pagemap;
    }

    /**
     * Opens it.
     *
     * @return it
     * @throws HostException if the host does not offer it
     */
    public static WriteTracking open() {
        int faults = (int) Descriptor.check(
                Syscall.call(SyscallNumber.USERFAULTFD, Descriptor.O_CLOEXEC | USER_MODE_ONLY),
                "userfaultfd(UFFD_USER_MODE_ONLY)", REMEDY);
        int pagemap = -1;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment api = arena.allocate(FaultApi.BYTES, Long.BYTES);
            api.set(ValueLayout.JAVA_LONG, FaultApi.API, API_VERSION);
            api.set(ValueLayout.JAVA_LONG, FaultApi.FEATURES,
                    WP_ASYNC | WP_UNPOPULATED | WP_HUGETLBFS_SHMEM);
            Descriptor.check(Descriptor.ioctl(faults, UFFDIO_API, api),
                    "ioctl(UFFDIO_API, UFFD_FEATURE_WP_ASYNC)", REMEDY);
            pagemap = (int) Descriptor.check(Descriptor.open("/proc/self/pagemap", 0, 0),
                    "openat(/proc/self/pagemap)", "mount /proc");
            MemorySegment scan = arena.allocate(PageScan.BYTES, Long.BYTES);
            scan.set(ValueLayout.JAVA_LONG, PageScan.SIZE, PageScan.BYTES);
            Descriptor.check(Descriptor.ioctl(pagemap, PAGEMAP_SCAN, scan), "ioctl(PAGEMAP_SCAN)",
                    REMEDY);
        } catch (HostException e) {
            Descriptor.close(faults);
            if (pagemap >= 0) {
                Descriptor.close(pagemap);
            }
            throw e;
        }
        return new WriteTracking(faults, pagemap);
    }

    /**
     * Follows a part of a mapping from now on; nothing of it counts as written yet.
     *
     * @param mapping the mapping
     * @param offset where the part begins, in bytes
     * @param length its length in bytes
     * @throws HostException if the host refuses it
     */
    public void track(Mapping mapping, long offset, long length) {
        Objects.checkFromIndexSize(offset, length, mapping.bytes());
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment range = range(arena, mapping, offset, length);
            range.set(ValueLayout.JAVA_LONG, FaultRegister.MODE, MODE_WP);
            Descriptor.check(Descriptor.ioctl(faults, UFFDIO_REGISTER, range),
                    "ioctl(UFFDIO_REGISTER)", "raise vm.max_map_count");
            MemorySegment scan = arena.allocate(PageScan.BYTES, Long.BYTES);
            prepare(scan, mapping.address() + offset, mapping.address() + offset + length);
            scan.set(ValueLayout.JAVA_LONG, PageScan.RETURNED, 0); // no regions: protect only
            Descriptor.check(Descriptor.ioctl(pagemap, PAGEMAP_SCAN, scan),
                    "ioctl(PAGEMAP_SCAN, PM_SCAN_WP_MATCHING)", REMEDY);
        }
    }

    /**
     * Follows a part of a mapping no longer.
     *
     * @param mapping the mapping
     * @param offset where the part begins, in bytes
     * @param length its length in bytes
     * @throws HostException if the host refuses it
     */
    public void untrack(Mapping mapping, long offset, long length) {
        Objects.checkFromIndexSize(offset, length, mapping.bytes());
        try (Arena arena = Arena.ofConfined()) {
            Descriptor.check(
                    Descriptor.ioctl(faults, UFFDIO_UNREGISTER,
                            range(arena, mapping, offset, length)),
                    "ioctl(UFFDIO_UNREGISTER)", "raise vm.max_map_count");
        }
    }

    private static MemorySegment range(Arena arena, Mapping mapping, long offset, long length) {
        MemorySegment range = arena.allocate(FaultRegister.BYTES, Long.BYTES);
        range.set(ValueLayout.JAVA_LONG, FaultRegister.START, mapping.address() + offset);
        range.set(ValueLayout.JAVA_LONG, FaultRegister.LENGTH, length);
        return range;
    }

    private static void prepare(MemorySegment scan, long start, long end) {
        scan.set(ValueLayout.JAVA_LONG, PageScan.SIZE, PageScan.BYTES);
        scan.set(ValueLayout.JAVA_LONG, PageScan.FLAGS, WP_MATCHING);
        scan.set(ValueLayout.JAVA_LONG, PageScan.START, start);
        scan.set(ValueLayout.JAVA_LONG, PageScan.END, end);
        scan.set(ValueLayout.JAVA_LONG, PageScan.CATEGORIES, PAGE_IS_WRITTEN);
        scan.set(ValueLayout.JAVA_LONG, PageScan.RETURNED, PAGE_IS_WRITTEN);
    }

    /**
     * {@return the means to ask which pages of a mapping were written}
     *
     * @param mapping the mapping
     */
    public Scan scan(Mapping mapping) {
        return new Scan(pagemap, mapping);
    }

    /** Asks which pages of a mapping were written. One thread at a time. */
    public static final class Scan {
        /** Most mixed ranges need one call: that many runs of written pages fit one answer. */
        private static final int REGIONS = 256;

        private final int pagemap;
        private final Mapping mapping;
        private final int pageBytes = Facilities.pageBytes();
        // Safety: the host writes into them during a call only, in which this object is in use.
        private final MemorySegment request = Arena.ofAuto()
                .allocate(PageScan.BYTES, Long.BYTES);
        private final MemorySegment regions = Arena.ofAuto()
                .allocate((long) REGIONS * PageRegion.BYTES, Long.BYTES);

        private Scan(int pagemap, Mapping mapping) {
            this.pagemap = pagemap;
            this.mapping = mapping;
        }

        /**
         * Sets the bits of pages that were written since they were asked for last, and forgets it.
         * Pages that are not tracked count as not written. No allocation.
         *
         * @param firstPage first page of the mapping, in host pages
         * @param pageCount how many
         * @param bits where to set bits: bit 0 of the first is {@code firstPage}; other bits keep
         *        their values
         * @throws HostException if the host refuses it
         */
        public void collect(long firstPage, int pageCount, long[] bits) {
            Objects.checkFromIndexSize(firstPage * pageBytes, (long) pageCount * pageBytes,
                    mapping.bytes());
            long base = mapping.address() + firstPage * pageBytes;
            long end = base + (long) pageCount * pageBytes;
            long at = base;
            while (at < end) {
                prepare(request, at, end);
                request.set(ValueLayout.JAVA_LONG, PageScan.REGIONS, regions.address());
                request.set(ValueLayout.JAVA_LONG, PageScan.REGION_COUNT, REGIONS);
                long count = Descriptor.check(Descriptor.ioctl(pagemap, PAGEMAP_SCAN, request),
                        "ioctl(PAGEMAP_SCAN)", REMEDY);
                for (int i = 0; i < count; i++) {
                    long region = (long) i * PageRegion.BYTES;
                    mark(regions.get(ValueLayout.JAVA_LONG, region + PageRegion.START) - base,
                            regions.get(ValueLayout.JAVA_LONG, region + PageRegion.END) - base,
                            bits);
                }
                at = request.get(ValueLayout.JAVA_LONG, PageScan.WALK_END);
            }
        }

        private void mark(long startOffset, long endOffset, long[] bits) {
            for (int page = (int) (startOffset / pageBytes); page < endOffset
                    / pageBytes; page++) {
                bits[page >> 6] |= 1L << page;
            }
        }
    }

    /** Follows nothing any more. No call may be under way. */
    @Override
    public void close() {
        Descriptor.close(faults);
        Descriptor.close(pagemap);
    }
}
