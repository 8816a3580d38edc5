// SPDX-License-Identifier: Apache-2.0
package exo.libos.fs;

import java.io.IOException;
import java.util.function.Consumer;

/**
 * Directories and files that shall be imported. The embedder implements it, over a folder of the
 * host for instance: a libOS reaches no files of the host by itself. What to do with symbolic links
 * and special files is the implementation's decision; the importer sees directories and files.
 *
 * <p><b>Thread-safety.</b> Called by the thread that imports, and by no other.
 */
public interface SourceTree {
    /**
     * Names every directory and file but the root, each once, a directory before what it holds.
     *
     * <p>A directory that was not named before something in it counts as named then.
     *
     * @param visitor takes each
     * @throws IOException if the source cannot be listed; the import is given up, with no effect
     */
    void walk(Consumer<SourceEntry> visitor) throws IOException;

    /**
     * {@return a file, opened for reading}
     *
     * @param file what {@link #walk} named
     * @throws IOException if it cannot be opened, because it is gone for instance; the file is
     *         skipped, and the message tells the reason
     */
    SourceFile open(SourceEntry file) throws IOException;
}
