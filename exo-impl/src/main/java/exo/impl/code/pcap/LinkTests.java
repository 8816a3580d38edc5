// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.pcap;

import exo.impl.code.pcap.State.Link;
import exo.impl.code.pcap.Tests.Base;
import exo.impl.code.pcap.flow.Condition;
import exo.impl.code.pcap.flow.Op;
import exo.impl.code.pcap.flow.Statement;

/** Does a packet carry a protocol? */
final class LinkTests {
    static final int IP = 0x0800;
    static final int ARP = 0x0806;
    static final int RARP = 0x8035;
    static final int IP6 = 0x86dd;
    static final int DECNET = 0x6003;
    static final int ATALK = 0x809b;
    static final int AARP = 0x80f3;
    static final int MPLS = 0x8847;
    static final int PPP_MPLS = 0x0281;
    static final int SAP_ISO = 0xfe;
    static final int SAP_STP = 0x42;
    static final int SAP_IPX = 0xe0;
    static final int SAP_NETBEUI = 0xf0;

    private static final int SAP_IP = 0x06;
    private static final int TYPE_IPX = 0x8137;
    private static final int TYPE_XNS = 0x0600;
    /** Above this the two bytes are a type; up to it, the length of an 802.3 frame. */
    private static final int MOST_LENGTH = 1500;
    private static final int COOKED_802_3 = 1;
    private static final int COOKED_802_2 = 4;
    private static final int APPLE = 0x080007;

    private final State state;
    private final Tests tests;

    LinkTests(State state, Tests tests) {
        this.state = state;
        this.tests = tests;
    }

    /**
     * {@return whether the packet carries a protocol}
     *
     * @param protocol its Ethernet type; up to 1500, its access point of 802.2
     */
    Condition carries(int protocol) {
        if (state.labels > 0) {
            return behindLabels(protocol);
        }
        return switch (state.link) {
            case ETHERNET -> ethernet(protocol);
            case PPP -> tests.equal(Base.TYPE, 0, Op.HALF, pppType(protocol));
            case COOKED -> cooked(protocol);
            case RAW -> version(protocol, Base.LINK);
            case NULL, LOOP -> loopback(protocol);
        };
    }

    private Condition version(int protocol, Base base) {
        return switch (protocol) {
            case IP -> tests.masked(base, 0, Op.BYTE, Tests.under(0x40, 0xf0));
            case IP6 -> tests.masked(base, 0, Op.BYTE, Tests.under(0x60, 0xf0));
            default -> Condition.always(false);
        };
    }

    private Condition behindLabels(int protocol) {
        if (protocol != IP && protocol != IP6) {
            throw state.refuse("behind MPLS labels only 'ip' and 'ip6' can be told");
        }
        // The bit that says that the label before is the last one.
        return tests.masked(Base.NETWORK, -2, Op.BYTE, Tests.under(1, 1))
                .and(version(protocol, Base.NETWORK));
    }

    private Condition loopback(int protocol) {
        return switch (protocol) {
            case IP -> family(2);
            // NetBSD and OpenBSD, FreeBSD, Darwin.
            case IP6 -> family(24).or(family(28)).or(family(30));
            default -> Condition.always(false);
        };
    }

    private Condition family(int number) {
        return tests.equal(Base.LINK, 0, Op.WORD,
                state.link == Link.NULL ? Integer.reverseBytes(number) : number);
    }

    private static int pppType(int protocol) {
        return switch (protocol) {
            case IP -> 0x0021;
            case IP6 -> 0x0057;
            case DECNET -> 0x0027;
            case ATALK -> 0x0029;
            case TYPE_XNS -> 0x0025;
            case SAP_ISO -> 0x0023;
            case SAP_STP -> 0x0031;
            case SAP_IPX -> 0x002b;
            default -> protocol;
        };
    }

    /** {@return whether a frame begins with a length, as 802.3 has it, and not with a type} */
    Condition is8023() {
        return tests.greater(Base.TYPE, 0, Op.HALF, MOST_LENGTH).not();
    }

    private Condition hasType(int type) {
        return tests.equal(Base.TYPE, 0, Op.HALF, type);
    }

    private Condition snap(int organisation, int type) {
        return tests.bytes(Base.LLC, 0, 0xaa, 0xaa, 3, organisation >>> 16,
                (organisation >>> 8) & 0xff, organisation & 0xff, type >>> 8, type & 0xff);
    }

    private Condition bothAccessPoints(int point) {
        return tests.equal(Base.LLC, 0, Op.HALF, (point << 8) | point);
    }

    private Condition ethernet(int protocol) {
        return switch (protocol) {
            case SAP_ISO, SAP_IP, SAP_NETBEUI -> is8023().and(bothAccessPoints(protocol));
            case SAP_IPX -> {
                Condition framed = tests.equal(Base.LLC, 0, Op.BYTE, SAP_IPX)
                        .or(tests.equal(Base.LLC, 0, Op.HALF, 0xffff));
                Condition snap = snap(0, TYPE_IPX).or(framed);
                yield hasType(TYPE_IPX).or(is8023().and(snap));
            }
            case ATALK, AARP ->
                hasType(protocol).or(is8023().and(snap(protocol == ATALK ? APPLE : 0, protocol)));
            default -> Integer.compareUnsigned(protocol, MOST_LENGTH) > 0
                    ? hasType(protocol)
                    : is8023().and(tests.equal(Base.TYPE, 2, Op.BYTE, protocol));
        };
    }

    private Condition cooked(int protocol) {
        return switch (protocol) {
            case SAP_ISO, SAP_IP, SAP_NETBEUI ->
                hasType(COOKED_802_2).and(bothAccessPoints(protocol));
            case SAP_IPX -> {
                Condition framed = tests.equal(Base.LLC, 0, Op.BYTE, SAP_IPX)
                        .or(snap(0, TYPE_IPX));
                yield hasType(TYPE_IPX)
                        .or(hasType(COOKED_802_3).or(hasType(COOKED_802_2).and(framed)));
            }
            case ATALK, AARP -> hasType(protocol)
                    .or(hasType(COOKED_802_2).and(snap(protocol == ATALK ? APPLE : 0, protocol)));
            default -> Integer.compareUnsigned(protocol, MOST_LENGTH) > 0
                    ? hasType(protocol)
                    : hasType(COOKED_802_2).and(tests.equal(Base.LINK, state.payload.constant(),
                            Op.BYTE, protocol));
        };
    }

    /** {@return a condition, after whether a Geneve packet carries Ethernet, if in one} */
    Condition onEthernet(Condition condition) {
        if (!state.inGeneve) {
            return condition;
        }
        return Condition.of(Statement.list(Statement.of(Op.LD_MEM, state.header.word()),
                Statement.of(Op.LDX_MEM, state.payload.word())), Op.JEQ | Op.X, 0)
                .not()
                .and(condition);
    }

    /** {@return whether a frame has a header of 802.2} */
    Condition llc() {
        if (state.link != Link.ETHERNET) {
            throw state.refuse("'llc' is for Ethernet only, but here are headers of "
                    + state.linkName());
        }
        return is8023().and(tests.equal(Base.LLC, 0, Op.HALF, 0xffff).not());
    }
}
