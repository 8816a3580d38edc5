// SPDX-License-Identifier: Apache-2.0
package exo.checks;

import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;

class CommentWrapperTest {

    private static final String LONG = "word ".repeat(19).strip();

    @Test
    void shouldMoveWordsToTheLineBelow() {
        assertEquals(" * " + LONG + "\n * end of it\n * <p>x\n",
                CommentWrapper.wrap(" * " + LONG + " end\n * of it\n * <p>x\n"));
        assertEquals("// " + LONG + "\n// end\nint a;\n",
                CommentWrapper.wrap("// " + LONG + " end\nint a;\n"));
    }

    @Test
    void shouldOpenALineWhereNoneContinues() {
        assertEquals(" * " + LONG + "\n * end\n * <li>x\n */",
                CommentWrapper.wrap(" * " + LONG + " end\n * <li>x\n */"));
        assertEquals(" * @return " + LONG.substring(5) + "\n *         word end\n */",
                CommentWrapper.wrap(" * @return " + LONG + " end\n */"));
    }

    @Test
    void shouldOpenUpACommentOfOneLine() {
        assertEquals("  /**\n   * " + LONG + "\n   * end\n   */\n",
                CommentWrapper.wrap("  /** " + LONG + " end */\n"));
    }

    @Test
    void shouldLeaveCodeSnippetsAndAddressesAlone() {
        String code = "int a = \"" + LONG + LONG + "\";\n";
        String snippet = " * {@snippet :\n * a(" + LONG + LONG + ")\n * }\n";
        String address = "// https://www.w3.org/" + "a".repeat(100) + " b\n";
        assertEquals(code + snippet + address, CommentWrapper.wrap(code + snippet + address));
    }
}
