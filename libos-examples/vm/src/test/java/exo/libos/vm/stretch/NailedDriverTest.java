// SPDX-License-Identifier: Apache-2.0
package exo.libos.vm.stretch;

import exo.api.EnvControl;
import exo.api.EnvSpec;
import exo.api.ErrorCode;
import exo.api.ResourceException;
import exo.api.Rights;
import exo.api.disk.DiskConfig.QueueBackend;
import exo.libos.vm.VmBench;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class NailedDriverTest {
    private static final int PAGES = 8;

    private final VmBench bench = new VmBench(QueueBackend.AUTO);
    private final int pageBytes = bench.pageBytes();

    @AfterEach
    void closeKernel() {
        bench.close();
    }

    @Test
    void shouldHoldAllFramesFromTheBeginning() {
        bench.run(EnvSpec.named("nailed").frames(PAGES), env -> {
            NailedDriver driver = NailedDriver.open(env, PAGES);
            Stretch stretch = driver.bindStretch(PAGES, Rights.READ_WRITE);
            assertEquals(PAGES, env.account().framesHeld());
            for (int page = 0; page < PAGES; page++) {
                assertEquals(0, stretch.getLong((long) page * pageBytes));
                stretch.putLong((long) page * pageBytes, page);
            }
            assertEquals(0, driver.giveBack(3, System.nanoTime()), "what is nailed stays");
            assertEquals(PAGES, env.account().framesHeld());
            stretch.discard(1, 1);
            assertEquals(0, stretch.getLong(pageBytes));
            assertEquals(2, stretch.getLong(2L * pageBytes));
            stretch.close();
            assertEquals(0, env.account().framesHeld());
            assertEquals(0, driver.bindStretch(PAGES, Rights.READ).getLong(2L * pageBytes));
            driver.close();
            driver.close();
            assertThrows(IllegalStateException.class, () -> driver.bindStretch(1, Rights.READ));
        });
    }

    @Test
    void shouldRefuseAStretchThatIsNotGuaranteed() {
        bench.run(EnvSpec.named("nailed").frames(PAGES - 1).extraFrames(10), env -> {
            try (NailedDriver driver = NailedDriver.open(env, PAGES)) {
                ResourceException e = assertThrows(ResourceException.class,
                        () -> driver.bindStretch(PAGES, Rights.READ_WRITE));
                assertEquals(ErrorCode.QUOTA, e.code());
                assertEquals(0, env.account().framesHeld(), "no effect");
                driver.bindStretch(PAGES - 1, Rights.READ_WRITE).putLong(0, 1);
            }
        });
    }

    @Test
    void shouldServeTheThreadThatMadeIt() {
        bench.run(EnvSpec.named("nailed").frames(PAGES), env -> {
            try (NailedDriver driver = NailedDriver.open(env, PAGES)) {
                Stretch stretch = driver.bindStretch(PAGES, Rights.READ_WRITE);
                stretch.putLong(0, 1);
                CountDownLatch tried = new CountDownLatch(1);
                env.startThread("other", own -> {
                    assertThrows(WrongThreadException.class, () -> stretch.getLong(0));
                    assertThrows(WrongThreadException.class, () -> stretch.putLong(0, 2));
                    assertThrows(WrongThreadException.class, stretch::close);
                    assertThrows(WrongThreadException.class, () -> stretch.protect(Rights.NONE));
                    assertThrows(WrongThreadException.class,
                            () -> driver.bindStretch(1, Rights.READ));
                    assertThrows(WrongThreadException.class, driver::close);
                    tried.countDown();
                });
                assertTrue(tried.await(20, TimeUnit.SECONDS));
                assertEquals(1, stretch.getLong(0), "nothing of that had an effect");
            }
        });
    }

    @Test
    void shouldSayOfAPageThatItWasTakenNevertheless() throws InterruptedException {
        CountDownLatch ready = new CountDownLatch(1);
        CountDownLatch taken = new CountDownLatch(1);
        EnvControl control = bench.root.createEnv(EnvSpec.named("nailed").frames(PAGES), env -> {
            try (NailedDriver driver = NailedDriver.open(env, PAGES)) {
                env.upcalls().handler(driver);
                Stretch stretch = driver.bindStretch(PAGES, Rights.READ_WRITE);
                stretch.putLong(0, 4);
                ready.countDown();
                taken.await();
                env.upcalls().poll();
                assertEquals(4, stretch.getLong(0), "the highest pages go first");
                ResourceException e = assertThrows(ResourceException.class,
                        () -> stretch.getLong((PAGES - 1L) * pageBytes));
                assertEquals(ErrorCode.REPOSSESSED, e.code());
                assertTrue(e.getMessage().contains("page 7 of a stretch"), e.getMessage());
                assertThrows(ResourceException.class,
                        () -> stretch.putLong((PAGES - 1L) * pageBytes, 1));
            }
        });
        assertTrue(ready.await(20, TimeUnit.SECONDS));
        assertEquals(2, control.reclaimFrames(2, Duration.ZERO));
        taken.countDown();
        VmBench.await(control);
    }
}
