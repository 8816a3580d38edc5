// SPDX-License-Identifier: Apache-2.0
package exo.libos.cheetah.http;

import java.lang.foreign.MemorySegment;

/**
 * Reads the heads of requests where they arrived, by RFC 9112 in its strict form: whatever two
 * servers could read in two ways is refused, because what passes here unseen passes a proxy unseen.
 *
 * <p>Lines end with CR LF only; a lone CR or LF, a control character, a folded line, a blank before
 * the colon, two lengths, a length beside a transfer coding: each is a bad request.
 *
 * <p><b>Thread-safety.</b> Any thread: it keeps nothing but its limits. <b>Cost.</b> No allocation;
 * each byte is looked at once or twice.
 *
 * @see "RFC 9112, HTTP/1.1, sections 2 to 6 and 11.2 (request smuggling)"
 */
public final class RequestParser {
    /** What {@link #findEnd} says if more bytes are needed. */
    public static final int INCOMPLETE = 0;
    /** What {@link #findEnd} says if the head is longer than the limit. */
    public static final int TOO_LONG = -1;
    /** How many field lines a head may have. */
    public static final int MAX_FIELDS = 100;

    private static final int CR = '\r';
    private static final int LF = '\n';
    private static final int VERSION_BYTES = 8;
    private static final byte[] VERSION = Ascii.bytes("HTTP/");
    private static final byte[] CHUNKED = Ascii.bytes("chunked");
    private static final byte[] CONTINUE = Ascii.bytes("100-continue");
    private static final byte[] CLOSE = Ascii.bytes("close");
    private static final byte[] KEEP_ALIVE = Ascii.bytes("keep-alive");
    private static final byte[] HOST = Ascii.bytes("host");
    private static final byte[] RANGE = Ascii.bytes("range");
    private static final byte[] EXPECT = Ascii.bytes("expect");
    private static final byte[] IF_MATCH = Ascii.bytes("if-match");
    private static final byte[] IF_RANGE = Ascii.bytes("if-range");
    private static final byte[] CONNECTION = Ascii.bytes("connection");
    private static final byte[] IF_NONE_MATCH = Ascii.bytes("if-none-match");
    private static final byte[] CONTENT_LENGTH = Ascii.bytes("content-length");
    private static final byte[] TRANSFER_ENCODING = Ascii.bytes("transfer-encoding");
    private static final byte[] IF_MODIFIED_SINCE = Ascii.bytes("if-modified-since");
    private static final byte[] IF_UNMODIFIED_SINCE = Ascii.bytes("if-unmodified-since");

    private final int maxHeadBytes;
    private final long maxBodyBytes;

    /**
     * A parser with limits.
     *
     * @param maxHeadBytes the longest head, with the empty line, in bytes
     * @param maxBodyBytes the longest body that is read and thrown away, in bytes
     */
    public RequestParser(int maxHeadBytes, long maxBodyBytes) {
        this.maxHeadBytes = maxHeadBytes;
        this.maxBodyBytes = maxBodyBytes;
    }

    /**
     * Looks for the empty line that ends a head.
     *
     * @param bytes where the head lies
     * @param offset where it begins
     * @param length how many bytes of it have arrived
     * @param scanned how many of them were there at an earlier call that said {@link #INCOMPLETE};
     *        0 at first
     * @return how many bytes the head has, or {@link #INCOMPLETE}, or {@link #TOO_LONG}
     */
    public int findEnd(MemorySegment bytes, long offset, int length, int scanned) {
        int within = Math.min(length, maxHeadBytes);
        for (int i = Math.max(0, scanned - 2); i < within - 1; i++) {
            if (Ascii.at(bytes, offset + i) != LF) {
                continue;
            }
            int next = Ascii.at(bytes, offset + i + 1);
            if (next == LF) {
                return i + 2;
            }
            if (next == CR && i + 2 < within && Ascii.at(bytes, offset + i + 2) == LF) {
                return i + 3;
            }
        }
        return length >= maxHeadBytes ? TOO_LONG : INCOMPLETE;
    }

    /**
     * {@return what is too long about a head that {@link #findEnd} called {@link #TOO_LONG}: the
     * request line, or the fields}
     *
     * @param bytes where the head lies
     * @param offset where it begins
     */
    public Status tooLong(MemorySegment bytes, long offset) {
        long end = offset + maxHeadBytes;
        return Ascii.find(bytes, offset, end, LF) == end
                ? Status.URI_TOO_LONG
                : Status.FIELDS_TOO_LARGE;
    }

