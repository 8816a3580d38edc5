// SPDX-License-Identifier: Apache-2.0
package exo.libos.fs;

import exo.api.disk.DiskConfig;
import exo.api.disk.DiskConfig.QueueBackend;
import exo.api.disk.Extent;
import exo.testkit.ChildJvm;
import exo.testkit.Subprocess;
import java.time.Duration;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Borrowing and releasing in a JVM that never collects: whatever is allocated stays. */
final class CacheAllocationTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    /** At 16 bytes, the smallest object, each, these would need 240 MB. */
    private static final int BORROWS = 15_000_000;
    private static final int READS = 20_000;

    /** Borrows what is there, and what must be read each time. */
    static final class Child {
        private Child() {}

        public static void main(String[] arguments) {
            try (FsBench bench = new FsBench(DiskConfig.temporary("disk0", 16 << 20)
                    .queue(QueueBackend.PREAD), 1024)) {
                MapSource source = new MapSource().file("hot", 4000);
                for (int i = 0; i < 16; i++) {
                    source.file("cold" + i, 10_000);
                }
                Extent extent = bench.extent(512);
                bench.run(extent, source);
                try (Volume volume = Volume.mount(bench.env, extent, bench.window, 0, 32)) {
                    readCold(volume);
                    borrowHot(volume);
                }
            }
            System.out.println("done");
        }

        private static void readCold(Volume volume) {
            FileCache cache = volume.cache();
            FileNode[] files = volume.root().children().toArray(FileNode[]::new);
            for (int i = 0; i < READS; i++) {
                FileNode file = files[i % files.length];
                int run = cache.tryBorrow(file, 0);
                if (run < 0) {
                    cache.submit();
                    cache.complete();
                    run = cache.tryBorrow(file, 0);
                }
                cache.release(run);
            }
            if (cache.misses() < READS / 2) {
                throw new AssertionError("only " + cache.misses() + " misses");
            }
        }

        private static void borrowHot(Volume volume) {
            FileCache cache = volume.cache();
            FileNode hot = volume.root().child("hot");
            for (int i = 0; i < BORROWS; i++) {
                int run = cache.tryBorrow(hot, i % 4000);
                if (run < 0) {
                    cache.submit();
                    cache.complete();
                } else {
                    cache.release(run);
                }
            }
        }
    }

    @Test
    void shouldAllocateNothingToBorrowAndRelease() {
        try (Subprocess child = ChildJvm.of(Child.class)
                .jvm("-XX:+UnlockExperimentalVMOptions", "-XX:+UseEpsilonGC", "-Xmx160m")
                .start()) {
            assertEquals(0, child.awaitExit(PATIENCE), child.errors());
            assertTrue(child.output().contains("done"));
        }
    }
}
