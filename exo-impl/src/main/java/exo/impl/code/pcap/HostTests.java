// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.pcap;

import exo.impl.code.pcap.Qualifiers.Direction;
import exo.impl.code.pcap.State.Link;
import exo.impl.code.pcap.Tests.Base;
import exo.impl.code.pcap.flow.Condition;
import exo.impl.code.pcap.flow.Op;
import java.util.function.Function;

/** Does a packet come from or go to a host or a network? */
final class HostTests {
    private final State state;
    private final Tests tests;
    private final LinkTests links;

    HostTests(State state, Tests tests, LinkTests links) {
        this.state = state;
        this.tests = tests;
        this.links = links;
    }

    /** {@return a condition on the source, the destination, or both, as a direction wants it} */
    static Condition sides(Direction direction, Function<Boolean, Condition> isSource) {
        return switch (direction) {
            case SOURCE -> isSource.apply(true);
            case DESTINATION -> isSource.apply(false);
            case BOTH -> isSource.apply(true).and(isSource.apply(false));
            case ANY, EITHER -> isSource.apply(true).or(isSource.apply(false));
        };
    }

    /**
     * {@return whether an IPv4 address is in a network}
     *
     * @param qualifiers whose address, of which protocol
     * @param address the address and its mask, as {@link Tests#under} packs them
     */
    Condition ipv4(Qualifiers qualifiers, long address) {
        Direction direction = qualifiers.direction();
        return switch (qualifiers.protocol()) {
            case ANY -> {
                Condition ip = ipv4(direction, address, LinkTests.IP);
                yield state.labels > 0
                        ? ip
                        : ip.or(ipv4(direction, address, LinkTests.ARP))
                                .or(ipv4(direction, address, LinkTests.RARP));
            }
            case IP -> ipv4(direction, address, LinkTests.IP);
            case ARP -> ipv4(direction, address, LinkTests.ARP);
            case RARP -> ipv4(direction, address, LinkTests.RARP);
            case IP6 -> throw state.refuse(state.place.shown()
                    + " is an IPv4 address, which does not fit after 'ip6'");
            default -> throw state.refuse("'" + qualifiers.protocol().word()
                    + "' does not fit before an IPv4 address; 'ip', 'arp' or 'rarp' would");
        };
    }

    private Condition ipv4(Direction direction, long address, int protocol) {
        int source = protocol == LinkTests.IP ? 12 : 14;
        int destination = protocol == LinkTests.IP ? 16 : 24;
        return sides(direction, isSource -> links.carries(protocol)
                .and(tests.masked(Base.NETWORK, isSource ? source : destination, Op.WORD,
                        address)));
    }

    /**
     * {@return whether an IPv6 address is in a network}
     *
     * @param qualifiers whose address
     * @param address the address, as four words
     * @param bits how many bits of it count
     */
    Condition ipv6(Qualifiers qualifiers, int[] address, int bits) {
        if (qualifiers.protocol() != Protocol.ANY && qualifiers.protocol() != Protocol.IP6) {
            throw state.refuse("'" + qualifiers.protocol().word()
                    + "' does not fit before an IPv6 address; 'ip6' would");
        }
        return sides(qualifiers.direction(), isSource -> {
            Condition all = links.carries(LinkTests.IP6);
            for (int word = 0; word < 4; word++) {
                int mask = mask(Math.clamp(bits - 32L * word, 0, 32));
                all = all.and(tests.masked(Base.NETWORK, (isSource ? 8 : 24) + 4 * word, Op.WORD,
                        Tests.under(address[word], mask)));
            }
            return all;
        });
    }

    /** {@return a word whose upper bits are set} */
    static int mask(int bits) {
        return bits == 0 ? 0 : -1 << (32 - bits);
    }

    /** {@return whether a frame has an Ethernet address} */
    Condition mac(Direction direction, int... address) {
        if (state.link != Link.ETHERNET) {
            throw state.refuse("Ethernet addresses are for Ethernet only, but here are headers of "
                    + state.linkName());
        }
        return links.onEthernet(sides(direction,
                isSource -> tests.bytes(Base.LINK, isSource ? 6 : 0, address)));
    }

    /** {@return whether a packet of DECnet has an address, in a long header or a short one} */
    Condition decnet(Direction direction, int address) {
        int swapped = Short.toUnsignedInt(Short.reverseBytes((short) address));
        return sides(direction, isSource -> {
            int longAt = isSource ? 15 : 7;
            int shortAt = isSource ? 3 : 1;
            Condition padded = tests.masked(Base.NETWORK, 2, Op.HALF, Tests.under(0x8106, 0xff07))
                    .and(tests.equal(Base.NETWORK, 3 + longAt, Op.HALF, swapped));
            Condition plain = tests.masked(Base.NETWORK, 2, Op.BYTE, Tests.under(6, 7))
                    .and(tests.equal(Base.NETWORK, 2 + longAt, Op.HALF, swapped));
            Condition shortPadded = tests
                    .masked(Base.NETWORK, 2, Op.HALF, Tests.under(0x8102, 0xff07))
                    .and(tests.equal(Base.NETWORK, 3 + shortAt, Op.HALF, swapped));
            Condition shortPlain = tests.masked(Base.NETWORK, 2, Op.BYTE, Tests.under(2, 7))
                    .and(tests.equal(Base.NETWORK, 2 + shortAt, Op.HALF, swapped));
            return links.carries(LinkTests.DECNET)
                    .and(shortPlain.or(shortPadded.or(plain.or(padded))));
        });
    }
}
