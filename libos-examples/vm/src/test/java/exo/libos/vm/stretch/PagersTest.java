// SPDX-License-Identifier: Apache-2.0
package exo.libos.vm.stretch;

import exo.api.EnvControl;
import exo.api.EnvSpec;
import exo.api.Rights;
import exo.api.disk.DiskConfig.QueueBackend;
import exo.api.disk.Extent;
import exo.libos.vm.VmBench;
import exo.testkit.Seed;
import exo.testkit.Seeds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Several pagers side by side, each with frames of its own. */
class PagersTest {
    private static final int[] FRAMES = {8, 16, 32};
    private static final int PAGES = 64;
    private static final int ENOUGH = 300;
    private static final int MANY = 256;

    private final VmBench bench = new VmBench(QueueBackend.AUTO);
    private final int pageBytes = bench.pageBytes();

    @AfterEach
    void closeKernel() {
        bench.close();
    }

    /** Each goes on until all have paged in enough: so all did while all were there. */
    @Test
    @ExtendWith(Seeds.class)
    void shouldAllProgressAndFaultTheLessTheMoreFramesTheyHave(Seed seed) {
        AtomicLongArray ins = new AtomicLongArray(FRAMES.length);
        double[] rate = new double[FRAMES.length];
        List<EnvControl> pagers = new ArrayList<>();
        for (int i = 0; i < FRAMES.length; i++) {
            int self = i;
            pagers.add(bench.root.createEnv(VmBench.withExtent(
                    EnvSpec.named("pager" + i).frames(FRAMES[i]), bench.extent(PAGES)), env -> {
                        Extent extent = env.keys().find("swap", Extent.class);
                        try (PagedDriver driver = PagedDriver.open(env, extent, PAGES,
                                FRAMES[self])) {
                            rate[self] = page(driver, seed.random(), ins, self);
                            assertTrue(env.account().framesHeld() <= FRAMES[self]);
                        }
                    }));
        }
        pagers.forEach(VmBench::await);
        assertTrue(rate[0] > rate[1] && rate[1] > rate[2], rate[0] + ", " + rate[1] + " and "
                + rate[2] + " pages read for each access");
    }

    /**
     * Each compares every page with every other, half of its frames against one at a time: a page
     * that is read serves half as many comparisons as there are frames. So progress for what each
     * reads of the disk is in proportion to the frames it pays with, whatever the others do.
     */
    @Test
    void shouldProgressInProportionToTheFramesTheyPayWith() {
        double[] progress = new double[FRAMES.length];
        CyclicBarrier all = new CyclicBarrier(FRAMES.length);
        List<EnvControl> pagers = new ArrayList<>();
        for (int i = 0; i < FRAMES.length; i++) {
            int self = i;
            pagers.add(bench.root.createEnv(VmBench.withExtent(
                    EnvSpec.named("pager" + i).frames(2 * FRAMES[i]), bench.extent(MANY)), env -> {
                        Extent extent = env.keys().find("swap", Extent.class);
                        try (PagedDriver driver = PagedDriver.open(env, extent, MANY,
                                2 * FRAMES[self])) {
                            Stretch stretch = filled(driver);
                            VmBench.meet(all);
                            long before = driver.pageIns();
                            long done = compareAll(stretch, FRAMES[self]);
                            progress[self] = (double) done / (driver.pageIns() - before);
                            assertTrue(env.account().framesHeld() <= 2 * FRAMES[self]);
                        }
                    }));
        }
        pagers.forEach(VmBench::await);
        String seen = Arrays.toString(progress) + " comparisons for each page read";
        assertEquals(2, progress[1] / progress[0], 0.2, seen);
        assertEquals(4, progress[2] / progress[0], 0.4, seen);
    }

    private Stretch filled(PagedDriver driver) {
        Stretch stretch = driver.bindStretch(MANY, Rights.READ_WRITE);
        for (int page = 0; page < MANY; page++) {
            stretch.putLong((long) page * pageBytes, page);
        }
        return stretch;
    }

    /** {@return how many comparisons it took} */
    private long compareAll(Stretch stretch, int blockPages) {
        long done = 0;
        for (int block = 0; block < MANY; block += blockPages) {
            for (int other = 0; other < MANY; other++) {
                for (int page = block; page < block + blockPages; page++) {
                    assertEquals(page - other, stretch.getLong((long) page * pageBytes)
                            - stretch.getLong((long) other * pageBytes));
                    done++;
                }
            }
        }
        return done;
    }

    /** {@return how many pages were read for each access} */
    private double page(PagedDriver driver, RandomGenerator random, AtomicLongArray ins,
            int self) {
        Stretch stretch = driver.bindStretch(PAGES, Rights.READ_WRITE);
        long[] model = new long[PAGES];
        long accesses = 0;
        boolean enough = false;
        while (!enough) {
            int page = random.nextInt(PAGES);
            assertEquals(model[page], stretch.getLong((long) page * pageBytes));
            model[page] = random.nextLong();
            stretch.putLong((long) page * pageBytes, model[page]);
            accesses++;
            ins.set(self, driver.pageIns());
            enough = true;
            for (int i = 0; i < ins.length(); i++) {
                enough &= ins.get(i) >= ENOUGH;
            }
        }
        return (double) driver.pageIns() / accesses;
    }
}
