// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.text;

import exo.api.code.CodeSyntaxException;
import exo.impl.code.isa.Isa;
import exo.impl.code.text.Token.Kind;
import java.util.List;
import java.util.Locale;

/** Reads the operands of a line one after the other. */
final class LineReader {
    private static final int HEX = 16;
    private static final int DECIMAL = 10;

    private final List<Token> tokens;
    private final int line;
    private String usage = "";
    private int at;

    LineReader(String text, int line) {
        this.tokens = Lexer.tokens(text, line);
        this.line = line;
    }

    /** {@return the number of the line} */
    int line() {
        return line;
    }

    /** {@return the next token, which stays the next} */
    Token peek() {
        return tokens.get(at);
    }

    /** {@return the next token} */
    Token next() {
        Token token = tokens.get(at);
        at = Math.min(at + 1, tokens.size() - 1);
        return token;
    }

    /** {@return whether the token after the next is this mark} */
    boolean isFollowedBy(char mark) {
        return at + 1 < tokens.size() && tokens.get(at + 1).is(mark);
    }

    /** {@return whether the next token was this word, in any case, and was taken} */
    boolean takes(String word) {
        boolean isIt = peek().kind() == Kind.WORD && peek().text().equalsIgnoreCase(word);
        if (isIt) {
            next();
        }
        return isIt;
    }

    /** {@return whether the next token was this mark, and was taken} */
    boolean takes(char mark) {
        boolean isIt = peek().is(mark);
        if (isIt) {
            next();
        }
        return isIt;
    }

    /** Takes a mark, or refuses the line. */
    void expect(char mark) {
        if (!takes(mark)) {
            throw misfit(peek(), "'" + mark + "'");
        }
    }

    /** Refuses the line if anything is left of it. */
    void expectEnd() {
        if (peek().kind() != Kind.END) {
            throw refuse(peek(), "the line should end here, but goes on with " + peek().shown()
                    + usage);
        }
    }

    /** Sets what refusals say of the line: which operands its instruction takes. */
    void usage(String sentence) {
        usage = sentence;
    }

    /** {@return the refusal of a token where something else should be} */
    CodeSyntaxException misfit(Token token, String wanted) {
        return refuse(token, wanted + " should be here, not " + token.shown() + usage);
    }

    /** {@return the refusal of a token} */
    CodeSyntaxException refuse(Token token, String cause) {
        return new CodeSyntaxException(line, token.column(), cause);
    }

    /** {@return whether the next token looks like a register} */
    boolean isRegister() {
        return peek().kind() == Kind.WORD && peek().text().matches("%.*|[rR][0-9]+");
    }

    /** {@return the number of the register that comes next} */
    int register() {
        Token token = next();
        String text = token.text().toLowerCase(Locale.ROOT);
        if (token.kind() == Kind.WORD && text.matches("%?r([0-9]|10)")) {
            return Integer.parseInt(text.substring(text.indexOf('r') + 1));
        }
        throw misfit(token, "a register, %r0 to %r" + (Isa.REGISTERS - 1) + ",");
    }

    /** {@return the number of 32 bits that comes next, signed or not} */
    int number32() {
        return (int) number(Integer.MIN_VALUE, 0xffff_ffffL, "32 bits");
    }

    /** {@return the number that comes next, up to 32 bits without sign} */
    int unsigned32() {
        return (int) number(0, 0xffff_ffffL, "32 bits without sign");
    }

    /** {@return the distance or offset of 16 bits that comes next, whose sign is not optional} */
    int signed16() {
        return (int) number(Short.MIN_VALUE, Short.MAX_VALUE, "16 bits with sign");
    }

    /** {@return the distance of 32 bits that comes next} */
    int signed32() {
        return (int) number(Integer.MIN_VALUE, Integer.MAX_VALUE, "32 bits with sign");
    }

    /** {@return the number of 64 bits that comes next, signed or not} */
    long number64() {
        Token start = peek();
        boolean isNegative = takes('-');
        if (!isNegative) {
            takes('+');
        }
        long value = magnitude(start, "64 bits");
        if (isNegative && value < 0 && value != Long.MIN_VALUE) {
            throw refuse(start, "-" + Long.toUnsignedString(value) + " does not fit 64 bits");
        }
        return isNegative ? -value : value;
    }

    private long number(long least, long most, String width) {
        Token start = peek();
        boolean isNegative = takes('-');
        if (!isNegative) {
            takes('+');
        }
        long magnitude = magnitude(start, width);
        long value = isNegative ? -magnitude : magnitude;
        if (magnitude < 0 || value < least || value > most) {
            throw refuse(start, (isNegative ? "-" : "") + Long.toUnsignedString(magnitude)
                    + " does not fit " + width + ": the least is " + least + ", the most " + most);
        }
        return value;
    }

    private long magnitude(Token start, String width) {
        Token token = next();
        String text = token.text().toLowerCase(Locale.ROOT);
        boolean isHex = text.matches("0x[0-9a-f]+");
        if (token.kind() != Kind.WORD || !(isHex || text.matches("[0-9]+"))) {
            throw misfit(token, "a number, decimal or hexadecimal with 0x,");
        }
        try {
            return isHex
                    ? Long.parseUnsignedLong(text, 2, text.length(), HEX)
                    : Long.parseUnsignedLong(text, DECIMAL);
        } catch (NumberFormatException tooLong) {
            throw refuse(start, token.shown() + " does not fit " + width);
        }
    }
}
