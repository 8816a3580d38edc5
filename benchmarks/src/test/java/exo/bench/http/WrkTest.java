// SPDX-License-Identifier: Apache-2.0
package exo.bench.http;

import java.io.IOException;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class WrkTest {
    @Test
    void shouldReadHowManyRequestsWereAnswered() throws IOException {
        Wrk wrk = Wrk.parse("  42000 requests in 2.10s, 1.00MB read\nRequests/sec:  20000.00\n");
        assertEquals(20_000, wrk.perSecond(), 1e-6);
        assertEquals(0, wrk.errors());
        assertEquals(0.5, Wrk.parse("1 requests in 500.00ms, 1B read").seconds());
        assertEquals(90, Wrk.parse("1 requests in 1.50m, 1B read").seconds());
    }

    @Test
    void shouldCountErrors() throws IOException {
        assertEquals(1 + 2 + 3 + 4 + 5, Wrk.parse("""
                  7 requests in 1.00s, 1.00KB read
                  Socket errors: connect 1, read 2, write 3, timeout 4
                  Non-2xx or 3xx responses: 5
                """).errors());
    }

    @Test
    void shouldRefuseAnotherText() {
        assertThrows(IOException.class, () -> Wrk.parse("unable to connect"));
    }

    @Test
    void shouldAskForWholeSeconds() {
        assertTrue(Wrk.command("u", 1).contains("-d1s"));
        assertTrue(Wrk.command("u", 1001).contains("-d2s"));
    }
}
