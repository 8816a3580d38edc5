// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.pcap;

import exo.api.code.CodeSyntaxException;
import exo.api.code.LinkType;
import exo.impl.code.pcap.State.Link;
import exo.impl.code.pcap.Tests.Base;
import exo.impl.code.pcap.Token.Kind;
import exo.impl.code.pcap.flow.Condition;
import exo.impl.code.pcap.flow.Op;
import exo.impl.code.pcap.flow.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Translates a tree to conditions, from left to right. */
final class ExpressionCode {
    private static final Pattern DECNET = Pattern.compile("([0-9]{1,9})\\.([0-9]{1,9})");
    private static final int ALL_BITS = -1;
    private static final int ETHERNET_BYTES = 6;

    private final State state;
    private final Tests tests;
    private final LinkTests links;
    private final HostTests hosts;
    private final ProtocolTests protocols;
    private final PortTests ports;
    private final TagTests tags;
    private final ArithmeticCode arithmetic;

    ExpressionCode(LinkType link, Token first) {
        state = new State(link, first);
        tests = new Tests(state);
        links = new LinkTests(state, tests);
        hosts = new HostTests(state, tests, links);
        protocols = new ProtocolTests(state, tests, links);
        ports = new PortTests(state, tests, links);
        tags = new TagTests(state, tests, links, ports);
        arithmetic = new ArithmeticCode(state, tests, protocols, ports);
    }

    /** {@return whether the program must stay as it was written} */
    boolean isFixed() {
        return state.isFixed;
    }

    /** {@return the condition that a tree stands for} */
    Condition condition(Node node) {
        return switch (node) {
            case Node.Chain chain -> {
                Condition all = condition(chain.first());
                for (Node.Joined joined : chain.rest()) {
                    Condition next = condition(joined.node());
                    all = joined.isAnd() ? all.and(next) : all.or(next);
                }
                yield all;
            }
            case Node.Not not -> condition(not.node()).not();
            case Node.Match match -> {
                state.place = match.value();
                yield match(match);
            }
            case Node.Abbreviation abbreviation -> {
                state.place = abbreviation.at();
                yield protocols.abbreviation(abbreviation.protocol());
            }
            case Node.Relation relation -> arithmetic.relation(relation);
            case Node.Cast cast -> {
                state.place = cast.at();
                yield cast.at().is("broadcast") ? broadcast(cast) : multicast(cast);
            }
            case Node.Special special -> {
                state.place = special.word();
                yield special(special);
            }
            case Node.ByteTest test -> byteTest(test);
            case Node.Llc llc -> {
                state.place = llc.at();
                yield llc(llc);
            }
        };
    }

    private Condition match(Node.Match match) {
        return switch (match.value().kind()) {
            case NUMBER -> number(match.qualifiers(), match.value());
            case NAME -> name(match.qualifiers(), match.value());
            case IPV4 -> ipv4(match);
            case IPV6 -> ipv6(match);
            case MAC -> mac(match);
            default -> throw state.refuse(match.value().shown()
                    + " is an address of ARCnet, which is not among the link types");
        };
    }

    private Condition number(Qualifiers qualifiers, Token value) {
        int number = value.number();
        return switch (qualifiers.type()) {
            case PORT, RANGE -> ports.ports(qualifiers, value);
            case PROTO -> protocols.inside(qualifiers.protocol(), number);
            case CHAIN -> protocols.chain(qualifiers.protocol(), number);
            case GATEWAY, NONE -> throw noGateway();
            case ANY, HOST, NET -> {
                if (qualifiers.protocol() == Protocol.DECNET) {
                    yield hosts.decnet(qualifiers.direction(), number);
                }
                if (qualifiers.protocol() == Protocol.LINK) {
                    throw state.refuse(value.shown()
                            + " is no Ethernet address; six bytes with colons would fit");
                }
                int bits = 32;
                if (qualifiers.type() == Qualifiers.Type.NET) {
                    while (number != 0 && number >>> 24 == 0) {
                        number <<= 8;
                        bits -= 8;
                    }
                }
                yield hosts.ipv4(qualifiers, Tests.under(number, HostTests.mask(bits)));
            }
        };
    }

    private CodeSyntaxException noGateway() {
        return state.refuse("'gateway' needs names of hosts, which this compiler does not look up;"
                + " use 'ether host ... and not host ...'");
    }

    private Condition name(Qualifiers qualifiers, Token value) {
        return switch (qualifiers.type()) {
            case PORT, RANGE -> ports.ports(qualifiers, value);
            case PROTO -> protocols.inside(qualifiers.protocol(),
                    protocolNumber(qualifiers.protocol(), value));
            case CHAIN -> protocols.chain(qualifiers.protocol(),
                    protocolNumber(qualifiers.protocol(), value));
            case GATEWAY, NONE -> throw noGateway();
            case NET -> throw state
                    .refuse("'" + Token.brief(value.text()) + "' would be the name of a network,"
                            + " which this compiler does not look up; use the address");
            case ANY, HOST -> throw state.refuse("'" + Token.brief(value.text())
                    + "' would be the name of a host, but the compiler asks no name server;"
                    + " use the address");
        };
    }

