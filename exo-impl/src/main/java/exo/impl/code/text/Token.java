// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.text;

/**
 * A piece of a line.
 *
 * @param kind what it is
 * @param text what was read; of a name in quotes, what it stands for
 * @param column where it begins, from 1
 */
record Token(Kind kind, String text, int column) {
    private static final int SHOWN = 40;

    /** What a token is. */
    enum Kind {
        /** Letters, digits, and {@code _ . $ % @}. */
        WORD,
        /** A name in quotes. */
        QUOTED,
        /** One of {@code , [ ] + - : *}. */
        MARK,
        /** The end of the line, or a comment. */
        END
    }

    /** {@return whether it is this mark} */
    boolean is(char mark) {
        return kind == Kind.MARK && text.charAt(0) == mark;
    }

    /** {@return what messages call it; a long one is cut} */
    String shown() {
        if (kind == Kind.END) {
            return "the end of the line";
        }
        return text.length() <= SHOWN
                ? "'" + text + "'"
                : "'" + text.substring(0, SHOWN) + "…' of " + text.length() + " characters";
    }
}
