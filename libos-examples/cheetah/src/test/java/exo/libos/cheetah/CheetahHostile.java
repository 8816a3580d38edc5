// SPDX-License-Identifier: Apache-2.0
package exo.libos.cheetah;

import exo.api.EnvExit;
import exo.api.disk.DiskConfig.QueueBackend;
import exo.libos.net.CloseReason;
import exo.testkit.Seed;
import exo.testkit.Seeds;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Clients that are slow, greedy, broken, or worse. */
@ExtendWith(Seeds.class)
class CheetahHostile {
    private static final Duration SHORT = Duration.ofMillis(150);

    private final SiteSource site = new SiteSource().file("hello.txt", "Hello, world.\n")
            .file("big.bin", 3_000_000);
    private WebBench bench;

    private void boot(UnaryOperator<CheetahConfig> change) {
        bench = new WebBench(QueueBackend.AUTO, site, change);
    }

    private void bootWith(UnaryOperator<Timeouts> change) {
        boot(config -> config.timeouts(change.apply(config.timeouts())));
    }

    @AfterEach
    void close() {
        try (WebBench booted = bench) {
            booted.stop();
        }
    }

    private void assertServes() {
        assertEquals(200, bench.client.open().get("/hello.txt").status());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '>', quoteCharacter = '\u0001', textBlock = """
            GET / HTTP/1.1||                                      > 400
            GET /../../etc/passwd HTTP/1.1|Host: x||              > 400
            GET / HTTP/1.1|Host: x|Content-Length: 1000000||      > 413
            GET / HTTP/1.1|Host: x|Transfer-Encoding: gzip||      > 501
            GET / HTTP/1.1|Host: x|Expect: tea||                  > 417
            GET / HTTP/3.0|Host: x||                              > 505
            """)
    void shouldAnswerAndClose(String request, int status) {
        boot(config -> config);
        Conversation talk = bench.client.open();
        talk.send(request);
        Reply reply = talk.reply();
        assertEquals(status, reply.status());
        if (!request.contains("..")) {
            assertEquals("close", reply.field("Connection"));
            talk.awaitEnd();
        }
        assertServes();
    }

    @Test
    void shouldNotWaitForTheRestOfWhatIsNoRequest() {
        boot(config -> config);
        Conversation talk = bench.client.open();
        talk.sendBytes(new byte[]{0x16, 3, 1});
        assertEquals(400, talk.reply().status());
        talk.awaitEnd();
    }

    @Test
    void shouldTellAClientThatIsStillSendingWhatIsWrong() {
        boot(config -> config);
        Conversation talk = bench.client.open();
        talk.send("GET /" + "x".repeat(60_000));
        assertEquals(414, talk.reply().status());
        talk.awaitEnd();
        Conversation other = bench.client.open();
        other.send("GET / HTTP/1.1|Host: x|" + "X: yyyyyyyyyyyyyyyyyyyyyyyy|".repeat(1000));
        assertEquals(431, other.reply().status());
        other.awaitEnd();
        Conversation third = bench.client.open();
        third.send("POST / HTTP/1.1|Host: x|Content-Length: 900000||" + "z".repeat(100_000));
        assertEquals(405, third.reply().status());
        third.awaitEnd();
        assertServes();
    }

    @Test
    void shouldPassOverBodies() {
        boot(config -> config);
        Conversation talk = bench.client.open();
        talk.send("POST / HTTP/1.1|Host: x|Content-Length: 30000||" + "z".repeat(30_000));
        Reply reply = talk.reply();
        assertEquals(405, reply.status());
        assertEquals("GET, HEAD", reply.field("Allow"));
        talk.send("GET /hello.txt HTTP/1.1|Host: x|Transfer-Encoding: chunked||5|hello|0||");
        talk.send("FROB / HTTP/1.1|Host: x|Content-Length: 3||abc");
        talk.send("||GET /hello.txt HTTP/1.1|Host: x||");
        assertEquals(200, talk.reply().status());
        assertEquals(501, talk.reply().status());
        assertEquals("Hello, world.\n", talk.reply().text());
        talk.send("GET /hello.txt HTTP/1.1|Host: x|Transfer-Encoding: chunked||zz|");
        assertEquals(200, talk.reply().status());
        assertEquals(400, talk.reply().status());
        talk.awaitEnd();
    }

    @Test
    void shouldGiveUpOnAHeadThatDoesNotEnd() {
        bootWith(t -> t.head(SHORT));
        Conversation talk = bench.client.open();
        talk.send("GET /hello.txt HTTP/1.1|Host: x|");
        Reply reply = talk.reply();
        assertEquals(408, reply.status());
        talk.awaitEnd();
        Conversation silent = bench.client.open();
        silent.awaitEnd();
        Conversation body = bench.client.open();
        body.send("GET /hello.txt HTTP/1.1|Host: x|Content-Length: 10||");
        assertEquals(200, body.reply().status());
        assertEquals(408, body.reply().status());
        body.awaitEnd();
        assertServes();
    }

