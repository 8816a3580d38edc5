// SPDX-License-Identifier: Apache-2.0
package exo.libos.cheetah;

import exo.api.EnvExit;
import exo.api.disk.DiskConfig.QueueBackend;
import exo.libos.net.CloseReason;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What a client gets from the server, through both stacks, on every backend of the disk. */
abstract class CheetahContract {
    private static final int BIG = 3_000_001;
    private static final int ROUND = 100;
    /** Half a KiB for each request: the thread's waiting is counted too. */
    private static final long MOST = ROUND * 2 * 512L;

    private final SiteSource site = new SiteSource().file("hello.txt", "Hello, world.\n")
            .file("empty.bin", 0)
            .file("page.html", 70_000)
            .file("big.bin", BIG)
            .file("docs/index.html", "<h1>Docs</h1>")
            .file("pub/a&b <c>.txt", "odd")
            .file("pub/\u00fcber/x.txt", "umlaut")
            .file("pub/data.bin", 2048);
    private final WebBench bench;

    CheetahContract(QueueBackend backend) {
        bench = new WebBench(backend, site, config -> config);
    }

    @AfterEach
    void close() {
        try (bench) {
            bench.stop();
        }
    }

    private Conversation open() {
        return bench.client.open();
    }

    @Test
    void shouldServeAFile() {
        Conversation talk = open();
        Reply reply = talk.get("/hello.txt");
        assertEquals(200, reply.status());
        assertEquals("Hello, world.\n", reply.text());
        assertEquals("text/plain; charset=utf-8", reply.field("Content-Type"));
        assertEquals("nosniff", reply.field("X-Content-Type-Options"));
        assertEquals("bytes", reply.field("Accept-Ranges"));
        assertEquals("Sun, 06 Nov 1994 08:49:37 GMT", reply.field("Last-Modified"));
        assertEquals("cheetah", reply.field("Server"));
        assertEquals("", reply.field("Connection"));
        assertTrue(reply.field("ETag").matches("\"[0-9a-f]+-e\""), reply.field("ETag"));
        assertTrue(reply.field("Date").endsWith(" GMT"), reply.field("Date"));
        Reply head = talk.ask("HEAD", "/hello.txt");
        assertEquals(200, head.status());
        assertEquals("14", head.field("Content-Length"));
        assertEquals(reply.field("ETag"), head.field("ETag"));
        assertEquals(0, talk.get("/empty.bin").body().length);
        assertEquals(404, talk.get("/nothing").status());
        assertEquals(404, talk.get("/hello.txt/").status());
        assertEquals(404, talk.get("/hello.txt/x").status());
        assertEquals(200, talk.get("http://x/hello.txt?query").status());
        CheetahCounters counters = bench.counters();
        assertEquals(7, counters.requests());
        assertEquals(4, counters.successes());
        assertEquals(3, counters.clientErrors());
        assertEquals(1, counters.accepted());
        assertEquals(1, counters.open());
    }

    @Test
    void shouldSendEveryByteOfABigFile() {
        Conversation talk = open();
        for (int i = 0; i < 2; i++) {
            assertArrayEquals(site.content("big.bin"), talk.get("/big.bin").body());
            assertArrayEquals(site.content("page.html"), talk.get("/page.html").body());
        }
    }

    @ParameterizedTest
    @CsvSource({"bytes=0-0,0,0", "bytes=65530-65545,65530,65545", "bytes=-5,2999996,3000000",
            "bytes=1048577-,1048577,3000000", "bytes=131072-262143,131072,262143"})
    void shouldSendAPart(String range, int first, int last) {
        Reply reply = open().get("/big.bin", "Range: " + range);
        assertEquals(206, reply.status());
        assertEquals("bytes " + first + "-" + last + "/" + BIG, reply.field("Content-Range"));
        assertArrayEquals(Arrays.copyOfRange(site.content("big.bin"), first, last + 1),
                reply.body());
    }