    /**
     * {@return whether a request can begin with that byte; anything else need not be waited for}
     *
     * @param octet the first byte
     */
    public static boolean canBegin(byte octet) {
        return Ascii.isTokenByte(octet & 0xff);
    }

    /**
     * Reads a head.
     *
     * @param bytes where it lies
     * @param offset where it begins
     * @param headBytes how many bytes it has, as {@link #findEnd} said
     * @param request what to fill
     * @return {@link Status#OK}, or what to answer instead; {@link Request#isKeptAlive} tells
     *         whether the connection is good for another request
     */
    public Status parse(MemorySegment bytes, long offset, int headBytes, Request request) {
        request.clear(bytes);
        long end = offset + headBytes;
        long lineEnd = lineEnd(bytes, offset, end);
        Status status = lineEnd < 0 ? Status.BAD_REQUEST : requestLine(request, offset, lineEnd);
        int fields = 0;
        while (status == Status.OK) {
            long line = lineEnd + 2;
            lineEnd = lineEnd(bytes, line, end);
            if (lineEnd < 0) {
                status = Status.BAD_REQUEST;
            } else if (lineEnd == line) {
                return lineEnd + 2 == end ? finish(request) : Status.BAD_REQUEST;
            } else if (fields++ == MAX_FIELDS) {
                status = Status.FIELDS_TOO_LARGE;
            } else {
                status = field(request, line, lineEnd);
            }
        }
        return status;
    }

    /** {@return where the CR LF of a line is, or -1 if a byte before it has no place in a line} */
    private static long lineEnd(MemorySegment bytes, long from, long end) {
        for (long at = from; at < end; at++) {
            int octet = Ascii.at(bytes, at);
            if (octet == CR) {
                return at + 1 < end && Ascii.at(bytes, at + 1) == LF ? at : -1;
            }
            if ((octet < ' ' && octet != '\t') || octet == 0x7f) {
                return -1;
            }
        }
        return -1;
    }

    private static Status requestLine(Request request, long from, long end) {
        MemorySegment bytes = request.bytes;
        long methodEnd = Ascii.find(bytes, from, end, ' ');
        long targetEnd = Ascii.find(bytes, methodEnd + 1, end, ' ');
        if (methodEnd == from || !isToken(bytes, from, methodEnd)
                || targetEnd - methodEnd < 2 || end - targetEnd - 1 != VERSION_BYTES) {
            return Status.BAD_REQUEST;
        }
        request.method = Method.of(bytes, from, (int) (methodEnd - from));
        long version = targetEnd + 1;
        if (!Ascii.matches(bytes, version, VERSION.length, VERSION)
                || !Ascii.isDigit(Ascii.at(bytes, version + 5))
                || Ascii.at(bytes, version + 6) != '.'
                || !Ascii.isDigit(Ascii.at(bytes, version + 7))) {
            return Status.BAD_REQUEST;
        }
        if (Ascii.at(bytes, version + 5) != '1') {
            return Status.VERSION_NOT_SUPPORTED;
        }
        request.minorVersion = Ascii.at(bytes, version + 7) - '0';
        return TargetForm.locate(request, methodEnd + 1, targetEnd);
    }

    private static boolean isToken(MemorySegment bytes, long from, long end) {
        for (long at = from; at < end; at++) {
            if (!Ascii.isTokenByte(Ascii.at(bytes, at))) {
                return false;
            }
        }
        return end > from;
    }

    private static Status field(Request request, long from, long end) {
        MemorySegment bytes = request.bytes;
        long colon = Ascii.find(bytes, from, end, ':');
        if (colon == end || !isToken(bytes, from, colon)) {
            return Status.BAD_REQUEST;
        }
        long value = Ascii.skipBlanks(bytes, colon + 1, end);
        long valueEnd = Ascii.trimEnd(bytes, value, end);
        return field(request, from, (int) (colon - from), value, (int) (valueEnd - value))
                ? Status.OK
                : Status.BAD_REQUEST;
    }

