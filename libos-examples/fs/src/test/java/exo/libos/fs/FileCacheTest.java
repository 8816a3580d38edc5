// SPDX-License-Identifier: Apache-2.0
package exo.libos.fs;

import exo.api.ErrorCode;
import exo.api.Rights;
import exo.api.disk.DiskConfig;
import exo.api.disk.DiskConfig.QueueBackend;
import exo.api.disk.Extent;
import exo.testkit.Seed;
import exo.testkit.Seeds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Borrowing, waiting, replacing, reading ahead, and what is taken away. */
@ExtendWith(Seeds.class)
final class FileCacheTest {
    private static final int BUSY = ErrorCode.BUSY.refusal();
    private static final int REVOKED = ErrorCode.REVOKED.refusal();
    private static final int CHUNK = 1 << 16;

    private final FsBench bench = new FsBench(DiskConfig.temporary("disk0", 64 << 20)
            .queue(QueueBackend.PREAD));
    private final Extent extent = bench.extent(4096);

    @AfterEach
    void closeKernel() {
        bench.close();
    }

    private Volume mount(MapSource source, int pages) {
        bench.run(extent, source);
        return Volume.mount(bench.env, extent, bench.window, 3, pages);
    }

    private int borrow(Volume volume, FileNode file, long position) {
        return FsBench.borrow(bench.env, volume.cache(), file, position);
    }

    private void finish(FileCache cache) {
        cache.submit();
        while (cache.complete() > 0) {
            cache.submit();
        }
    }

    private static MapSource chunks(int count) {
        MapSource source = new MapSource();
        for (int i = 0; i < count; i++) {
            source.file("f" + i, CHUNK);
        }
        return source;
    }

    @Test
    void shouldShareOneReadAmongAllWhoAsk() {
        try (Volume volume = mount(chunks(1), 64)) {
            FileCache cache = volume.cache();
            FileNode file = volume.root().child("f0");
            for (int i = 0; i < 5; i++) {
                assertEquals(BUSY, cache.tryBorrow(file, i));
            }
            finish(cache);
            int run = cache.tryBorrow(file, CHUNK - 1);
            assertTrue(run >= 0);
            assertEquals(run, cache.tryBorrow(file, 0));
            assertEquals(0, cache.position(run));
            assertEquals(CHUNK, cache.length(run));
            assertTrue(cache.isIntact(run));
            assertEquals(1, cache.misses());
            assertEquals(1, cache.hits());
            assertEquals(CHUNK, cache.bytesRead());
            cache.release(run);
            cache.release(run);
            assertThrows(IllegalStateException.class, () -> cache.release(run));
            assertThrows(IllegalStateException.class, () -> cache.offset(run));
        }
    }

