// SPDX-License-Identifier: Apache-2.0
package exo.libos.fs.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * All directories and files of one generation, in memory: the table that {@link Layout} draws.
 * Nodes are numbered from 0, the root, in breadth-first order.
 *
 * <p><b>Thread-safety.</b> Immutable: any thread. <b>Cost.</b> The methods with numbers allocate
 * nothing.
 */
public final class FileTable {
    private final boolean[] directories;
    private final String[] names;
    private final long[] sizes;
    private final long[] times;
    private final long[] versions;
    private final int[] parents;
    private final int[] firstChild; // one more entry than nodes, as the next two
    private final int[] firstRun;
    private final int[] firstChecksum;
    private final long[] runs;
    private final int[] checksums;

    private FileTable(List<TableNode> nodes) {
        int count = nodes.size();
        directories = new boolean[count];
        names = new String[count];
        sizes = new long[count];
        times = new long[count];
        versions = new long[count];
        parents = new int[count];
        firstChild = new int[count + 1];
        firstRun = new int[count + 1];
        firstChecksum = new int[count + 1];
        firstChild[0] = 1;
        for (int i = 0; i < count; i++) {
            TableNode node = nodes.get(i);
            directories[i] = node.directory();
            names[i] = node.name();
            sizes[i] = node.size();
            times[i] = node.modifiedNanos();
            versions[i] = node.version();
            firstChild[i + 1] = firstChild[i] + node.childCount();
            firstRun[i + 1] = firstRun[i] + node.runs().length;
            firstChecksum[i + 1] = firstChecksum[i] + node.checksums().length;
            Arrays.fill(parents, Math.min(count, firstChild[i]),
                    Math.min(count, firstChild[i + 1]), i);
        }
        runs = new long[firstRun[count]];
        checksums = new int[firstChecksum[count]];
        for (int i = 0; i < count; i++) {
            TableNode node = nodes.get(i);
            System.arraycopy(node.runs(), 0, runs, firstRun[i], node.runs().length);
            System.arraycopy(node.checksums(), 0, checksums, firstChecksum[i],
                    node.checksums().length);
        }
    }

    /**
     * {@return the table of those nodes}
     *
     * @param nodes in breadth-first order, the root first; whoever writes them vouches for their
     *        counts, and {@link TableReader} checks what was read
     */
    public static FileTable of(List<TableNode> nodes) {
        return new FileTable(nodes);
    }

    /** {@return how many nodes there are, the root included} */
    public int count() {
        return names.length;
    }

    /**
     * {@return whether a node is a directory}
     *
     * @param node the node
     */
    public boolean isDirectory(int node) {
        return directories[node];
    }

    /**
     * {@return the name of a node in its directory}
     *
     * @param node the node
     */
    public String name(int node) {
        return names[node];
    }

    /**
     * {@return the names from the root to a node, each behind a slash; a slash for the root}
     *
     * @param node the node
     */
    public String path(int node) {
        StringBuilder path = new StringBuilder();
        for (int at = node; at != 0; at = parents[at]) {
            path.insert(0, "/" + names[at]);
        }
        return path.isEmpty() ? "/" : path.toString();
    }

    /**
     * {@return the length of a file in bytes}
     *
     * @param node the node
     */
    public long size(int node) {
        return sizes[node];
    }

    /**
     * {@return when a node was changed last, nanoseconds since 1970}
     *
     * @param node the node
     */
    public long modifiedNanos(int node) {
        return times[node];
    }

    /**
     * {@return the version of a file's content}
     *
     * @param node the node
     */
    public long version(int node) {
        return versions[node];
    }

    /**
     * {@return the first child of a directory; the others follow it}
     *
     * @param node the node
     */
    public int firstChild(int node) {
        return firstChild[node];
    }

    /**
     * {@return how many children a directory has}
     *
     * @param node the node
     */
    public int childCount(int node) {
        return firstChild[node + 1] - firstChild[node];
    }

