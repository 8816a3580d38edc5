// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.pcap;

/**
 * What stands before a name or number and says what it is; what follows {@code and} or {@code or}
 * without any inherits those of its predecessor.
 *
 * @param protocol the protocol
 * @param direction the direction
 * @param type the kind of thing
 */
record Qualifiers(Protocol protocol, Direction direction, Type type) {
    /** There is nothing to inherit. */
    static final Qualifiers NONE = new Qualifiers(Protocol.ANY, Direction.ANY, Type.NONE);

    /** Which side of a packet is meant. */
    enum Direction {
        ANY, SOURCE, DESTINATION, EITHER, BOTH
    }

    /** What a name or number is. */
    enum Type {
        NONE(""), ANY("host"), HOST("host"), NET("net"), PORT("port"), RANGE("portrange"),
        GATEWAY("gateway"), PROTO("proto"), CHAIN("protochain");

        private final String word;

        Type(String word) {
            this.word = word;
        }

        String word() {
            return word;
        }
    }

    /** {@return whether a host is meant} */
    boolean isHost() {
        return type == Type.ANY || type == Type.HOST;
    }
}
