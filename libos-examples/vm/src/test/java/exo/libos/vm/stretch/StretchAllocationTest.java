// SPDX-License-Identifier: Apache-2.0
package exo.libos.vm.stretch;

import exo.api.Rights;
import exo.api.disk.DiskConfig.QueueBackend;
import exo.libos.vm.VmBench;
import exo.testkit.ChildJvm;
import exo.testkit.Subprocess;
import java.time.Duration;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Accesses that hit, and pages that go and come, in a JVM that never collects. */
final class StretchAllocationTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    /** At 16 bytes, the smallest object, each, these would need 320 MB. */
    private static final long ACCESSES = 20_000_000;

    /** Reads and writes longs, on pages that stay. */
    static final class Child {
        private Child() {}

        public static void main(String[] arguments) {
            VmBench bench = new VmBench(QueueBackend.PREAD);
            PagedDriver driver = PagedDriver.open(bench.root, bench.extent(64), 64, 32);
            Stretch stretch = driver.bindStretch(64, Rights.READ_WRITE);
            byte[] bytes = new byte[100];
            long sum = 0;
            long size = 30L * bench.pageBytes();
            for (long i = 0; i < ACCESSES; i++) {
                long offset = i * 4099 % (size - 100);
                stretch.putLong(offset, i);
                sum += stretch.getLong(offset) - i;
                if ((i & 15) == 0) {
                    stretch.get(offset, bytes, 0, bytes.length);
                    stretch.put(offset, bytes, 0, bytes.length);
                }
            }
            driver.close();
            bench.close();
            System.out.println("sum " + sum);
        }
    }

    @Test
    void shouldAllocateNothingOnHits() {
        try (Subprocess child = ChildJvm.of(Child.class)
                .jvm("-XX:+UnlockExperimentalVMOptions", "-XX:+UseEpsilonGC", "-Xmx160m")
                .start()) {
            assertEquals(0, child.awaitExit(PATIENCE), child.errors());
            assertTrue(child.output().contains("sum 0"), child.output().toString());
        }
    }
}
