// SPDX-License-Identifier: Apache-2.0
package exo.libos.cheetah;

import exo.libos.fs.SourceEntry;
import exo.libos.fs.SourceFile;
import exo.libos.fs.SourceTree;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Files of a web site that a test made up. */
final class SiteSource implements SourceTree {
    /** Sun, 06 Nov 1994 08:49:37 GMT, and a bit. */
    static final long NANOS = 784_111_777_123_456_789L;

    private final Map<String, byte[]> files = new TreeMap<>();

    /** Adds a file; its path has no slash at the beginning. */
    SiteSource file(String path, byte[] content) {
        files.put(path, content);
        return this;
    }

    SiteSource file(String path, String content) {
        return file(path, content.getBytes(StandardCharsets.UTF_8));
    }

    /** Adds a file of bytes that repeat nowhere. */
    SiteSource file(String path, int lengthBytes) {
        byte[] content = new byte[lengthBytes];
        new Random(lengthBytes).nextBytes(content);
        return file(path, content);
    }

    byte[] content(String path) {
        return files.get(path);
    }

    private static List<String> names(String path) {
        return List.of(path.split("/", -1));
    }

    @Override
    public void walk(Consumer<SourceEntry> visitor) {
        files.forEach((path, content) -> visitor
                .accept(SourceEntry.file(names(path), content.length, NANOS)));
    }

    @Override
    public SourceFile open(SourceEntry entry) {
        return new OpenFile(files.get(String.join("/", entry.path())));
    }

    private static final class OpenFile implements SourceFile {
        private final byte[] content;
        private int position;

        OpenFile(byte[] content) {
            this.content = content;
        }

        @Override
        public int read(MemorySegment target) {
            int count = (int) Math.min(target.byteSize(), content.length - position);
            if (count <= 0) {
                return -1;
            }
            MemorySegment.copy(MemorySegment.ofArray(content), position, target, 0, count);
            position += count;
            return count;
        }

        @Override
        public long size() {
            return content.length;
        }

        @Override
        public long modifiedNanos() {
            return NANOS;
        }

        @Override
        public void close() {
            position = content.length;
        }
    }
}
