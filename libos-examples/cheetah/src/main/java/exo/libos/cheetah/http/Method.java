// SPDX-License-Identifier: Apache-2.0
package exo.libos.cheetah.http;

import java.lang.foreign.MemorySegment;

/** What a request asks for. */
public enum Method {
    /** The representation. */
    GET,
    /** What is said about the representation, without it. */
    HEAD,
    /** One of the other methods of RFC 9110 and RFC 5789, which a server of files does not do. */
    UNSUPPORTED,
    /** Nothing this server has heard of. */
    UNKNOWN;

    private static final byte[] GET_TOKEN = Ascii.bytes("GET");
    private static final byte[] HEAD_TOKEN = Ascii.bytes("HEAD");
    private static final byte[][] OTHERS = {Ascii.bytes("POST"), Ascii.bytes("PUT"),
            Ascii.bytes("DELETE"), Ascii.bytes("CONNECT"), Ascii.bytes("OPTIONS"),
            Ascii.bytes("TRACE"), Ascii.bytes("PATCH")};

    /** {@return the method with that name; upper and lower case differ} hot: no allocation. */
    static Method of(MemorySegment bytes, long offset, int length) {
        if (Ascii.matches(bytes, offset, length, GET_TOKEN)) {
            return GET;
        }
        if (Ascii.matches(bytes, offset, length, HEAD_TOKEN)) {
            return HEAD;
        }
        for (byte[] other : OTHERS) {
            if (Ascii.matches(bytes, offset, length, other)) {
                return UNSUPPORTED;
            }
        }
        return UNKNOWN;
    }
}
