// SPDX-License-Identifier: Apache-2.0
package exo.impl.spill;

import exo.host.Mapping;

/** The frames of one environment, as somebody sees them who keeps what is taken from it. */
public interface SpillFrames {
    /** {@return the size of a page in bytes} */
    int pageBytes();

    /** {@return the mapping of the whole frame pool, in which frame {@code n} is page {@code n}} */
    Mapping poolMapping();

    /**
     * Allocates frames that no window shows.
     *
     * @param count how many
     * @return their numbers
     * @throws exo.api.ResourceException with {@link exo.api.ErrorCode#QUOTA} if the environment may
     *         not hold that many more; with {@link exo.api.ErrorCode#EXHAUSTED} if some would be
     *         extra and the pool has none to spare; no effect
     */
    int[] allocBuffers(int count);

    /**
     * Gives such frames back.
     *
     * @param frames their numbers
     */
    void freeBuffers(int[] frames);

    /**
     * Offers pages that are taken to a target from now on, after those that came before it.
     *
     * @param target the target
     */
    void attach(SpillTarget target);

    /**
     * Offers no more pages to a target.
     *
     * @param target the target
     */
    void detach(SpillTarget target);
}
