// SPDX-License-Identifier: Apache-2.0
package exo.libos.cheetah.http;

import java.lang.foreign.MemorySegment;

/**
 * Finds path and query in the target of a request.
 *
 * @see "RFC 9112, HTTP/1.1, section 3.2, Request Target; RFC 3986, section 3"
 */
final class TargetForm {
    private static final byte[] HTTP = Ascii.bytes("http://");
    private static final byte[] HTTPS = Ascii.bytes("https://");
    private static final boolean[] AUTHORITY = new boolean[256];

    static {
        for (char c : "-._~%!$&'()*+,;=:[]0123456789".toCharArray()) {
            AUTHORITY[c] = true;
        }
        for (int c = 'a'; c <= 'z'; c++) {
            AUTHORITY[c] = true;
            AUTHORITY[c - 32] = true;
        }
    }

    private TargetForm() {}

    /** Notes where path and query of a target are. hot: no allocation. */
    static Status locate(Request request, long from, long end) {
        MemorySegment bytes = request.bytes;
        for (long at = from; at < end; at++) {
            int octet = Ascii.at(bytes, at);
            // A fragment is never sent, and a tab would be read as the end of the target by some.
            if (octet == '#' || octet == '\t') {
                return Status.BAD_REQUEST;
            }
        }
        long path = from;
        if (Ascii.at(bytes, from) != '/') {
            path = afterAuthority(bytes, from, end);
            if (path < 0) {
                // Authority form and asterisk form belong to methods that are refused anyway.
                return request.method == Method.UNSUPPORTED ? Status.OK : Status.BAD_REQUEST;
            }
        }
        long query = Ascii.find(bytes, path, end, '?');
        request.isOrigin = true;
        request.pathOffset = path;
        request.pathLength = (int) (query - path);
        request.queryOffset = query;
        request.queryLength = (int) (end - query);
        return Status.OK;
    }

    /** {@return where the path of an absolute target begins, or -1 if it is none} */
    private static long afterAuthority(MemorySegment bytes, long from, long end) {
        long authority = from;
        if (end - from > HTTP.length
                && Ascii.matchesAnyCase(bytes, from, HTTP.length, HTTP)) {
            authority += HTTP.length;
        } else if (end - from > HTTPS.length
                && Ascii.matchesAnyCase(bytes, from, HTTPS.length, HTTPS)) {
            authority += HTTPS.length;
        } else {
            return -1;
        }
        long path = Math.min(Ascii.find(bytes, authority, end, '/'),
                Ascii.find(bytes, authority, end, '?'));
        return path > authority && isAuthority(bytes, authority, path) ? path : -1;
    }

    /** {@return whether those bytes can be a host and a port; none at all can} */
    static boolean isAuthority(MemorySegment bytes, long from, long end) {
        for (long at = from; at < end; at++) {
            if (!AUTHORITY[Ascii.at(bytes, at)]) {
                return false;
            }
        }
        return true;
    }
}