    /**
     * {@return the child with that name, or -1}
     *
     * @param node a directory
     * @param name the name
     */
    public int child(int node, String name) {
        int found = Arrays.binarySearch(names, firstChild[node], firstChild[node + 1], name);
        return found < 0 ? -1 : found;
    }

    /**
     * {@return the runs of a file, as {@link Run#packed} gives them}
     *
     * @param node the node
     */
    public long[] runs(int node) {
        return Arrays.copyOfRange(runs, firstRun[node], firstRun[node + 1]);
    }

    /**
     * {@return the CRC32C of each chunk of a file}
     *
     * @param node the node
     */
    public int[] checksums(int node) {
        return Arrays.copyOfRange(checksums, firstChecksum[node], firstChecksum[node + 1]);
    }

    /**
     * {@return the CRC32C of one chunk of a file}
     *
     * @param node the node
     * @param chunk the chunk, below {@link Layout#chunks}
     */
    public int checksum(int node, int chunk) {
        return checksums[firstChecksum[node] + chunk];
    }

    /**
     * {@return the block at which a chunk of a file begins; its other blocks follow}
     *
     * <p>hot: as many steps as the file has runs.
     *
     * @param node the node
     * @param chunk the chunk, below {@link Layout#chunks}
     * @param chunkBlocks the blocks of a whole chunk
     */
    public int firstBlock(int node, int chunk, int chunkBlocks) {
        long block = (long) chunk * chunkBlocks;
        int run = firstRun[node];
        while (block >= (int) runs[run]) {
            block -= (int) runs[run];
            run++;
        }
        return (int) ((runs[run] >>> 32) + block);
    }

    /**
     * {@return all blocks in use by files and by other runs, as {@link Run#packed} gives them,
     * sorted}
     *
     * @param others the runs of the table itself
     */
    public long[] usedSorted(List<Run> others) {
        long[] used = Arrays.copyOf(runs, runs.length + others.size());
        for (int i = 0; i < others.size(); i++) {
            used[runs.length + i] = others.get(i).packed();
        }
        Arrays.sort(used);
        return used;
    }

    /** {@return the table as the bytes that {@link Layout} draws} */
    public ByteBuffer encode() {
        byte[][] encoded = new byte[names.length][];
        long nameBytes = 0;
        for (int i = 0; i < names.length; i++) {
            encoded[i] = names[i].getBytes(StandardCharsets.UTF_8);
            nameBytes += encoded[i].length;
        }
        long bytes = bytes(names.length, runs.length, checksums.length, nameBytes);
        ByteBuffer out = ByteBuffer.allocate(Math.toIntExact(bytes))
                .order(ByteOrder.LITTLE_ENDIAN);
        out.putLong(Layout.TABLE_MAGIC).putInt(names.length).putInt(runs.length);
        out.putInt(checksums.length).putInt((int) nameBytes);
        for (int i = 0; i < names.length; i++) {
            out.put(directories[i] ? Layout.DIRECTORY : Layout.FILE);
            out.put((byte) encoded[i].length).putShort((short) 0);
            out.putInt(directories[i] ? childCount(i) : firstRun[i + 1] - firstRun[i]);
            out.putLong(sizes[i]).putLong(times[i]).putLong(versions[i]);
        }
        for (long run : runs) {
            out.putInt((int) (run >>> 32)).putInt((int) run);
        }
        for (int checksum : checksums) {
            out.putInt(checksum);
        }
        for (byte[] name : encoded) {
            out.put(name);
        }
        return out.flip();
    }

    /**
     * {@return the length of a table in bytes}
     *
     * @param nodes how many nodes
     * @param runs how many runs
     * @param checksums how many checksums
     * @param nameBytes how many bytes of names
     */
    public static long bytes(long nodes, long runs, long checksums, long nameBytes) {
        return Layout.TABLE_HEADER + nodes * Layout.NODE_BYTES + runs * Layout.RUN_BYTES
                + checksums * 4 + nameBytes;
    }
}
