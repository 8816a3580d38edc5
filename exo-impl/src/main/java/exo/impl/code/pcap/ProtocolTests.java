// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.pcap;

import exo.impl.code.pcap.Tests.Base;
import exo.impl.code.pcap.flow.Condition;
import exo.impl.code.pcap.flow.Op;
import exo.impl.code.pcap.flow.Statement;
import java.util.List;

/** Does a packet carry a protocol inside IP or the OSI family? */
final class ProtocolTests {
    static final int TCP = 6;
    static final int UDP = 17;
    static final int SCTP = 132;
    static final int ICMP6 = 58;

    /** How many headers a chain is followed through. */
    static final int CHAIN_HEADERS = 8;

    private static final int HOP_BY_HOP = 0;
    private static final int ROUTING = 43;
    private static final int FRAGMENT = 44;
    private static final int AH = 51;
    private static final int NO_NEXT = 59;
    private static final int DESTINATION_OPTIONS = 60;
    private static final int ISIS = 0x83;

    private final State state;
    private final Tests tests;
    private final LinkTests links;

    ProtocolTests(State state, Tests tests, LinkTests links) {
        this.state = state;
        this.tests = tests;
        this.links = links;
    }

    /** {@return whether a packet carries a protocol that has a word of its own} */
    Condition abbreviation(Protocol protocol) {
        return switch (protocol) {
            case IP -> links.carries(LinkTests.IP);
            case ARP -> links.carries(LinkTests.ARP);
            case RARP -> links.carries(LinkTests.RARP);
            case IP6 -> links.carries(LinkTests.IP6);
            case ATALK -> links.carries(LinkTests.ATALK);
            case AARP -> links.carries(LinkTests.AARP);
            case DECNET -> links.carries(LinkTests.DECNET);
            case SCA -> links.carries(0x6007);
            case LAT -> links.carries(0x6004);
            case MOPDL -> links.carries(0x6001);
            case MOPRC -> links.carries(0x6002);
            case ISO -> links.carries(LinkTests.SAP_ISO);
            case STP -> links.carries(LinkTests.SAP_STP);
            case IPX -> links.carries(LinkTests.SAP_IPX);
            case NETBEUI -> links.carries(LinkTests.SAP_NETBEUI);
            case SCTP -> inside(Protocol.ANY, SCTP);
            case TCP -> inside(Protocol.ANY, TCP);
            case UDP -> inside(Protocol.ANY, UDP);
            case PIM -> inside(Protocol.ANY, 103);
            case AH -> inside(Protocol.ANY, AH);
            case ESP -> inside(Protocol.ANY, 50);
            case ICMP -> inside(Protocol.IP, 1);
            case IGMP -> inside(Protocol.IP, 2);
            case IGRP -> inside(Protocol.IP, 9);
            case VRRP, CARP -> inside(Protocol.IP, 112);
            case ICMP6 -> inside(Protocol.IP6, ICMP6);
            case ESIS -> inside(Protocol.ISO, 0x82);
            case ISIS -> inside(Protocol.ISO, ISIS);
            case CLNP -> inside(Protocol.ISO, 0x81);
            case L1 -> isis(26, 24, 18, 15, 17);
            case L2 -> isis(27, 25, 20, 16, 17);
            case IIH -> isis(17, 15, 16);
            case LSP -> isis(18, 20);
            case SNP -> isis(27, 26, 24, 25);
            case CSNP -> isis(24, 25);
            case PSNP -> isis(26, 27);
            case ANY, LINK, RADIO -> throw state.refuse(state.place.shown()
                    + " alone says nothing; 'broadcast', 'multicast', 'host', 'proto' or"
                    + " '[' after it would");
        };
    }

    private Condition isis(int... types) {
        Condition any = inside(Protocol.ISIS, types[0]);
        for (int i = 1; i < types.length; i++) {
            any = any.or(inside(Protocol.ISIS, types[i]));
        }
        return any;
    }

