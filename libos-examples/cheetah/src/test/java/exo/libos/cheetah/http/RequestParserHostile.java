// SPDX-License-Identifier: Apache-2.0
package exo.libos.cheetah.http;

import exo.testkit.Seed;
import exo.testkit.Seeds;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Bytes from clients that mean no good. */
@ExtendWith(Seeds.class)
class RequestParserHostile {
    private static final int ROUNDS = 60_000;
    private static final byte[] TAG = EntityTag.of(1, 2);
    /** A bar is a line end. */
    private static final String[] GOOD = {
            "GET / HTTP/1.1|Host: a||",
            "HEAD /a/b%20c?d=e HTTP/1.0|Connection: keep-alive||",
            "GET http://a:80/b HTTP/1.1|Host: a|Range: bytes=0-5|If-Range: \"1-2\"||",
            "POST /x HTTP/1.1|Host: a|Content-Length: 12|Expect: 100-continue||",
            "GET /y HTTP/1.1|Host: a|Transfer-Encoding: chunked||5|hello|0||",
            "GET /z HTTP/1.1|Host: a|If-None-Match: W/\"a\", \"b\", *|If-Match: \"1-2\"|"
                    + "If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT|"
                    + "If-Unmodified-Since: Sunday, 06-Nov-94 08:49:37 GMT||"};
    private static final String[] PIECES = {"\r", "\n", "\r\n", "\r\n\r\n", " ", "\t", "\0", ":",
            "/", "..", "%", "%2f", "%2e%2e", "%00", "*", ",", "\"", "W/\"", "bytes=", "-", "#",
            "?", "Host: b\r\n", "Content-Length: 3\r\n", "Transfer-Encoding: chunked\r\n",
            "Range: bytes=-\r\n", "If-Range: \r\n", "HTTP/1.1", "http://", "\u00ff", "99999999999"};

    private static byte[] mutate(String good, RandomGenerator random) {
        StringBuilder text = new StringBuilder(good.replace("|", "\r\n"));
        int changes = 1 + random.nextInt(4);
        for (int i = 0; i < changes; i++) {
            int at = random.nextInt(text.length() + 1);
            switch (random.nextInt(4)) {
                case 0 -> text.insert(at, PIECES[random.nextInt(PIECES.length)]);
                case 1 -> text.delete(at, Math.min(text.length(), at + 1 + random.nextInt(8)));
                case 2 -> text.insert(at, (char) random.nextInt(256));
                default -> text.setLength(at);
            }
        }
        return text.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Asks everything the server would ask of these bytes. */
    private static void exercise(byte[] bytes, RequestParser parser, Request request) {
        // A segment of just these bytes: one look beyond them and the test fails.
        MemorySegment memory = MemorySegment.ofArray(bytes);
        int end = parser.findEnd(memory, 0, bytes.length, 0);
        if (end <= 0) {
            assertTrue(end == RequestParser.INCOMPLETE || end == RequestParser.TOO_LONG);
            return;
        }
        assertTrue(end <= bytes.length);
        MemorySegment head = memory.asSlice(0, end);
        Status status = parser.parse(head, 0, end, request);
        if (status == Status.OK) {
            TargetPath path = request.pathLength() == 0
                    ? TargetPath.ROOT
                    : TargetPath.decode(head, request.pathOffset(), request.pathLength());
            for (String name : path.names()) {
                assertFalse(name.isEmpty() || name.equals(".") || name.equals(".."), name);
                assertFalse(name.contains("/") || name.contains("\0"), name);
            }
            Preconditions.judge(request, TAG, 1000, 2000);
            ByteRange range = new ByteRange();
            if (Preconditions.range(request, TAG, 1000, 500,
                    range) == ByteRange.Answer.PART) {
                assertTrue(range.first() >= 0 && range.first() <= range.last()
                        && range.last() < 500);
            }
        }
        HeadWriter writer = new HeadWriter("s");
        writer.plain(Status.NOT_FOUND, request, request.isKeptAlive(), 0);
        if (status == Status.OK) {
            writer.location(new byte[]{'/'}, request);
        }
        BodySkipper body = new BodySkipper();
        body.begin(request, 1000);
        int skipped = body.skip(memory, end, bytes.length - end);
        assertTrue(skipped <= bytes.length - end);
    }

    @Test
    void shouldGiveAVerdictOnMutatedRequests(Seed seed) {
        RandomGenerator random = seed.random();
        RequestParser parser = new RequestParser(512, 1000);
        Request request = new Request();
        for (int i = 0; i < ROUNDS; i++) {
            exercise(mutate(GOOD[random.nextInt(GOOD.length)], random), parser, request);
        }
    }

    @Test
    void shouldGiveAVerdictOnNoise(Seed seed) {
        RandomGenerator random = seed.random();
        RequestParser parser = new RequestParser(512, 1000);
        Request request = new Request();
        for (int i = 0; i < ROUNDS; i++) {
            byte[] bytes = new byte[random.nextInt(200)];
            random.nextBytes(bytes);
            exercise(bytes, parser, request);
            byte[] ended = Arrays.copyOf(bytes, bytes.length + 4);
            System.arraycopy(Requests.latin1("\r\n\r\n"), 0, ended, bytes.length, 4);
            exercise(ended, parser, request);
        }
    }

    @Test
    void shouldFindTheSameEndHoweverMutatedRequestsArrive(Seed seed) {
        RandomGenerator random = seed.random();
        RequestParser parser = new RequestParser(512, 1000);
        for (int i = 0; i < ROUNDS / 10; i++) {
            byte[] bytes = mutate(GOOD[random.nextInt(GOOD.length)], random);
            MemorySegment memory = MemorySegment.ofArray(bytes);
            int whole = parser.findEnd(memory, 0, bytes.length, 0);
            int scanned = 0;
            int stepwise = RequestParser.INCOMPLETE;
            while (stepwise == RequestParser.INCOMPLETE && scanned < bytes.length) {
                int arrived = Math.min(bytes.length, scanned + 1 + random.nextInt(40));
                stepwise = parser.findEnd(memory, 0, arrived, scanned);
                scanned = arrived;
            }
            assertEquals(whole, stepwise);
        }
    }
}
