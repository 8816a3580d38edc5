// SPDX-License-Identifier: Apache-2.0
package exo.api.code;

import java.lang.foreign.MemorySegment;

/**
 * A set of filters that answers which of them gets a packet, at a cost that does not grow with
 * their number where they look at the same fields.
 *
 * <p><b>Which filter wins.</b> A filter is a set of alternatives, each a conjunction of bits that
 * it wants. Of all filters that accept a packet, the one whose satisfied alternative names the
 * most bits wins; among equals, the one that was inserted first. A filter that is not of this form
 * counts as naming those bits that it needs in any case.
 *
 * <p><b>Thread-safety.</b> {@link #classify} from any thread at any time; a packet sees the set
 * before or after a change, never between. Changes from one thread at a time.
 *
 * @see "Engler, Kaashoek, DPF: Fast, Flexible Message Demultiplexing using Dynamic Code Generation,
 *      SIGCOMM 1996"
 */
public interface Classifier {
    /** What {@link #classify} returns if no filter accepts the packet. */
    int NONE = -1;

    /**
     * Adds a filter.
     *
     * @param key the caller's name for it, not negative
     * @param filter the filter
     * @throws FilterOverlapException if the filter could take packets that a filter of the set
     *         accepts. The set stays as it was.
     * @throws IllegalArgumentException if the key is negative or taken
     */
    void insert(int key, VerifiedProgram filter);

    /**
     * Adds a filter, even if it takes packets that others accept.
     *
     * @param key the caller's name for it, not negative
     * @param filter the filter
     * @throws IllegalArgumentException if the key is negative or taken
     */
    void insertGranted(int key, VerifiedProgram filter);

    /**
     * Removes a filter.
     *
     * @param key its name
     * @return whether there was one
     */
    boolean remove(int key);

    /** {@return how many filters the set has} */
    int size();

    /**
     * {@return the key of the filter that gets a packet, or {@link #NONE}; hot}
     *
     * @param memory memory that holds the packet
     * @param offset where it begins
     * @param lengthBytes its length
     */
    int classify(MemorySegment memory, long offset, int lengthBytes);

    /** A filter could take packets that another accepts. */
    final class FilterOverlapException extends IllegalArgumentException {
        private static final long serialVersionUID = 1L;
        private final int other;

        /**
         * Makes the exception.
         *
         * @param other the key of the filter whose packets it could take
         * @param cause which packets
         */
        public FilterOverlapException(int other, String cause) {
            super("the filter could take packets of filter " + other + ": " + cause);
            this.other = other;
        }

        /** {@return the key of the filter whose packets it could take} */
        public int other() {
            return other;
        }
    }
}
