// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.isa;

/**
 * What a pointer of a program is: the number of a memory in its upper 32 bits, and an offset in
 * that memory in its lower 32.
 *
 * <pre>
 *   63          32 31           0
 *  | memory + 1   | offset       |
 *
 *   memory 0        the stack: MAX_FRAMES frames of STACK_BYTES; r10 of frame f is the offset
 *                   (f + 1) * STACK_BYTES
 *   memory 1        the context of a packet, 24 bytes, which exist only in the engines' minds
 *   memory 2 .. 6   what arguments 0 to 4 point to; the packet of a packet argument too
 *   memory 7 ..     the regions of the program
 * </pre>
 *
 * <p>No pointer is an address of the host, so a program that leaks one gives nothing away, and the
 * engines can check any number for being a pointer.
 */
public final class AddressSpace {
    /** The number of the stack. */
    public static final int STACK = 0;
    /** The number of a packet's context. */
    public static final int CONTEXT = 1;
    /** The number of argument 0; those of the others follow. */
    public static final int ARGUMENTS = 2;
    /** The number of region 0; those of the others follow. */
    public static final int REGIONS = 7;

    /** The bytes of the context. */
    public static final int CONTEXT_BYTES = 24;
    /** Where in the context the packet's first byte is named. */
    public static final int CONTEXT_DATA = 0;
    /** Where in the context the end of the packet is named. */
    public static final int CONTEXT_DATA_END = 4;
    /** Where in the context metadata begins, which is the packet's first byte: there is none. */
    public static final int CONTEXT_DATA_META = 8;

    private AddressSpace() {}

    /**
     * {@return a pointer}
     *
     * @param memory the number of the memory
     * @param offset the offset in it, without sign
     */
    public static long pointer(int memory, int offset) {
        return (long) (memory + 1) << 32 | Integer.toUnsignedLong(offset);
    }

    /** {@return the number of the memory that a pointer points to; -1 for none} */
    public static int memory(long pointer) {
        long number = (pointer >>> 32) - 1;
        return number < REGIONS + 64 ? (int) number : -1;
    }

    /** {@return the offset of a pointer, without sign} */
    public static long offset(long pointer) {
        return pointer & 0xffff_ffffL;
    }
}
