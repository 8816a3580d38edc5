// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.pcap;

import java.util.List;
import java.util.Optional;

/** An expression, or a part of one. */
sealed interface Node {
    /**
     * Parts joined from left to right, with {@code and} and {@code or} binding alike.
     *
     * @param first the first part
     * @param rest the others
     */
    record Chain(Node first, List<Joined> rest) implements Node {}

    /**
     * A part of a chain.
     *
     * @param isAnd whether {@code and} precedes it
     * @param node the part
     */
    record Joined(boolean isAnd, Node node) {}

    /**
     * The opposite.
     *
     * @param node of what
     */
    record Not(Node node) implements Node {}

    /**
     * A name, number or address.
     *
     * @param qualifiers what it is
     * @param value the token
     * @param mask what follows the slash, or the word {@code mask}
     */
    record Match(Qualifiers qualifiers, Token value, Optional<Token> mask) implements Node {}

    /**
     * A protocol by itself.
     *
     * @param protocol which
     * @param at where
     */
    record Abbreviation(Protocol protocol, Token at) implements Node {}

    /**
     * A comparison.
     *
     * @param operator one of {@code = != < <= > >=}
     * @param left the left side
     * @param right the right side
     */
    record Relation(Token operator, Arithmetic left, Arithmetic right) implements Node {}

    /**
     * Broadcast or multicast.
     *
     * @param protocol of which protocol
     * @param at the word
     */
    record Cast(Protocol protocol, Token at) implements Node {}

    /**
     * A word with perhaps a number, such as {@code vlan 5} or {@code less 60}.
     *
     * @param word the word
     * @param number the number
     */
    record Special(Token word, Optional<Token> number) implements Node {}

    /**
     * A comparison of a byte.
     *
     * @param index which byte
     * @param operator the operator
     * @param value the value
     */
    record ByteTest(Token index, Token operator, Token value) implements Node {}

    /**
     * Frames with a header of 802.2.
     *
     * @param at the word
     * @param type which frames
     */
    record Llc(Token at, Optional<Token> type) implements Node {}

    /** A value that is computed from a packet. */
    sealed interface Arithmetic {
        /**
         * A constant.
         *
         * @param token the number
         */
        record Constant(Token token) implements Arithmetic {}

        /**
         * The length of the packet.
         *
         * @param at the word
         */
        record Length(Token at) implements Arithmetic {}

        /**
         * Bytes of the packet.
         *
         * @param protocol relative to what
         * @param index where
         * @param size how many bytes
         * @param at the word
         */
        record Load(Protocol protocol, Arithmetic index, int size,
                Token at) implements Arithmetic {}

        /**
         * Two values, combined.
         *
         * @param operator how
         * @param left the left one
         * @param right the right one
         */
        record Binary(Token operator, Arithmetic left, Arithmetic right) implements Arithmetic {}

        /**
         * The value that adds to 0.
         *
         * @param at the sign
         * @param value of what
         */
        record Negation(Token at, Arithmetic value) implements Arithmetic {}
    }
}
