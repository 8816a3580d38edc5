// SPDX-License-Identifier: Apache-2.0
package exo.api.net;

import java.util.Locale;

/**
 * An Ethernet address.
 *
 * @param bits the 48 bits, first octet highest
 */
public record MacAddress(long bits) {
    /** The address of every station. */
    public static final MacAddress BROADCAST = new MacAddress(0xffff_ffff_ffffL);

    /** Refuses more than 48 bits. */
    public MacAddress {
        if (bits >>> 48 != 0) {
            throw new IllegalArgumentException(
                    "an Ethernet address has 48 bits, but 0x" + Long.toHexString(bits)
                            + " has more");
        }
    }

    /**
     * {@return the address that a text names}
     *
     * @param text six pairs of hexadecimal digits, separated by colons
     * @throws IllegalArgumentException if the text is something else
     */
    public static MacAddress parse(String text) {
        String[] parts = text.split(":", -1);
        if (parts.length != 6) {
            throw new IllegalArgumentException(
                    "expected an Ethernet address like 02:00:00:00:00:01, but got '" + text + "'");
        }
        long bits = 0;
        for (String part : parts) {
            if (!part.matches("[0-9a-fA-F]{2}")) {
                throw new IllegalArgumentException(
                        "'" + part + "' in the Ethernet address '" + text
                                + "' is not a hexadecimal pair");
            }
            bits = (bits << 8) | Integer.parseInt(part, 16);
        }
        return new MacAddress(bits);
    }

    /** {@return whether frames to this address go to several stations} */
    public boolean isGroup() {
        return ((bits >>> 40) & 1) != 0;
    }

    /** {@return six pairs of hexadecimal digits, separated by colons} */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(17);
        for (int shift = 40; shift >= 0; shift -= 8) {
            text.append(String.format(Locale.ROOT, "%02x", bits >>> shift & 0xff));
            text.append(shift == 0 ? "" : ":");
        }
        return text.toString();
    }
}
