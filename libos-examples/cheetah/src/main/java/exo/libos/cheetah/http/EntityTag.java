// SPDX-License-Identifier: Apache-2.0
package exo.libos.cheetah.http;

import java.lang.foreign.MemorySegment;

/**
 * Strong entity tags, and lists of tags to compare them with. Comparing does not allocate.
 *
 * @see "RFC 9110, HTTP Semantics, sections 8.8.3, ETag, and 13.1"
 */
public final class EntityTag {
    private EntityTag() {}

    /**
     * {@return the tag of a file, quoted}
     *
     * @param version a number that differs when the content differs
     * @param sizeBytes how long the file is
     */
    public static byte[] of(long version, long sizeBytes) {
        return Ascii.bytes(
                "\"" + Long.toHexString(version) + "-" + Long.toHexString(sizeBytes) + "\"");
    }

    /**
     * {@return whether a list of tags names the tag, or is an asterisk; a list that breaks the
     * grammar names what was read before the break}
     *
     * @param bytes where the list lies
     * @param offset where it begins
     * @param length how many bytes it has
     * @param tag the tag, quoted, strong
     * @param weakly whether a weak tag in the list may name it
     */
    static boolean isIn(MemorySegment bytes, long offset, int length, byte[] tag,
            boolean weakly) {
        long end = offset + length;
        long at = offset;
        if (length == 1 && Ascii.at(bytes, at) == '*') {
            return true;
        }
        while (at < end) {
            int octet = Ascii.at(bytes, at);
            if (octet == ',' || Ascii.isBlank(octet)) {
                at++;
                continue;
            }
            boolean weak = octet == 'W' && at + 1 < end && Ascii.at(bytes, at + 1) == '/';
            long opening = weak ? at + 2 : at;
            if (opening >= end || Ascii.at(bytes, opening) != '"') {
                return false;
            }
            long closing = Ascii.find(bytes, opening + 1, end, '"');
            if (closing == end) {
                return false;
            }
            if ((weakly || !weak)
                    && Ascii.matches(bytes, opening, (int) (closing + 1 - opening), tag)) {
                return true;
            }
            at = closing + 1;
        }
        return false;
    }
}
