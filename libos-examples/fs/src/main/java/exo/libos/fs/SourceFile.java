// SPDX-License-Identifier: Apache-2.0
package exo.libos.fs;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.MemorySegment;

/**
 * A file of a {@link SourceTree}, open for reading from its start to its end. The importer closes
 * it.
 *
 * <p>Length and time are asked for before and after reading: if they differ, the file changed
 * meanwhile and is read again.
 */
public interface SourceFile extends Closeable {
    /**
     * Reads on.
     *
     * @param target where the bytes go, at least 1 byte; it may be used during the call only
     * @return how many bytes were read, at least 1, or -1 at the end of the file
     * @throws IOException if they cannot be read; the file is skipped
     */
    int read(MemorySegment target) throws IOException;

    /**
     * {@return the length of the file in bytes at this moment}
     *
     * @throws IOException if it cannot be told; the file is skipped
     */
    long size() throws IOException;

    /**
     * {@return when the file was changed last, nanoseconds since 1970}
     *
     * @throws IOException if it cannot be told; the file is skipped
     */
    long modifiedNanos() throws IOException;
}
