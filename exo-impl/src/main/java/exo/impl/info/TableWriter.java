// SPDX-License-Identifier: Apache-2.0
package exo.impl.info;

import exo.api.info.InfoLayout;
import exo.impl.cap.Invariant;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * Writes one table of the exposed information.
 *
 * <p><b>Sequence.</b> <pre>
 *   even --begin--> odd, records are being written --end--> even, larger by two
 * </pre> A reader that sees an odd number, or another one after reading, tries again.
 *
 * <p>Fields are written plainly between the two, which hosts of 64 bits do not tear, so that
 * loops over records stay fast; the fences of {@code begin} and {@code end} keep them inside.
 *
 * <p><b>Locking.</b> Between {@link #begin} and {@link #end} the writer holds this object. It is
 * innermost: nothing else is locked inside, no host call is made. {@code end} belongs into a
 * finally clause: a table that stays odd cannot be read.
 */
public final class TableWriter {
    private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();
    private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();
    private static final long SEQUENCE = InfoLayout.at(InfoLayout.ENTRY, "sequence");
    private static final long USED = InfoLayout.at(InfoLayout.ENTRY, "used");

    private final MemorySegment segment;
    private final long entry;
    private final long offset;
    private final int recordBytes;
    private final int capacity;
    private long sequence; // guarded by this
    private boolean closed; // guarded by this

    TableWriter(MemorySegment segment, long entry, long offset, int recordBytes, int capacity) {
        this.segment = segment;
        this.entry = entry;
        this.offset = offset;
        this.recordBytes = recordBytes;
        this.capacity = capacity;
    }

    /** {@return how many records there is room for} */
    public int capacity() {
        return capacity;
    }

    /**
     * Begins to write. The caller holds this object until after {@link #end}.
     *
     * @return whether there is still something to write to; if not, {@code end} is not called
     */
    public boolean begin() {
        Invariant.check(Thread.holdsLock(this), "the writer of a table holds it");
        if (closed) {
            return false;
        }
        LONG.setOpaque(segment, entry + SEQUENCE, ++sequence);
        VarHandle.releaseFence(); // pairs with the fence before a reader's second look
        return true;
    }

    /** Ends writing. */
    public void end() {
        LONG.setRelease(segment, entry + SEQUENCE, ++sequence); // pairs with a reader's first look
    }

    /**
     * Says how many records mean something.
     *
     * @param count how many, from the first on
     */
    public void used(int count) {
        INT.setOpaque(segment, entry + USED, Math.min(count, capacity));
    }

    /**
     * {@return where a record is, for the other methods}
     *
     * @param index its number
     */
    public long record(int index) {
        return offset + Objects.checkIndex(index, capacity) * (long) recordBytes;
    }

    /** {@return how many bytes lie between the beginnings of two records} */
    public int recordBytes() {
        return recordBytes;
    }

    /**
     * Writes a field of 8 bytes.
     *
     * @param at where it is
     * @param value its value
     */
    public void put(long at, long value) {
        LONG.set(segment, at, value);
    }

    /**
     * Writes a field of 4 bytes.
     *
     * @param at where it is
     * @param value its value
     */
    public void put(long at, int value) {
        INT.set(segment, at, value);
    }

    /**
     * Writes a field of 4 or 8 bytes by its name; cold.
     *
     * @param index the number of the record
     * @param layout its layout
     * @param field the name of the field
     * @param value its value
     */
    public void put(int index, StructLayout layout, String field, long value) {
        long at = record(index) + InfoLayout.at(layout, field);
        long bytes = layout.select(java.lang.foreign.MemoryLayout.PathElement.groupElement(field))
                .byteSize();
        if (bytes == Integer.BYTES) {
            put(at, Math.toIntExact(value));
        } else {
            put(at, value);
        }
    }

    /**
     * Writes the name of a record, cut at a whole character where it is too long.
     *
     * @param index the number of the record
     * @param layout its layout
     * @param name the name
     */
    public void putName(int index, StructLayout layout, String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(bytes.length, InfoLayout.MAX_NAME_BYTES);
        while (length < bytes.length && length > 0 && (bytes[length] & 0xc0) == 0x80) {
            length--; // in the middle of a character
        }
        MemorySegment place = segment.asSlice(record(index) + InfoLayout.at(layout, "name"),
                InfoLayout.MAX_NAME_BYTES + 1);
        place.fill((byte) 0);
        MemorySegment.copy(bytes, 0, place, ValueLayout.JAVA_BYTE, 0, length);
    }

    /** Lets nobody write any more. */
    synchronized void close() {
        closed = true;
    }

    long read(long at) {
        return (long) LONG.getOpaque(segment, at);
    }

    int readInt(long at) {
        return (int) INT.getOpaque(segment, at);
    }
}
