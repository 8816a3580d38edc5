// SPDX-License-Identifier: Apache-2.0
package exo.libos.cheetah.http;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

class BodySkipperTest {
    private static final int MOST = 100;
    private static final String NEXT = "GET ";

    private final BodySkipper body = new BodySkipper();

    private void begin(String field) {
        body.begin(Requests.with("GET", field + "\r\n"), MOST);
    }

    /** Passes over the text in steps of that many bytes; how many it took. */
    private int skip(String text, int step) {
        byte[] bytes = Requests.latin1(text);
        MemorySegment memory = MemorySegment.ofArray(bytes);
        int at = 0;
        while (at < bytes.length && !body.isDone() && !body.isBroken()) {
            at += body.skip(memory, at, Math.min(step, bytes.length - at));
        }
        return at;
    }

    @ParameterizedTest
    @CsvSource(delimiter = '>', quoteCharacter = '\u0001', textBlock = """
            0||
            00||
            5|hello|0||
            5|hello|6| world|0||
            a|0123456789|0||
            A|0123456789|0||
            0a|0123456789|0||
            5;name=value|hello|0;last||
            5;n="a b"|hello|0||
            5|he|lo|0||
            5|hello|0|Trailer: x|Other: y||
            """)
    void shouldFindTheEndOfChunks(String text) {
        // In the fourth case from below the chunk itself holds a line end.
        String bytes = text.replace("he|lo", "he\rlo").replace("|", "\r\n");
        for (int step = 1; step <= bytes.length(); step++) {
            begin("Transfer-Encoding: chunked");
            assertFalse(body.isDone());
            assertEquals(bytes.length(), skip(bytes + NEXT, step), "in steps of " + step);
            assertTrue(body.isDone());
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '>', quoteCharacter = '\u0001', textBlock = """
            |
            x||
            ;a||
            -1||
            +5|hello|0||
            5 |hello|0||
            0x5|hello|0||
            5|hello0||
            5|hell|0||
            5|helloo|0||
            65|
            ffffffff|
            fffffffffffffffffff|
            """)
    void shouldGiveUpOnBrokenChunks(String text) {
        begin("Transfer-Encoding: chunked");
        skip(text.replace("|", "\r\n"), 7);
        assertTrue(body.isBroken(), text);
        assertFalse(body.isDone());
        assertEquals(0, skip("more", 4));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '>', textBlock = """
            5\\n
            5\\rhello
            5;a\\0\\r\\n
            0\\r\\nX: a\\nY: b
            0\\r\\nX: a\\u0001
            """)
    void shouldGiveUpOnControlCharactersInTheFraming(String text) {
        begin("Transfer-Encoding: chunked");
        skip(text.replace("\\n", "\n")
                .replace("\\r", "\r")
                .replace("\\0", "\0")
                .replace("\\u0001", "\u0001"), 3);
        assertTrue(body.isBroken(), text);
    }

    @Test
    void shouldPassOverABodyOfKnownLength() {
        begin("Content-Length: 10");
        assertEquals(10, skip("0123456789" + NEXT, 3));
        assertTrue(body.isDone());
        begin("Content-Length: 0");
        assertTrue(body.isDone());
        body.begin(Requests.with("GET", ""), MOST);
        assertTrue(body.isDone());
    }

    @Test
    void shouldHoldTheLimitOfABody() {
        begin("Content-Length: " + MOST);
        assertEquals(MOST, skip("x".repeat(MOST) + NEXT, 9));
        assertTrue(body.isDone());
        // The framing of the chunk and the last chunk take 13 bytes.
        begin("Transfer-Encoding: chunked");
        String most = "57\r\n" + "x".repeat(87) + "\r\n0\r\n\r\n";
        assertEquals(MOST - 2, skip(most + NEXT, 9));
        assertTrue(body.isDone());
        begin("Transfer-Encoding: chunked");
        skip("0;" + "x".repeat(MOST), 9);
        assertTrue(body.isBroken());
        begin("Transfer-Encoding: chunked");
        skip("0\r\n" + "X: y\r\n".repeat(MOST), 9);
        assertTrue(body.isBroken());
    }

    @Test
    void shouldExpectNothingAfterReset() {
        begin("Content-Length: 10");
        body.reset();
        assertTrue(body.isDone());
    }
}
