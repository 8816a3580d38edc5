// SPDX-License-Identifier: Apache-2.0
package exo.libos.cheetah.http;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertEquals;

class PreconditionsTest {
    /** Quoted, it is "a-64". */
    private static final byte[] TAG = EntityTag.of(10, 100);
    /** Sun, 06 Nov 1994 08:49:37 GMT. */
    private static final long MODIFIED = 784_111_777;
    private static final long NOW = MODIFIED + 1000;
    private static final long SIZE = 100;

    private static Request request(String fields) {
        String lines = fields.isEmpty() ? "" : fields.replace("|", "\r\n") + "\r\n";
        return Requests.with("GET", lines.replace("$OLD", "Sun, 06 Nov 1994 08:49:36 GMT")
                .replace("$SAME", "Sun, 06 Nov 1994 08:49:37 GMT")
                .replace("$NEW", "Sun, 06 Nov 1994 08:49:38 GMT")
                .replace("$FUTURE", "Sun, 06 Nov 2044 08:49:38 GMT"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '>', quoteCharacter = '\u0001', textBlock = """
            X: y                                              > OK
            If-None-Match: "a-64"                             > NOT_MODIFIED
            If-None-Match: W/"a-64"                           > NOT_MODIFIED
            If-None-Match: *                                  > NOT_MODIFIED
            If-None-Match: "b", "a-64"                        > NOT_MODIFIED
            If-None-Match: "b" , W/"a-64" , "c"               > NOT_MODIFIED
            If-None-Match: ,, "a-64"                          > NOT_MODIFIED
            If-None-Match: "b"|If-None-Match: "a-64"          > NOT_MODIFIED
            If-None-Match: "b,\\"|If-None-Match: "a-64"       > NOT_MODIFIED
            If-None-Match: "b"                                > OK
            If-None-Match: "A-64"                             > OK
            If-None-Match: a-64                               > OK
            If-None-Match: "a-64                              > OK
            If-None-Match: w/"a-64"                           > OK
            If-None-Match: W/                                 > OK
            If-None-Match:                                    > OK
            If-None-Match: "b"|If-Modified-Since: $NEW        > OK
            If-None-Match: "a-64"|If-Modified-Since: $OLD     > NOT_MODIFIED
            If-Modified-Since: $SAME                          > NOT_MODIFIED
            If-Modified-Since: $NEW                           > NOT_MODIFIED
            If-Modified-Since: $OLD                           > OK
            If-Modified-Since: $FUTURE                        > OK
            If-Modified-Since: today                          > OK
            If-Modified-Since: $SAME|If-Modified-Since: $SAME > OK
            If-Match: "a-64"                                  > OK
            If-Match: *                                       > OK
            If-Match: "b", "a-64"                             > OK
            If-Match: "b"                                     > PRECONDITION_FAILED
            If-Match: W/"a-64"                                > PRECONDITION_FAILED
            If-Match:                                         > PRECONDITION_FAILED
            If-Match: "a-64"|If-Unmodified-Since: $OLD        > OK
            If-Match: "a-64"|If-None-Match: "a-64"            > NOT_MODIFIED
            If-Match: "b"|If-None-Match: "a-64"               > PRECONDITION_FAILED
            If-Unmodified-Since: $SAME                        > OK
            If-Unmodified-Since: $NEW                         > OK
            If-Unmodified-Since: $OLD                         > PRECONDITION_FAILED
            If-Unmodified-Since: today                        > OK
            If-Unmodified-Since: $NEW|If-Modified-Since: $NEW > NOT_MODIFIED
            """)
    void shouldJudge(String fields, Status status) {
        assertEquals(status, Preconditions.judge(request(fields), TAG, MODIFIED, NOW));
    }

    private static String range(Request request, long size) {
        ByteRange range = new ByteRange();
        ByteRange.Answer answer = Preconditions.range(request, TAG, MODIFIED, size, range);
        return answer == ByteRange.Answer.PART
                ? range.first() + "-" + range.last()
                : answer.toString();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '>', quoteCharacter = '\u0001', textBlock = """
            X: y                                           > WHOLE
            Range: bytes=0-0                               > 0-0
            Range: bytes=0-99                              > 0-99
            Range: bytes=0-100                             > 0-99
            Range: bytes=99-                               > 99-99
            Range: bytes=0-                                > 0-99
            Range: bytes=10-19                             > 10-19
            Range: BYTES=10-19                             > 10-19
            Range: bytes= 10-19                            > 10-19
            Range: bytes=-1                                > 99-99
            Range: bytes=-100                              > 0-99
            Range: bytes=-101                              > 0-99
            Range: bytes=-99999999999999999999999          > 0-99
            Range: bytes=0-99999999999999999999999         > 0-99
            Range: bytes=100-                              > UNSATISFIABLE
            Range: bytes=100-200                           > UNSATISFIABLE
            Range: bytes=99999999999999999999999-          > UNSATISFIABLE
            Range: bytes=-0                                > UNSATISFIABLE
            Range: bytes=                                  > WHOLE
            Range: bytes=-                                 > WHOLE
            Range: bytes=--1                               > WHOLE
            Range: bytes=5                                 > WHOLE
            Range: bytes=5-4                               > WHOLE
            Range: bytes=a-b                               > WHOLE
            Range: bytes=0-1x                              > WHOLE
            Range: bytes=0 -1                              > WHOLE
            Range: bytes=0-1,5-6                           > WHOLE
            Range: bytes=0-1,                              > WHOLE
            Range: bytes=0-0,-1                            > WHOLE
            Range: lines=0-1                               > WHOLE
            Range: bytes 0-1                               > WHOLE
            Range: bytes=0-1|Range: bytes=2-3              > WHOLE
            Range: bytes=0-1|If-Range: "a-64"              > 0-1
            Range: bytes=0-1|If-Range: W/"a-64"            > WHOLE
            Range: bytes=0-1|If-Range: "b"                 > WHOLE
            Range: bytes=0-1|If-Range: "a-64", "b"         > WHOLE
            Range: bytes=0-1|If-Range: $SAME               > 0-1
            Range: bytes=0-1|If-Range: $NEW                > WHOLE
            Range: bytes=0-1|If-Range: $OLD                > WHOLE
            Range: bytes=0-1|If-Range:                     > WHOLE
            Range: bytes=200-|If-Range: "b"                > WHOLE
            """)
    void shouldFindTheRange(String fields, String expected) {
        assertEquals(expected, range(request(fields), SIZE));
    }

    @Test
    void shouldFindNoRangeInNothing() {
        assertEquals("UNSATISFIABLE", range(request("Range: bytes=0-"), 0));
        assertEquals("UNSATISFIABLE", range(request("Range: bytes=-5"), 0));
        assertEquals("WHOLE", range(request(""), 0));
    }

    @Test
    void shouldGiveRangesToGetOnly() {
        Request head = Requests.with("HEAD", "Range: bytes=0-0\r\n");
        assertEquals("WHOLE", range(head, SIZE));
    }
}