    @Test
    void shouldRefuseAPartThatIsNotThere() {
        Conversation talk = open();
        Reply reply = talk.get("/big.bin", "Range: bytes=" + BIG + "-");
        assertEquals(416, reply.status());
        assertEquals("bytes */" + BIG, reply.field("Content-Range"));
        Reply several = talk.get("/hello.txt", "Range: bytes=0-1,3-4");
        assertEquals(200, several.status());
        assertEquals(14, several.body().length);
    }

    @Test
    void shouldTellAClientThatItsCopyIsCurrent() {
        Conversation talk = open();
        Reply first = talk.get("/hello.txt");
        Reply again = talk.get("/hello.txt", "If-None-Match: " + first.field("ETag"));
        assertEquals(304, again.status());
        assertEquals(first.field("ETag"), again.field("ETag"));
        assertEquals(304, talk.get("/hello.txt",
                "If-Modified-Since: " + first.field("Last-Modified")).status());
        assertEquals(412, talk.get("/hello.txt", "If-Match: \"other\"").status());
        assertEquals(200, talk.get("/hello.txt", "If-None-Match: \"other\"").status());
        assertEquals(206, talk.get("/hello.txt", "Range: bytes=0-1",
                "If-Range: " + first.field("ETag")).status());
        assertEquals(200, talk.get("/hello.txt", "Range: bytes=0-1",
                "If-Range: \"other\"").status());
    }

    @Test
    void shouldShowDirectories() {
        Conversation talk = open();
        Reply redirect = talk.get("/pub?q=1");
        assertEquals(301, redirect.status());
        assertEquals("/pub/?q=1", redirect.field("Location"));
        assertEquals("/pub/%C3%BCber/", talk.get("/pub/%c3%bcber").field("Location"));
        Reply list = talk.get("/pub/");
        assertEquals(200, list.status());
        assertEquals("text/html; charset=utf-8", list.field("Content-Type"));
        String page = list.text();
        assertTrue(page.contains("<a href=\"./a%26b%20%3Cc%3E.txt\">a&amp;b &lt;c&gt;.txt</a>"),
                page);
        assertTrue(page.contains("<a href=\"./%C3%BCber/\">\u00fcber/</a>"), page);
        assertTrue(page.contains("<td>2.0 KiB</td>"), page);
        assertTrue(page.contains("<a href=\"../\">"), page);
        assertTrue(page.indexOf("a&amp;b") < page.indexOf("data.bin"), page);
        Reply head = talk.ask("HEAD", "/pub/");
        assertEquals(list.field("Content-Length"), head.field("Content-Length"));
        assertEquals("odd", talk.get("/pub/a%26b%20%3Cc%3E.txt").text());
        assertEquals("umlaut", talk.get("/pub/%C3%BCber/x.txt").text());
        assertEquals("<h1>Docs</h1>", talk.get("/docs/").text());
        assertTrue(talk.get("/").text().contains("<a href=\"./hello.txt\">"));
        assertTrue(talk.get("http://x").text().contains("<a href=\"./hello.txt\">"));
    }

    @Test
    void shouldAnswerPipelinedRequestsInOrder() {
        Conversation talk = open();
        StringBuilder requests = new StringBuilder();
        List<byte[]> expected = new ArrayList<>();
        String[] paths = {"hello.txt", "page.html", "empty.bin", "pub/data.bin", "docs/index.html"};
        for (int i = 0; i < 100; i++) {
            String path = paths[i % paths.length];
            requests.append("GET /").append(path).append(" HTTP/1.1|Host: x||");
            expected.add(site.content(path));
        }
        talk.send(requests.toString());
        for (byte[] content : expected) {
            assertArrayEquals(content, talk.reply().body());
        }
    }

    @Test
    void shouldReadARequestThatComesByteByByte() {
        Conversation talk = open();
        for (char c : "GET /hello.txt HTTP/1.1\r\nHost: x\r\n\r\n".toCharArray()) {
            talk.send(String.valueOf(c));
        }
        assertEquals("Hello, world.\n", talk.reply().text());
        assertEquals(404, talk.get("/other").status());
    }

