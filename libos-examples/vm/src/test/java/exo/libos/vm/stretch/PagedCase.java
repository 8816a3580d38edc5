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
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;

/**
 * A kernel with few frames, and a pager that loses some of them: it opens {@link #ready}, the test
 * takes what it wants, and opens {@link #taken}.
 */
abstract class PagedCase {
    final VmBench bench = new VmBench(QueueBackend.AUTO, 160,
            new Lending(VictimPolicy.LARGEST_EXTRA, Notice.NONE));
    final int pageBytes = bench.pageBytes();
    final CountDownLatch ready = new CountDownLatch(1);
    final CountDownLatch taken = new CountDownLatch(1);
    /** Tells the pager to end; set by the test. */
    volatile boolean isOver;

    private final int pages;

    /** Makes a case whose pager has an extent with room for so many pages. */
    PagedCase(int pages) {
        this.pages = pages;
    }

    /** What a test does with a stretch on a driver that answers the environment's upcalls. */
    interface Body {
        void run(Env env, PagedDriver driver, Stretch stretch) throws InterruptedException;
    }

    /** What is done to a driver before it has a stretch. */
    interface Setting {
        void apply(Env env, PagedDriver driver);
    }

    /** Starts a pager whose driver has so many frames at the most. */
    final EnvControl start(EnvSpec spec, int frames, Setting setting, Body body) {
        return bench.root.createEnv(VmBench.withExtent(spec, bench.extent(pages)), env -> {
            Extent extent = env.keys().find("swap", Extent.class);
            try (PagedDriver driver = PagedDriver.open(env, extent, pages, frames)) {
                env.upcalls().handler(driver);
                setting.apply(env, driver);
                body.run(env, driver, driver.bindStretch(pages, Rights.READ_WRITE));
            }
        });
    }

    @AfterEach
    final void closeKernel() {
        bench.close();
    }
}
