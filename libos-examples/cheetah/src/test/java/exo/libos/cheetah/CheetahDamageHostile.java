// SPDX-License-Identifier: Apache-2.0
package exo.libos.cheetah;

import exo.api.disk.DiskConfig.QueueBackend;
import exo.libos.net.CloseReason;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A disk that lies, and a kernel that takes memory back. */
class CheetahDamageHostile {
    private static final int CHUNK = 65_536;

    private final SiteSource site = new SiteSource().file("hello.txt", "Hello, world.\n")
            .file("big.bin", 30 * CHUNK + 1);
    private final WebBench bench = new WebBench(QueueBackend.AUTO, site, config -> config);

    @AfterEach
    void close() {
        try (bench) {
            bench.stop();
        }
    }

    @Test
    void shouldAnswerThatAFileCannotBeRead() {
        bench.damage(site.content("big.bin"), 0);
        Conversation talk = bench.client.open();
        Reply reply = talk.get("/big.bin");
        assertEquals(500, reply.status());
        talk.awaitEnd();
        Conversation other = bench.client.open();
        assertEquals(206, other.get("/big.bin", "Range: bytes=" + CHUNK + "-").status());
        assertEquals(200, other.get("/hello.txt").status());
        assertEquals(1, bench.counters().serverErrors());
    }

    @Test
    void shouldResetRatherThanSendWrongBytes() {
        bench.damage(site.content("big.bin"), 20 * CHUNK);
        Conversation talk = bench.client.open();
        talk.send("GET /big.bin HTTP/1.1|Host: x||");
        assertEquals(CloseReason.RESET, talk.end());
        assertTrue(talk.arrivedBytes() < 21 * CHUNK, "only what is before the damage");
        bench.awaitNoConnection();
        assertEquals(1, bench.counters().aborted());
        assertEquals(200, bench.client.open().get("/hello.txt").status());
    }

    @Test
    void shouldGivePagesBackWhenAsked() {
        Conversation talk = bench.client.open();
        assertArrayEquals(site.content("big.bin"), talk.get("/big.bin").body());
        int forced = bench.control.reclaimFrames(WebBench.CACHE_PAGES / 2, Duration.ofSeconds(5));
        assertEquals(0, forced);
        assertArrayEquals(site.content("big.bin"), talk.get("/big.bin").body());
    }

    @Test
    void shouldEndWhenItsStationIsTaken() {
        Conversation talk = bench.client.open();
        assertEquals(200, talk.get("/hello.txt").status());
        bench.root.keys().revoke(bench.station);
        bench.client.until("its connections are over", () -> bench.counters().open() == 0);
    }

    @Test
    void shouldAnswerThatTheDiskIsGone() {
        Conversation talk = bench.client.open();
        assertEquals(200, talk.get("/hello.txt").status());
        bench.root.keys().revoke(bench.extent);
        assertEquals(500, talk.get("/big.bin").status());
    }
}
