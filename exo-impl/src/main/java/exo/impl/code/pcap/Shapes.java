// SPDX-License-Identifier: Apache-2.0
package exo.impl.code.pcap;

/**
 * How long the literals are that begin at a place of a text; 0 where none does. Time is linear in
 * the length found.
 */
final class Shapes {
    private static final int MOST_GROUPS = 8;

    private final String text;

    Shapes(String text) {
        this.text = text;
    }

    static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    static boolean isHex(char c) {
        return isDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    }

    static boolean isAlphanumeric(char c) {
        return isDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }

    /** {@return the character, or one that fits nothing beyond the end} */
    char charAt(int index) {
        return index < text.length() ? text.charAt(index) : '\0';
    }

    private int hexDigits(int at, int most) {
        int n = 0;
        while (n < most && isHex(charAt(at + n))) {
            n++;
        }
        return n;
    }

    /** {@return the length of a name: its last character is a letter, a digit or a dot} */
    int name(int at) {
        if (!isAlphanumeric(charAt(at))) {
            return 0;
        }
        int end = at + 1;
        while (isAlphanumeric(charAt(end)) || charAt(end) == '-' || charAt(end) == '_'
                || charAt(end) == '.') {
            end++;
        }
        while (charAt(end - 1) == '-' || charAt(end - 1) == '_') {
            end--;
        }
        return end - at;
    }

    int number(int at) {
        if (charAt(at) == '0' && (charAt(at + 1) == 'x' || charAt(at + 1) == 'X')) {
            int digits = hexDigits(at + 2, Integer.MAX_VALUE);
            if (digits > 0) {
                return 2 + digits;
            }
        }
        int n = 0;
        while (isDigit(charAt(at + n))) {
            n++;
        }
        return n;
    }

    /** {@return the length of two to four numbers with dots between} */
    int ipv4(int at) {
        return dotted(at, 4);
    }

    private int dotted(int at, int most) {
        int end = at + number(at);
        if (end == at) {
            return 0;
        }
        int parts = 1;
        while (parts < most && charAt(end) == '.' && number(end + 1) > 0) {
            end += 1 + number(end + 1);
            parts++;
        }
        return parts == 1 ? 0 : end - at;
    }

    private int quad(int at) {
        int length = dotted(at, 4);
        int dots = 0;
        for (int i = at; i < at + length; i++) {
            dots += charAt(i) == '.' ? 1 : 0;
        }
        return dots == 3 ? length : 0;
    }

    int mac(int at) {
        if (hexDigits(at, 12) == 12) {
            return 12;
        }
        if (hexDigits(at, 4) == 4 && charAt(at + 4) == '.' && hexDigits(at + 5, 4) == 4
                && charAt(at + 9) == '.' && hexDigits(at + 10, 4) == 4) {
            return 14;
        }
        int end = at;
        char separator = '\0';
        for (int part = 0; part < 6; part++) {
            if (part > 0) {
                char c = charAt(end);
                boolean fits = part == 1 ? c == ':' || c == '-' || c == '.' : c == separator;
                if (!fits) {
                    return 0;
                }
                separator = c;
                end++;
            }
            int digits = hexDigits(end, 2);
            if (digits == 0) {
                return 0;
            }
            end += digits;
        }
        return end - at;
    }

    /** {@return the length of bytes that each are followed by colons, two of them or more} */
    int tornMac(int at) {
        int end = at;
        int parts = 0;
        while (true) {
            int digits = hexDigits(end, 2);
            if (digits == 0 || charAt(end + digits) != ':') {
                return parts < 2 ? 0 : end - at;
            }
            end += digits;
            while (charAt(end) == ':') {
                end++;
            }
            parts++;
        }
    }

    /** {@return the length of an address of IP version 6} */
    int ipv6(int at) {
        int end = at;
        int best = 0;
        int groups = 0;
        boolean gap = false;
        while (true) {
            if (charAt(end) == ':' && charAt(end + 1) == ':' && !gap && groups < MOST_GROUPS) {
                gap = true;
                end += 2;
                best = end - at;
            } else if (groups > 0 && charAt(end) == ':') {
                end++;
            } else if (groups > 0) {
                return best;
            }
            int tail = quad(end);
            if (tail > 0 && (gap ? groups <= 5 : groups == 6)) {
                return end + tail - at;
            }
            int digits = hexDigits(end, 4);
            groups++;
            if (digits == 0 || groups > (gap ? MOST_GROUPS - 1 : MOST_GROUPS)) {
                return best;
            }
            end += digits;
            if (gap || groups == MOST_GROUPS) {
                best = end - at;
            }
            if (isHex(charAt(end))) {
                return best;
            }
        }
    }
}