    @Test
    void shouldPassOverEmptyLinesBeforeARequest() {
        Conversation talk = open();
        talk.send("||||GET /hello.txt HTTP/1.1|Host: x||");
        assertEquals(200, talk.reply().status());
        // Each byte in a segment of its own.
        for (char c : "\r\n\r\nGET /hello.txt HTTP/1.1\r\n".toCharArray()) {
            talk.send(String.valueOf(c));
            bench.client.pause();
        }
        talk.send("Host: x||");
        assertEquals(200, talk.reply().status());
    }

    @Test
    void shouldCloseWhenAskedTo() {
        Conversation talk = open();
        Reply last = talk.get("/hello.txt", "Connection: close");
        assertEquals("close", last.field("Connection"));
        talk.awaitEnd();
        Conversation old = open();
        old.send("GET /hello.txt HTTP/1.0||");
        assertEquals("close", old.reply().field("Connection"));
        old.awaitEnd();
        Conversation kept = open();
        kept.send("GET /hello.txt HTTP/1.0|Connection: keep-alive||");
        assertEquals("keep-alive", kept.reply().field("Connection"));
        assertEquals(200, kept.get("/hello.txt").status());
        kept.shut();
        assertEquals(CloseReason.FINISHED, kept.end());
    }

    @Test
    void shouldFinishForAClientThatHasShutItsSide() {
        Conversation talk = open();
        talk.send("GET /big.bin HTTP/1.1|Host: x||");
        talk.shut();
        assertArrayEquals(site.content("big.bin"), talk.reply().body());
        talk.awaitShut();
        assertEquals(CloseReason.FINISHED, talk.end());
    }

    @Test
    void shouldAllocateHardlyAnythingForFilesThatWereAskedForBefore() {
        Conversation talk = open();
        String requests = "GET /page.html HTTP/1.1|Host: x||GET /hello.txt HTTP/1.1|Host: x||";
        long bytes = Long.MAX_VALUE;
        // Until the compiler has seen the path often enough, it leaves objects that do not escape.
        for (int round = 0; round < 60 && bytes > MOST; round++) {
            long before = Allocation.bytes(bench.serverThread());
            for (int i = 0; i < ROUND; i++) {
                talk.send(requests);
                assertEquals(70_000, talk.reply().body().length);
                assertEquals(14, talk.reply().body().length);
            }
            bytes = Allocation.bytes(bench.serverThread()) - before;
        }
        assertTrue(bytes <= MOST, ROUND * 2 + " requests allocated " + bytes);
    }

    @Test
    void shouldServeManyConnections() {
        List<Conversation> talks = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            talks.add(bench.client.begin());
        }
        talks.forEach(Conversation::awaitConnected);
        String[] paths = {"page.html", "hello.txt", "pub/data.bin"};
        for (int i = 0; i < talks.size(); i++) {
            talks.get(i).send("GET /" + paths[i % 3] + " HTTP/1.1|Host: x||");
        }
        for (int i = 0; i < talks.size(); i++) {
            assertArrayEquals(site.content(paths[i % 3]), talks.get(i).reply().body());
        }
        assertEquals(60, bench.counters().open());
        talks.forEach(Conversation::shut);
        bench.awaitNoConnection();
    }

    @Test
    void shouldSurviveClientsThatGoAway() {
        for (int i = 0; i < 20; i++) {
            Conversation talk = open();
            talk.send("GET /big.bin HTTP/1.1|Host: x||");
            int enough = 1 + i * 20_000;
            bench.client.until("some bytes", () -> talk.arrivedBytes() > enough);
            talk.abort();
        }
        bench.awaitNoConnection();
        assertArrayEquals(site.content("big.bin"), open().get("/big.bin").body());
    }

    @Test
    void shouldFinishAResponseBeforeItStops() {
        Conversation idle = open();
        assertEquals(200, idle.get("/hello.txt").status());
        Conversation talk = open();
        talk.send("GET /big.bin HTTP/1.1|Host: x||");
        bench.client.until("some bytes", () -> talk.arrivedBytes() > 1000);
        bench.control.requestStop();
        assertArrayEquals(site.content("big.bin"), talk.reply().body());
        talk.awaitEnd();
        idle.awaitEnd();
        EnvExit exit = bench.awaitExit();
        assertEquals(EnvExit.Reason.ENDED, exit.reason());
    }
}