    @Test
    void shouldNotBeKeptWaitingByDrops() {
        bootWith(t -> t.head(SHORT));
        Conversation talk = bench.client.open();
        // Each byte would renew a timeout between bytes; the one for the head goes on.
        bench.client.until("an answer", () -> {
            if (!talk.isClosed() && talk.arrivedBytes() == 0) {
                talk.send("G");
            }
            return talk.arrivedBytes() > 0;
        });
        assertEquals(408, talk.reply().status());
    }

    @Test
    void shouldCloseIdleConnections() {
        bootWith(t -> t.idle(SHORT));
        Conversation talk = bench.client.open();
        assertEquals(200, talk.get("/hello.txt").status());
        talk.awaitEnd();
        bench.awaitNoConnection();
    }

    @Test
    void shouldResetAClientThatTakesNothing() {
        bootWith(t -> t.progress(SHORT));
        Conversation talk = bench.client.open();
        talk.stopReading();
        talk.send("GET /big.bin HTTP/1.1|Host: x||");
        assertEquals(CloseReason.RESET, talk.end());
        bench.awaitNoConnection();
        assertEquals(1, bench.counters().aborted());
        assertServes();
    }

    @Test
    void shouldResetAClientThatTakesDrops() {
        bootWith(t -> t.progress(SHORT));
        Conversation talk = bench.client.open();
        talk.stopReading();
        talk.send("GET /big.bin HTTP/1.1|Host: x||");
        // A few bytes now and then are no progress worth the pages they hold.
        bench.client.until("a reset", () -> {
            talk.take(16);
            return talk.isClosed();
        });
        assertEquals(CloseReason.RESET, talk.end());
    }

    @Test
    void shouldResetAClientThatNeverCloses() {
        bootWith(t -> t.linger(SHORT));
        Conversation talk = bench.client.open();
        talk.get("/hello.txt", "Connection: close");
        assertEquals(CloseReason.RESET, talk.end());
        bench.awaitNoConnection();
    }

    @Test
    void shouldTurnAwayMoreClientsThanItServes() {
        boot(config -> config.limits(config.limits().maxConnections(3)));
        List<Conversation> talks = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            talks.add(bench.client.open());
            assertEquals(200, talks.get(i).get("/hello.txt").status());
        }
        Conversation fourth = bench.client.open();
        Reply reply = fourth.reply();
        assertEquals(503, reply.status());
        assertEquals("1", reply.field("Retry-After"));
        fourth.awaitEnd();
        talks.get(0).shut();
        bench.client.until("one is gone", () -> bench.counters().open() == 2);
        assertServes();
        assertEquals(200, talks.get(1).get("/hello.txt").status());
    }

    @Test
    void shouldServeOthersWhileSomeTakeNothing() {
        boot(config -> config);
        List<Conversation> stuck = new ArrayList<>();
        // Their runs fit into the cache with little to spare: 3 x 4 x 64 KiB of 1 MiB.
        for (int i = 0; i < 3; i++) {
            Conversation talk = bench.client.open();
            talk.stopReading();
            talk.send("GET /big.bin HTTP/1.1|Host: x|Range: bytes=" + i * 500_000 + "-||");
            stuck.add(talk);
        }
        Conversation quick = bench.client.open();
        assertArrayEquals(site.content("big.bin"), quick.get("/big.bin").body());
        quick.shut();
        stuck.forEach(Conversation::abort);
        bench.awaitNoConnection();
    }

    @Test
    void shouldResetWhoDoesNotFinishWithinTheGracePeriod() {
        bootWith(t -> t.grace(SHORT));
        Conversation talk = bench.client.open();
        talk.stopReading();
        talk.send("GET /big.bin HTTP/1.1|Host: x||");
        bench.client.until("the request is there", () -> bench.counters().requests() == 1);
        bench.control.requestStop();
        assertEquals(EnvExit.Reason.ENDED, bench.awaitExit().reason());
        assertEquals(CloseReason.RESET, talk.end());
    }

    @Test
    void shouldSurviveNoise(Seed seed) {
        boot(config -> config);
        RandomGenerator random = seed.random();
        for (int i = 0; i < 60; i++) {
            Conversation talk = bench.client.open();
            byte[] noise = new byte[random.nextInt(3000)];
            random.nextBytes(noise);
            byte[] good = "GET /hello.txt HTTP/1.1\r\nHost: x\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII);
            if (random.nextBoolean() && noise.length > good.length) {
                System.arraycopy(good, 0, noise, 0, good.length);
            }
            talk.sendBytes(noise);
            if (random.nextBoolean()) {
                talk.shut();
                talk.end();
            } else {
                talk.abort();
            }
        }
        bench.awaitNoConnection();
        assertServes();
        assertTrue(bench.counters().accepted() > 60);
    }
}
