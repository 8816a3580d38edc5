// SPDX-License-Identifier: Apache-2.0
package exo.api.mem;

import exo.api.Capability;

/**
 * The capability for a run of page frames, made by {@link Memory#share} and used by {@link
 * Window#map}. Its holder maps them with the rights it carries, and sees what the owner writes.
 */
public interface Frames extends Capability {
    /** {@return how many frames} */
    int count();

    /**
     * {@return the number of a frame}
     *
     * @param index which frame, from 0
     * @throws IndexOutOfBoundsException if {@code index} is not below {@link #count()}
     */
    int frame(int index);
}
