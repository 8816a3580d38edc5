// SPDX-License-Identifier: Apache-2.0
package exo.testkit.guard;

import exo.testkit.Await;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class SpinnersTest {
    private volatile boolean stop;

    @Test
    void shouldNameAThreadThatComputesForEver() throws InterruptedException {
        CountDownLatch started = new CountDownLatch(1);
        Thread spinner = Thread.ofPlatform().daemon().name("spins").start(() -> {
            started.countDown();
            while (!stop) {
                Thread.onSpinWait();
            }
        });
        started.await();
        AssertionError e = assertThrows(AssertionError.class,
                () -> Spinners.check(Duration.ofMillis(100)));
        assertEquals(1, e.getSuppressed().length);
        assertTrue(e.getSuppressed()[0].getMessage().contains("spins"), e::getMessage);
        stop = true;
        spinner.join();
        Spinners.check(Duration.ofSeconds(10));
    }

    @Test
    void shouldLetThreadsPassThatSleep() throws InterruptedException {
        CountDownLatch over = new CountDownLatch(1);
        Thread sleeper = Thread.ofPlatform().daemon().start(() -> {
            try {
                over.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        Await.until("it sleeps", Duration.ofSeconds(10),
                () -> sleeper.getState() == Thread.State.WAITING);
        Spinners.check(Duration.ZERO);
        over.countDown();
        sleeper.join();
    }
}