    private int protocolNumber(Protocol outer, Token name) {
        OptionalInt number = switch (outer) {
            case ANY, IP, IP6 -> Names.protocol(name.text());
            case LINK -> Names.ethernetType(name.text());
            case ISO -> Names.isoProtocol(name.text());
            default -> OptionalInt.empty();
        };
        if (number.isEmpty()) {
            throw state.refuse("no protocol "
                    + (outer == Protocol.ANY ? "" : "of '" + outer.word() + "' ")
                    + "is known by the name '" + Token.brief(name.text()) + "'; use the number");
        }
        return number.getAsInt();
    }

    private Condition ipv4(Node.Match match) {
        Qualifiers qualifiers = match.qualifiers();
        Token value = match.value();
        boolean isHost = qualifiers.isHost();
        boolean isNet = qualifiers.type() == Qualifiers.Type.NET;
        if (!isNet && (match.mask().isPresent() || !isHost)) {
            throw state.refuse("an IPv4 address " + (match.mask().isPresent() ? "with a mask " : "")
                    + "does not fit after '" + qualifiers.type().word() + "'; 'net' would");
        }
        if (match.mask().isEmpty() && qualifiers.protocol() == Protocol.DECNET) {
            return hosts.decnet(qualifiers.direction(), decnetAddress(value));
        }
        Literals.Ipv4 address = Literals.ipv4(value);
        if (qualifiers.protocol() == Protocol.LINK) {
            throw state.refuse(value.shown()
                    + " is no Ethernet address; six bytes with colons would fit");
        }
        int mask = match.mask().isPresent()
                ? mask(match.mask().get())
                : HostTests.mask(address.bits());
        if ((address.value() & ~mask) != 0) {
            throw state.refuse(value.shown() + " has bits outside the mask; clear them, or use a"
                    + " longer mask");
        }
        if (qualifiers.protocol() == Protocol.DECNET) {
            return hosts.decnet(qualifiers.direction(), address.value());
        }
        return hosts.ipv4(qualifiers, Tests.under(address.value(), mask));
    }

    private static int mask(Token token) {
        if (token.is(Kind.IPV4)) {
            return Literals.ipv4(token).value();
        }
        if (Integer.compareUnsigned(token.number(), 32) > 0) {
            throw token.refuse("a mask of " + Token.brief(token.source())
                    + " bits is too long for IPv4; 0 to 32 would fit");
        }
        return HostTests.mask(token.number());
    }

    /** {@return an address of DECnet: an area, a dot, and a node} */
    private int decnetAddress(Token value) {
        Matcher parts = DECNET.matcher(value.text());
        if (!parts.lookingAt()) {
            throw state.refuse(value.shown()
                    + " is no address of DECnet; an area, a dot and a node would fit");
        }
        return ((Integer.parseInt(parts.group(1)) << 10) & 0xfc00)
                | (Integer.parseInt(parts.group(2)) & 0x3ff);
    }

    private Condition ipv6(Node.Match match) {
        Qualifiers qualifiers = match.qualifiers();
        int[] address = Literals.ipv6(match.value());
        int bits = match.mask().map(Token::number).orElse(128);
        if (Integer.compareUnsigned(bits, 128) > 0) {
            throw match.mask()
                    .orElse(match.value())
                    .refuse("a mask of " + Integer.toUnsignedString(bits)
                            + " bits is too long for IPv6; 0 to 128 would fit");
        }
        for (int word = 0; word < 4; word++) {
            int mask = HostTests.mask(Math.clamp(bits - 32L * word, 0, 32));
            if ((address[word] & ~mask) != 0) {
                throw state.refuse(match.value().shown() + " has bits outside the mask; clear"
                        + " them, or use a longer mask");
            }
        }
        boolean fits = qualifiers.type() == Qualifiers.Type.NET
                || (qualifiers.isHost() && bits == 128);
        if (!fits) {
            throw state.refuse("an IPv6 address " + (bits < 128 ? "with a mask " : "")
                    + "does not fit after '" + qualifiers.type().word() + "'; 'net' would");
        }
        return hosts.ipv6(qualifiers, address, bits);
    }

    private Condition mac(Node.Match match) {
        Qualifiers qualifiers = match.qualifiers();
        if (!qualifiers.isHost() || qualifiers.protocol() != Protocol.LINK) {
            throw state.refuse(match.value().shown()
                    + " is an Ethernet address; it fits after 'ether host', 'ether src' and"
                    + " 'ether dst'");
        }
        return hosts.mac(qualifiers.direction(), Literals.mac(match.value()));
    }

