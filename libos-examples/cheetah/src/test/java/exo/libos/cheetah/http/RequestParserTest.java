// SPDX-License-Identifier: Apache-2.0
package exo.libos.cheetah.http;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

class RequestParserTest {
    private final Request request = new Request();

    /** In the tables a bar ends a line; the empty line is added. */
    private Status parse(String lines) {
        return Requests.parse(lines.replace("|", "\r\n") + "\r\n\r\n", request);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '>', quoteCharacter = '\u0001', textBlock = """
            GET / HTTP/1.1|Host: a                              > /
            HEAD / HTTP/1.1|Host: a                             > /
            GET / HTTP/1.0                                      > /
            GET / HTTP/1.7|Host: a                              > /
            GET /a/b.txt HTTP/1.1|Host: a:8080                  > /a/b.txt
            GET /a?b=c HTTP/1.1|Host: a                         > /a
            GET /?/../ HTTP/1.1|Host: a                         > /
            GET /%20%zz HTTP/1.1|Host: a                        > /%20%zz
            GET /a:b@c;d=e,f!$&'()*+ HTTP/1.1|Host: a           > /a:b@c;d=e,f!$&'()*+
            GET /a\\b HTTP/1.1|Host: a                          > /a\\b
            GET http://a/b HTTP/1.1|Host: a                     > /b
            GET HTTP://A:80/b?c HTTP/1.1|Host: other            > /b
            GET https://a/ HTTP/1.1|Host: a                     > /
            GET http://[::1]:80/x HTTP/1.1|Host: [::1]          > /x
            GET / HTTP/1.1|Host:                                > /
            GET / HTTP/1.1|host:a                               > /
            GET / HTTP/1.1|HOST: \t a \t                        > /
            GET / HTTP/1.1|Host: a|X-Y:|Z:                      > /
            GET / HTTP/1.1|Host: a|Cookie: a=b; c="d"           > /
            GET / HTTP/1.1|Host: a|X: caf\u00e9                 > /
            GET /\u00fc HTTP/1.1|Host: a                        > /\u00fc
            GET / HTTP/1.1|Host: a|Content-Length: 0            > /
            GET / HTTP/1.1|Host: a|Content-Length: 1000         > /
            GET / HTTP/1.1|Host: a|Content-Length: 007          > /
            GET / HTTP/1.1|Host: a|Transfer-Encoding: chunked   > /
            GET / HTTP/1.1|Host: a|Transfer-Encoding: CHUNKED   > /
            GET / HTTP/1.1|Host: a|Expect: 100-Continue         > /
            GET / HTTP/1.0|Expect: something                    > /
            GET / HTTP/1.1|Host: a|Connection: a, b, upgrade    > /
            GET / HTTP/1.1|Host: a|Range: bytes=0-0             > /
            GET / HTTP/1.1|!#$%&'*+-.^_`a1: b|Host: a           > /
            """)
    void shouldAccept(String lines, String path) {
        assertEquals(Status.OK, parse(lines));
        assertEquals(path, Requests.text(request, request.pathOffset(), request.pathLength()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '>', quoteCharacter = '\u0001', textBlock = """
            GET / HTTP/1.1                                              > BAD_REQUEST
            GET / HTTP/1.1|Host: a|Host: a                              > BAD_REQUEST
            GET / HTTP/1.0|Host: a|Host: b                              > BAD_REQUEST
            GET / HTTP/1.1|Host: a b                                    > BAD_REQUEST
            GET / HTTP/1.1|Host: a/b                                    > BAD_REQUEST
            GET / HTTP/1.1|Host: a@b                                    > BAD_REQUEST
            GET /                                                       > BAD_REQUEST
            GET  / HTTP/1.1|Host: a                                     > BAD_REQUEST
            GET /  HTTP/1.1|Host: a                                     > BAD_REQUEST
            GET / HTTP/1.1 |Host: a                                     > BAD_REQUEST
            GET / a HTTP/1.1|Host: a                                    > BAD_REQUEST
            GET\t/ HTTP/1.1|Host: a                                     > BAD_REQUEST
            GET /\ta HTTP/1.1|Host: a                                   > BAD_REQUEST
            G@T / HTTP/1.1|Host: a                                      > BAD_REQUEST
            GET / http/1.1|Host: a                                      > BAD_REQUEST
            GET / HTTP/1.|Host: a                                       > BAD_REQUEST
            GET / HTTP/11|Host: a                                       > BAD_REQUEST
            GET / HTTP/1.10|Host: a                                     > BAD_REQUEST
            GET / HTTP/01.1|Host: a                                     > BAD_REQUEST
            GET / HTTP/a.1|Host: a                                      > BAD_REQUEST
            GET / HTTP 1.1|Host: a                                      > BAD_REQUEST
            GET / XTTP/1.1|Host: a                                      > BAD_REQUEST
            GET / HTTP/0.9|Host: a                                      > VERSION_NOT_SUPPORTED
            GET / HTTP/2.0|Host: a                                      > VERSION_NOT_SUPPORTED
            PRI * HTTP/2.0                                              > VERSION_NOT_SUPPORTED
            GET a HTTP/1.1|Host: a                                      > BAD_REQUEST
            GET * HTTP/1.1|Host: a                                      > BAD_REQUEST
            GET a:80 HTTP/1.1|Host: a                                   > BAD_REQUEST
            GET ../a HTTP/1.1|Host: a                                   > BAD_REQUEST
            GET ftp://a/b HTTP/1.1|Host: a                              > BAD_REQUEST
            GET http:// HTTP/1.1|Host: a                                > BAD_REQUEST
            GET http:///a HTTP/1.1|Host: a                              > BAD_REQUEST
            GET http://u@a/ HTTP/1.1|Host: a                            > BAD_REQUEST
            GET /a#b HTTP/1.1|Host: a                                   > BAD_REQUEST
            GET /?a#b HTTP/1.1|Host: a                                  > BAD_REQUEST
            POST / HTTP/1.1|Host: a                                     > METHOD_NOT_ALLOWED
            PUT /a HTTP/1.1|Host: a|Content-Length: 5                   > METHOD_NOT_ALLOWED
            DELETE /a HTTP/1.1|Host: a                                  > METHOD_NOT_ALLOWED
            PATCH /a HTTP/1.1|Host: a                                   > METHOD_NOT_ALLOWED
            TRACE /a HTTP/1.1|Host: a                                   > METHOD_NOT_ALLOWED
            OPTIONS * HTTP/1.1|Host: a                                  > METHOD_NOT_ALLOWED
            CONNECT a:80 HTTP/1.1|Host: a                               > METHOD_NOT_ALLOWED
            POST / HTTP/1.1|Host: a|Content-Length: 1001                > METHOD_NOT_ALLOWED
            get / HTTP/1.1|Host: a                                      > NOT_IMPLEMENTED
            FROB / HTTP/1.1|Host: a                                     > NOT_IMPLEMENTED
            GETT / HTTP/1.1|Host: a                                     > NOT_IMPLEMENTED
            FROB / HTTP/1.1                                             > BAD_REQUEST
            GET / HTTP/1.1|Host: a|X : b                                > BAD_REQUEST
            GET / HTTP/1.1|Host : a                                     > BAD_REQUEST
            GET / HTTP/1.1|Host: a| X: b                                > BAD_REQUEST
            GET / HTTP/1.1|Host: a|\tfolded                             > BAD_REQUEST
            GET / HTTP/1.1| Host: a                                     > BAD_REQUEST
            GET / HTTP/1.1|Host: a|: b                                  > BAD_REQUEST
            GET / HTTP/1.1|Host: a|nocolon                              > BAD_REQUEST
            GET / HTTP/1.1|Host: a|X(y): b                              > BAD_REQUEST
            GET / HTTP/1.1|Host: a|X\u00e9: b                           > BAD_REQUEST
            GET / HTTP/1.1|Host: a|X: a\0b                              > BAD_REQUEST
            GET / HTTP/1.1|Host: a|X: a\u007fb                          > BAD_REQUEST
            GET / HTTP/1.1|Host: a|X: a\u001bb                          > BAD_REQUEST
            GET /\0 HTTP/1.1|Host: a                                    > BAD_REQUEST
            GET / HTTP/1.1|Host: a|Content-Length: 1001                 > CONTENT_TOO_LARGE
            GET / HTTP/1.1|Host: a|Content-Length: 99999999999999999999 > CONTENT_TOO_LARGE
            GET / HTTP/1.1|Host: a|Content-Length:                      > BAD_REQUEST
            GET / HTTP/1.1|Host: a|Content-Length: -1                   > BAD_REQUEST
            GET / HTTP/1.1|Host: a|Content-Length: +1                   > BAD_REQUEST
            GET / HTTP/1.1|Host: a|Content-Length: 0x1                  > BAD_REQUEST
            GET / HTTP/1.1|Host: a|Content-Length: 1 1                  > BAD_REQUEST
            GET / HTTP/1.1|Host: a|Content-Length: 5, 5                 > BAD_REQUEST
            GET / HTTP/1.1|Host: a|Content-Length: 5|Content-Length: 5  > BAD_REQUEST
            GET / HTTP/1.1|Host: a|Content-Length: 5|Content-Length: 6  > BAD_REQUEST
            GET / HTTP/1.1|Host: a|Transfer-Encoding: gzip              > NOT_IMPLEMENTED
            GET / HTTP/1.1|Host: a|Transfer-Encoding: gzip, chunked     > NOT_IMPLEMENTED
            GET / HTTP/1.1|Host: a|Transfer-Encoding: xchunked          > NOT_IMPLEMENTED
            GET / HTTP/1.1|Host: a|Transfer-Encoding:                   > NOT_IMPLEMENTED
            GET / HTTP/1.0|Transfer-Encoding: chunked                   > BAD_REQUEST
            GET / HTTP/1.1|Host: a|Expect: tea                          > EXPECTATION_FAILED
            GET / HTTP/1.1|Host: a|Expect:                              > EXPECTATION_FAILED
            """)
    void shouldRefuse(String lines, Status status) {
        assertEquals(status, parse(lines));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '>', textBlock = """
            Content-Length: 5|Transfer-Encoding: chunked
            Transfer-Encoding: chunked|Content-Length: 5
            Transfer-Encoding: chunked|Transfer-Encoding: chunked
            Transfer-Encoding: chunked|Transfer-Encoding: identity
            """)
    void shouldRefuseTwoWaysToFindTheEndOfABody(String fields) {
        assertEquals(Status.BAD_REQUEST, parse("GET / HTTP/1.1|Host: a|" + fields));
        assertFalse(request.isKeptAlive());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '>', textBlock = """
            GET / HTTP/1.1|Host: a                                       > true
            GET / HTTP/1.1|Host: a|Connection: close                     > false
            GET / HTTP/1.1|Host: a|Connection: CLOSE                     > false
            GET / HTTP/1.1|Host: a|Connection: x , close                 > false
            GET / HTTP/1.1|Host: a|Connection: x|Connection: close       > false
            GET / HTTP/1.1|Host: a|Connection: closed                    > true
            GET / HTTP/1.1|Host: a|Connection: keep-alive, close         > false
            GET / HTTP/1.0                                               > false
            GET / HTTP/1.0|Connection: Keep-Alive                        > true
            GET / HTTP/1.0|Connection: keep-alive, close                 > false
            GET / HTTP/1.1|Host: a|Content-Length: 1|Expect:100-continue > false
            POST / HTTP/1.1|Host: a|Content-Length: 1000                 > true
            POST / HTTP/1.1|Host: a|Content-Length: 1001                 > false
            FROB / HTTP/1.1|Host: a                                      > true
            GET / HTTP/1.1                                               > false
            GET / HTTP/2.0|Host: a                                       > false
            GET / HTTP/1.1|Host: a|Content-Length: 1001                  > false
            GET / HTTP/1.1|Host: a|Transfer-Encoding: gzip               > false
            """)
    void shouldTellWhetherTheConnectionStays(String lines, boolean stays) {
        Status status = parse(lines);
        assertEquals(stays, request.isKeptAlive(), status.toString());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '>', quoteCharacter = '\u0001', textBlock = """
            GET / HTTP/1.1\\nHost: a\\n\\n
            GET / HTTP/1.1\\nHost: a\\r\\n\\r\\n
            GET / HTTP/1.1\\r\\nHost: a\\n\\r\\n
            GET / HTTP/1.1\\r\\nHost: a\\r\\n\\n
            GET / HTTP/1.1\\r\\nHost: a\\r\\nX: a\\rY: b\\r\\n\\r\\n
            GET / HTTP/1.1\\r\\nHost: a\\rX: y\\r\\n\\r\\n
            GET / HTTP/1.1\\r\\r\\nHost: a\\r\\n\\r\\n
            GET /\\rX HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n
            """)
    void shouldRefuseLoneReturnsAndLineFeeds(String head) {
        String bytes = head.replace("\\r", "\r").replace("\\n", "\n");
        assertEquals(Status.BAD_REQUEST, Requests.parse(bytes, request));
    }

    @Test
    void shouldKeepTheQueryApart() {
        assertEquals(Status.OK, parse("GET /a?b=c?d HTTP/1.1|Host: a"));
        assertEquals("?b=c?d",
                Requests.text(request, request.queryOffset(), request.queryLength()));
        assertEquals(Status.OK, parse("GET http://a?q HTTP/1.1|Host: a"));
        assertEquals(0, request.pathLength());
        assertEquals("?q", Requests.text(request, request.queryOffset(), request.queryLength()));
        assertEquals(Status.OK, parse("GET http://a HTTP/1.1|Host: a"));
        assertEquals(0, request.pathLength());
        assertEquals(0, request.queryLength());
    }

    @Test
    void shouldForgetTheRequestBefore() {
        parse("GET /a?b HTTP/1.0|Connection: keep-alive|Range: bytes=1-2|If-Match: \"a\"|"
                + "Content-Length: 4");
        assertTrue(request.has(Request.RANGE));
        assertEquals(4, request.contentLength());
        parse("GET /a HTTP/1.1|Host: b");
        assertFalse(request.has(Request.RANGE));
        assertFalse(request.has(Request.IF_MATCH));
        assertFalse(request.isOldVersion());
        assertEquals(0, request.contentLength());
        assertEquals(0, request.queryLength());
        assertEquals(Method.GET, request.method());
    }

    @Test
    void shouldHoldTheLimitOfFields() {
        String fields = "X: y|".repeat(RequestParser.MAX_FIELDS - 1);
        assertEquals(Status.OK, parse("GET / HTTP/1.1|" + fields + "Host: a"));
        assertEquals(Status.FIELDS_TOO_LARGE, parse("GET / HTTP/1.1|" + fields + "X: y|Host: a"));
    }

    @Test
    void shouldHoldTheLimitOfListLines() {
        String lines = "If-None-Match: \"a\"|".repeat(Request.MAX_LIST_LINES);
        assertEquals(Status.OK, parse("GET / HTTP/1.1|" + lines + "Host: a"));
        assertEquals(Status.BAD_REQUEST,
                parse("GET / HTTP/1.1|" + lines + "If-None-Match: *|Host: a"));
    }

    @Test
    void shouldHoldTheLimitOfTheHead() {
        String most = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
        String end = "\r\n\r\n";
        int fill = Requests.MAX_HEAD - most.length() - end.length();
        assertEquals(Status.OK, Requests.parse(most + "y".repeat(fill) + end, request));
        assertEquals(Status.FIELDS_TOO_LARGE,
                Requests.parse(most + "y".repeat(fill + 1) + end, request));
        assertEquals(Status.URI_TOO_LONG,
                Requests.parse("GET /" + "y".repeat(Requests.MAX_HEAD) + " HTTP/1.1" + end,
                        request));
    }

    @Test
    void shouldFindTheEndHoweverTheHeadArrives() {
        byte[] head = Requests.latin1("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\n");
        int end = 27;
        MemorySegment memory = Requests.memory(head);
        RequestParser parser = new RequestParser(Requests.MAX_HEAD, 0);
        for (int step = 1; step < head.length; step++) {
            int scanned = 0;
            int arrived = 0;
            int found = RequestParser.INCOMPLETE;
            while (found == RequestParser.INCOMPLETE) {
                arrived = Math.min(arrived + step, head.length);
                found = parser.findEnd(memory, Requests.OFFSET, arrived, scanned);
                assertEquals(arrived >= end, found != RequestParser.INCOMPLETE);
                scanned = arrived;
            }
            assertEquals(end, found);
        }
    }

    @Test
    void shouldKnowBytesThatBeginNoRequest() {
        assertTrue(RequestParser.canBegin((byte) 'G'));
        assertFalse(RequestParser.canBegin((byte) 0x16));
        assertFalse(RequestParser.canBegin((byte) 0x80));
        assertFalse(RequestParser.canBegin((byte) ' '));
        assertFalse(RequestParser.canBegin((byte) '\n'));
    }
}
