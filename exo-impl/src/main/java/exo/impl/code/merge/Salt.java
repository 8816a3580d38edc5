// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.merge;

/**
 * How the keys of a classifier are spread over the places of its tables. Immutable.
 *
 * <p>Filters come from those whose packets they take, and a packet passes by all keys that lie in
 * its way. Who knew where keys lie could choose many for one place, and all packets of all others
 * would pay for it. So each classifier has numbers of its own that nobody is told. They decide
 * where a key lies, never what the classifier answers.
 *
 * <p>A word is multiplied to 128 bits, and the halves are folded: unlike the lower half alone, that
 * leaves no difference of two words whose effect can be told without the factor.
 */
final class Salt {
    private static final long GAMMA = 0x9e37_79b9_7f4a_7c15L; // 2^64 divided by the golden ratio

    private final long seed;

    /** Makes the numbers that follow from a seed. */
    Salt(long seed) {
        this.seed = seed;
    }

    /** {@return the number that hashing begins with} */
    long first() {
        return mixed(0);
    }

    /** {@return the odd factor that a hash is multiplied with to be a place} */
    long last() {
        return mixed(1) | 1;
    }

    /** {@return the odd factor of a word of a key} */
    long factor(int word) {
        return mixed(word + 2) | 1;
    }

    /** {@return number i of SplittableRandom's sequence, which is spread well for any seed} */
    private long mixed(int i) {
        long z = seed + (i + 1) * GAMMA;
        z = (z ^ (z >>> 30)) * 0xbf58_476d_1ce4_e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d0_49bb_1331_11ebL;
        return z ^ (z >>> 31);
    }

    /**
     * {@return the place of a key}
     *
     * @param key the words
     * @param shift how far a hash of 64 bits is moved to the right to be a place
     */
    int place(long[] key, int shift) {
        long hash = first();
        for (int i = 0; i < key.length; i++) {
            hash = mix(hash, key[i], factor(i));
        }
        return place(hash, last(), shift);
    }

    // --- also called by generated code --------------------------------------------------------

    /** {@return a hash of words so far and one more} */
    static long mix(long hash, long word, long factor) {
        long mixed = hash ^ word;
        return mixed * factor ^ Math.unsignedMultiplyHigh(mixed, factor);
    }

    /** {@return the place of a hash in a table} */
    static int place(long hash, long factor, int shift) {
        return (int) ((hash * factor) >>> shift);
    }
}
