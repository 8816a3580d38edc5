// SPDX-License-Identifier: Apache-2.0
package exo.api.code;

import java.lang.foreign.MemorySegment;

/**
 * A verified program, ready to run over packets.
 *
 * <p>Whatever the program and the packet, it ends, and reads nothing outside the packet and its own
 * memory. Any thread; no allocation.
 */
public interface PacketFilter {
    /**
     * {@return how many bytes of the packet the program accepts, as an unsigned number; 0 refuses
     * it}
     *
     * @param memory memory that holds the packet, native or heap
     * @param offset where the packet begins
     * @param lengthBytes its length; the memory has that many bytes from {@code offset}
     */
    int accept(MemorySegment memory, long offset, int lengthBytes);
}
