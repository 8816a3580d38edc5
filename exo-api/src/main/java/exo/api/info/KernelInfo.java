// SPDX-License-Identifier: Apache-2.0
package exo.api.info;

import java.lang.foreign.MemorySegment;

/**
 * The exposed information of a kernel: what it knows of its resources, for everybody to read
 * without a call.
 *
 * <p><b>Shape.</b> One read-only segment, the same for all environments, of the layout in {@link
 * InfoLayout}. It holds names and figures; nothing of what environments keep in their pages.
 *
 * <p><b>How fresh it is.</b> Who owns which frame, and which environments there are, is written
 * when it changes. Everything else is written by {@link #refresh}, so that no data path pays for
 * it; {@link KernelFigures#tick} says when that was.
 *
 * <p><b>Ownership and lifetime.</b> The kernel's. After its end, accesses to the segment throw
 * {@link IllegalStateException}.
 *
 * <p><b>Thread-safety.</b> Any thread.
 *
 * @see "Engler, Kaashoek, O'Toole, SOSP 1995, section 3.1, Expose Information: bookkeeping data
 *      structures are exposed read-only; Xok maps them into every process"
 */
public interface KernelInfo {
    /** {@return the segment; writing to it throws {@link IllegalArgumentException}} */
    MemorySegment segment();

    /** {@return a reader of the segment} */
    InfoReader reader();

    /**
     * Copies all figures into the segment, on the time of the calling thread.
     *
     * <p>Cost: cold. It looks at every environment, slot, device and page of a window; it may wait
     * for a device that is writing its catalogue. At most one call a millisecond does so.
     *
     * @return whether this call did; not if another did within the last millisecond, or the kernel
     *         has ended
     */
    boolean refresh();
}
