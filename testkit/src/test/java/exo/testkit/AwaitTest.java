// SPDX-License-Identifier: Apache-2.0
package exo.testkit;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class AwaitTest {

    @Test
    void shouldReturnWhenTheConditionHolds() {
        AtomicInteger asked = new AtomicInteger();
        Await.until("asked thrice", Duration.ofMinutes(1), () -> asked.incrementAndGet() == 3);
        assertEquals(3, asked.get());
    }

    @Test
    void shouldAskOnceEvenWithoutTime() {
        Await.until("true", Duration.ZERO, () -> true);
    }

    @Test
    void shouldFailAtTheDeadlineNamingTheCondition() {
        AssertionError error = assertThrows(AssertionError.class,
                () -> Await.until("pigs fly", Duration.ofMillis(1), () -> false));
        assertEquals("not within PT0.001S: pigs fly", error.getMessage());
    }

    @Test
    void shouldFailWhenInterrupted() {
        Thread.currentThread().interrupt();
        assertThrows(AssertionError.class,
                () -> Await.until("pigs fly", Duration.ofMinutes(1), () -> false));
        assertTrue(Thread.interrupted());
    }
}
