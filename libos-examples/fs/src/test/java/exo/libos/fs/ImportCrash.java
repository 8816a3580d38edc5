// SPDX-License-Identifier: Apache-2.0
package exo.libos.fs;

import exo.api.ErrorCode;
import exo.api.ResourceException;
import exo.api.disk.DiskConfig;
import exo.api.disk.Extent;
import exo.testkit.Await;
import exo.testkit.ChildJvm;
import exo.testkit.Seed;
import exo.testkit.Seeds;
import exo.testkit.Subprocess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A process that imports one generation after the other is killed again and again. */
@ExtendWith(Seeds.class)
final class ImportCrash {
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final int ROUNDS = 6;
    private static final long BLOCKS = 4096;
    private static final String NAME = "site";

    private static DiskConfig disk(Path image) {
        return DiskConfig.at("disk0", image).bytes(32 << 20);
    }

    /** {@return what generation g shall show: some files stay, others change, come and go} */
    private static MapSource source(long generation) {
        MapSource made = new MapSource();
        for (int i = 0; i < 60; i++) {
            long version = generation / (i % 5 + 1);
            Random random = new Random(version * 1000 + i);
            if (random.nextInt(8) > 0) {
                byte[] content = MapSource.bytes(random.nextInt(i == 7 ? 900_000 : 40_000),
                        version * 1000 + i);
                made.files.put(MapSource.path("d" + i % 4 + "/f" + i),
                        new MapSource.Content(content, version * 1000 + i));
            }
        }
        return made;
    }

    private static long generation(FsBench bench, Extent extent) {
        try (Volume volume = bench.mount(extent)) {
            return volume.generation();
        } catch (ResourceException e) {
            assertEquals(ErrorCode.NOT_FOUND, e.code(), e.toString());
            return 0;
        }
    }

    /** Imports until it is killed, and says how far it is. */
    static final class Child {
        private Child() {}

        public static void main(String[] arguments) throws Exception {
            try (FsBench bench = new FsBench(disk(Path.of(arguments[0])), 1024)) {
                Extent extent = bench.env.disk().extentNames(bench.disk).contains(NAME)
                        ? bench.env.disk().openExtent(bench.disk, NAME)
                        : bench.env.disk().allocExtent(bench.disk, NAME, BLOCKS);
                long next = generation(bench, extent) + 1;
                int[] steps = {0};
                while (true) {
                    Importer.of(bench.env, extent, bench.window, 0, 128)
                            .run(source(next), (files, total, bytes, all) -> {
                                System.out.println("step " + steps[0]);
                                steps[0]++;
                            });
                    System.out.println("step " + steps[0]);
                    steps[0]++;
                    next++;
                }
            }
        }
    }

    /** The host lets go of a dead process's files some time after its end was announced. */
    private static FsBench bootWhenReleased(Path image) {
        FsBench[] booted = new FsBench[1];
        Await.until("the image is released", PATIENCE, () -> {
            try {
                booted[0] = new FsBench(disk(image));
                return true;
            } catch (ResourceException e) {
                assertEquals(ErrorCode.BUSY, e.code(), e.toString());
                return false;
            }
        });
        return booted[0];
    }

    @Test
    void shouldShowAWholeGenerationAfterTheImporterIsKilled(@TempDir Path folder, Seed seed) {
        RandomGenerator random = seed.random();
        Path image = folder.resolve("image");
        long before = 0;
        for (int round = 0; round < ROUNDS; round++) {
            try (Subprocess child = ChildJvm.of(Child.class)
                    .jvm("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
                    .arguments(image.toString())
                    .start()) {
                child.awaitLine("^step " + random.nextInt(3, 40) + "$", PATIENCE);
                long until = System.nanoTime() + random.nextInt(20_000_000);
                while (System.nanoTime() < until) {
                    Thread.onSpinWait(); // so that any moment between two lines may be hit
                }
                child.kill();
                child.awaitExit(PATIENCE);
            }
            try (FsBench bench = bootWhenReleased(image)) {
                Extent extent = bench.env.disk().openExtent(bench.disk, NAME);
                long generation = generation(bench, extent);
                assertTrue(generation > before, generation + " after " + before);
                bench.assertShows(source(generation), extent);
                assertTrue(VolumeChecker.run(bench.env, extent, bench.window, 0, 64).isSound());
                before = generation;
            }
        }
    }
}
