// SPDX-License-Identifier: Apache-2.0
package exo.libos.cheetah.http;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

class HeadWriterTest {
    private static final long NOW = 784_111_777;

    private final HeadWriter writer = new HeadWriter("test");

    private static String lines(String... lines) {
        return String.join("\r\n", lines) + "\r\n";
    }

    private String text() {
        byte[] bytes = writer.bytes().asSlice(0, writer.length()).toArray(JAVA_BYTE);
        return new String(bytes, StandardCharsets.US_ASCII);
    }

    @Test
    void shouldWriteAHead() {
        writer.begin(Status.OK, Requests.with("GET", ""), true, NOW).contentLength(1234).end();
        assertEquals(lines("HTTP/1.1 200 OK", "Date: Sun, 06 Nov 1994 08:49:37 GMT",
                "Server: test", "Content-Length: 1234", ""), text());
        writer.begin(Status.OK, Requests.with("GET", ""), false, NOW + 1).end();
        assertEquals(lines("HTTP/1.1 200 OK", "Date: Sun, 06 Nov 1994 08:49:38 GMT",
                "Server: test", "Connection: close", ""), text());
    }

    @Test
    void shouldTellAnOldClientThatTheConnectionStays() {
        Request old = new Request();
        Requests.parse("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", old);
        writer.begin(Status.OK, old, true, NOW).end();
        assertTrue(text().contains("\r\nConnection: keep-alive\r\n"));
    }

    @Test
    void shouldWriteNumbers() {
        writer.begin(Status.OK, Requests.with("GET", ""), true, NOW)
                .contentLength(0)
                .contentLength(Long.MAX_VALUE)
                .noRange(10);
        assertTrue(text().endsWith(lines("Content-Length: 0",
                "Content-Length: 9223372036854775807", "Content-Range: bytes */10")), text());
        ByteRange range = new ByteRange();
        Request part = Requests.with("GET", "Range: bytes=5-7\r\n");
        Preconditions.range(part, new byte[0], 0, 100, range);
        writer.contentRange(range, 100);
        assertTrue(text().endsWith("Content-Range: bytes 5-7/100\r\n"), text());
    }

    @ParameterizedTest
    @EnumSource(Status.class)
    void shouldWriteAWholeMessageForEachStatus(Status status) {
        writer.plain(status, Requests.with("GET", ""), true, NOW);
        String message = text();
        int end = message.indexOf("\r\n\r\n") + 4;
        assertTrue(message.startsWith("HTTP/1.1 " + status.code() + " " + status.reason()));
        assertTrue(message.contains("Content-Length: " + (message.length() - end) + "\r\n"));
        assertEquals(status == Status.METHOD_NOT_ALLOWED,
                message.contains("\r\nAllow: GET, HEAD\r\n"));
        assertEquals(status == Status.UNAVAILABLE, message.contains("\r\nRetry-After: "));
        String head = message.substring(0, end);
        assertFalse(head.replace("\r\n", "").matches("(?s).*[\r\n].*"), head);
        writer.plain(status, Requests.with("HEAD", ""), true, NOW);
        assertEquals(head, text());
    }

    @Test
    void shouldWriteALocationThatCannotEndItsLine() {
        Request request = new Request();
        Requests.parse("GET /a?b=%0d<\"\u00fc\\ HTTP/1.1\r\nHost: a\r\n\r\n", request);
        writer.begin(Status.MOVED_PERMANENTLY, request, true, NOW);
        writer.location("/a/".getBytes(StandardCharsets.US_ASCII), request);
        assertTrue(text().endsWith("\r\nLocation: /a/?b=%0d%3C%22%FC%5C\r\n"), text());
    }

    @Test
    void shouldGrowForALongMessage() {
        writer.begin(Status.OK, Requests.with("GET", ""), true, NOW);
        int before = writer.length();
        byte[] much = "x".repeat(10_000).getBytes(StandardCharsets.US_ASCII);
        writer.put(much).put(much);
        assertEquals(before + 20_000, writer.length());
        assertTrue(text().startsWith("HTTP/1.1 200 OK\r\n"));
        assertTrue(text().endsWith("x".repeat(20_000)));
    }

    @Test
    void shouldLeaveOutAServerWithoutAName() {
        HeadWriter nameless = new HeadWriter("");
        nameless.begin(Status.OK, Requests.with("GET", ""), true, NOW).end();
        byte[] bytes = nameless.bytes().asSlice(0, nameless.length()).toArray(JAVA_BYTE);
        assertFalse(new String(bytes, StandardCharsets.US_ASCII).contains("Server"));
    }
}
