// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.pcap;

import exo.api.code.CodeSyntaxException;
import exo.impl.code.pcap.Node.Arithmetic;
import exo.impl.code.pcap.Qualifiers.Direction;
import exo.impl.code.pcap.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Makes a tree of an expression.
 *
 * <p>{@code and} and {@code or} bind alike, from left to right. Of the arithmetic operators, {@code
 * | & << >> + - * /} bind as in C, each from left to right; {@code %} and {@code ^} take everything
 * to their right. A value without qualifiers takes those of the part before it; so does one in
 * parentheses, except that the first part in parentheses may not be in parentheses itself.
 *
 * <p>Recursion is bounded by {@value #MAX_DEPTH}.
 */
final class Parser {
    /** How deeply parentheses, brackets, signs and negations may nest. */
    static final int MAX_DEPTH = 200;

    private static final int UNARY = 10;

    private final List<Token> tokens;
    private int at;
    private int depth;

    private Parser(List<Token> tokens) {
        this.tokens = tokens;
    }

    /** What was read: a term, values that await qualifiers, or a number of arithmetic. */
    private sealed interface Unit {
        record Term(Node node, Qualifiers qualifiers) implements Unit {}

        record Values(Node node, Qualifiers qualifiers, boolean grouped, Token at)
                implements
                    Unit {}

        record Value(Arithmetic value, Token at) implements Unit {
            boolean isPlain() {
                return value instanceof Arithmetic.Constant;
            }
        }
    }

    /**
     * {@return the tree, or nothing if the expression is empty}
     *
     * @param expression the expression
     */
    static Optional<Node> parse(String expression) {
        Parser parser = new Parser(Lexer.read(expression));
        if (parser.peek().is(Kind.END)) {
            return Optional.empty();
        }
        Unit.Term term = parser.chain(parser.term(parser.unit(Qualifiers.NONE)));
        if (!parser.peek().is(Kind.END)) {
            throw parser.unexpected("'and', 'or' or the end of the expression");
        }
        return Optional.of(term.node);
    }

    private Token peek() {
        return tokens.get(at);
    }

    private Token next() {
        Token token = tokens.get(at);
        at += token.is(Kind.END) ? 0 : 1;
        return token;
    }

    private CodeSyntaxException unexpected(String fits) {
        return peek().refuse(peek().shown() + " does not fit here; " + fits + " would");
    }

    private Token expect(Kind kind, String fits) {
        if (!peek().is(kind)) {
            throw unexpected(fits);
        }
        return next();
    }

    private void expect(String symbol) {
        if (!peek().is(symbol)) {
            throw unexpected("'" + symbol + "'");
        }
        next();
    }

    private void enter() {
        if (++depth > MAX_DEPTH) {
            throw peek().refuse("the expression nests more than " + MAX_DEPTH
                    + " levels deep; write it flatter");
        }
    }

    private Unit.Term term(Unit unit) {
        return switch (unit) {
            case Unit.Term term -> term;
            case Unit.Values values ->
                throw values.at.refuse("nothing says what " + values.at.shown()
                        + " is; a qualifier such as 'host', 'net' or 'port' before it would");
            case Unit.Value value when value.isPlain() ->
                throw value.at.refuse("nothing says what " + value.at.shown()
                        + " is; a qualifier such as 'host' or 'port' before it would,"
                        + " or a comparison");
            case Unit.Value value -> throw unexpected("a comparison such as '='");
        };
    }

    private Unit.Term chain(Unit.Term first) {
        List<Node.Joined> rest = new ArrayList<>();
        Qualifiers qualifiers = first.qualifiers;
        while (peek().is("and") || peek().is("or")) {
            boolean isAnd = next().is("and");
            Unit unit = unit(qualifiers);
            Node node;
            switch (unit) {
                case Unit.Term term -> {
                    node = term.node;
                    qualifiers = term.qualifiers;
                }
                case Unit.Values values -> node = values.node;
                case Unit.Value value when value.isPlain() -> node = plain(value, qualifiers);
                case Unit.Value value -> throw unexpected("a comparison such as '='");
            }
            rest.add(new Node.Joined(isAnd, node));
        }
        return rest.isEmpty()
                ? first
                : new Unit.Term(new Node.Chain(first.node, rest), qualifiers);
    }

    private Node plain(Unit.Value value, Qualifiers qualifiers) {
        return match(qualifiers, ((Arithmetic.Constant) value.value).token(), Optional.empty());
    }

    private static Node match(Qualifiers qualifiers, Token value, Optional<Token> mask) {
        if (qualifiers.type() == Qualifiers.Type.NONE) {
            throw value.refuse("nothing says what " + value.shown()
                    + " is; a qualifier such as 'host', 'net' or 'port' before it would");
        }
        return new Node.Match(qualifiers, value, mask);
    }

    private Unit unit(Qualifiers inherited) {
        Token token = peek();
        if (token.is("!")) {
            return negation(inherited);
        }
        if (token.is("(")) {
            Unit inner = group(inherited);
            return inner instanceof Unit.Value value ? compare(value) : inner;
        }
        return switch (token.kind()) {
            case NUMBER -> compare(new Unit.Value(new Arithmetic.Constant(next()), token));
            case NAME, IPV4, IPV6, MAC, ARCNET ->
                new Unit.Values(literal(inherited), inherited, false, token);
            case WORD -> word();
            case SYMBOL, END -> {
                if (token.is("-")) {
                    yield compare(new Unit.Value(arithmetic(0), token));
                }
                throw unexpected("a protocol, a qualifier such as 'host', a comparison or '('");
            }
        };
    }

    private Unit negation(Qualifiers inherited) {
        Token token = next();
        enter();
        Unit unit = unit(inherited);
        depth--;
        return switch (unit) {
            case Unit.Term term -> new Unit.Term(new Node.Not(term.node), term.qualifiers);
            case Unit.Values values ->
                new Unit.Values(new Node.Not(values.node), inherited, false, token);
            case Unit.Value value when value.isPlain() ->
                new Unit.Values(new Node.Not(plain(value, inherited)), inherited, false, token);
            case Unit.Value value -> throw unexpected("a comparison such as '='");
        };
    }

    private Unit group(Qualifiers inherited) {
        Token open = next();
        enter();
        Unit unit = unit(inherited);
        boolean more = peek().is("and") || peek().is("or");
        Unit result = switch (unit) {
            case Unit.Term term -> new Unit.Term(chain(term).node, inherited);
            case Unit.Values values when values.grouped -> throw values.at
                    .refuse("a group of values may not begin with a group; leave these parentheses"
                            + " out, or put another value first");
            case Unit.Values values -> values(values.node, inherited, open);
            case Unit.Value value when value.isPlain() && more ->
                values(plain(value, inherited), inherited, open);
            case Unit.Value value -> value;
        };
        expect(")");
        depth--;
        return result;
    }

    private Unit values(Node first, Qualifiers qualifiers, Token open) {
        List<Node.Joined> rest = new ArrayList<>();
        while (peek().is("and") || peek().is("or")) {
            boolean isAnd = next().is("and");
            rest.add(new Node.Joined(isAnd, value(qualifiers)));
        }
        return new Unit.Values(rest.isEmpty() ? first : new Node.Chain(first, rest), qualifiers,
                true, open);
    }

    /** {@return a value, a negated one, or a group of them} */
    private Node value(Qualifiers qualifiers) {
        Token token = peek();
        Unit unit = unit(qualifiers);
        return switch (unit) {
            case Unit.Values values -> values.node;
            case Unit.Value value when value.isPlain() -> plain(value, qualifiers);
            case Unit.Term term -> throw misfit(token, qualifiers);
            case Unit.Value value -> throw misfit(token, qualifiers);
        };
    }

    private static CodeSyntaxException misfit(Token token, Qualifiers qualifiers) {
        String what = switch (qualifiers.type()) {
            case PORT -> "a port";
            case RANGE -> "two ports with '-' between";
            case NET -> "a network such as 10.0.0.0/8";
            case PROTO, CHAIN -> "a protocol, by number or by name after a backslash";
            default -> "an address";
        };
        return token.refuse(token.shown() + " does not fit after '" + qualifiers.type().word()
                + "'; " + what + " would");
    }

    private Node literal(Qualifiers qualifiers) {
        Token value = next();
        if (value.is(Kind.IPV4) || value.is(Kind.IPV6)) {
            if (peek().is("/")) {
                next();
                return match(qualifiers, value, Optional.of(
                        expect(Kind.NUMBER, "a number of bits")));
            }
            if (value.is(Kind.IPV4) && peek().is("mask")) {
                next();
                return match(qualifiers, value, Optional.of(
                        expect(Kind.IPV4, "a mask such as 255.255.0.0")));
            }
        }
        return match(qualifiers, value, Optional.empty());
    }

    private Unit word() {
        Token token = peek();
        Protocol protocol = Protocol.of(token).orElse(Protocol.ANY);
        if (protocol != Protocol.ANY) {
            next();
            if (peek().is("[")) {
                return compare(new Unit.Value(load(protocol, token), token));
            }
        }
        Direction direction = direction();
        Optional<Qualifiers.Type> type = type(direction);
        if (type.isPresent()) {
            Qualifiers qualifiers = new Qualifiers(protocol, direction, type.get());
            return new Unit.Term(value(qualifiers), qualifiers);
        }
        if (peek().is("broadcast") || peek().is("multicast")) {
            return other(new Node.Cast(protocol, next()));
        }
        if (protocol != Protocol.ANY) {
            Vocabulary.refuseForeign(peek());
            return other(new Node.Abbreviation(protocol, token));
        }
        if (token.is("len")) {
            next();
            return compare(new Unit.Value(new Arithmetic.Length(token), token));
        }
        return other(special());
    }

    private static Unit other(Node node) {
        return new Unit.Term(node, Qualifiers.NONE);
    }

    private Direction direction() {
        Token token = peek();
        if (!token.is("src") && !token.is("dst")) {
            return Direction.ANY;
        }
        next();
        if (peek().is("and") || peek().is("or")) {
            boolean both = next().is("and");
            expect(token.is("src") ? "dst" : "src");
            return both ? Direction.BOTH : Direction.EITHER;
        }
        return token.is("src") ? Direction.SOURCE : Direction.DESTINATION;
    }

    private Optional<Qualifiers.Type> type(Direction direction) {
        Token token = peek();
        if (!token.is(Kind.WORD)) {
            return direction == Direction.ANY ? Optional.empty() : Optional.of(Qualifiers.Type.ANY);
        }
        Qualifiers.Type type = switch (token.text()) {
            case "host" -> Qualifiers.Type.HOST;
            case "net" -> Qualifiers.Type.NET;
            case "port" -> Qualifiers.Type.PORT;
            case "portrange" -> Qualifiers.Type.RANGE;
            case "gateway" -> Qualifiers.Type.GATEWAY;
            case "proto" -> Qualifiers.Type.PROTO;
            case "protochain" -> Qualifiers.Type.CHAIN;
            default -> Qualifiers.Type.ANY;
        };
        boolean undirected = type == Qualifiers.Type.GATEWAY || type == Qualifiers.Type.PROTO
                || type == Qualifiers.Type.CHAIN;
        if (direction != Direction.ANY && (undirected || type == Qualifiers.Type.ANY)) {
            throw unexpected("after 'src' or 'dst', 'host', 'net', 'port', 'portrange' or an"
                    + " address");
        }
        if (type == Qualifiers.Type.ANY) {
            return Optional.empty();
        }
        next();
        return Optional.of(type);
    }

    private Node special() {
        Token word = next();
        return switch (word.text()) {
            case "less", "greater", "ifindex" ->
                new Node.Special(word, Optional.of(expect(Kind.NUMBER, "a number")));
            case "inbound", "outbound", "pppoed" -> new Node.Special(word, Optional.empty());
            case "vlan", "mpls", "pppoes", "geneve" -> new Node.Special(word, optionalNumber());
            case "byte" -> byteTest();
            case "llc" -> new Node.Llc(word,
                    peek().is(Kind.NAME) || peek().is("rnr")
                            ? Optional.of(next())
                            : Optional.empty());
            default -> throw Vocabulary.refuse(word);
        };
    }

    private Optional<Token> optionalNumber() {
        if (!peek().is("(")) {
            return peek().is(Kind.NUMBER) ? Optional.of(next()) : Optional.empty();
        }
        next();
        enter();
        Optional<Token> number = optionalNumber();
        if (number.isEmpty()) {
            throw unexpected("a number");
        }
        expect(")");
        depth--;
        return number;
    }

    private Node byteTest() {
        Token index = expect(Kind.NUMBER, "the index of a byte");
        Token operator = peek();
        if (!operator.is(Kind.SYMBOL) || !"&|<>=".contains(operator.text())
                || operator.text().length() > 1) {
            throw unexpected("one of & | < > =");
        }
        next();
        return new Node.ByteTest(index, operator, expect(Kind.NUMBER, "the value of a byte"));
    }

    /** Goes on after a number: to an operator, and to a comparison. */
    private Unit compare(Unit.Value first) {
        Arithmetic left = operators(first.value, 0);
        Token operator = peek();
        boolean comparison = operator.is(Kind.SYMBOL) && switch (operator.text()) {
            case "=", "!=", "<", "<=", ">", ">=" -> true;
            default -> false;
        };
        if (!comparison) {
            return new Unit.Value(left, first.at);
        }
        next();
        return other(new Node.Relation(operator, left, arithmetic(0)));
    }

    private Arithmetic arithmetic(int binding) {
        return operators(operand(), binding);
    }

    private Arithmetic operators(Arithmetic first, int binding) {
        Arithmetic left = first;
        while (true) {
            Token operator = peek();
            int tightness = tightness(operator);
            boolean greedy = operator.is("%") || operator.is("^");
            if (!greedy && tightness <= binding) {
                return left;
            }
            next();
            enter();
            left = new Arithmetic.Binary(operator, left, arithmetic(greedy ? 0 : tightness));
            depth--;
        }
    }

    private static int tightness(Token operator) {
        if (!operator.is(Kind.SYMBOL)) {
            return 0;
        }
        return switch (operator.text()) {
            case "|" -> 1;
            case "&" -> 2;
            case "<<", ">>" -> 3;
            case "+", "-" -> 4;
            case "*", "/" -> 5;
            default -> 0;
        };
    }

    private Arithmetic operand() {
        Token token = peek();
        Protocol protocol = Protocol.of(token).orElse(Protocol.ANY);
        if (token.is(Kind.NUMBER)) {
            return new Arithmetic.Constant(next());
        }
        if (token.is("len")) {
            return new Arithmetic.Length(next());
        }
        if (protocol != Protocol.ANY) {
            next();
            return load(protocol, token);
        }
        boolean sign = token.is("-");
        if (!sign && !token.is("(")) {
            throw unexpected("a number, 'len', or bytes such as ip[0]");
        }
        next();
        enter();
        Arithmetic inner = sign
                ? new Arithmetic.Negation(token, arithmetic(UNARY))
                : arithmetic(0);
        if (!sign) {
            expect(")");
        }
        depth--;
        return inner;
    }

    private Arithmetic load(Protocol protocol, Token word) {
        expect("[");
        enter();
        Arithmetic index = arithmetic(0);
        depth--;
        int size = 1;
        if (peek().is(":")) {
            next();
            Token bytes = expect(Kind.NUMBER, "1, 2 or 4");
            size = bytes.number();
            if (size != 1 && size != 2 && size != 4) {
                throw bytes.refuse("the number of bytes is " + Token.brief(bytes.source())
                        + "; 1, 2 or 4 would fit");
            }
        }
        expect("]");
        return new Arithmetic.Load(protocol, index, size, word);
    }
}
