// SPDX-License-Identifier: Apache-2.0
package exo.checks;

import java.util.ArrayList;
import java.util.List;

/**
 * Splits Java source into tokens, so that a rule sees code, strings and comments apart.
 *
 * <p>Unicode escapes are translated first, as the language does it: a name spelt with one is the
 * same name. Symbols are single characters, except {@code ::}; no rule needs more.
 */
final class JavaLexer {

    /** What a token is. */
    enum Kind {
        /** Identifier, keyword or literal word. */
        WORD,
        /** Number. */
        NUMBER,
        /** String or text block, without its quotes. */
        STRING,
        /** Character, without its quotes. */
        CHARACTER,
        /** Comment, with its marks. */
        COMMENT,
        /** Anything else, one character, or {@code ::}. */
        SYMBOL
    }

    /**
     * One token.
     *
     * @param kind what it is
     * @param text its text
     * @param line its first line, from 1
     */
    record Token(Kind kind, String text, int line) {
        boolean is(Kind wanted, String value) {
            return kind == wanted && text.equals(value);
        }
    }

    private static final String TEXT_BLOCK_QUOTE = "\"\"\"";

    private final String source;
    private final List<Token> tokens = new ArrayList<>();
    private int at;
    private int line = 1;

    private JavaLexer(String source) {
        this.source = source;
    }

    /** {@return all tokens of a source, comments included} */
    static List<Token> tokens(String source) {
        JavaLexer lexer = new JavaLexer(translateEscapes(source));
        lexer.run();
        return List.copyOf(lexer.tokens);
    }

    /** {@return the tokens of a source without its comments} */
    static List<Token> code(String source) {
        return tokens(source).stream().filter(t -> t.kind() != Kind.COMMENT).toList();
    }

    /** {@return the source with its Unicode escapes translated} */
    static String translateEscapes(String source) {
        StringBuilder out = new StringBuilder(source.length());
        int i = 0;
        while (i < source.length()) {
            char c = source.charAt(i);
            if (c != '\\' || i + 1 >= source.length()) {
                out.append(c);
                i++;
            } else if (source.charAt(i + 1) != 'u') {
                // Two characters at once: the second backslash of a pair starts no escape.
                out.append(c).append(source.charAt(i + 1));
                i += 2;
            } else {
                int digits = i + 2;
                while (digits < source.length() && source.charAt(digits) == 'u') {
                    digits++;
                }
                out.append((char) Integer.parseInt(source, digits, digits + 4, 16));
                i = digits + 4;
            }
        }
        return out.toString();
    }

    private void run() {
        while (at < source.length()) {
            char c = source.charAt(at);
            if (c == '\n') {
                line++;
                at++;
            } else if (Character.isWhitespace(c)) {
                at++;
            } else {
                token(c);
            }
        }
    }

    private void token(char c) {
        if (source.startsWith("//", at)) {
            emit(Kind.COMMENT, at, orEnd(source.indexOf('\n', at)), 0);
        } else if (source.startsWith("/*", at)) {
            int close = source.indexOf("*/", at + 2);
            emit(Kind.COMMENT, at, close < 0 ? source.length() : close + 2, 0);
        } else if (source.startsWith(TEXT_BLOCK_QUOTE, at)) {
            emit(Kind.STRING, at, quoted(TEXT_BLOCK_QUOTE), 3);
        } else if (c == '"') {
            emit(Kind.STRING, at, quoted("\""), 1);
        } else if (c == '\'') {
            emit(Kind.CHARACTER, at, quoted("'"), 1);
        } else if (Character.isJavaIdentifierStart(c)) {
            emit(Kind.WORD, at, wordEnd(), 0);
        } else if (Character.isDigit(c)) {
            emit(Kind.NUMBER, at, numberEnd(), 0);
        } else {
            emit(Kind.SYMBOL, at, at + (source.startsWith("::", at) ? 2 : 1), 0);
        }
    }

    /** Adds the token from {@code start} to {@code end}, without so many quote characters each
     * side. */
    private void emit(Kind kind, int start, int end, int quote) {
        int close = Math.max(start + quote, end - quote);
        tokens.add(new Token(kind, source.substring(start + quote, close), line));
        for (int i = start; i < end; i++) {
            if (source.charAt(i) == '\n') {
                line++;
            }
        }
        at = end;
    }

    /** {@return the index after the closing quote of the literal that starts here} */
    private int quoted(String quote) {
        int i = at + quote.length();
        while (i < source.length() && !source.startsWith(quote, i)) {
            i += source.charAt(i) == '\\' ? 2 : 1;
        }
        return Math.min(source.length(), i + quote.length());
    }

    private int wordEnd() {
        int i = at;
        while (i < source.length() && Character.isJavaIdentifierPart(source.charAt(i))) {
            i++;
        }
        return i;
    }

    private int numberEnd() {
        int i = at;
        while (i < source.length()
                && (Character.isLetterOrDigit(source.charAt(i)) || source.charAt(i) == '_')) {
            i++;
        }
        return i;
    }

    private int orEnd(int index) {
        return index < 0 ? source.length() : index;
    }
}
