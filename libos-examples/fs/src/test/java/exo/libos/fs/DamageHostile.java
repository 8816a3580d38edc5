// SPDX-License-Identifier: Apache-2.0
package exo.libos.fs;

import exo.api.ErrorCode;
import exo.api.ResourceException;
import exo.api.disk.DiskConfig;
import exo.api.disk.DiskConfig.QueueBackend;
import exo.api.disk.Extent;
import exo.libos.fs.format.Run;
import exo.libos.fs.io.BlockIo;
import exo.libos.fs.io.Generation;
import exo.libos.fs.io.GenerationReader;
import exo.libos.fs.io.PageArea;
import exo.testkit.Seed;
import exo.testkit.Seeds;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Is any single bit that flips on the device noticed? */
@ExtendWith(Seeds.class)
final class DamageHostile {
    private static final int BLOCKS = 128;

    private final FsBench bench = new FsBench(DiskConfig.temporary("disk0", 16 << 20)
            .queue(QueueBackend.PREAD));
    private final Extent extent = bench.extent(BLOCKS);
    private final RawExtent bytes = new RawExtent(bench, extent);
    private final MapSource first = new MapSource().file("a", 70_000).file("d/b", 5000);
    private final MapSource second = first.copy().file("a", 70_001).file("d/c", 1);
    private byte[] image;
    private Generation newest;

    @BeforeEach
    void importTwice() {
        bench.run(extent, first);
        bench.run(extent, second);
        image = bytes.read();
        try (PageArea area = new PageArea(bench.env, bench.window, 0, 64);
                BlockIo io = new BlockIo(bench.env, extent, bench.window, 1)) {
            newest = GenerationReader.read(io, area).generation().get();
        }
    }

    @AfterEach
    void closeKernel() {
        bytes.close();
        bench.close();
    }

    private void flip(long bit) {
        byte[] damaged = image.clone();
        damaged[(int) (bit / 8)] ^= (byte) (1 << (bit % 8));
        bytes.write(damaged);
    }

    private void assertFallsBack(String where) {
        try (Volume volume = bench.mount(extent)) {
            assertEquals(1, volume.generation(), where);
            assertEquals(1, volume.damages().size(), where);
            assertTrue(FsBench.isSame(first.contents(), bench.contents(volume)), where);
        }
    }

    @Test
    void shouldFallBackIfABitOfTheNewerSuperblockFlips(Seed seed) {
        RandomGenerator random = seed.random();
        long start = newest.slot() * 4096L;
        for (int at = 0; at < 4096; at += at < 80 ? 1 : 97) {
            flip((start + at) * 8 + random.nextInt(8));
            if (at < 8) {
                try (Volume volume = bench.mount(extent)) {
                    assertEquals(1, volume.generation(), "a damaged magic is no superblock");
                }
            } else {
                assertFallsBack("byte " + at);
            }
        }
    }

    @Test
    void shouldNotMindDamageOfTheOlderSuperblock(Seed seed) {
        RandomGenerator random = seed.random();
        for (int i = 0; i < 20; i++) {
            flip(((1 - newest.slot()) * 4096L + 8) * 8 + random.nextInt(4088 * 8));
            try (Volume volume = bench.mount(extent)) {
                assertEquals(2, volume.generation());
                assertEquals(1, volume.damages().size());
            }
        }
        // The next import mends it, although nothing of the source has changed.
        assertEquals(3, bench.run(extent, second).generation());
        try (Volume volume = bench.mount(extent)) {
            assertEquals(List.of(), volume.damages());
        }
    }

    @Test
    void shouldFallBackIfABitOfTheTableFlips(Seed seed) {
        RandomGenerator random = seed.random();
        for (int i = 0; i < 60; i++) {
            Run run = newest.superblock().tableRuns().getFirst();
            long bit = run.first() * 4096L * 8 + random.nextInt(run.blocks() * 4096 * 8);
            flip(bit);
            assertFallsBack("bit " + bit);
        }
    }

    @Test
    void shouldRefuseIfBothAreDamaged() {
        byte[] damaged = image.clone();
        damaged[100] ^= 1;
        damaged[4096 + 100] ^= 1;
        bytes.write(damaged);
        ResourceException refusal = assertThrows(ResourceException.class,
                () -> bench.mount(extent));
        assertEquals(ErrorCode.CORRUPT, refusal.code());
        assertTrue(refusal.getMessage().contains("superblock 0")
                && refusal.getMessage().contains("superblock 1"), refusal.getMessage());
        // Importing makes a new volume of it.
        bench.run(extent, first);
        bench.assertShows(first, extent);
    }

    @Test
    void shouldRefuseAFileIfABitOfItFlips(Seed seed) {
        RandomGenerator random = seed.random();
        int file = newest.table().child(0, "a");
        Run run = Run.of(newest.table().runs(file)[0]);
        for (int i = 0; i < 30; i++) {
            long bit = run.first() * 4096L * 8 + random.nextInt(70_001 * 8);
            flip(bit);
            int chunk = (int) ((bit / 8 - run.first() * 4096L) >>> 16);
            try (Volume volume = bench.mount(extent)) {
                FileNode node = volume.root().child("a");
                assertEquals(ErrorCode.CORRUPT.refusal(), FsBench.borrow(bench.env,
                        volume.cache(), node, chunk * 65_536L));
                int other = FsBench.borrow(bench.env, volume.cache(), node,
                        (1 - chunk) * 65_536L);
                assertTrue(other >= 0);
                // The error is not remembered: the bit flips back, and the file can be read.
                bytes.write(image);
                assertEquals(70_001, bench.read(volume, node).length);
            }
            flip(bit);
            CheckReport report = VolumeChecker.run(bench.env, extent, bench.window, 0, 64);
            assertFalse(report.isSound());
            assertEquals(1, report.problems().size());
            assertTrue(report.problems().getFirst().startsWith("/a, at " + chunk * 65_536),
                    report.toString());
        }
        Map<String, byte[]> wanted = second.contents();
        assertEquals(3, wanted.size());
    }
}
