// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.pcap;

import exo.api.code.CodeSyntaxException;

/**
 * A word of an expression.
 *
 * @param kind what it is
 * @param text what it means: of words that mean the same, one; of escaped names, the name
 * @param source how it was written
 * @param number the value of a number, without sign
 * @param place where it begins
 */
record Token(Kind kind, String text, String source, int number, Place place) {
    private static final int MOST_SHOWN = 60;

    /** What a token is. */
    enum Kind {
        /** A word of the language. */
        WORD,
        /** Punctuation and operators. */
        SYMBOL,
        /** A number, or a word that stands for one. */
        NUMBER,
        /** Two to four numbers with dots. */
        IPV4,
        /** An address of IP version 6. */
        IPV6,
        /** An Ethernet address. */
        MAC,
        /** An ARCnet address. */
        ARCNET,
        /** Any other name, and what was escaped by a backslash. */
        NAME,
        /** The end of the expression. */
        END
    }

    /**
     * Where a token begins.
     *
     * @param line from 1
     * @param column from 1
     */
    record Place(int line, int column) {
        CodeSyntaxException refuse(String cause) {
            return new CodeSyntaxException(line, column, cause);
        }
    }

    /** {@return whether it is this word or symbol} */
    boolean is(String word) {
        return (kind == Kind.WORD || kind == Kind.SYMBOL) && text.equals(word);
    }

    boolean is(Kind which) {
        return kind == which;
    }

    /** {@return how a message names it} */
    String shown() {
        return kind == Kind.END ? "the end of the expression" : "'" + brief(source) + "'";
    }

    /** {@return a text, or the beginning of a long one} */
    static String brief(String text) {
        return text.length() <= MOST_SHOWN ? text : text.substring(0, MOST_SHOWN) + "...";
    }

    CodeSyntaxException refuse(String cause) {
        return place.refuse(cause);
    }
}
