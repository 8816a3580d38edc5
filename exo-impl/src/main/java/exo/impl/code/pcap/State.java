// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.pcap;

import exo.api.code.CodeSyntaxException;
import exo.api.code.LinkType;

/**
 * Where in a packet the headers are, as far as the expression has been translated: words such as
 * {@code vlan} move them for all that follows, whether it is joined by {@code and} or by {@code
 * or}. And the scratch words in use.
 */
final class State {
    /** How many scratch words there are. */
    static final int WORDS = 16;

    /** What kind of header the current link has. */
    enum Link {
        ETHERNET, PPP, RAW, NULL, LOOP, COOKED
    }

    /**
     * A place in a packet.
     *
     * @param constant what is known of it
     * @param isVariable whether a scratch word is added
     * @param word which scratch word
     */
    record Offset(int constant, boolean isVariable, int word) {
        static Offset at(int constant) {
            return new Offset(constant, false, 0);
        }

        Offset plus(int bytes) {
            return new Offset(constant + bytes, isVariable, word);
        }
    }

    Link link;
    Offset header = Offset.at(0);
    Offset payload;
    /** Where the type of the payload is; meaningless for RAW. */
    Offset type;
    /** The network header, relative to the payload; without and with a SNAP header before it. */
    int network;
    int networkNoSnap;
    int labels;
    boolean inGeneve;
    /** The program must stay as it was written. */
    boolean isFixed;
    /** The token that is being translated, which refusals name. */
    Token place;

    private final boolean[] inUse = new boolean[WORDS];
    private int nextWord;

    State(LinkType linkType, Token place) {
        this.place = place;
        switch (linkType) {
            case ETHERNET -> begin(Link.ETHERNET, 14, 12);
            case PPP -> begin(Link.PPP, 4, 2);
            case RAW -> begin(Link.RAW, 0, 0);
            case NULL -> begin(Link.NULL, 4, 0);
            case LOOP -> begin(Link.LOOP, 4, 0);
            case LINUX_SLL -> begin(Link.COOKED, 16, 14);
        }
        networkNoSnap = link == Link.ETHERNET ? 3 : 0;
    }

    private void begin(Link first, int payloadAt, int typeAt) {
        link = first;
        payload = Offset.at(payloadAt);
        type = Offset.at(typeAt);
    }

    CodeSyntaxException refuse(String cause) {
        return place.refuse(cause);
    }

    /** {@return the name of the current link, for refusals} */
    String linkName() {
        return switch (link) {
            case ETHERNET -> "Ethernet";
            case PPP -> "PPP";
            case RAW -> "raw IP";
            case NULL, LOOP -> "BSD loopback";
            case COOKED -> "Linux cooked captures";
        };
    }

    /** {@return a scratch word that is not in use} */
    int takeWord() {
        for (int tries = 0; tries < WORDS; tries++) {
            if (!inUse[nextWord]) {
                inUse[nextWord] = true;
                return nextWord;
            }
            nextWord = (nextWord + 1) % WORDS;
        }
        throw refuse("the arithmetic needs more than " + WORDS
                + " scratch words; compute less at once, or from left to right");
    }

    void giveWord(int word) {
        inUse[word] = false;
    }
}
