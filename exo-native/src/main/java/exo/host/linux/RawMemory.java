// SPDX-License-Identifier: Apache-2.0
package exo.host.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Makes memory that this process has mapped accessible by its address. */
public final class RawMemory {
    /**
     * The whole address space, for rings shared with the host. Safety: it never leaves this module;
     * its users see to it that the addresses they use are mapped.
     */
    @SuppressWarnings("restricted")
    public static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    private RawMemory() {}

    /**
     * {@return a segment over a mapping, that lives as long as an arena}
     *
     * @param address where the mapping begins
     * @param bytes how long it is
     * @param arena closed before the mapping is unmapped
     */
    @SuppressWarnings("restricted")
    public static MemorySegment segment(long address, long bytes, Arena arena) {
        // Safety: the caller has just mapped the range, and unmaps it only after the arena's end.
        return MemorySegment.ofAddress(address).reinterpret(bytes, arena, null);
    }
}