    @Test
    void shouldSayBusyWhileEverythingIsBorrowedAndGoOnAfterARelease() {
        try (Volume volume = mount(chunks(6), 64 + 5)) {
            FileCache cache = volume.cache();
            List<Integer> runs = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                runs.add(borrow(volume, volume.root().child("f" + i), 0));
            }
            FileNode fifth = volume.root().child("f4");
            for (int i = 0; i < 3; i++) {
                assertEquals(BUSY, cache.tryBorrow(fifth, 0));
                finish(cache);
            }
            assertEquals(4, cache.misses());
            cache.release(runs.get(2));
            int run = borrow(volume, fifth, 0);
            assertEquals(runs.get(2), run);
            assertEquals(BUSY, cache.tryBorrow(volume.root().child("f2"), 0));
            assertEquals(runs.get(0), cache.tryBorrow(volume.root().child("f0"), 0));
        }
    }

    @Test
    void shouldReplaceTheLongestUnused() {
        try (Volume volume = mount(chunks(6), 64)) {
            FileCache cache = volume.cache();
            for (int i : new int[]{0, 1, 2, 3, 0, 1, 4}) {
                cache.release(borrow(volume, volume.root().child("f" + i), 0));
            }
            long misses = cache.misses();
            for (int i : new int[]{0, 1, 3, 4}) {
                cache.release(borrow(volume, volume.root().child("f" + i), 0));
            }
            assertEquals(misses, cache.misses(), "2 went, the others stayed");
            cache.release(borrow(volume, volume.root().child("f2"), 0));
            assertEquals(misses + 1, cache.misses());
        }
    }

    @Test
    void shouldTakeMoreRequestsThanTheQueueHolds() {
        MapSource source = new MapSource();
        for (int i = 0; i < 600; i++) {
            source.file("f" + i, 1 + i % 4096);
        }
        try (Volume volume = mount(source, 1024)) {
            FileCache cache = volume.cache();
            for (FileNode file : volume.root().children()) {
                assertEquals(BUSY, cache.tryBorrow(file, 0));
            }
            finish(cache);
            for (FileNode file : volume.root().children()) {
                int run = cache.tryBorrow(file, 0);
                assertTrue(run >= 0, file.toString());
                byte[] found = bench.window.segment()
                        .asSlice(cache.offset(run), cache.length(run))
                        .toArray(JAVA_BYTE);
                assertTrue(Arrays.equals(source.contents().get(file.path()), found));
            }
            assertEquals(600, cache.misses());
            assertEquals(0, cache.hits());
        }
    }

    @Test
    void shouldReadAheadForSequentialReaders() {
        try (Volume volume = mount(new MapSource().file("large", 10 * CHUNK), 512)) {
            FileCache cache = volume.cache();
            FileNode file = volume.root().child("large");
            cache.release(borrow(volume, file, 0));
            finish(cache);
            for (int chunk = 1; chunk < 10; chunk++) {
                int run = cache.tryBorrow(file, (long) chunk * CHUNK);
                assertTrue(run >= 0, "chunk " + chunk);
                cache.release(run);
                finish(cache);
            }
            assertEquals(1, cache.misses());
            assertEquals(9, cache.hits());
        }
    }

    @Test
    void shouldNotReadAheadForOthers() {
        try (Volume volume = mount(new MapSource().file("large", 10 * CHUNK), 512)) {
            FileCache cache = volume.cache();
            FileNode file = volume.root().child("large");
            cache.release(borrow(volume, file, 5 * CHUNK));
            finish(cache);
            assertEquals(BUSY, cache.tryBorrow(file, 6 * CHUNK));
        }
    }

    @Test
    void shouldShowTheRightBytesWhateverIsAskedFor(Seed seed) {
        RandomGenerator random = seed.random();
        MapSource source = new MapSource();
        for (int i = 0; i < 40; i++) {
            int[] most = {4096, 16_384, 3 * CHUNK};
            source.file("f" + i, random.nextInt(1, most[i % 3]));
        }
        try (Volume volume = mount(source, 128)) {
            FileCache cache = volume.cache();
            List<FileNode> files = volume.root().children();
            List<Integer> held = new ArrayList<>();
            for (int i = 0; i < 5000; i++) {
                FileNode file = files.get(random.nextInt(files.size()));
                long position = random.nextLong(file.size());
                int run = cache.tryBorrow(file, position);
                if (run >= 0) {
                    byte seen = bench.window.segment()
                            .get(JAVA_BYTE, cache.offset(run) + position - cache.position(run));
                    assertEquals(source.files.get(List.of(file.name())).bytes()[(int) position],
                            seen);
                    held.add(run);
                } else {
                    assertEquals(BUSY, run);
                }
                if (held.size() > random.nextInt(8)) {
                    int which = random.nextInt(held.size());
                    cache.release(held.get(which));
                    held.set(which, held.getLast());
                    held.removeLast();
                }
                if (random.nextInt(4) == 0) {
                    finish(cache);
                }
            }
            assertTrue(cache.hits() > 500, "hits " + cache.hits());
            assertTrue(cache.misses() > 500, "misses " + cache.misses());
        }
    }

    @Test
    void shouldRefuseRunsOfWhichAPageWasTaken() {
        try (Volume volume = mount(chunks(5), 64)) {
            FileCache cache = volume.cache();
            FileNode file = volume.root().child("f0");
            int run = borrow(volume, file, 0);
            bench.window.releasePages((int) (cache.offset(run) / 4096) + 7, 1);
            assertFalse(cache.isIntact(run));
            assertEquals(REVOKED, cache.tryBorrow(file, 0));
            int again = borrow(volume, file, 0);
            assertTrue(again >= 0 && again != run);
            cache.release(run);
            cache.release(again);
            for (int i = 1; i < 5; i++) {
                cache.release(borrow(volume, volume.root().child("f" + i), 0));
            }
        }
    }

    @Test
    void shouldRefuseEverythingOnceAllPagesWereTaken() {
        try (Volume volume = mount(chunks(5), 64)) {
            bench.window.releasePages(3, 64);
            for (int i = 0; i < 5; i++) {
                assertEquals(REVOKED, volume.cache().tryBorrow(volume.root().child("f" + i), 0));
            }
        }
    }

    @Test
    void shouldGiveBackPagesThatNobodyHasBorrowed() {
        try (Volume volume = mount(chunks(6), 64)) {
            FileCache cache = volume.cache();
            int run = borrow(volume, volume.root().child("f0"), 0);
            cache.release(borrow(volume, volume.root().child("f1"), 0));
            assertEquals(16, cache.giveBack(5));
            assertEquals(32, cache.giveBack(100), "one is borrowed");
            assertEquals(-1, bench.window.frame(3 + 63));
            assertEquals(BUSY, cache.tryBorrow(volume.root().child("f2"), 0));
            cache.release(run);
            cache.release(borrow(volume, volume.root().child("f2"), 0));
            assertEquals(16, cache.giveBack(1));
            assertEquals(REVOKED, cache.tryBorrow(volume.root().child("f3"), 0));
        }
    }

    @Test
    void shouldRefuseWhenTheExtentIsRevoked() {
        bench.run(extent, chunks(3));
        Extent readable = bench.env.keys().derive(extent, Rights.READ, "readable");
        try (Volume volume = bench.mount(readable)) {
            int run = borrow(volume, volume.root().child("f0"), 0);
            bench.env.keys().revoke(extent);
            assertEquals(REVOKED, volume.cache().tryBorrow(volume.root().child("f1"), 0));
            assertEquals(run, volume.cache().tryBorrow(volume.root().child("f0"), 0));
        }
    }

    @Test
    void shouldRefuseMistakes() {
        Volume volume = mount(new MapSource().file("f", 10).file("empty", 0), 64);
        FileCache cache = volume.cache();
        FileNode file = volume.root().child("f");
        assertThrows(IndexOutOfBoundsException.class, () -> cache.tryBorrow(file, 10));
        assertThrows(IndexOutOfBoundsException.class, () -> cache.tryBorrow(file, -1));
        assertThrows(IndexOutOfBoundsException.class,
                () -> cache.tryBorrow(volume.root().child("empty"), 0));
        assertThrows(IllegalArgumentException.class, () -> cache.tryBorrow(volume.root(), 0));
        assertThrows(IllegalArgumentException.class, () -> Volume.mount(bench.env, extent,
                bench.window, 100, 15));
        try (Volume other = Volume.mount(bench.env, extent, bench.window, 100, 16)) {
            assertThrows(IllegalArgumentException.class,
                    () -> cache.tryBorrow(other.root().child("f"), 0));
        }
        volume.close();
        volume.close();
        assertThrows(IllegalStateException.class, () -> cache.tryBorrow(file, 0));
        assertEquals(10, file.size());
    }
}
