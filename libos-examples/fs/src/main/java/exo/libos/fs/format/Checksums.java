// SPDX-License-Identifier: Apache-2.0
package exo.libos.fs.format;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** CRC32C, the polynomial of Castagnoli, for which processors have an instruction. */
public final class Checksums {
    private Checksums() {}

    /**
     * {@return the CRC32C of memory}
     *
     * @param bytes the memory, at most 2 GiB
     */
    public static int of(MemorySegment bytes) {
        return of(bytes.asByteBuffer());
    }

    /**
     * {@return the CRC32C of what remains in a buffer, which is used up}
     *
     * @param bytes the buffer
     */
    public static int of(ByteBuffer bytes) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes);
        return (int) checksum.getValue();
    }
}
