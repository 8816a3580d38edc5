// SPDX-License-Identifier: Apache-2.0
package exo.libos.cheetah.http;

import java.lang.foreign.MemorySegment;
import java.util.EnumMap;
import java.util.Map;

/**
 * Writes heads of responses, and short responses whole, into memory that is used again and again.
 *
 * <p><b>Shape.</b> {@link #begin} starts a message; the other methods append to it; {@link #end}
 * closes the head. The bytes lie in {@link #bytes} until the next {@code begin}.
 *
 * <p><b>Thread-safety.</b> Confined to one thread. <b>Cost.</b> No allocation, except when a
 * message is longer than every one before.
 */
public final class HeadWriter {
    private static final int FIRST_BYTES = 4096;
    private static final byte[] NUMBER_LIMIT = Ascii.bytes("9223372036854775807");
    private static final byte[] DATE = Ascii.bytes("Date: ");
    private static final byte[] LENGTH = Ascii.bytes("Content-Length: ");
    private static final byte[] RANGE = Ascii.bytes("Content-Range: bytes ");
    private static final byte[] CLOSE = Ascii.bytes("Connection: close\r\n");
    private static final byte[] KEEP = Ascii.bytes("Connection: keep-alive\r\n");
    private static final byte[] HTML = Ascii.bytes("""
            Content-Type: text/html; charset=utf-8\r
            X-Content-Type-Options: nosniff\r
            """);
    private static final byte[] ALLOW = Ascii.bytes("Allow: GET, HEAD\r\n");
    private static final byte[] RETRY = Ascii.bytes("Retry-After: 1\r\n");
    private static final byte[] END = Ascii.bytes("\r\n");

    private static final Map<Status, byte[]> LINES = new EnumMap<>(Status.class);
    private static final Map<Status, byte[]> PAGES = new EnumMap<>(Status.class);

    static {
        for (Status status : Status.values()) {
            String words = status.code() + " " + status.reason();
            LINES.put(status, Ascii.bytes("HTTP/1.1 " + words + "\r\n"));
            PAGES.put(status, Ascii.bytes("""
                    <!doctype html>
                    <html lang="en">
                    <meta charset="utf-8">
                    <title>WORDS</title>
                    <h1>WORDS</h1>
                    </html>
                    """.replace("WORDS", words)));
        }
    }

    private final byte[] server;
    private final byte[] dateLine = new byte[DATE.length + HttpDate.BYTES + 2];
    private final byte[] digits = new byte[NUMBER_LIMIT.length];
    private long dateSecond = Long.MIN_VALUE;
    private byte[] buffer = new byte[FIRST_BYTES];
    private MemorySegment segment = MemorySegment.ofArray(buffer);
    private int length;

    /**
     * A writer for a server.
     *
     * @param serverName what the Server field says; empty to leave the field out
     */
    public HeadWriter(String serverName) {
        server = Ascii.bytes(serverName.isEmpty() ? "" : "Server: " + serverName + "\r\n");
        System.arraycopy(DATE, 0, dateLine, 0, DATE.length);
        System.arraycopy(END, 0, dateLine, dateLine.length - 2, 2);
    }

    /** {@return the memory the message lies in, from its first byte on} */
    public MemorySegment bytes() {
        return segment;
    }

    /** {@return how many bytes the message has} */
    public int length() {
        return length;
    }

    /**
     * Starts a message: status line, date, server, and whether the connection stays.
     *
     * @param status the status
     * @param request the request it answers
     * @param stays whether the connection stays
     * @param nowSecond seconds since 1970 now
     * @return this writer
     */
    public HeadWriter begin(Status status, Request request, boolean stays, long nowSecond) {
        length = 0;
        put(LINES.get(status));
        if (nowSecond != dateSecond) {
            dateSecond = nowSecond;
            HttpDate.write(nowSecond, dateLine, DATE.length);
        }
        put(dateLine);
        put(server);
        if (!stays) {
            put(CLOSE);
        } else if (request.isOldVersion()) {
            put(KEEP);
        }
        return this;
    }

