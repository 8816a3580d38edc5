// SPDX-License-Identifier: Apache-2.0
package exo.libos.vm.stretch;

import exo.api.Rights;
import exo.api.mem.SoftTlb;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Objects;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

/**
 * A range of virtual memory with rights, backed by a {@link StretchDriver}.
 *
 * <p><b>Shape.</b> Bytes are numbered from 0 to {@link #byteSize}. It reads as zeros until it is
 * written. Longs have the host's byte order, and need not be aligned.
 *
 * <p><b>Access by question.</b> Each access asks the software TLB, and faults to the driver where
 * that has no answer: so the pages need not have frames. Java code cannot be stopped at a load as a
 * processor stops it.
 *
 * <p><b>Nothing false is read.</b> A frame may be taken by force at any moment, and its page reads
 * as zeros then. So a read asks <em>after</em> the load: if the page was there then, it was there
 * before, since it comes only by a fault of this thread. If not, the load is repeated after the
 * fault. A write asks before the store: the driver notes it, and will report the page as lost;
 * unless the driver gets back what was taken: that lacks a store which came too late, so such a
 * write asks after the store too, and is repeated.
 *
 * <p><b>Errors.</b> Every access throws {@link IndexOutOfBoundsException} outside the stretch;
 * {@link IllegalStateException} once it is closed; {@link exo.api.ResourceException} with {@link
 * exo.api.ErrorCode#PROTECTED} if its rights forbid it, with {@link exo.api.ErrorCode#REPOSSESSED}
 * if the content was taken by force and is lost, and whatever else the driver throws, such as
 * {@link exo.api.ErrorCode#EXHAUSTED} for want of frames or {@link exo.api.ErrorCode#IO_ERROR}.
 * Bytes of several pages may then be moved in part.
 *
 * <p><b>Thread-safety.</b> The thread of the driver. <b>Cost.</b> On a hit: no allocation, no host
 * call, one look into the TLB; two for each page of bytes that are read.
 *
 * @see "Hand: Self-Paging in the Nemesis Operating System, OSDI 1999, section 4: stretches"
 */
public final class Stretch implements AutoCloseable {
    private static final int READ = SoftTlb.READ;
    private static final int WRITE = SoftTlb.WRITE;

    private final StretchDriver driver;
    private final SoftTlb tlb;
    private final MemorySegment memory;
    private final int firstPage;
    private final int pageCount;
    private final long base;
    private final int pageBytes;
    private Rights rights;
    private long size; // in bytes; 0 once it is closed, so that an access checks one field

    Stretch(StretchDriver driver, int firstPage, int pageCount, Rights rights) {
        this.driver = driver;
        this.tlb = driver.tlb();
        this.memory = driver.window().segment();
        this.firstPage = firstPage;
        this.pageCount = pageCount;
        this.base = (long) firstPage << driver.pageShift();
        this.pageBytes = 1 << driver.pageShift();
        this.rights = checked(rights);
        this.size = (long) pageCount << driver.pageShift();
    }

    private static Rights checked(Rights rights) {
        if (!rights.equals(Rights.NONE) && !rights.equals(Rights.READ)
                && !rights.equals(Rights.READ_WRITE)) {
            throw new IllegalArgumentException("a stretch allows NONE, READ or READ+WRITE, but "
                    + rights + " was asked for");
        }
        return rights;
    }

    /** {@return its size in bytes} */
    public long byteSize() {
        return (long) pageCount * pageBytes;
    }

    /** {@return how many pages it has} */
    public int pageCount() {
        return pageCount;
    }

    /** {@return the number of its first page in the range of its driver} */
    public int firstPage() {
        return firstPage;
    }

    /** {@return what accesses it allows} */
    public Rights rights() {
        return rights;
    }

    /**
     * Changes what accesses it allows.
     *
     * @param changed {@link Rights#NONE}, {@link Rights#READ} or {@link Rights#READ_WRITE}
     * @throws IllegalArgumentException if the rights are others
     */
    public void protect(Rights changed) {
        checkRange(0, 0);
        checked(changed);
        driver.hide(firstPage, pageCount);
        rights = changed;
    }

    // ---- longs and bytes -----------------------------------------------------------------------

    /**
     * {@return the long at a place} hot: no allocation on a hit.
     *
     * @param offset the number of its first byte
     */
    public long getLong(long offset) {
        if (offset < 0 || offset > size - Long.BYTES) {
            throw outside(offset, Long.BYTES);
        }
        long address = base + offset;
        if ((address & (pageBytes - 1)) > pageBytes - Long.BYTES) {
            return getAcross(offset);
        }
        while (true) {
            long seen = driver.faults();
            long value = memory.get(JAVA_LONG_UNALIGNED, address);
            VarHandle.acquireFence(); // the question after the load
            tlb.lookup(address, READ);
            if (driver.faults() == seen) {
                return value;
            }
        }
    }

    /** A long on two pages, in the host's order of bytes. */
    private long getAcross(long offset) {
        long value = 0;
        for (int i = 0; i < Long.BYTES; i++) {
            value |= (getByte(offset + i) & 0xffL) << shift(i);
        }
        return value;
    }

