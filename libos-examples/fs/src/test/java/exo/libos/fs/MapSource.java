// SPDX-License-Identifier: Apache-2.0
package exo.libos.fs;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/** A source in memory, with knobs for what goes wrong. */
final class MapSource implements SourceTree {
    /** What a file holds, and when it was changed. */
    static final class Content {
        private final byte[] bytes;
        private final long nanos;

        Content(byte[] bytes, long nanos) {
            this.bytes = bytes;
            this.nanos = nanos;
        }

        byte[] bytes() {
            return bytes;
        }

        long nanos() {
            return nanos;
        }
    }

    final Map<List<String>, Content> files = new HashMap<>();
    final Map<List<String>, Long> directories = new HashMap<>();
    final Set<List<String>> gone = new HashSet<>();
    /** Runs at the first read of a file; may change it. */
    final Map<List<String>, Runnable> onRead = new HashMap<>();
    private long nanos = 1_000_000_000_000_000_000L;

    static List<String> path(String joined) {
        return List.of(joined.split("/", -1));
    }

    static byte[] bytes(int length, long seed) {
        byte[] made = new byte[length];
        new Random(seed).nextBytes(made);
        return made;
    }

    MapSource file(String joined, byte[] content) {
        files.put(path(joined), new Content(content, nanos));
        nanos += 1_000_001;
        return this;
    }

    MapSource file(String joined, int length) {
        return file(joined, bytes(length, joined.hashCode() * 31L + length));
    }

    MapSource directory(String joined) {
        directories.put(path(joined), nanos);
        return this;
    }

    MapSource remove(String joined) {
        files.remove(path(joined));
        return this;
    }

    MapSource copy() {
        MapSource made = new MapSource();
        made.files.putAll(files);
        made.directories.putAll(directories);
        made.nanos = nanos + 1_000_000_000;
        return made;
    }

    @Override
    public void walk(Consumer<SourceEntry> visitor) {
        directories.forEach((path, time) -> visitor.accept(SourceEntry.directory(path, time)));
        // In no order that could help the importer.
        List<List<String>> paths = new ArrayList<>(files.keySet());
        for (List<String> path : paths) {
            Content content = files.get(path);
            visitor.accept(SourceEntry.file(path, content.bytes().length, content.nanos()));
        }
    }

    @Override
    public SourceFile open(SourceEntry entry) throws IOException {
        List<String> path = entry.path();
        if (gone.contains(path)) {
            throw new FileNotFoundException("gone");
        }
        return new SourceFile() {
            private int position;

            @Override
            public int read(MemorySegment target) {
                if (position == 0 && onRead.containsKey(path)) {
                    onRead.get(path).run();
                }
                byte[] content = files.get(path).bytes();
                int count = (int) Math.min(target.byteSize(), content.length - position);
                count = Math.min(count, 50_000); // short reads, as hosts give them
                if (count <= 0) {
                    return -1;
                }
                MemorySegment.copy(MemorySegment.ofArray(content), position, target, 0, count);
                position += count;
                return count;
            }

            @Override
            public long size() {
                return files.get(path).bytes().length;
            }

            @Override
            public long modifiedNanos() {
                return files.get(path).nanos();
            }

            @Override
            public void close() {
                position = -1;
            }
        };
    }

    /** {@return the names of all directories, those that files imply included} */
    Set<List<String>> allDirectories() {
        Set<List<String>> found = new HashSet<>(directories.keySet());
        for (List<String> path : files.keySet()) {
            for (int i = 1; i < path.size(); i++) {
                found.add(path.subList(0, i));
            }
        }
        for (List<String> path : directories.keySet()) {
            for (int i = 1; i < path.size(); i++) {
                found.add(path.subList(0, i));
            }
        }
        return found;
    }

    /** {@return the contents by joined path} */
    Map<String, byte[]> contents() {
        Map<String, byte[]> found = new TreeMap<>();
        files.forEach((path, content) -> found.put("/" + String.join("/", path),
                content.bytes()));
        return found;
    }
}
