// SPDX-License-Identifier: Apache-2.0
package exo.libos.vm.stretch;

import exo.api.Env;
import exo.api.EnvControl;
import exo.api.EnvSpec;
import exo.api.HostConfig.Lending;
import exo.api.Rights;
import exo.api.disk.DiskConfig.QueueBackend;
import exo.api.disk.Extent;
import exo.api.revoke.Notice;
import exo.api.revoke.VictimPolicy;
import exo.libos.vm.VmBench;
import exo.testkit.Await;
import exo.testkit.Seed;
import exo.testkit.Seeds;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

/** A paged driver on frames that are lent, and called in with a notice. */
class PagedLendingTest {
    private static final int PAGES = 96;

    private final VmBench bench = new VmBench(QueueBackend.AUTO, 80,
            new Lending(VictimPolicy.LARGEST_EXTRA, Notice.demand(VmBench.PATIENCE)));
    private volatile int held; // by the pager, as it says
    private volatile boolean isOver;

    @AfterEach
    void closeKernel() {
        bench.close();
    }

    @Test
    @ExtendWith(Seeds.class)
    void shouldGiveLentFramesBackAndBorrowAgain(Seed seed) {
        EnvControl pager = bench.root.createEnv(VmBench.withExtent(
                EnvSpec.named("pager").frames(4).extraFrames(60), bench.extent(PAGES)), env -> {
                    Extent extent = env.keys().find("swap", Extent.class);
                    try (PagedDriver driver = PagedDriver.open(env, extent, PAGES, 64)) {
                        page(env, driver, seed.random());
                    }
                });
        for (int i = 0; i < 10; i++) {
            Await.until("it has borrowed frames", VmBench.PATIENCE, () -> held > 20);
            // These are there only if the pager keeps 10 of 80 at most.
            bench.run(EnvSpec.named("needy").frames(70),
                    env -> env.memory().bindWindow(70).allocPages(0, 70));
        }
        assertEquals(0, pager.account().repossessions(), "nothing had to be taken by force");
        isOver = true;
        VmBench.await(pager);
    }

    private void page(Env env, PagedDriver driver, RandomGenerator random) {
        env.upcalls().handler(driver);
        Stretch stretch = driver.bindStretch(PAGES, Rights.READ_WRITE);
        byte[] model = new byte[PAGES * bench.pageBytes()];
        while (!isOver) {
            for (int i = 0; i < 20; i++) {
                PagedDriverContract.step(stretch, model, random);
            }
            env.upcalls().poll();
            driver.frameLimit(64);
            held = driver.held();
        }
        assertEquals(0, driver.losses());
        byte[] all = new byte[model.length];
        stretch.get(0, all, 0, all.length);
        assertArrayEquals(model, all);
    }
}
