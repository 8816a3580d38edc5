// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.text;

import exo.api.code.CodeSyntaxException;
import exo.impl.code.text.Token.Kind;
import java.util.ArrayList;
import java.util.List;

/** Cuts a line into tokens. Comments begin with {@code #} or {@code ;} and end with the line. */
final class Lexer {
    private static final String MARKS = ",[]+-:*";
    /** A line that needs more can be continued, since only bytes come in such numbers. */
    private static final int MAX_TOKENS = 1 << 16;
    private static final int CODE_DIGITS = 4;
    private static final int HEX = 16;

    private final String text;
    private final int line;
    private int at;

    private Lexer(String text, int line) {
        this.text = text;
        this.line = line;
    }

    /**
     * {@return the tokens of a line, the last of which is the end}
     *
     * @param text the line
     * @param line its number, for messages
     */
    static List<Token> tokens(String text, int line) {
        Lexer lexer = new Lexer(text, line);
        List<Token> tokens = new ArrayList<>();
        Token token;
        do {
            token = lexer.next();
            tokens.add(token);
            if (tokens.size() > MAX_TOKENS) {
                throw new CodeSyntaxException(line, token.column(), "a line has up to "
                        + MAX_TOKENS + " words and marks; go on with '.bytes' on the next line");
            }
        } while (token.kind() != Kind.END);
        return tokens;
    }

    /** {@return whether a character can be part of a word} */
    static boolean isWord(char c) {
        boolean isLetter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        return isLetter || (c >= '0' && c <= '9') || "_.$%@".indexOf(c) >= 0;
    }

    private Token next() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
        int start = at;
        if (at == text.length() || text.charAt(at) == '#' || text.charAt(at) == ';') {
            return new Token(Kind.END, "", start + 1);
        }
        char c = text.charAt(at++);
        if (c == '"') {
            return quoted(start);
        }
        if (MARKS.indexOf(c) >= 0) {
            return new Token(Kind.MARK, String.valueOf(c), start + 1);
        }
        if (!isWord(c)) {
            throw refuse(start, String.format("the character %s (U+%04X) has no meaning here",
                    Character.isISOControl(c) ? "there" : "'" + c + "'", (int) c));
        }
        while (at < text.length() && isWord(text.charAt(at))) {
            at++;
        }
        return new Token(Kind.WORD, text.substring(start, at), start + 1);
    }

    private Token quoted(int start) {
        StringBuilder name = new StringBuilder();
        while (at < text.length() && text.charAt(at) != '"') {
            char c = text.charAt(at++);
            name.append(c == '\\' ? escaped() : c);
        }
        if (at == text.length()) {
            throw refuse(start, "the name that begins here has no closing '\"'");
        }
        at++;
        return new Token(Kind.QUOTED, name.toString(), start + 1);
    }

    private char escaped() {
        char c = at < text.length() ? text.charAt(at) : ' ';
        if (c == '"' || c == '\\') {
            at++;
            return c;
        }
        int code = 0;
        boolean isCode = c == 'u' && at + CODE_DIGITS < text.length();
        for (int i = 1; isCode && i <= CODE_DIGITS; i++) {
            int digit = Character.digit(text.charAt(at + i), HEX);
            isCode = digit >= 0;
            code = code * HEX + digit;
        }
        if (!isCode) {
            throw refuse(at - 1, "after '\\' in a name come '\"', '\\', or 'u' and 4 hexadecimal"
                    + " digits");
        }
        at += 1 + CODE_DIGITS;
        return (char) code;
    }

    private CodeSyntaxException refuse(int index, String cause) {
        return new CodeSyntaxException(line, index + 1, cause);
    }
}
