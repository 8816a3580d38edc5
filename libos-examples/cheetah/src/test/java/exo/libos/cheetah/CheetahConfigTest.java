// SPDX-License-Identifier: Apache-2.0
package exo.libos.cheetah;

import exo.libos.net.StackConfig;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

class CheetahConfigTest {
    private final CheetahConfig config = CheetahConfig.on(StackConfig.network(24));

    @Test
    void shouldChangeOneThingAtATime() {
        CheetahConfig changed = config.port(8080)
                .cachePages(99)
                .listing(false)
                .serverName("x")
                .limits(Limits.standard()
                        .maxRuns(2)
                        .maxConnections(3)
                        .maxBodyBytes(4)
                        .maxHeadBytes(500)
                        .maxPipelined(6))
                .timeouts(Timeouts.standard().idle(Duration.ofMillis(7)));
        assertEquals(8080, changed.port());
        assertEquals(99, changed.cachePages());
        assertFalse(changed.listing());
        assertEquals("x", changed.serverName());
        assertEquals(new Limits(3, 500, 4, 2, 6), changed.limits());
        assertEquals(Duration.ofMillis(7), changed.timeouts().idle());
        assertEquals(config.timeouts().head(), changed.timeouts().head());
        assertEquals(config.stack(), changed.stack());
        assertEquals(80, config.port());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 65_536})
    void shouldRefusePortsThatAreNone(int port) {
        assertThrows(IllegalArgumentException.class, () -> config.port(port));
    }

    @Test
    void shouldHoldTheBoundsOfLimits() {
        Limits limits = Limits.standard();
        assertEquals(16, config.cachePages(16).cachePages());
        assertThrows(IllegalArgumentException.class, () -> config.cachePages(15));
        assertEquals(1, limits.maxRuns(1).maxRuns());
        assertThrows(IllegalArgumentException.class, () -> limits.maxRuns(0));
        assertEquals(64, limits.maxRuns(64).maxRuns());
        assertThrows(IllegalArgumentException.class, () -> limits.maxRuns(65));
        assertThrows(IllegalArgumentException.class, () -> limits.maxHeadBytes(255));
        assertThrows(IllegalArgumentException.class, () -> limits.maxHeadBytes(65_537));
        assertThrows(IllegalArgumentException.class, () -> limits.maxBodyBytes(-1));
        assertThrows(IllegalArgumentException.class, () -> limits.maxConnections(0));
        assertThrows(IllegalArgumentException.class, () -> limits.maxPipelined(0));
    }

    @Test
    void shouldRefuseAHeadThatTheReceiveBufferCannotHold() {
        int room = config.stack().receiveBufferBytes();
        Limits limits = Limits.standard().maxHeadBytes(room);
        assertEquals(room, config.limits(limits).limits().maxHeadBytes());
        Limits more = limits.maxHeadBytes(room + 1);
        assertThrows(IllegalArgumentException.class, () -> config.limits(more));
    }

    @Test
    void shouldRefuseTimesThatAreNone() {
        Timeouts timeouts = Timeouts.standard();
        assertThrows(IllegalArgumentException.class, () -> timeouts.head(Duration.ZERO));
        assertThrows(IllegalArgumentException.class, () -> timeouts.idle(Duration.ofNanos(-1)));
        assertThrows(IllegalArgumentException.class, () -> timeouts.progress(Duration.ofDays(2)));
        assertThrows(IllegalArgumentException.class, () -> timeouts.linger(Duration.ZERO));
        assertThrows(IllegalArgumentException.class, () -> timeouts.grace(Duration.ZERO));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\r\nX: y", "\u00e9", "\u007f"})
    void shouldRefuseANameThatIsNoField(String name) {
        assertThrows(IllegalArgumentException.class, () -> config.serverName(name));
    }
}
