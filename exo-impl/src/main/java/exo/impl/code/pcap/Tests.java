// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.pcap;

import exo.impl.code.pcap.State.Offset;
import exo.impl.code.pcap.flow.Condition;
import exo.impl.code.pcap.flow.Op;
import exo.impl.code.pcap.flow.Statement;
import java.util.List;

/** Conditions on fields of a packet. */
final class Tests {
    private static final int ALL_BITS = -1;
    private static final int IPV6_HEADER = 40;

    private final State state;

    Tests(State state) {
        this.state = state;
    }

    /** What offsets of fields are relative to. */
    enum Base {
        /** The header of the link. */
        LINK,
        /** What follows the header of the link. */
        LLC,
        /** The header of the network. */
        NETWORK,
        /** The header of the network behind a header of 802.2 alone. */
        NETWORK_NO_SNAP,
        /** The field that says what follows. */
        TYPE,
        /** The label before the network header. */
        LABEL,
        /** What follows the header of IPv4. */
        TRANSPORT,
        /** What follows the header of IPv6. */
        TRANSPORT6
    }

    /** {@return statements that load a field into A} */
    List<Statement> load(Base base, int offset, int size) {
        return switch (base) {
            case LINK -> load(state.header, offset, size);
            case LLC -> load(state.payload, offset, size);
            case NETWORK -> load(state.payload, state.network + offset, size);
            case NETWORK_NO_SNAP -> load(state.payload, state.networkNoSnap + offset, size);
            case TYPE -> load(state.type, offset, size);
            case LABEL -> load(state.payload, state.network - 4 + offset, size);
            case TRANSPORT6 -> load(state.payload, state.network + IPV6_HEADER + offset, size);
            case TRANSPORT -> {
                List<Statement> statements = headerLengthToX();
                statements.add(Statement.of(Op.LD_IND | size,
                        state.payload.constant() + state.network + offset));
                yield statements;
            }
        };
    }

    private static List<Statement> load(Offset from, int offset, int size) {
        int at = from.constant() + offset;
        if (!from.isVariable()) {
            return Statement.list(Statement.of(Op.LD_ABS | size, at));
        }
        return Statement.list(Statement.of(Op.LDX_MEM, from.word()),
                Statement.of(Op.LD_IND | size, at));
    }

    /**
     * {@return statements that make X the length of the IPv4 header, plus what is variable of the
     * place where it begins}
     */
    List<Statement> headerLengthToX() {
        int at = state.payload.constant() + state.network;
        if (!state.payload.isVariable()) {
            return Statement.list(Statement.of(Op.LDX_MSH, at));
        }
        return Statement.list(Statement.of(Op.LDX_MEM, state.payload.word()),
                Statement.of(Op.LD_IND | Op.BYTE, at), Statement.of(Op.AND, 0xf),
                Statement.of(Op.LSH, 2), Statement.of(Op.ADD | Op.X), Statement.of(Op.TAX));
    }

    private Condition test(Base base, int offset, int size, int code, int value) {
        return Condition.of(load(base, offset, size), code, value);
    }

    Condition equal(Base base, int offset, int size, int value) {
        return test(base, offset, size, Op.JEQ, value);
    }

    Condition greater(Base base, int offset, int size, int value) {
        return test(base, offset, size, Op.JGT, value);
    }

    Condition atLeast(Base base, int offset, int size, int value) {
        return test(base, offset, size, Op.JGE, value);
    }

    /** {@return whether a field has any of these bits} */
    Condition anyOf(Base base, int offset, int size, int bits) {
        return test(base, offset, size, Op.JSET, bits);
    }

    /** {@return whether some bits of a field have this value} */
    Condition masked(Base base, int offset, int size, long valueAndMask) {
        int mask = (int) valueAndMask;
        List<Statement> statements = load(base, offset, size);
        if (mask != ALL_BITS) {
            statements.add(Statement.of(Op.AND, mask));
        }
        return Condition.of(statements, Op.JEQ, (int) (valueAndMask >>> 32));
    }

    /** {@return a value and a mask as {@link #masked} wants them} */
    static long under(int value, int mask) {
        return ((long) value << 32) | Integer.toUnsignedLong(mask);
    }

    /** {@return whether these bytes stand there; the last four are looked at first} */
    Condition bytes(Base base, int offset, int... bytes) {
        int left = bytes.length;
        Condition all = equal(base, offset + left - 4, Op.WORD, word(bytes, left - 4));
        for (left -= 4; left >= 4; left -= 4) {
            all = all.and(equal(base, offset + left - 4, Op.WORD, word(bytes, left - 4)));
        }
        return left < 2
                ? all
                : all.and(equal(base, offset, Op.HALF, (bytes[0] << 8) | bytes[1]));
    }

    private static int word(int[] bytes, int at) {
        return (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
    }
}
