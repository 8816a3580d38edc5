// SPDX-License-Identifier: Apache-2.0
package exo.checks;

import exo.checks.JavaLexer.Kind;
import exo.checks.JavaLexer.Token;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

class JavaLexerTest {

    private static List<String> texts(String source) {
        return JavaLexer.tokens(source).stream().map(t -> t.kind() + " " + t.text()).toList();
    }

    @Test
    void shouldTellCodeFromCommentsAndStrings() {
        assertEquals(List.of("WORD int", "WORD a", "SYMBOL =", "NUMBER 0x1F", "SYMBOL ;",
                "COMMENT // b \"c\"", "COMMENT /* d\n e */", "STRING f // g", "CHARACTER \""),
                texts("int a = 0x1F; // b \"c\"\n/* d\n e */ \"f // g\" '\"'"));
    }

    @Test
    void shouldSeeEscapedQuotesAsPartOfTheString() {
        assertEquals(
                List.of("STRING a\\\"b", "SYMBOL ,", "STRING \\\\", "SYMBOL ,", "CHARACTER \\'"),
                texts("\"a\\\"b\", \"\\\\\", '\\''"));
    }

    @Test
    void shouldReadTextBlocksWithQuotesInside() {
        String source = "x = \"\"\"\n a \"quoted\" \\\"\"\" b\n\"\"\" + y";
        List<Token> tokens = JavaLexer.tokens(source);
        assertEquals("\n a \"quoted\" \\\"\"\" b\n", tokens.get(2).text());
        assertEquals(Kind.STRING, tokens.get(2).kind());
        assertEquals("y", tokens.get(4).text());
        assertEquals(3, tokens.get(4).line());
    }

    @Test
    void shouldTranslateUnicodeEscapesBeforeReadingNames() {
        assertEquals(List.of("WORD Linker"), texts("\\u004cinker"));
        assertEquals(List.of("WORD Linker"), texts("\\uuu004cinker"));
    }

    @Test
    void shouldNotTranslateAnEscapedBackslash() {
        assertEquals(List.of("STRING \\\\u004c"), texts("\"\\\\u004c\""));
    }

    @Test
    void shouldCountLinesThroughCommentsAndTextBlocks() {
        List<Token> tokens = JavaLexer.code("/* 1\n2 */\n\"\"\"\n4\n\"\"\"\nsix");
        assertEquals(6, tokens.getLast().line());
    }

    @Test
    void shouldJoinDoubleColonsOnly() {
        assertEquals(List.of("WORD a", "SYMBOL ::", "WORD b", "SYMBOL ?", "WORD c", "SYMBOL :"),
                texts("a::b ? c :"));
    }

    @Test
    void shouldEndAtTheEndOfABrokenSource() {
        assertEquals(List.of("STRING abc"), texts("\"abc\""));
        assertTrue(texts("\"abc").getFirst().startsWith("STRING"));
        assertTrue(texts("/* abc").getFirst().startsWith("COMMENT"));
    }
}