    /**
     * Writes a whole message that says nothing but its status.
     *
     * @param status the status
     * @param request the request it answers
     * @param stays whether the connection stays
     * @param nowSecond seconds since 1970 now
     * @return this writer
     */
    public HeadWriter plain(Status status, Request request, boolean stays, long nowSecond) {
        begin(status, request, stays, nowSecond);
        if (status == Status.METHOD_NOT_ALLOWED) {
            put(ALLOW);
        } else if (status == Status.UNAVAILABLE) {
            put(RETRY);
        }
        return page(status, request);
    }

    /**
     * Ends a message with the page that tells its status to a person.
     *
     * @param status the status
     * @param request the request it answers; the page is left out if that was for a head only
     * @return this writer
     */
    public HeadWriter page(Status status, Request request) {
        byte[] page = PAGES.get(status);
        put(HTML).contentLength(page.length).end();
        return request.method() == Method.HEAD ? this : put(page);
    }

    /**
     * Appends bytes.
     *
     * @param more the bytes
     * @return this writer
     */
    public HeadWriter put(byte[] more) {
        room(more.length);
        System.arraycopy(more, 0, buffer, length, more.length);
        length += more.length;
        return this;
    }

    /**
     * Appends the length of the content.
     *
     * @param contentBytes the length in bytes
     * @return this writer
     */
    public HeadWriter contentLength(long contentBytes) {
        return put(LENGTH).number(contentBytes).put(END);
    }

    /**
     * Appends which part of a representation follows.
     *
     * @param range the part
     * @param sizeBytes how long the representation is
     * @return this writer
     */
    public HeadWriter contentRange(ByteRange range, long sizeBytes) {
        put(RANGE).number(range.first()).one('-').number(range.last());
        return one('/').number(sizeBytes).put(END);
    }

    /**
     * Appends that no part follows.
     *
     * @param sizeBytes how long the representation is
     * @return this writer
     */
    public HeadWriter noRange(long sizeBytes) {
        return put(RANGE).one('*').one('/').number(sizeBytes).put(END);
    }

    /**
     * Appends the name a directory should have been asked for by.
     *
     * @param path its path, escaped
     * @param request the request, whose query is kept
     * @return this writer
     */
    public HeadWriter location(byte[] path, Request request) {
        put(LocationField.NAME).put(path);
        room(request.queryLength() * 3);
        for (int i = 0; i < request.queryLength(); i++) {
            LocationField.escape(Ascii.at(request.bytes(), request.queryOffset() + i), this);
        }
        return put(END);
    }

    /**
     * Closes the head.
     *
     * @return this writer
     */
    public HeadWriter end() {
        return put(END);
    }

    HeadWriter one(int octet) {
        room(1);
        buffer[length++] = (byte) octet;
        return this;
    }

    private HeadWriter number(long value) {
        int at = digits.length;
        long rest = value;
        do {
            digits[--at] = (byte) ('0' + rest % 10);
            rest /= 10;
        } while (rest > 0);
        room(digits.length - at);
        System.arraycopy(digits, at, buffer, length, digits.length - at);
        length += digits.length - at;
        return this;
    }

    private void room(int byteCount) {
        if (byteCount > buffer.length - length) {
            byte[] longer = new byte[Math.max(length + byteCount, buffer.length * 2)];
            System.arraycopy(buffer, 0, longer, 0, length);
            buffer = longer;
            segment = MemorySegment.ofArray(buffer);
        }
    }

    /** The Location field: a query may hold bytes that a reference must not. */
    private static final class LocationField {
        static final byte[] NAME = Ascii.bytes("Location: ");
        private static final byte[] HEX = Ascii.bytes("0123456789ABCDEF");

        private LocationField() {}

        static void escape(int octet, HeadWriter to) {
            boolean plain = octet > ' ' && octet < 0x7f && octet != '"' && octet != '<'
                    && octet != '>' && octet != '\\';
            if (plain) {
                to.one(octet);
            } else {
                to.one('%').one(HEX[octet >> 4]).one(HEX[octet & 15]);
            }
        }
    }
}
