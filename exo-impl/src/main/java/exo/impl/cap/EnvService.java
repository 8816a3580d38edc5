// SPDX-License-Identifier: Apache-2.0
package exo.impl.cap;

/** One resource of one environment, as the end of threads and environments sees it. */
public interface EnvService {
    /** Closes what belongs to the calling thread, which is about to end. */
    void closeThread();

    /**
     * Takes everything away, whatever the environment's threads are doing. Any thread. When it
     * returns, nothing reaches the resource any more on behalf of the environment.
     */
    void abort();

    /**
     * Gives the host back what {@link #abort} left because the calling thread, which is about to
     * end, might have been in a host call on it.
     */
    default void closeOrphans() {}
}
