// SPDX-License-Identifier: Apache-2.0
package exo.libos.fs.format;

/** One directory or file on its way into or out of a table. The arrays are not copied. */
public final class TableNode {
    private static final long[] NO_RUNS = {};
    private static final int[] NO_CHECKSUMS = {};

    private final boolean directory;
    private final String name;
    private final long modifiedNanos;
    private final int childCount;
    private final Content content;

    private TableNode(boolean directory, String name, long modifiedNanos, int childCount,
            Content content) {
        this.directory = directory;
        this.name = name;
        this.modifiedNanos = modifiedNanos;
        this.childCount = childCount;
        this.content = content;
    }

    /** What a file holds; nothing for a directory. */
    private static final class Content {
        private static final Content NONE = new Content(0, 0, NO_RUNS, NO_CHECKSUMS);

        private final long size;
        private final long version;
        private final long[] runs;
        private final int[] checksums;

        Content(long size, long version, long[] runs, int[] checksums) {
            this.size = size;
            this.version = version;
            this.runs = runs;
            this.checksums = checksums;
        }
    }

    /**
     * {@return a directory}
     *
     * @param name its name; empty for the root
     * @param modifiedNanos when it was changed last
     * @param childCount how many children it has
     */
    public static TableNode directory(String name, long modifiedNanos, int childCount) {
        return new TableNode(true, name, modifiedNanos, childCount, Content.NONE);
    }

    /**
     * {@return a file}
     *
     * @param name its name
     * @param size its length in bytes
     * @param modifiedNanos when it was changed last
     * @param runs where it lies, as {@link Run#packed} gives them
     * @param checksums the CRC32C of each chunk
     */
    public static TableNode file(String name, long size, long modifiedNanos, long[] runs,
            int[] checksums) {
        long version = Layout.contentVersion(size, modifiedNanos, checksums);
        return new TableNode(false, name, modifiedNanos, 0,
                new Content(size, version, runs, checksums));
    }

    /** {@return this file with the version that a table says} */
    TableNode withVersion(long version) {
        return new TableNode(directory, name, modifiedNanos, childCount,
                new Content(content.size, version, content.runs, content.checksums));
    }

    boolean directory() {
        return directory;
    }

    String name() {
        return name;
    }

    long size() {
        return content.size;
    }

    long modifiedNanos() {
        return modifiedNanos;
    }

    long version() {
        return content.version;
    }

    int childCount() {
        return childCount;
    }

    long[] runs() {
        return content.runs;
    }

    int[] checksums() {
        return content.checksums;
    }
}
