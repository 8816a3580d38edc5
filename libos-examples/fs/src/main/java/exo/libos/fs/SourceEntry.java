// SPDX-License-Identifier: Apache-2.0
package exo.libos.fs;

import java.util.List;

/**
 * A directory or file that shall be imported.
 *
 * @param path the names that lead to it, at least one
 * @param isDirectory whether it is a directory
 * @param size the length of a file in bytes; not looked at for a directory
 * @param modifiedNanos when it was changed last, nanoseconds since 1970
 */
public record SourceEntry(List<String> path, boolean isDirectory, long size, long modifiedNanos) {
    /** Copies the path; refuses an empty path and a negative length. */
    public SourceEntry {
        path = List.copyOf(path);
        if (path.isEmpty() || size < 0) {
            throw new IllegalArgumentException(
                    "an entry needs a path and a length, but has " + path + " and " + size);
        }
    }

    /**
     * {@return a directory}
     *
     * @param path the names that lead to it
     * @param modifiedNanos when it was changed last
     */
    public static SourceEntry directory(List<String> path, long modifiedNanos) {
        return new SourceEntry(path, true, 0, modifiedNanos);
    }

    /**
     * {@return a file}
     *
     * @param path the names that lead to it
     * @param size its length in bytes
     * @param modifiedNanos when it was changed last
     */
    public static SourceEntry file(List<String> path, long size, long modifiedNanos) {
        return new SourceEntry(path, false, size, modifiedNanos);
    }
}
