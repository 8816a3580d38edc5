// SPDX-License-Identifier: Apache-2.0
package exo.libos.fs;

import exo.libos.fs.format.FileTable;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * A file or directory of a mounted volume, held in memory.
 *
 * <p><b>Thread-safety.</b> Immutable: any thread, also after the volume was closed.
 */
public final class FileNode {
    private final FileTable table;
    private final int number;
    private final FileNode[] children;
    private final List<FileNode> view;

    private FileNode(FileTable table, int number, FileNode[] children) {
        this.table = table;
        this.number = number;
        this.children = children;
        this.view = Collections.unmodifiableList(Arrays.asList(children));
    }

    /** {@return the root of a table} */
    static FileNode root(FileTable table) {
        FileNode[] nodes = new FileNode[table.count()];
        // Children stand behind their directory: from the last node on, they are there already.
        for (int i = nodes.length - 1; i >= 0; i--) {
            int first = table.firstChild(i);
            FileNode[] children = Arrays.copyOfRange(nodes, first, first + table.childCount(i));
            nodes[i] = new FileNode(table, i, children);
        }
        return nodes[0];
    }

    /** {@return its name in its directory; empty for the root} */
    public String name() {
        return table.name(number);
    }

    /** {@return the names from the root to it, each behind a slash; a slash for the root} */
    public String path() {
        return table.path(number);
    }

    /** {@return whether it is a directory} */
    public boolean isDirectory() {
        return table.isDirectory(number);
    }

    /** {@return its length in bytes; 0 for a directory} */
    public long size() {
        return table.size(number);
    }

    /** {@return when its content was changed last, nanoseconds since 1970} */
    public long modifiedNanos() {
        return table.modifiedNanos(number);
    }

    /**
     * {@return a number that differs when the content differs: for a validator such as an ETag}
     *
     * <p>It is made from length, time and checksums, so that the same file has the same version in
     * every volume; two contents share one by chance only, once in 2^64. 0 for a directory.
     */
    public long version() {
        return table.version(number);
    }

    /** {@return what a directory holds, sorted by name as {@link String#compareTo} does} */
    public List<FileNode> children() {
        return view;
    }

    /**
     * {@return the child with that name, or null: this is a data path and allocates nothing}
     *
     * <p>hot: binary search.
     *
     * @param name a name, compared exactly
     */
    public FileNode child(String name) {
        int low = 0;
        int high = children.length - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int order = children[middle].name().compareTo(name);
            if (order == 0) {
                return children[middle];
            }
            if (order < 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return null;
    }

    FileTable table() {
        return table;
    }

    int number() {
        return number;
    }

    /** {@return the path} */
    @Override
    public String toString() {
        return path();
    }
}
