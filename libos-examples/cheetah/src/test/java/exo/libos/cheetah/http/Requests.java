// SPDX-License-Identifier: Apache-2.0
package exo.libos.cheetah.http;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/** Parses requests that a test wrote down. */
final class Requests {
    static final int MAX_HEAD = 1024;
    static final int MAX_BODY = 1000;
    /** Where a head begins in its memory, so that nobody takes an offset for a position. */
    static final int OFFSET = 7;

    private Requests() {}

    /** {@return memory that holds the text after some other bytes} */
    static MemorySegment memory(byte[] bytes) {
        byte[] all = new byte[OFFSET + bytes.length];
        System.arraycopy(bytes, 0, all, OFFSET, bytes.length);
        return MemorySegment.ofArray(all);
    }

    static byte[] latin1(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** {@return the verdict on a complete head} */
    static Status parse(String head, Request into) {
        byte[] bytes = latin1(head);
        RequestParser parser = new RequestParser(MAX_HEAD, MAX_BODY);
        MemorySegment memory = memory(bytes);
        int end = parser.findEnd(memory, OFFSET, bytes.length, 0);
        if (end == RequestParser.TOO_LONG) {
            return parser.tooLong(memory, OFFSET);
        }
        if (end == RequestParser.INCOMPLETE) {
            throw new AssertionError("no end in: " + head);
        }
        return parser.parse(memory, OFFSET, end, into);
    }

    /** {@return a good request with these field lines, each with its line end} */
    static Request with(String method, String fields) {
        Request request = new Request();
        Status status = parse(method + " /a HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n", request);
        if (status != Status.OK) {
            throw new AssertionError(status + " for " + fields);
        }
        return request;
    }

    static String text(Request request, long offset, int length) {
        byte[] bytes = new byte[length];
        MemorySegment.copy(request.bytes(), offset, MemorySegment.ofArray(bytes), 0, length);
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
