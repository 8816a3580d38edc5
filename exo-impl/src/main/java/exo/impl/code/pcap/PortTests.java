// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.pcap;

import exo.impl.code.pcap.Names.Port;
import exo.impl.code.pcap.Qualifiers.Direction;
import exo.impl.code.pcap.Tests.Base;
import exo.impl.code.pcap.flow.Condition;
import exo.impl.code.pcap.flow.Op;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Does a packet come from or go to a port? Of fragments, only the first has ports. */
final class PortTests {
    private static final int MOST = 65_535;
    private static final Pattern NUMBERS = Pattern.compile("([0-9]+)-([+-]?[0-9]+).*",
            Pattern.DOTALL);

    private final State state;
    private final Tests tests;
    private final LinkTests links;

    PortTests(State state, Tests tests, LinkTests links) {
        this.state = state;
        this.tests = tests;
        this.links = links;
    }

    /**
     * Ports from one to another.
     *
     * @param least the least
     * @param most the greatest
     * @param isRange whether both are looked at, though they may be equal
     * @param protocol of which protocol
     */
    private record Range(int least, int most, boolean isRange, Protocol protocol) {}

    /** {@return a condition on ports, which a number or a name gives} */
    Condition ports(Qualifiers qualifiers, Token value) {
        boolean isRange = qualifiers.type() == Qualifiers.Type.RANGE;
        Protocol asked = qualifiers.protocol();
        if (asked != Protocol.ANY && asked != Protocol.TCP && asked != Protocol.UDP
                && asked != Protocol.SCTP) {
            throw state.refuse("'" + asked.word() + "' has no ports; 'tcp', 'udp' or 'sctp'"
                    + " before '" + qualifiers.type().word() + "' would fit");
        }
        Range range = switch (value.kind()) {
            case NUMBER -> {
                int port = checked(Integer.toUnsignedLong(value.number()));
                yield new Range(port, port, isRange, asked);
            }
            case NAME -> isRange ? range(value, asked) : port(value, asked);
            default -> throw state.refuse(value.shown() + " is no port; a number from 0 to " + MOST
                    + " would fit");
        };
        return version(range, qualifiers.direction(), true)
                .or(version(range, qualifiers.direction(), false));
    }

    private int checked(long port) {
        if (port < 0 || port > MOST) {
            throw state.refuse(port + " is no port; a number from 0 to " + MOST + " would fit");
        }
        return (int) port;
    }

    private Range port(Token name, Protocol asked) {
        Port port = named(name.text());
        checked(port.number());
        return new Range(port.number(), port.number(), false, agreed(asked, port.protocol()));
    }

    private Port named(String name) {
        return Names.port(name)
                .orElseThrow(() -> state.refuse("no port is known by the name '" + Token.brief(name)
                        + "'; use the number"));
    }

    private Protocol agreed(Protocol asked, Protocol found) {
        if (asked != Protocol.ANY && found != Protocol.ANY && asked != found) {
            throw state.refuse(state.place.shown() + " is a port of " + found.word() + ", not of "
                    + asked.word() + "; use the number");
        }
        return asked == Protocol.ANY ? found : asked;
    }

    private Range range(Token value, Protocol asked) {
        Matcher numbers = NUMBERS.matcher(value.text());
        if (numbers.matches()) {
            return ordered(number(numbers.group(1)), number(numbers.group(2)), asked);
        }
        int dash = value.text().indexOf('-');
        if (dash < 0) {
            throw state.refuse(value.shown() + " is no range of ports; two ports with '-' between"
                    + " would fit, as 6000-6008");
        }
        Port first = named(value.text().substring(0, dash));
        Port second = named(value.text().substring(dash + 1));
        Protocol found = first.protocol() == second.protocol() ? first.protocol() : Protocol.ANY;
        return ordered(checked(first.number()), checked(second.number()), agreed(asked, found));
    }

    private int number(String digits) {
        // Longer ones are too great in any case.
        return checked(Long.parseLong(digits.length() > 12 ? digits.substring(0, 12) : digits));
    }

    private static Range ordered(int one, int other, Protocol protocol) {
        return new Range(Math.min(one, other), Math.max(one, other), true, protocol);
    }

    private Condition version(Range range, Direction direction, boolean is6) {
        Condition any = range.protocol == Protocol.ANY
                ? protocol(ProtocolTests.SCTP, range, direction, is6)
                        .or(protocol(ProtocolTests.TCP, range, direction, is6)
                                .or(protocol(ProtocolTests.UDP, range, direction, is6)))
                : protocol(number(range.protocol), range, direction, is6);
        return links.carries(is6 ? LinkTests.IP6 : LinkTests.IP).and(any);
    }

    private static int number(Protocol protocol) {
        return switch (protocol) {
            case TCP -> ProtocolTests.TCP;
            case UDP -> ProtocolTests.UDP;
            default -> ProtocolTests.SCTP;
        };
    }

    private Condition protocol(int number, Range range, Direction direction, boolean is6) {
        Condition sides = HostTests.sides(direction, isSource -> side(range, isSource, is6));
        return is6
                ? tests.equal(Base.NETWORK, 6, Op.BYTE, number).and(sides)
                : tests.equal(Base.NETWORK, 9, Op.BYTE, number).and(firstFragment()).and(sides);
    }

    /** {@return whether a packet of IPv4 is whole, or the first fragment} */
    Condition firstFragment() {
        return tests.anyOf(Base.NETWORK, 6, Op.HALF, 0x1fff).not();
    }

    private Condition side(Range range, boolean isSource, boolean is6) {
        Base base = is6 ? Base.TRANSPORT6 : Base.TRANSPORT;
        int offset = isSource ? 0 : 2;
        if (!range.isRange) {
            return tests.equal(base, offset, Op.HALF, range.least);
        }
        return tests.atLeast(base, offset, Op.HALF, range.least)
                .and(tests.greater(base, offset, Op.HALF, range.most).not());
    }

    /** {@return whether a packet of UDP goes to a port} */
    Condition udpTo(int port, boolean is6) {
        return version(new Range(port, port, false, Protocol.UDP), Direction.DESTINATION, is6);
    }
}
