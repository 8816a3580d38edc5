// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.pcap;

import exo.impl.code.pcap.State.Link;
import exo.impl.code.pcap.State.Offset;
import exo.impl.code.pcap.Tests.Base;
import exo.impl.code.pcap.flow.Condition;
import exo.impl.code.pcap.flow.Op;
import exo.impl.code.pcap.flow.Statement;
import java.util.List;
import java.util.Optional;

/** Tags, labels and tunnels: each is a condition, and moves the headers for all that follows. */
final class TagTests {
    private static final int GENEVE_PORT = 6081;
    private static final int ETHERNET_INSIDE = 0x6558;
    private static final int MOST_TAG = 0xfff;
    private static final int MOST_LABEL = 0xf_ffff;
    private static final int MOST_SESSION = 0xffff;
    private static final int MOST_NETWORK = 0xff_ffff;

    private final State state;
    private final Tests tests;
    private final LinkTests links;
    private final PortTests ports;

    TagTests(State state, Tests tests, LinkTests links, PortTests ports) {
        this.state = state;
        this.tests = tests;
        this.links = links;
        this.ports = ports;
    }

    private int checked(Token number, String what, int most) {
        if (Integer.compareUnsigned(number.number(), most) > 0) {
            throw number.refuse(
                    Token.brief(number.source()) + " is no " + what + "; a number from 0 to " + most
                            + " would fit");
        }
        return number.number();
    }

    Condition vlan(Optional<Token> tag) {
        if (state.labels > 0) {
            throw state.refuse("'vlan' does not work behind 'mpls'");
        }
        if (state.link != Link.ETHERNET) {
            throw state.refuse("'vlan' is for Ethernet only, but here are headers of "
                    + state.linkName());
        }
        Condition tagged = links.carries(0x8100)
                .or(links.carries(0x88a8))
                .or(
                        links.carries(0x9100));
        if (tag.isPresent()) {
            int number = checked(tag.get(), "VLAN", MOST_TAG);
            tagged = tagged.and(tests.masked(Base.NETWORK, 0, Op.HALF,
                    Tests.under(number, MOST_TAG)));
        }
        state.payload = state.payload.plus(4);
        state.type = state.type.plus(4);
        return tagged;
    }

    Condition mpls(Optional<Token> label) {
        Condition labelled;
        if (state.labels > 0) {
            // The label before says that it is not the last.
            labelled = tests.masked(Base.LABEL, 2, Op.BYTE, Tests.under(0, 1));
        } else if (state.link == Link.ETHERNET) {
            labelled = links.carries(LinkTests.MPLS);
        } else if (state.link == Link.PPP) {
            labelled = links.carries(LinkTests.PPP_MPLS);
        } else {
            throw state.refuse("'mpls' is for Ethernet and PPP only, but here are headers of "
                    + state.linkName());
        }
        if (label.isPresent()) {
            int number = checked(label.get(), "MPLS label", MOST_LABEL);
            labelled = labelled.and(tests.masked(Base.NETWORK, 0, Op.WORD,
                    Tests.under(number << 12, MOST_LABEL << 12)));
        }
        state.networkNoSnap += 4;
        state.network += 4;
        state.labels++;
        return labelled;
    }

    Condition pppoe(Optional<Token> session) {
        Condition carried = links.carries(0x8864);
        if (session.isPresent()) {
            int number = checked(session.get(), "PPPoE session", MOST_SESSION);
            carried = carried.and(tests.masked(Base.NETWORK, 0, Op.WORD,
                    Tests.under(number, MOST_SESSION)));
        }
        state.header = state.payload.plus(state.network + 6);
        state.type = state.header;
        state.payload = state.header.plus(2);
        state.link = Link.PPP;
        state.network = 0;
        state.networkNoSnap = 0;
        state.inGeneve = false;
        return carried;
    }

    /** {@return whether the packet is one of Geneve, over IPv4 or IPv6} */
    Condition geneve(Optional<Token> network) {
        Condition over4 = geneve(network, false)
                .and(always(tests.headerLengthToX(), Statement.of(Op.TXA)));
        List<Statement> length = state.payload.isVariable()
                ? Statement.list(Statement.of(Op.LDX_MEM, state.payload.word()),
                        Statement.of(Op.LD_IMM, 40), Statement.of(Op.ADD | Op.X))
                : Statement.list(Statement.of(Op.LD_IMM, 40));
        Condition over6 = geneve(network, true).and(always(length, Statement.of(Op.TAX)));
        Condition carried = over4.or(over6);
        return carried.and(enter());
    }

    /** {@return statements that leave the same in A and X, as a condition that holds} */
    private static Condition always(List<Statement> statements, Statement last) {
        statements.add(last);
        return Condition.of(statements, Op.JEQ | Op.X, 0);
    }

    private Condition geneve(Optional<Token> network, boolean is6) {
        Base base = is6 ? Base.TRANSPORT6 : Base.TRANSPORT;
        Condition carried = ports.udpTo(GENEVE_PORT, is6)
                .and(tests.masked(base, 8, Op.BYTE, Tests.under(0, 0xc0)));
        if (network.isEmpty()) {
            return carried;
        }
        int number = checked(network.get(), "Geneve network", MOST_NETWORK);
        return carried.and(tests.masked(base, 12, Op.WORD,
                Tests.under(number << 8, MOST_NETWORK << 8)));
    }

    /** Notes in scratch words where the headers inside begin; A is where the transport's does. */
    private Condition enter() {
        state.isFixed = true;
        int udpBytes = 8;
        List<Statement> statements = Statement.list(
                Statement.of(Op.ADD, state.payload.constant() + state.network + udpBytes),
                Statement.of(Op.TAX), Statement.of(Op.ADD, 2));
        state.type = new Offset(0, true, state.takeWord());
        statements.addAll(Statement.list(Statement.of(Op.ST, state.type.word()),
                Statement.of(Op.LD_IND | Op.BYTE, 0), Statement.of(Op.AND, 0x3f),
                Statement.of(Op.MUL, 4), Statement.of(Op.ADD, 8), Statement.of(Op.ADD | Op.X)));
        state.header = new Offset(0, true, state.takeWord());
        statements.addAll(Statement.list(Statement.of(Op.ST, state.header.word()),
                Statement.of(Op.LD_IND | Op.HALF, 2),
                Statement.of(Op.LDX_MEM, state.header.word())));
        List<Statement> ethernet = Statement.list(Statement.of(Op.TXA), Statement.of(Op.ADD, 12),
                Statement.of(Op.ST, state.type.word()), Statement.of(Op.ADD, 2),
                Statement.of(Op.TAX));
        state.payload = new Offset(0, true, state.takeWord());
        Condition end = Condition.of(
                Statement.list(Statement.of(Op.STX, state.payload.word()),
                        Statement.of(Op.LD_IMM, 0)),
                Op.JEQ, 0);
        state.link = Link.ETHERNET;
        state.network = 0;
        state.inGeneve = true;
        return Condition.of(statements, Op.JEQ, ETHERNET_INSIDE).before(ethernet, end);
    }
}
