// SPDX-License-Identifier: Apache-2.0
package exo.impl.spill;

import exo.api.upcall.Repossession;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/** Where the content of pages goes that are taken by force. Any thread. */
public interface SpillTarget {
    /**
     * Copies the content of a page, to be written later. Called under a window's lock.
     *
     * @param page its content, which nobody changes meanwhile but an owner of a private copy
     * @return where the content will be, or empty if there is no room for it
     */
    Optional<Repossession.Spill> trySpill(MemorySegment page);

    /** {@return how many buffers there are, free or not} */
    int bufferCount();

    /**
     * Gives idle buffers up for good. Called under no lock.
     *
     * @param most how many are wanted
     * @param waits whether to wait for the device if none is idle
     * @return the frames, which nobody uses any more
     */
    int[] surrender(int most, boolean waits);
}
