// SPDX-License-Identifier: Apache-2.0
package exo.api.net;

/**
 * An IPv4 address.
 *
 * @param bits the 32 bits, first octet highest
 */
public record Ipv4Address(int bits) {
    /** The address that stands for any, {@code 0.0.0.0}. */
    public static final Ipv4Address ANY = new Ipv4Address(0);

    /**
     * {@return the address that a text names}
     *
     * @param text four decimal numbers from 0 to 255, separated by dots
     * @throws IllegalArgumentException if the text is something else
     */
    public static Ipv4Address parse(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length != 4) {
            throw new IllegalArgumentException(
                    "expected an IPv4 address like 10.0.0.1, but got '" + text + "'");
        }
        int bits = 0;
        for (String part : parts) {
            if (!part.matches("0|[1-9][0-9]{0,2}") || Integer.parseInt(part) > 255) {
                throw new IllegalArgumentException(
                        "'" + part + "' in the IPv4 address '" + text
                                + "' is not a number from 0 to 255");
            }
            bits = (bits << 8) | Integer.parseInt(part);
        }
        return new Ipv4Address(bits);
    }

    /** {@return whether this is {@link #ANY}} */
    public boolean isAny() {
        return bits == 0;
    }

    /** {@return four decimal numbers, separated by dots} */
    @Override
    public String toString() {
        return (bits >>> 24) + "." + (bits >>> 16 & 0xff) + "." + (bits >>> 8 & 0xff) + "."
                + (bits & 0xff);
    }
}
