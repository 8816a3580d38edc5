// SPDX-License-Identifier: Apache-2.0
package exo.libos.fs;

import exo.api.Env;
import exo.api.ErrorCode;
import exo.api.Exokernel;
import exo.api.HostConfig;
import exo.api.disk.BlockDevice;
import exo.api.disk.DiskConfig;
import exo.api.disk.Extent;
import exo.api.disk.ExtentQueue;
import exo.api.mem.MemoryConfig;
import exo.api.mem.Window;
import exo.api.upcall.UpcallHandler;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A kernel with one disk and one window, and what tests of the file system do with it. */
final class FsBench implements AutoCloseable {
    static final int PAGES = 1024;
    private static final long PATIENCE_NANOS = 10_000_000_000L;
    private static final long SLICE_NANOS = 2_000_000;

    final Exokernel kernel;
    final Env env;
    final BlockDevice disk;
    final Window window;
    private final int frames;

    FsBench(DiskConfig config) {
        this(config, 4096);
    }

    FsBench(DiskConfig config, int frames) {
        this.frames = frames;
        kernel = Exokernel.boot(HostConfig.minimal()
                .memory(MemoryConfig.frames(frames).lock(MemoryConfig.Lock.NONE))
                .disk(config));
        env = kernel.rootEnv();
        disk = env.keys().find(config.name(), BlockDevice.class);
        window = env.memory().bindWindow(2 * PAGES);
    }

    int frames() {
        return frames;
    }

    Extent extent(long blocks) {
        return env.disk().allocExtent(disk, "", blocks);
    }

    ImportResult run(Extent extent, SourceTree source) {
        return run(env, extent, source);
    }

    ImportResult run(Env through, Extent extent, SourceTree source) {
        try {
            return Importer.of(through, extent, window, 0, PAGES)
                    .run(source, ImportProgress.NONE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Volume mount(Extent extent) {
        return Volume.mount(env, extent, window, 0, PAGES);
    }

    /** {@return the run, once it is there, or the refusal} */
    static int borrow(Env env, FileCache cache, FileNode file, long position) {
        env.upcalls().handler(new UpcallHandler() {
            @Override
            public void onCompletions(ExtentQueue queue) {
                assertTrue(cache.isServedBy(queue));
                cache.complete();
            }
        });
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (true) {
            int run = cache.tryBorrow(file, position);
            if (run != ErrorCode.BUSY.refusal()) {
                return run;
            }
            if (System.nanoTime() > deadline) {
                throw new AssertionError("no completion for " + file + " at " + position
                        + " after " + cache.misses() + " misses");
            }
            cache.submit();
            env.upcalls().await(System.nanoTime() + SLICE_NANOS);
        }
    }

    /** {@return the content of a file, read run by run} */
    byte[] read(Volume volume, FileNode file) {
        byte[] content = new byte[(int) file.size()];
        FileCache cache = volume.cache();
        long position = 0;
        while (position < content.length) {
            int run = borrow(env, cache, file, position);
            if (run < 0) {
                throw new RefusedException(ErrorCode.of(run));
            }
            assertEquals(position, cache.position(run));
            MemorySegment.copy(window.segment(), JAVA_BYTE, cache.offset(run), content,
                    (int) position, cache.length(run));
            position += cache.length(run);
            cache.release(run);
        }
        return content;
    }

    /** A read that was refused. */
    static final class RefusedException extends RuntimeException {
        private static final long serialVersionUID = 1L;
        final ErrorCode code;

        RefusedException(ErrorCode code) {
            super(code.toString());
            this.code = code;
        }
    }

    /** {@return the contents of all files by path} */
    Map<String, byte[]> contents(Volume volume) {
        Map<String, byte[]> found = new TreeMap<>();
        for (FileNode node : nodes(volume)) {
            if (!node.isDirectory()) {
                found.put(node.path(), read(volume, node));
            }
        }
        return found;
    }

    static Set<FileNode> nodes(Volume volume) {
        Set<FileNode> found = new HashSet<>();
        Deque<FileNode> next = new ArrayDeque<>(Set.of(volume.root()));
        while (!next.isEmpty()) {
            FileNode node = next.remove();
            assertTrue(found.add(node));
            next.addAll(node.children());
        }
        return found;
    }

    static boolean isSame(Map<String, byte[]> one, Map<String, byte[]> other) {
        return one.keySet().equals(other.keySet())
                && one.keySet().stream().allMatch(k -> Arrays.equals(one.get(k), other.get(k)));
    }

    /** Checks that the volume is the source, exactly. */
    void assertShows(MapSource source, Volume volume) {
        Map<String, byte[]> wanted = source.contents();
        Map<String, byte[]> found = contents(volume);
        assertEquals(wanted.keySet(), found.keySet());
        wanted.forEach((path, bytes) -> assertArrayEquals(bytes, found.get(path), path));
        Set<String> directories = new HashSet<>(Set.of("/"));
        source.allDirectories().forEach(p -> directories.add("/" + String.join("/", p)));
        Set<String> shown = new HashSet<>();
        nodes(volume).stream().filter(FileNode::isDirectory).forEach(n -> shown.add(n.path()));
        assertEquals(directories, shown);
    }

    void assertShows(MapSource source, Extent extent) {
        try (Volume volume = mount(extent)) {
            assertShows(source, volume);
        }
    }

    @Override
    public void close() {
        kernel.close();
    }
}
