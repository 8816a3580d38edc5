// SPDX-License-Identifier: Apache-2.0
package exo.api.mem;

import exo.api.Capability;

/**
 * The capability for a run of page frames.
 *
 * <p>Made by {@link Memory#share}, it is used by {@link Window#map}: its holder maps the frames
 * with the rights it carries, and sees what the owner writes. Made by {@link Memory#snapshot}, its
 * frames are frozen: nobody writes to them any more, and {@link Window#mapCopy} maps copies.
 *
 * <p><b>Lifetime.</b> It ends when it is dropped or revoked, when its owner releases one of the
 * frames or ends, and when one is taken by force; what its holders mapped by it shows void then.
 * <b>Thread-safety.</b> Any thread may ask it; it says the same when it has ended.
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

    /** {@return whether the content of the frames never changes again} */
    boolean isFrozen();
}
