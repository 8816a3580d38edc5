// SPDX-License-Identifier: Apache-2.0
package exo.libos.vm.stretch;

import exo.api.EnvControl;
import exo.api.EnvSpec;
import exo.api.ErrorCode;
import exo.api.ResourceException;
import exo.api.ResourceKind;
import exo.api.Rights;
import exo.api.disk.DiskConfig.QueueBackend;
import exo.libos.vm.VmBench;
import exo.testkit.Await;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class PhysicalDriverTest {
    private static final int PAGES = 1000;
    private static final int FRAMES = 4;

    private final VmBench bench = new VmBench(QueueBackend.AUTO);
    private final int pageBytes = bench.pageBytes();

    @AfterEach
    void closeKernel() {
        bench.close();
    }

    @Test
    void shouldGiveAFrameToAPageThatIsTouched() {
        bench.run(EnvSpec.named("physical").frames(FRAMES), env -> {
            try (PhysicalDriver driver = PhysicalDriver.open(env, PAGES, FRAMES)) {
                Stretch stretch = driver.bindStretch(PAGES, Rights.READ_WRITE);
                assertEquals(0, env.account().framesHeld());
                stretch.putLong(500L * pageBytes, 5);
                assertEquals(0, stretch.getLong(3L * pageBytes));
                stretch.putLong(4L * pageBytes - 4, -1); // on two pages, one of them new
                assertEquals(3, env.account().framesHeld());
                assertEquals(3, driver.held());
                assertEquals(5, stretch.getLong(500L * pageBytes));
                assertEquals(-1, stretch.getLong(4L * pageBytes - 4));
            }
            assertEquals(0, env.account().framesHeld());
        });
    }

    @Test
    void shouldSayThatNoFrameIsLeftAndGoOn() {
        bench.run(EnvSpec.named("physical").frames(FRAMES), env -> {
            try (PhysicalDriver driver = PhysicalDriver.open(env, PAGES, FRAMES)) {
                Stretch stretch = driver.bindStretch(PAGES, Rights.READ_WRITE);
                for (int page = 0; page < FRAMES; page++) {
                    stretch.putLong((long) page * pageBytes, page);
                }
                ResourceException e = assertThrows(ResourceException.class,
                        () -> stretch.getLong(77L * pageBytes));
                assertEquals(ErrorCode.EXHAUSTED, e.code());
                assertTrue(e.getMessage().contains("4 frames"), e.getMessage());
                assertTrue(e.getMessage().contains("page 77 of its 1000"), e.getMessage());
                assertTrue(e.remedy().contains("PagedDriver"), e.remedy());
                assertEquals(3, stretch.getLong(3L * pageBytes));
                stretch.discard(3, 1);
                assertEquals(0, stretch.getLong(77L * pageBytes));
                assertEquals(0, driver.giveBack(1, System.nanoTime()), "nowhere to put them");
            }
        });
    }

    /** What is being taken counts as held until it is gone; so a refusal may be over soon. */
    @Test
    void shouldWaitForAFrameThatIsOnlyRefusedAtFirst() throws InterruptedException {
        CountDownLatch ready = new CountDownLatch(1);
        AtomicReference<Thread> thread = new AtomicReference<>();
        AtomicBoolean written = new AtomicBoolean();
        EnvControl control = bench.root.createEnv(EnvSpec.named("physical"), env -> {
            try (PhysicalDriver driver = PhysicalDriver.open(env, PAGES, 2)) {
                Stretch stretch = driver.bindStretch(PAGES, Rights.READ_WRITE);
                long begin = System.nanoTime();
                assertEquals(ErrorCode.QUOTA, assertThrows(ResourceException.class,
                        () -> stretch.putLong(0, 4)).code());
                assertTrue(System.nanoTime() - begin >= 100_000_000, "it is refused at once");
                thread.set(Thread.currentThread());
                ready.countDown();
                while (!written.get()) {
                    tryWrite(stretch, written);
                }
                assertEquals(4, stretch.getLong(0));
            }
        });
        assertTrue(ready.await(20, TimeUnit.SECONDS));
        Await.until("it waits for a frame", VmBench.PATIENCE,
                () -> thread.get().getState() == Thread.State.TIMED_WAITING);
        control.give(ResourceKind.FRAMES, 1);
        VmBench.await(control);
    }

    /** On a busy host the frame may come after the driver has given up. */
    private static void tryWrite(Stretch stretch, AtomicBoolean written) {
        try {
            stretch.putLong(0, 4);
            written.set(true);
        } catch (ResourceException e) {
            assertEquals(ErrorCode.QUOTA, e.code());
        }
    }

    @Test
    void shouldSayOfAPageThatItWasTaken() throws InterruptedException {
        CountDownLatch ready = new CountDownLatch(1);
        CountDownLatch taken = new CountDownLatch(1);
        EnvControl control = bench.root.createEnv(EnvSpec.named("physical").frames(2), env -> {
            try (PhysicalDriver driver = PhysicalDriver.open(env, PAGES, 2)) {
                env.upcalls().handler(driver);
                Stretch stretch = driver.bindStretch(PAGES, Rights.READ_WRITE);
                stretch.putLong(0, 4);
                stretch.putLong(9L * pageBytes, 9);
                ready.countDown();
                taken.await();
                ResourceException e = assertThrows(ResourceException.class,
                        () -> stretch.getLong(9L * pageBytes));
                assertEquals(ErrorCode.REPOSSESSED, e.code());
                env.upcalls().poll();
                assertEquals(1, driver.held());
                assertEquals(4, stretch.getLong(0));
                stretch.discard(0, 1);
                stretch.discard(9, 1);
                stretch.putLong(9L * pageBytes, 10);
                assertEquals(10, stretch.getLong(9L * pageBytes));
                assertEquals(ErrorCode.QUOTA, assertThrows(ResourceException.class,
                        () -> stretch.getLong(0)).code(), "the quota went with the frame");
            }
        });
        assertTrue(ready.await(20, TimeUnit.SECONDS));
        assertEquals(1, control.reclaimFrames(1, Duration.ZERO));
        taken.countDown();
        VmBench.await(control);
    }
}
