// SPDX-License-Identifier: Apache-2.0
package exo.libos.cheetah.http;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

/** Looks at bytes of a message where they lie. Nothing here allocates on a data path. */
final class Ascii {
    /** What {@link #decimal} says for anything but digits. */
    static final long NOT_A_NUMBER = -1;

    private static final boolean[] TOKEN = new boolean[256];

    static {
        for (char c : "!#$%&'*+-.^_`|~0123456789".toCharArray()) {
            TOKEN[c] = true;
        }
        for (int c = 'a'; c <= 'z'; c++) {
            TOKEN[c] = true;
            TOKEN[c - 32] = true;
        }
    }

    private Ascii() {}

    /** {@return the byte there, 0 to 255} */
    static int at(MemorySegment bytes, long offset) {
        return bytes.get(JAVA_BYTE, offset) & 0xff;
    }

    static boolean isTokenByte(int octet) {
        return TOKEN[octet];
    }

    /** {@return whether that byte stands for itself wherever it is in an address} */
    static boolean isUnreserved(int octet) {
        int lower = octet | 0x20;
        return isDigit(octet) || (lower >= 'a' && lower <= 'z') || octet == '-' || octet == '.'
                || octet == '_' || octet == '~';
    }

    static boolean isDigit(int octet) {
        return octet >= '0' && octet <= '9';
    }

    static boolean isBlank(int octet) {
        return octet == ' ' || octet == '\t';
    }

    /** {@return the value of a hexadecimal digit, or -1} */
    static int hexDigit(int octet) {
        if (isDigit(octet)) {
            return octet - '0';
        }
        int lower = octet | 0x20;
        return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
    }

    static byte[] bytes(String ascii) {
        return ascii.getBytes(StandardCharsets.US_ASCII);
    }

    /** {@return whether those bytes are the expected ones} hot: no allocation. */
    static boolean matches(MemorySegment bytes, long offset, int length, byte[] expected) {
        if (length != expected.length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (bytes.get(JAVA_BYTE, offset + i) != expected[i]) {
                return false;
            }
        }
        return true;
    }

    /** {@return whether those bytes are the expected lower-case ones, in any case} */
    static boolean matchesAnyCase(MemorySegment bytes, long offset, int length, byte[] expected) {
        if (length != expected.length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            int octet = at(bytes, offset + i);
            int lower = octet >= 'A' && octet <= 'Z' ? octet | 0x20 : octet;
            if (lower != expected[i]) {
                return false;
            }
        }
        return true;
    }

    /**
     * {@return the number those digits are; {@link Long#MAX_VALUE} for one that is greater; {@link
     * #NOT_A_NUMBER} unless all are digits and there is one}
     */
    static long decimal(MemorySegment bytes, long offset, long length) {
        if (length <= 0) {
            return NOT_A_NUMBER;
        }
        long value = 0;
        for (long i = 0; i < length; i++) {
            int octet = at(bytes, offset + i);
            if (!isDigit(octet)) {
                return NOT_A_NUMBER;
            }
            boolean fits = value <= (Long.MAX_VALUE - 9) / 10;
            value = fits ? value * 10 + octet - '0' : Long.MAX_VALUE;
        }
        return value;
    }

    /** {@return where the first byte that is no blank lies, at most {@code end}} */
    static long skipBlanks(MemorySegment bytes, long from, long end) {
        long at = from;
        while (at < end && isBlank(at(bytes, at))) {
            at++;
        }
        return at;
    }

    /** {@return where the blanks before {@code end} begin, at least {@code from}} */
    static long trimEnd(MemorySegment bytes, long from, long end) {
        long at = end;
        while (at > from && isBlank(at(bytes, at - 1))) {
            at--;
        }
        return at;
    }

    /** {@return where that byte lies first, or {@code end}} */
    static long find(MemorySegment bytes, long from, long end, int octet) {
        long at = from;
        while (at < end && at(bytes, at) != octet) {
            at++;
        }
        return at;
    }
}