    /** {@return whether a protocol carries another one, which is given by its number} */
    Condition inside(Protocol outer, int number) {
        return switch (outer) {
            case ANY -> inside(Protocol.IP, number).or(inside(Protocol.IP6, number));
            case LINK -> links.carries(number);
            case IP -> links.carries(LinkTests.IP)
                    .and(tests.equal(Base.NETWORK, 9, Op.BYTE, number));
            case IP6 -> {
                Condition behindFragment = tests.equal(Base.NETWORK, 6, Op.BYTE, FRAGMENT)
                        .and(tests.equal(Base.NETWORK, 40, Op.BYTE, number));
                yield links.carries(LinkTests.IP6)
                        .and(tests.equal(Base.NETWORK, 6, Op.BYTE, number).or(behindFragment));
            }
            case ISO -> links.carries(LinkTests.SAP_ISO)
                    .and(tests.equal(Base.NETWORK_NO_SNAP, 0, Op.BYTE, number));
            case ISIS -> inside(Protocol.ISO, ISIS)
                    .and(tests.equal(Base.NETWORK_NO_SNAP, 4, Op.BYTE, number));
            default -> throw state.refuse("'" + outer.word() + "' carries no protocol that"
                    + " 'proto' could name; 'ether', 'ip', 'ip6', 'iso' or 'isis' would fit");
        };
    }

    /** {@return whether a chain of headers that begins in a protocol holds another} */
    Condition chain(Protocol outer, int number) {
        int word = state.takeWord();
        try {
            return switch (outer) {
                case ANY -> chain(Protocol.IP, number).or(chain(Protocol.IP6, number));
                case IP, IP6 -> followed(outer, number, word);
                default -> throw state.refuse("'" + outer.word() + "' has no chain of headers;"
                        + " 'ip' or 'ip6' before 'protochain' would fit");
            };
        } finally {
            state.giveWord(word);
        }
    }

    private Condition followed(Protocol outer, int number, int word) {
        if (state.payload.isVariable()) {
            throw state.refuse("'protochain' does not work inside Geneve, where headers have no"
                    + " fixed place");
        }
        state.isFixed = true;
        int base = state.payload.constant() + state.network;
        boolean is6 = outer == Protocol.IP6;
        List<Statement> skipOption = Statement.list(Statement.of(Op.LD_IND | Op.BYTE, base),
                Statement.of(Op.ST, word), Statement.of(Op.LD_IND | Op.BYTE, base + 1),
                Statement.of(Op.ADD, 1), Statement.of(Op.MUL, 8), Statement.of(Op.ADD | Op.X),
                Statement.of(Op.TAX), Statement.of(Op.LD_MEM, word));
        // As libpcap has it, the place behind an AH does not depend on the place of the AH.
        List<Statement> skipAh = Statement.list(Statement.of(Op.LD_IND | Op.BYTE, base),
                Statement.of(Op.ST, word), Statement.of(Op.LD_IND | Op.BYTE, base + 1),
                Statement.of(Op.ADD, 2), Statement.of(Op.MUL, 4), Statement.of(Op.TAX),
                Statement.of(Op.LD_MEM, word));
        Condition rest = equal(number);
        for (int header = 0; header < CHAIN_HEADERS; header++) {
            Condition onward = equal(AH).detour(skipAh, rest);
            if (is6) {
                Condition option = equal(HOP_BY_HOP).or(equal(DESTINATION_OPTIONS))
                        .or(equal(ROUTING))
                        .or(equal(FRAGMENT));
                onward = option.detour(skipOption, rest, onward);
            }
            rest = equal(number).or(equal(NO_NEXT).not().and(onward));
        }
        rest.precede(is6
                ? Statement.list(Statement.of(Op.LD_ABS | Op.BYTE, base + 6),
                        Statement.of(Op.LDX_IMM, 40))
                : Statement.list(Statement.of(Op.LD_ABS | Op.BYTE, base + 9),
                        Statement.of(Op.LDX_MSH, base)));
        return links.carries(is6 ? LinkTests.IP6 : LinkTests.IP).and(rest);
    }

    private static Condition equal(int number) {
        return Condition.of(Statement.list(), Op.JEQ, number);
    }
}