    /** {@return whether the field, if it is one that matters here, has a good value} */
    private static boolean field(Request request, long name, int nameLength, long value,
            int length) {
        MemorySegment bytes = request.bytes;
        return switch (nameLength) {
            case 4 -> !is(bytes, name, nameLength, HOST) || host(request, value, length);
            case 5 -> place(request, is(bytes, name, nameLength, RANGE), Request.RANGE, value,
                    length);
            case 6 -> !is(bytes, name, nameLength, EXPECT) || expect(request, value, length);
            case 8 -> list(request, is(bytes, name, nameLength, IF_MATCH), Request.IF_MATCH,
                    value, length)
                    && place(request, is(bytes, name, nameLength, IF_RANGE),
                            Request.IF_RANGE, value, length);
            case 10 -> !is(bytes, name, nameLength, CONNECTION)
                    || connection(request, value, length);
            case 13 -> list(request, is(bytes, name, nameLength, IF_NONE_MATCH),
                    Request.IF_NONE_MATCH, value, length);
            case 14 -> !is(bytes, name, nameLength, CONTENT_LENGTH)
                    || contentLength(request, value, length);
            case 17 -> place(request, is(bytes, name, nameLength, IF_MODIFIED_SINCE),
                    Request.IF_MODIFIED_SINCE, value, length)
                    && (!is(bytes, name, nameLength, TRANSFER_ENCODING)
                            || encoding(request, value, length));
            case 19 -> place(request, is(bytes, name, nameLength, IF_UNMODIFIED_SINCE),
                    Request.IF_UNMODIFIED_SINCE, value, length);
            default -> true;
        };
    }

    private static boolean is(MemorySegment bytes, long name, int length, byte[] expected) {
        return Ascii.matchesAnyCase(bytes, name, length, expected);
    }

    private static boolean place(Request request, boolean wanted, int field, long value,
            int length) {
        if (wanted) {
            request.place(field, value, length);
        }
        return true;
    }

    private static boolean list(Request request, boolean wanted, int list, long value,
            int length) {
        return !wanted || request.placeInList(list, value, length);
    }

    private static boolean host(Request request, long value, int length) {
        request.hosts++;
        return TargetForm.isAuthority(request.bytes, value, value + length);
    }

    private static boolean expect(Request request, long value, int length) {
        if (is(request.bytes, value, length, CONTINUE)) {
            request.expectsContinue = true;
        } else {
            request.expectsOther = true;
        }
        return true;
    }

    private static boolean contentLength(Request request, long value, int length) {
        request.lengthFields++;
        request.contentLength = Ascii.decimal(request.bytes, value, length);
        return request.contentLength != Ascii.NOT_A_NUMBER;
    }

    private static boolean encoding(Request request, long value, int length) {
        request.encodings++;
        request.isChunked = is(request.bytes, value, length, CHUNKED);
        request.isOtherCoding = !request.isChunked;
        return true;
    }

    private static boolean connection(Request request, long value, int length) {
        MemorySegment bytes = request.bytes;
        long end = value + length;
        long from = value;
        while (from < end) {
            long comma = Ascii.find(bytes, from, end, ',');
            long option = Ascii.skipBlanks(bytes, from, comma);
            int optionLength = (int) (Ascii.trimEnd(bytes, option, comma) - option);
            request.saysClose |= is(bytes, option, optionLength, CLOSE);
            request.saysKeepAlive |= is(bytes, option, optionLength, KEEP_ALIVE);
            from = comma + 1;
        }
        return true;
    }

    /** Judges the whole head: first what could be read in two ways, then what is not done here. */
    private Status finish(Request request) {
        boolean old = request.minorVersion == 0;
        if (request.hosts > 1 || (request.hosts == 0 && !old) || request.lengthFields > 1
                || request.encodings > 1
                || (request.encodings == 1 && (request.lengthFields == 1 || old))) {
            return Status.BAD_REQUEST;
        }
        if (request.isOtherCoding) {
            return Status.NOT_IMPLEMENTED;
        }
        if (old) {
            request.expectsContinue = false;
            request.expectsOther = false;
        }
        if (request.expectsOther) {
            return Status.EXPECTATION_FAILED;
        }
        request.isFramed = request.contentLength <= maxBodyBytes;
        if (request.method == Method.UNKNOWN) {
            return Status.NOT_IMPLEMENTED;
        }
        if (request.method == Method.UNSUPPORTED) {
            return Status.METHOD_NOT_ALLOWED;
        }
        if (!request.isFramed) {
            return Status.CONTENT_TOO_LARGE;
        }
        return request.isOrigin ? Status.OK : Status.BAD_REQUEST;
    }
}
