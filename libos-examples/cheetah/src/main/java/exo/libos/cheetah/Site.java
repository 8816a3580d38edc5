// SPDX-License-Identifier: Apache-2.0
package exo.libos.cheetah;

import exo.libos.cheetah.http.ContentTypes;
import exo.libos.cheetah.http.Request;
import exo.libos.cheetah.http.Status;
import exo.libos.cheetah.http.TargetPath;
import exo.libos.fs.FileNode;
import java.lang.foreign.MemorySegment;
import java.util.List;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

/**
 * Finds what a path leads to. Paths that led somewhere are remembered as they were sent, so that
 * the next request for one costs neither decoding nor allocation.
 *
 * <p><b>Shape.</b> A table of {@value #SETS} sets with {@value #WAYS} places. A path may be in the
 * set its hash names, and replaces the oldest there. Whoever knows the hash can make others miss,
 * which costs what the first request costs, and nothing worse. Paths longer than {@value
 * #LONGEST_KEY} bytes are not remembered.
 *
 * <p><b>Thread-safety.</b> Confined to the server's thread.
 */
final class Site {
    private static final int SETS = 1024;
    private static final int WAYS = 4;
    private static final int LONGEST_KEY = 512;
    private static final String INDEX = "index.html";
    private static final Resource NOT_FOUND = Resource.refused(Status.NOT_FOUND);
    private static final Resource BAD_REQUEST = Resource.refused(Status.BAD_REQUEST);

    private final FileNode root;
    private final boolean hasListings;
    private final byte[][] keys = new byte[SETS * WAYS][];
    private final Resource[] values = new Resource[SETS * WAYS];
    private final byte[] oldest = new byte[SETS];

    /**
     * A site.
     *
     * @param root the directory its paths start from
     * @param hasListings whether a directory without an index is shown as a list
     */
    Site(FileNode root, boolean hasListings) {
        this.root = root;
        this.hasListings = hasListings;
    }

    /** {@return what the path of a request leads to} hot: no allocation for remembered paths. */
    Resource find(Request request) {
        MemorySegment bytes = request.bytes();
        long offset = request.pathOffset();
        int length = request.pathLength();
        if (length == 0) {
            return resolve(TargetPath.ROOT);
        }
        int first = set(bytes, offset, length) * WAYS;
        for (int i = first; i < first + WAYS; i++) {
            byte[] key = keys[i];
            if (key != null && key.length == length && isKey(key, bytes, offset)) {
                return values[i];
            }
        }
        Resource found = resolve(TargetPath.decode(bytes, offset, length));
        boolean isWorthIt = length <= LONGEST_KEY && found != NOT_FOUND && found != BAD_REQUEST;
        if (isWorthIt) {
            int set = first / WAYS;
            int place = first + oldest[set];
            oldest[set] = (byte) ((oldest[set] + 1) % WAYS);
            keys[place] = bytes.asSlice(offset, length).toArray(JAVA_BYTE);
            values[place] = found;
        }
        return found;
    }

    private static boolean isKey(byte[] key, MemorySegment bytes, long offset) {
        for (int i = 0; i < key.length; i++) {
            if (key[i] != bytes.get(JAVA_BYTE, offset + i)) {
                return false;
            }
        }
        return true;
    }

    private static int set(MemorySegment bytes, long offset, int length) {
        int hash = 0x811c9dc5;
        for (int i = 0; i < length; i++) {
            hash = (hash ^ bytes.get(JAVA_BYTE, offset + i)) * 0x01000193;
        }
        return (hash ^ (hash >>> 16)) & (SETS - 1);
    }

    private Resource resolve(TargetPath path) {
        if (path.status() != Status.OK) {
            return path.status() == Status.BAD_REQUEST ? BAD_REQUEST : NOT_FOUND;
        }
        FileNode node = root;
        for (String name : path.names()) {
            node = node.isDirectory() ? node.child(name) : null;
            if (node == null) {
                return NOT_FOUND;
            }
        }
        if (node.isDirectory()) {
            return path.isDirectory()
                    ? directory(path.names(), node)
                    : Resource.redirect(path.directoryPath());
        }
        return path.isDirectory()
                ? NOT_FOUND
                : Resource.file(node, ContentTypes.of(node.name()));
    }

    private Resource directory(List<String> names, FileNode node) {
        FileNode index = node.child(INDEX);
        if (index != null && !index.isDirectory()) {
            return Resource.file(index, ContentTypes.of(INDEX));
        }
        return hasListings ? Resource.listing(new Listing(names, node)) : NOT_FOUND;
    }
}
