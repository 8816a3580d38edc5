// SPDX-License-Identifier: Apache-2.0
package exo.api.revoke;

import java.util.Comparator;
import java.util.List;

/**
 * Chooses which environment loses extra frames when somebody needs frames that are guaranteed.
 *
 * <p><b>Contract.</b> Part of the embedder's configuration, so trusted. It is called on the thread
 * of whoever needs the frames, by several threads at once, and under no lock. It must not block,
 * since that thread waits for it. It is asked again, with who is left, until what was chosen is
 * enough. What it throws reaches the request, which then has no effect, as does an {@link
 * IllegalStateException} if it answers with none of the candidates.
 */
@FunctionalInterface
public interface VictimPolicy {
    /** Whoever holds the most extra frames; of equals, the environment that was made last. */
    VictimPolicy LARGEST_EXTRA = candidates -> candidates.stream()
            .max(Comparator.comparingInt(Candidate::extraFrames)
                    .thenComparingLong(Candidate::envId))
            .orElseThrow();

    /**
     * An environment that holds extra frames.
     *
     * @param envId its number
     * @param envName its name
     * @param frames how many frames it holds, the extra ones included
     * @param extraFrames how many of them are extra, and not being taken back already; at least 1
     */
    record Candidate(long envId, String envName, int frames, int extraFrames) {}

    /**
     * {@return the environment that shall lose frames; one of the candidates}
     *
     * @param candidates who holds extra frames, at least one, in no order; immutable
     */
    Candidate choose(List<Candidate> candidates);
}
