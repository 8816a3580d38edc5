// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.pcap;

import exo.impl.code.pcap.Token.Kind;
import exo.impl.code.pcap.Token.Place;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts an expression into tokens. Where more than one kind of token fits, the longest is taken; of
 * equally long ones, the one named first in {@link #longest}.
 */
final class Lexer {
    private static final String SYMBOLS = "+-*/%:[]!<>()&|^=";
    private static final String PAIRS = " >= <= != == << >> && || ";

    private final String text;
    private final Shapes shapes;
    private final List<Token> tokens = new ArrayList<>();
    private int at;
    private int line = 1;
    private int lineStart;

    private Lexer(String text) {
        this.text = text;
        this.shapes = new Shapes(text);
    }

    /** {@return the tokens of an expression; the last is of kind END} */
    static List<Token> read(String text) {
        Lexer lexer = new Lexer(text);
        while (lexer.skipBlanks()) {
            lexer.readOne();
        }
        lexer.add(Kind.END, "", 0, 0);
        return lexer.tokens;
    }

    private Place place() {
        return new Place(line, at - lineStart + 1);
    }

    private boolean skipBlanks() {
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c != ' ' && c != '\t' && c != '\r' && c != '\n') {
                return true;
            }
            at++;
            if (c == '\n') {
                line++;
                lineStart = at;
            }
        }
        return false;
    }

    private void add(Kind kind, String meaning, int number, int length) {
        tokens.add(new Token(kind, meaning, text.substring(at, at + length), number, place()));
        at += length;
    }

    private void readOne() {
        char c = text.charAt(at);
        if (Shapes.isAlphanumeric(c) || (c == ':' && shapes.ipv6(at) > 0)) {
            longest();
        } else if (c == '\\') {
            escaped();
        } else if (c == '$' && Shapes.isHex(shapes.charAt(at + 1))) {
            int length = Shapes.isHex(shapes.charAt(at + 2)) ? 3 : 2;
            add(Kind.ARCNET, text.substring(at, at + length), 0, length);
        } else if (at + 1 < text.length()
                && PAIRS.contains(" " + text.substring(at, at + 2) + " ")) {
            pair();
        } else if (SYMBOLS.indexOf(c) >= 0) {
            add(Kind.SYMBOL, String.valueOf(c), 0, 1);
        } else {
            throw place().refuse((c >= ' ' && c < 0x7f
                    ? "'" + c + "'"
                    : "the character with the number " + (int) c)
                    + " has no meaning here; an expression is made of words, numbers, addresses"
                    + " and operators");
        }
    }

    private void pair() {
        String two = text.substring(at, at + 2);
        switch (two) {
            case "&&" -> add(Kind.WORD, "and", 0, 2);
            case "||" -> add(Kind.WORD, "or", 0, 2);
            case "==" -> add(Kind.SYMBOL, "=", 0, 2);
            default -> add(Kind.SYMBOL, two, 0, 2);
        }
    }

    private void escaped() {
        int end = at + 1;
        while (end < text.length() && " !()\n\t".indexOf(text.charAt(end)) < 0) {
            end++;
        }
        if (end == at + 1) {
            throw place().refuse("nothing follows the backslash; a name would fit");
        }
        add(Kind.NAME, text.substring(at + 1, end), 0, end - at);
    }

    private void longest() {
        int mac = shapes.mac(at);
        int number = shapes.number(at);
        int ipv4 = shapes.ipv4(at);
        int ipv6 = shapes.ipv6(at);
        int torn = shapes.tornMac(at);
        int name = shapes.name(at);
        int most = Math.max(Math.max(Math.max(mac, number), Math.max(ipv4, ipv6)),
                Math.max(torn, name));
        String word = text.substring(at, at + most);
        if (most == name && !Vocabulary.meaning(word).isEmpty()) {
            String meaning = Vocabulary.meaning(word);
            add(meaning.equals("!") ? Kind.SYMBOL : Kind.WORD, meaning, 0, most);
        } else if (most == mac) {
            add(Kind.MAC, word, 0, most);
        } else if (most == number) {
            add(Kind.NUMBER, word, Literals.number(word, place()), most);
        } else if (most == ipv4) {
            add(Kind.IPV4, word, 0, most);
        } else if (most == ipv6) {
            add(Kind.IPV6, word, 0, most);
        } else if (most == torn) {
            throw place().refuse(
                    "'" + Token.brief(word) + "' is not an Ethernet address; six bytes with colons"
                            + " would fit, as 00:11:22:33:44:55");
        } else if (Vocabulary.number(word).isPresent()) {
            add(Kind.NUMBER, word, Vocabulary.number(word).getAsInt(), most);
        } else {
            add(Kind.NAME, word, 0, most);
        }
    }
}
