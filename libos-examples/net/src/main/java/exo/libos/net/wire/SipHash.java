// SPDX-License-Identifier: Apache-2.0
package exo.libos.net.wire;

/**
 * SipHash-2-4 of one 64-bit word: a keyed hash that a peer who sees results cannot predict.
 *
 * <p><b>Thread-safety.</b> Immutable. <b>Cost.</b> Some ten nanoseconds; no allocation.
 *
 * @see "Aumasson and Bernstein, SipHash: a fast short-input PRF, INDOCRYPT 2012, section 2"
 */
public final class SipHash {
    private static final long LENGTH_BLOCK = 8L << 56;
    private final long key0;
    private final long key1;

    /**
     * Takes a key.
     *
     * @param key0 its first half
     * @param key1 its second half
     */
    public SipHash(long key0, long key1) {
        this.key0 = key0;
        this.key1 = key1;
    }

    /**
     * {@return the hash of a word}
     *
     * @param word the word
     */
    public long of(long word) {
        long v0 = key0 ^ 0x736f6d6570736575L;
        long v1 = key1 ^ 0x646f72616e646f6dL;
        long v2 = key0 ^ 0x6c7967656e657261L;
        long v3 = key1 ^ 0x7465646279746573L;
        long block = word;
        // Two rounds for the word, two for the block that holds the length, four to finish.
        for (int round = 0; round < 8; round++) {
            if (round == 0 || round == 2) {
                v3 ^= block;
            }
            v0 += v1;
            v2 += v3;
            v1 = Long.rotateLeft(v1, 13) ^ v0;
            v3 = Long.rotateLeft(v3, 16) ^ v2;
            v0 = Long.rotateLeft(v0, 32);
            v2 += v1;
            v0 += v3;
            v1 = Long.rotateLeft(v1, 17) ^ v2;
            v3 = Long.rotateLeft(v3, 21) ^ v0;
            v2 = Long.rotateLeft(v2, 32);
            if (round == 1) {
                v0 ^= block;
                block = LENGTH_BLOCK;
            } else if (round == 3) {
                v0 ^= block;
                v2 ^= 0xff;
            }
        }
        return v0 ^ v1 ^ v2 ^ v3;
    }
}
