// SPDX-License-Identifier: Apache-2.0
package exo.libos.cheetah.http;

import java.lang.foreign.MemorySegment;

/**
 * Finds the end of a request's body, whose bytes nobody wants.
 *
 * <p><b>States.</b> {@code DATA} bytes of known number are passed over, then {@code DATA_END} wants
 * CR LF after a chunk; {@code SIZE} reads the digits of a chunk's size, {@code EXTENSION} the rest
 * of that line; after the last chunk {@code TRAILER} passes over lines until an empty one. {@code
 * DONE} and {@code BROKEN} are final: BROKEN if the body breaks the grammar or is longer than
 * permitted, and then nobody knows where the next request begins.
 *
 * <p><b>Thread-safety.</b> Confined to one thread. <b>Cost.</b> No allocation.
 *
 * @see "RFC 9112, HTTP/1.1, section 7.1, Chunked Transfer Coding"
 */
public final class BodySkipper {
    private static final int DONE = 0;
    private static final int BROKEN = 1;
    private static final int DATA = 2;
    private static final int DATA_END = 3;
    private static final int SIZE = 4;
    private static final int EXTENSION = 5;
    private static final int TRAILER = 6;

    private int state = DONE;
    private boolean isChunked;
    private long remaining;
    private long budget;
    private int lineBytes;
    private boolean afterReturn;

    /** No body. */
    public BodySkipper() {}

    /**
     * Expects the body of a request.
     *
     * @param request the request
     * @param maxBytes how many bytes it may have, the framing of its chunks counted
     */
    public void begin(Request request, long maxBytes) {
        isChunked = request.isChunked();
        budget = maxBytes;
        lineBytes = 0;
        afterReturn = false;
        remaining = isChunked ? 0 : request.contentLength();
        state = isChunked ? SIZE : remaining > 0 ? DATA : DONE;
    }

    /** Expects nothing any more. */
    public void reset() {
        state = DONE;
    }

    /** {@return whether the body is over} */
    public boolean isDone() {
        return state == DONE;
    }

    /** {@return whether the end of the body cannot be found} */
    public boolean isBroken() {
        return state == BROKEN;
    }

    /**
     * Passes over bytes of the body.
     *
     * @param bytes where they lie
     * @param offset where they begin
     * @param length how many have arrived
     * @return how many of them belong to the body
     */
    public int skip(MemorySegment bytes, long offset, int length) {
        int at = 0;
        while (at < length && state > BROKEN) {
            if (state == DATA) {
                int step = (int) Math.min(remaining, length - at);
                at += step;
                budget -= step;
                remaining -= step;
                if (remaining == 0) {
                    state = isChunked ? DATA_END : DONE;
                }
            } else {
                step(Ascii.at(bytes, offset + at++));
                budget--;
            }
            if (budget < 0) {
                state = BROKEN;
            }
        }
        return at;
    }

    /** Takes one byte of the framing. */
    private void step(int octet) {
        if (afterReturn) {
            afterReturn = false;
            if (octet == '\n') {
                endOfLine();
            } else {
                state = BROKEN;
            }
        } else if (octet == '\r') {
            afterReturn = true;
        } else if ((octet < ' ' && octet != '\t') || octet == 0x7f) {
            state = BROKEN;
        } else if (state == SIZE) {
            size(octet);
        } else if (state == DATA_END) {
            state = BROKEN;
        } else {
            lineBytes++;
        }
    }

    private void size(int octet) {
        int digit = Ascii.hexDigit(octet);
        if (digit >= 0 && remaining <= Integer.MAX_VALUE) {
            remaining = (remaining << 4) | digit;
            lineBytes++;
        } else if (lineBytes > 0 && octet == ';') {
            state = EXTENSION;
        } else {
            state = BROKEN;
        }
    }

    private void endOfLine() {
        switch (state) {
            case DATA_END -> state = SIZE;
            case TRAILER -> state = lineBytes == 0 ? DONE : TRAILER;
            default -> {
                boolean isLast = remaining == 0;
                boolean isBad = lineBytes == 0 || remaining > budget;
                state = isBad ? BROKEN : isLast ? TRAILER : DATA;
            }
        }
        lineBytes = 0;
    }
}
