// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.pcap;

import exo.impl.code.pcap.Token.Place;
import java.util.regex.Pattern;

/** The values of literals. */
final class Literals {
    private static final Pattern DOT = Pattern.compile("\\.");
    private static final Pattern COLON = Pattern.compile(":");

    private Literals() {}

    /**
     * {@return the value of a number: hexadecimal after 0x, octal after 0, decimal otherwise}
     *
     * @param word the number
     * @param place where it stands
     */
    static int number(String word, Place place) {
        boolean hex = word.startsWith("0x") || word.startsWith("0X");
        int radix = hex ? 16 : word.startsWith("0") ? 8 : 10;
        long value = 0;
        for (int i = hex ? 2 : 0; i < word.length(); i++) {
            int digit = Character.digit(word.charAt(i), radix);
            if (digit < 0) {
                throw place
                        .refuse("'" + Token.brief(word) + "' begins with 0, so it is octal, but '"
                                + word.charAt(i) + "' is no octal digit; leave the 0 out");
            }
            value = value * radix + digit;
            if (value > 0xffff_ffffL) {
                throw place.refuse("the number " + Token.brief(word)
                        + " does not fit 32 bits; 0 to 4294967295 would fit");
            }
        }
        return (int) value;
    }

    /**
     * The leading bytes of an IPv4 address.
     *
     * @param bits how many bits are given: 8, 16, 24 or 32
     * @param value the address, whose other bits are 0
     */
    record Ipv4(int bits, int value) {}

    static Ipv4 ipv4(Token token) {
        int bits = 0;
        int value = 0;
        for (String part : DOT.split(token.text(), -1)) {
            if (!part.matches("0*[0-9]{1,3}") || Integer.parseInt(part) > 255) {
                throw token.refuse(
                        token.shown() + " is not an IPv4 address, since '" + Token.brief(part)
                                + "' is not a decimal number from 0 to 255");
            }
            bits += 8;
            value = (value << 8) | Integer.parseInt(part);
        }
        return new Ipv4(bits, value << (32 - bits));
    }

    /** {@return an address of IP version 6, as four words} */
    static int[] ipv6(Token token) {
        int[] halves = new int[8];
        String text = token.text();
        int gap = text.indexOf("::");
        String before = gap < 0 ? text : text.substring(0, gap);
        String after = gap < 0 ? "" : text.substring(gap + 2);
        fill(halves, 0, before, token);
        int[] last = new int[8];
        int count = fill(last, 0, after, token);
        System.arraycopy(last, 0, halves, gap < 0 ? 8 : 8 - count, gap < 0 ? 0 : count);
        int[] words = new int[4];
        for (int i = 0; i < 4; i++) {
            words[i] = (halves[2 * i] << 16) | halves[2 * i + 1];
        }
        return words;
    }

    private static int fill(int[] halves, int from, String groups, Token token) {
        int at = from;
        if (groups.isEmpty()) {
            return at;
        }
        for (String group : COLON.split(groups, -1)) {
            if (group.indexOf('.') < 0) {
                halves[at++] = Integer.parseInt(group, 16);
            } else {
                int tail = tail(group, token);
                halves[at++] = tail >>> 16;
                halves[at++] = tail & 0xffff;
            }
        }
        return at;
    }

    private static int tail(String group, Token token) {
        int value = 0;
        for (String part : DOT.split(group, -1)) {
            if (!part.matches("0|[1-9][0-9]{0,2}") || Integer.parseInt(part) > 255) {
                throw token.refuse(
                        token.shown() + " is not an IPv6 address, since '" + Token.brief(part)
                                + "' is not a decimal number from 0 to 255 without leading zeros");
            }
            value = (value << 8) | Integer.parseInt(part);
        }
        return value;
    }

    /** {@return the six bytes of an Ethernet address} */
    static int[] mac(Token token) {
        int[] bytes = new int[6];
        String text = token.text();
        int at = 0;
        for (int i = 0; i < 6; i++) {
            at += Shapes.isHex(text.charAt(at)) ? 0 : 1;
            int digits = at + 1 < text.length() && Shapes.isHex(text.charAt(at + 1)) ? 2 : 1;
            bytes[i] = Integer.parseInt(text.substring(at, at + digits), 16);
            at += digits;
        }
        return bytes;
    }
}
