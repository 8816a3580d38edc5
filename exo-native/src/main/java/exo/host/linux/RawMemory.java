// SPDX-License-Identifier: Apache-2.0
package exo.host.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** Makes memory that this process has mapped accessible by its address, and zeroes it. */
public final class RawMemory {
    /**
     * The whole address space, for rings shared with the host. Safety: it never leaves this module;
     * its users see to it that the addresses they use are mapped.
     */
    @SuppressWarnings("restricted")
    public static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    @SuppressWarnings("restricted")
    private static final MethodHandle MEMSET = Linker.nativeLinker()
            .downcallHandle(Linker.nativeLinker().defaultLookup().findOrThrow("memset"),
                    FunctionDescriptor.ofVoid(ValueLayout.ADDRESS, ValueLayout.JAVA_INT,
                            ValueLayout.JAVA_LONG));

    private RawMemory() {}

    /**
     * Zeroes memory as the host's C library does, which for whole pages is faster than the JVM: it
     * need not fetch what it overwrites. While it runs, other threads reach their safepoints.
     *
     * @param memory what to zero
     */
    public static void zero(MemorySegment memory) {
        try {
            // Safety: the segment keeps its memory mapped while the call lasts, and knows its size.
            MEMSET.invokeExact(memory, 0, memory.byteSize());
        } catch (RuntimeException | Error unexpected) {
            throw unexpected;
        } catch (Throwable impossible) { // invokeExact declares it; memset(3) throws nothing
            throw new AssertionError(impossible);
        }
    }

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
