// SPDX-License-Identifier: Apache-2.0
package exo.libos.cheetah.http;

import exo.testkit.Seed;
import exo.testkit.Seeds;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertEquals;

@ExtendWith(Seeds.class)
class HttpDateTest {
    private static final long EXAMPLE = 784_111_777;
    private static final long NOW = 1_800_000_000;
    private static final DateTimeFormatter IMF = format("EEE, dd MMM uuuu HH:mm:ss 'GMT'");
    private static final DateTimeFormatter RFC_850 = format("EEEE, dd-MMM-uu HH:mm:ss 'GMT'");
    private static final DateTimeFormatter ASCTIME = format("EEE MMM ppd HH:mm:ss uuuu");

    private static DateTimeFormatter format(String pattern) {
        return DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH).withZone(ZoneOffset.UTC);
    }

    private static long parse(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        MemorySegment memory = MemorySegment.ofArray(bytes);
        return HttpDate.parse(memory, 0, bytes.length, NOW);
    }

    private static String write(long second) {
        byte[] bytes = new byte[HttpDate.BYTES];
        HttpDate.write(second, bytes, 0);
        return new String(bytes, StandardCharsets.US_ASCII);
    }

    @Test
    void shouldWriteAndReadTheExampleOfTheStandard() {
        assertEquals("Sun, 06 Nov 1994 08:49:37 GMT", write(EXAMPLE));
        assertEquals(EXAMPLE, parse("Sun, 06 Nov 1994 08:49:37 GMT"));
        assertEquals(EXAMPLE, parse("Sunday, 06-Nov-94 08:49:37 GMT"));
        assertEquals(EXAMPLE, parse("Sun Nov  6 08:49:37 1994"));
    }

    @Test
    void shouldAgreeWithTheLibraryOnAnyMoment(Seed seed) {
        RandomGenerator random = seed.random();
        for (int i = 0; i < 20_000; i++) {
            long second = random.nextLong(253_402_300_800L);
            Instant moment = Instant.ofEpochSecond(second);
            assertEquals(IMF.format(moment), write(second));
            assertEquals(second, parse(write(second)));
            assertEquals(second, parse(ASCTIME.format(moment)));
            long near = NOW - 1_500_000_000L + random.nextLong(3_000_000_000L);
            assertEquals(near, parse(RFC_850.format(Instant.ofEpochSecond(near))));
        }
    }

    @Test
    void shouldMoveWhatCannotBeWrittenToTheNearestThatCan() {
        assertEquals("Thu, 01 Jan 1970 00:00:00 GMT", write(-1));
        assertEquals("Fri, 31 Dec 9999 23:59:59 GMT", write(Long.MAX_VALUE));
        assertEquals("Thu, 29 Feb 2024 12:00:00 GMT", write(1_709_208_000));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            0
            ,
            Sun,
            'Sun, '
            Sun, 06 Nov 1994
            Sun, 06 Nov 1994 08:49:37
            Sun, 06 Nov 1994 08:49:37 UTC
            Sun, 06 Nov 1994 08:49:37 GMT+1
            Sun, 6 Nov 1994 08:49:37 GMT
            Sun, 06 nov 1994 08:49:37 GMT
            Xxx, 06 Nov 1994 08:49:37 GMT
            Sun, 00 Nov 1994 08:49:37 GMT
            Sun, 32 Nov 1994 08:49:37 GMT
            Sun, 06 Nov 1994 24:49:37 GMT
            Sun, 06 Nov 1994 08:60:37 GMT
            Sun, 06 Nov 1994 08:49:61 GMT
            Sun, 06 Nov 1994 08-49-37 GMT
            Sun, 06 Nov +994 08:49:37 GMT
            Sun, 06-Nov-1994 08:49:37 GMT
            Sunday, 06 Nov 94 08:49:37 GMT
            Sunday, 06-Nov-xx 08:49:37 GMT
            Sun Nov 6 08:49:37 1994
            Sun Nov  x 08:49:37 1994
            Sun Xxx  6 08:49:37 1994
            Sun,Nov  6 08:49:37 1994
            yesterday
            """)
    void shouldRefuse(String text) {
        assertEquals(HttpDate.INVALID, parse(text));
    }

    @Test
    void shouldReadALeapSecondAsTheLastOfItsMinute() {
        assertEquals(parse("Sun, 06 Nov 1994 08:49:59 GMT"),
                parse("Sun, 06 Nov 1994 08:49:60 GMT"));
    }
}
