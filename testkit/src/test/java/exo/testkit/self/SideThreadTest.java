// SPDX-License-Identifier: Apache-2.0
package exo.testkit.self;

import exo.testkit.Await;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class SideThreadTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    @Test
    void shouldEndWhenItsCodeReturns() {
        CountDownLatch goOn = new CountDownLatch(1);
        SideThread side = SideThread.start(() -> SideThread.await(goOn));
        assertFalse(side.endsWithin(Duration.ZERO));
        assertTrue(side.isAlive());
        goOn.countDown();
        side.join();
        assertFalse(side.isAlive());
    }

    @Test
    void shouldSayWhetherItWaitsForGood() {
        CountDownLatch goOn = new CountDownLatch(1);
        SideThread side = SideThread.start(goOn::await);
        Await.until("it waits", LONG, side::isWaiting);
        goOn.countDown();
        side.join();
        assertFalse(side.isWaiting());
    }

    @Test
    void shouldSayWhetherItWaitsForAMonitor() {
        Object monitor = new Object();
        SideThread side;
        synchronized (monitor) {
            side = SideThread.start(() -> {
                synchronized (monitor) {
                    assertTrue(Thread.holdsLock(monitor));
                }
            });
            Await.until("it is blocked", LONG, side::isBlocked);
            assertFalse(side.isWaiting());
        }
        side.join();
        assertFalse(side.isBlocked());
    }

    @Test
    void shouldBeInterrupted() {
        SideThread side = SideThread.start(() -> SideThread.await(new CountDownLatch(1)));
        side.interrupt();
        AssertionError failure = assertThrows(AssertionError.class, side::join);
        assertInstanceOf(InterruptedException.class, failure.getCause().getCause());
    }

    @Test
    void shouldThrowAgainWhatItThrew() {
        IOException checked = new IOException("checked");
        AssertionError assertion = new AssertionError("assertion");
        SideThread first = SideThread.start(() -> {
            throw checked;
        });
        SideThread second = SideThread.start(() -> {
            throw assertion;
        });
        assertSame(checked, assertThrows(AssertionError.class, first::join).getCause());
        assertSame(assertion,
                assertThrows(AssertionError.class, () -> second.endsWithin(LONG)).getCause());
    }

    @Test
    void shouldNotWaitWhenTheCallerIsInterrupted() {
        CountDownLatch goOn = new CountDownLatch(1);
        SideThread side = SideThread.start(goOn::await);
        Thread.currentThread().interrupt();
        assertThrows(AssertionError.class, side::join);
        Thread.currentThread().interrupt();
        assertThrows(AssertionError.class, () -> SideThread.await(goOn));
        assertFalse(Thread.interrupted(), "who is told does not stay interrupted");
        goOn.countDown();
        side.join();
    }
}
