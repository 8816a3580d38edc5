// SPDX-License-Identifier: Apache-2.0
package exo.bench.disk;

import java.nio.file.Path;

/**
 * What every contender of the disk study does: random reads of 4 KiB for some time.
 *
 * @param image the image file
 * @param firstByte where in it the area begins from which is read
 * @param blocks how many blocks of 4 KiB the area has
 * @param depth how many reads are under way at once
 * @param millis for how long, in milliseconds
 */
record Load(Path image, long firstByte, int blocks, int depth, int millis) {
    /** The size of a read in bytes. */
    static final int BLOCK_BYTES = 4096;

    /** {@return how many reads are submitted, and waited for, at once} */
    int batch() {
        return Math.max(1, depth / 4);
    }

    /** {@return the same with another duration} */
    Load lasting(int changed) {
        return new Load(image, firstByte, blocks, depth, changed);
    }
}
