// SPDX-License-Identifier: Apache-2.0
package exo.api.code;

import java.util.Arrays;
import java.util.Optional;

/** What a packet begins with. */
public enum LinkType {
    /** BSD loopback: 4 bytes of address family in the byte order of the host, then IP. */
    NULL(0),
    /** Ethernet. */
    ETHERNET(1),
    /** The Point-to-Point Protocol. */
    PPP(9),
    /** IP at once, version 4 or 6. */
    RAW(101),
    /** OpenBSD loopback: 4 bytes of address family, big-endian, then IP. */
    LOOP(108),
    /** Linux "cooked" capture, version 1. */
    LINUX_SLL(113);

    private final int number;

    LinkType(int number) {
        this.number = number;
    }

    /** {@return the number that captures carry for it} */
    public int number() {
        return number;
    }

    /**
     * {@return the link type of a number that captures carry}
     *
     * @param number the number
     */
    public static Optional<LinkType> of(int number) {
        return Arrays.stream(values()).filter(type -> type.number == number).findFirst();
    }
}