    private Condition broadcast(Node.Cast cast) {
        return switch (cast.protocol()) {
            case ANY, LINK -> {
                needEthernet("broadcast");
                int[] address = new int[ETHERNET_BYTES];
                Arrays.fill(address, 0xff);
                yield hosts.mac(Qualifiers.Direction.DESTINATION, address);
            }
            // Captures do not say which network they are of, so only these two addresses count.
            case IP -> protocols.abbreviation(Protocol.IP)
                    .and(tests.equal(Base.NETWORK, 16, Op.WORD, 0)
                            .or(tests.equal(Base.NETWORK, 16, Op.WORD, ALL_BITS)));
            default -> throw state.refuse("'" + cast.protocol().word()
                    + "' has no broadcast; 'ether' or 'ip' before it would fit");
        };
    }

    private void needEthernet(String what) {
        if (state.link != Link.ETHERNET) {
            throw state.refuse("'" + what + "' of links is for Ethernet only, but here are headers"
                    + " of " + state.linkName());
        }
    }

    private Condition multicast(Node.Cast cast) {
        return switch (cast.protocol()) {
            case ANY, LINK -> {
                needEthernet("multicast");
                yield links.onEthernet(tests.anyOf(Base.LINK, 0, Op.BYTE, 1));
            }
            case IP -> protocols.abbreviation(Protocol.IP)
                    .and(tests.atLeast(Base.NETWORK, 16, Op.BYTE, 224));
            case IP6 -> protocols.abbreviation(Protocol.IP6)
                    .and(tests.equal(Base.NETWORK, 24, Op.BYTE, 255));
            default -> throw state.refuse("'" + cast.protocol().word()
                    + "' has no multicast; 'ether', 'ip' or 'ip6' before it would fit");
        };
    }

    private Condition special(Node.Special special) {
        String word = special.word().text();
        int number = special.number().map(Token::number).orElse(0);
        return switch (word) {
            case "less" -> length(Op.JGT, number).not();
            case "greater" -> length(Op.JGE, number);
            case "vlan" -> tags.vlan(special.number());
            case "mpls" -> tags.mpls(special.number());
            case "pppoed" -> links.carries(0x8863);
            case "pppoes" -> tags.pppoe(special.number());
            case "geneve" -> tags.geneve(special.number());
            case "inbound", "outbound" -> {
                if (state.link != Link.COOKED) {
                    throw state.refuse("'" + word + "' is for Linux cooked captures only; headers"
                            + " of " + state.linkName() + " do not say");
                }
                Condition outgoing = tests.equal(Base.LINK, 0, Op.HALF, 4);
                yield word.equals("outbound") ? outgoing : outgoing.not();
            }
            default -> throw state.refuse("'" + word
                    + "' asks for what packets do not carry: the interface they came by");
        };
    }

    private static Condition length(int code, int number) {
        return Condition.of(Statement.list(Statement.of(Op.LD_LEN)), code, number);
    }

    private Condition byteTest(Node.ByteTest test) {
        int index = test.index().number();
        int value = test.value().number();
        return switch (test.operator().text()) {
            case "=" -> tests.equal(Base.LINK, index, Op.BYTE, value);
            case "<" -> tests.atLeast(Base.LINK, index, Op.BYTE, value).not();
            case ">" -> tests.greater(Base.LINK, index, Op.BYTE, value);
            // As libpcap has it, these look at what A happens to hold.
            case "&" -> leftover(Op.AND, value);
            default -> leftover(Op.OR, value);
        };
    }

    private static Condition leftover(int code, int value) {
        List<Statement> statements = Statement.list(Statement.of(code, value));
        return Condition.of(statements, Op.JEQ, 0).not();
    }

    private Condition llc(Node.Llc llc) {
        Condition framed = links.llc();
        if (llc.type().isEmpty()) {
            return framed;
        }
        String type = llc.type().get().text().toLowerCase(Locale.ROOT);
        Condition test = switch (type) {
            case "i" -> tests.anyOf(Base.LLC, 2, Op.BYTE, 1).not();
            case "s" -> llcControl(1, 3);
            case "u" -> llcControl(3, 3);
            case "rr" -> llcControl(0x01, 0x0f);
            case "rnr" -> llcControl(0x05, 0x0f);
            case "rej" -> llcControl(0x09, 0x0f);
            case "ui" -> llcControl(0x03, 0xef);
            case "ua" -> llcControl(0x63, 0xef);
            case "disc" -> llcControl(0x43, 0xef);
            case "dm" -> llcControl(0x0f, 0xef);
            case "sabme" -> llcControl(0x6f, 0xef);
            case "test" -> llcControl(0xe3, 0xef);
            case "xid" -> llcControl(0xaf, 0xef);
            case "frmr" -> llcControl(0x87, 0xef);
            default -> throw noLlc(llc.type().get());
        };
        return framed.and(test);
    }

    private static CodeSyntaxException noLlc(Token type) {
        return type.refuse(type.shown() + " is no kind of 802.2 frame; i, s, u, rr, rnr, rej, ui,"
                + " ua, disc, dm, sabme, test, xid or frmr would fit");
    }

    private Condition llcControl(int value, int mask) {
        return tests.masked(Base.LLC, 2, Op.BYTE, Tests.under(value, mask));
    }
}
