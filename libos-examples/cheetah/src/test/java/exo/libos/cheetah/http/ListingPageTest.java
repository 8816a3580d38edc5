// SPDX-License-Identifier: Apache-2.0
package exo.libos.cheetah.http;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

class ListingPageTest {
    private static String row(String name, boolean isDirectory) {
        return new String(ListingPage.row(name, isDirectory, 1536, 784_111_777),
                StandardCharsets.UTF_8);
    }

    @Test
    void shouldWriteARow() {
        assertEquals("<tr><td><a href=\"./a.txt\">a.txt</a></td><td>1.5 KiB</td>"
                + "<td>1994-11-06 08:49</td></tr>\n", row("a.txt", false));
        assertEquals("<tr><td><a href=\"./sub/\">sub/</a></td><td></td>"
                + "<td>1994-11-06 08:49</td></tr>\n", row("sub", true));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '>', quoteCharacter = '\u0001', textBlock = """
            a&b         > ./a%26b            > a&amp;b
            a"b'c       > ./a%22b%27c        > a&quot;b&#39;c
            javascript: > ./javascript%3A    > javascript:
            a b         > ./a%20b            > a b
            a?b#c%d     > ./a%3Fb%23c%25d    > a?b#c%d
            \u00fc\u732b > ./%C3%BC%E7%8C%AB > \u00fc\u732b
            a\\b        > ./a%5Cb            > a\\b
            """)
    void shouldEscapeNames(String name, String href, String shown) {
        assertTrue(row(name, false).contains("<a href=\"" + href + "\">" + shown + "</a>"),
                row(name, false));
    }

    @Test
    void shouldLetNoNameBecomeMarkup() {
        String row = row("<script>alert(1)</script>\n\u0085", false);
        assertFalse(row.contains("<script"));
        assertTrue(row.contains("&lt;script&gt;alert(1)&lt;/script&gt;\ufffd\ufffd</a>"), row);
        String head = new String(ListingPage.head(List.of("<b>", "c")), StandardCharsets.UTF_8);
        assertTrue(head.contains("<title>/&lt;b&gt;/c/</title>"), head);
        assertTrue(head.contains("<h1>/&lt;b&gt;/c/</h1>"), head);
        assertTrue(head.contains("<a href=\"../\">"), head);
    }

    @Test
    void shouldShowNoParentOfTheRoot() {
        String head = new String(ListingPage.head(List.of()), StandardCharsets.UTF_8);
        assertTrue(head.contains("<h1>/</h1>"));
        assertFalse(head.contains("../"));
    }

    @ParameterizedTest
    @CsvSource({"0,0 B", "1023,1023 B", "1024,1.0 KiB", "1048575,1024.0 KiB", "1048576,1.0 MiB",
            "1610612736,1.5 GiB", "9223372036854775807,8.0 EiB"})
    void shouldShowSizes(long bytes, String shown) {
        assertEquals(shown, ListingPage.size(bytes));
    }
}