    private static int shift(int index) {
        boolean little = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
        return Byte.SIZE * (little ? index : Long.BYTES - 1 - index);
    }

    /**
     * Writes a long. hot: no allocation on a hit.
     *
     * @param offset the number of its first byte
     * @param value the long
     */
    public void putLong(long offset, long value) {
        if (offset < 0 || offset > size - Long.BYTES) {
            throw outside(offset, Long.BYTES);
        }
        long address = base + offset;
        if ((address & (pageBytes - 1)) > pageBytes - Long.BYTES) {
            putAcross(offset, value);
            return;
        }
        long seen;
        do {
            tlb.lookup(address, WRITE);
            seen = driver.faults();
            memory.set(JAVA_LONG_UNALIGNED, address, value);
        } while (driver.restores() && isTooLate(address, seen));
    }

    /** {@return whether a store may have met the void page instead of the one that comes back} */
    private boolean isTooLate(long address, long seen) {
        VarHandle.fullFence(); // the second question after the store
        tlb.lookup(address, WRITE);
        return driver.faults() != seen;
    }

    private void putAcross(long offset, long value) {
        for (int i = 0; i < Long.BYTES; i++) {
            putByte(offset + i, (byte) (value >>> shift(i)));
        }
    }

    /**
     * {@return the byte at a place} hot: no allocation on a hit.
     *
     * @param offset its number
     */
    public byte getByte(long offset) {
        if (offset < 0 || offset >= size) {
            throw outside(offset, 1);
        }
        long address = base + offset;
        while (true) {
            long seen = driver.faults();
            byte value = memory.get(JAVA_BYTE, address);
            VarHandle.acquireFence(); // as in getLong
            tlb.lookup(address, READ);
            if (driver.faults() == seen) {
                return value;
            }
        }
    }

    /**
     * Writes a byte. hot: no allocation on a hit.
     *
     * @param offset its number
     * @param value the byte
     */
    public void putByte(long offset, byte value) {
        if (offset < 0 || offset >= size) {
            throw outside(offset, 1);
        }
        long seen;
        do {
            tlb.lookup(base + offset, WRITE);
            seen = driver.faults();
            memory.set(JAVA_BYTE, base + offset, value);
        } while (driver.restores() && isTooLate(base + offset, seen));
    }

    /**
     * Reads bytes. hot: no allocation on hits.
     *
     * @param offset the number of the first
     * @param into where they go
     * @param from the index of the first there
     * @param length how many
     */
    public void get(long offset, byte[] into, int from, int length) {
        checkRange(offset, length);
        Objects.checkFromIndexSize(from, length, into.length);
        int done = 0;
        while (done < length) {
            long address = base + offset + done;
            int count = Math.min(length - done, left(address));
            tlb.lookup(address, READ); // here a refusal still has no effect
            long seen = driver.faults();
            MemorySegment.copy(memory, JAVA_BYTE, address, into, from + done, count);
            VarHandle.acquireFence(); // as in getLong
            tlb.lookup(address, READ);
            done += driver.faults() == seen ? count : 0;
        }
    }

    /**
     * Writes bytes. hot: no allocation on hits.
     *
     * @param offset the number of the first
     * @param source where they come from
     * @param from the index of the first there
     * @param length how many
     */
    public void put(long offset, byte[] source, int from, int length) {
        checkRange(offset, length);
        Objects.checkFromIndexSize(from, length, source.length);
        int done = 0;
        while (done < length) {
            long address = base + offset + done;
            int count = Math.min(length - done, left(address));
            tlb.lookup(address, WRITE);
            long seen = driver.faults();
            MemorySegment.copy(source, from + done, memory, JAVA_BYTE, address, count);
            done += driver.restores() && isTooLate(address, seen) ? 0 : count;
        }
    }

    /** {@return how many bytes of the page are left from an address on} */
    private int left(long address) {
        return pageBytes - (int) (address & (pageBytes - 1));
    }

    // ---- the end -------------------------------------------------------------------------------

    /**
     * Forgets the content of pages, and that it was lost: they read as zeros afterwards, and their
     * frames are free for others of the driver.
     *
     * @param page the first page, counted in the stretch
     * @param count how many, at least 1
     */
    public void discard(int page, int count) {
        checkRange(0, 0);
        Objects.checkFromIndexSize(page, count, pageCount);
        driver.discard(firstPage + page, count);
    }

    /** Gives its pages and their frames up; their content is gone. Idempotent. */
    @Override
    public void close() {
        if (size > 0) {
            driver.unbind(firstPage, pageCount);
            end();
        }
    }

    /** From here on every access is refused. */
    void end() {
        size = 0;
    }

    /** {@return the number in this stretch of a page of the driver} */
    int inside(int page) {
        return page - firstPage;
    }

    private void checkRange(long offset, long length) {
        if (size == 0 || length < 0 || offset < 0 || offset > size - length) {
            throw outside(offset, length);
        }
    }

    private RuntimeException outside(long offset, long length) {
        return size == 0
                ? new IllegalStateException("the stretch is closed")
                : new IndexOutOfBoundsException(length + " bytes from " + offset
                        + " on are not inside a stretch of " + size + " bytes");
    }
}
