// SPDX-License-Identifier: Apache-2.0
package exo.libos.cheetah.http;

import java.lang.foreign.MemorySegment;

/**
 * Judges the conditions of a request against the validators of a representation, in the order the
 * standard gives. Nothing here allocates.
 *
 * @see "RFC 9110, HTTP Semantics, section 13.2.2, Precedence of Preconditions"
 */
public final class Preconditions {
    private Preconditions() {}

    /**
     * {@return {@link Status#OK}, {@link Status#NOT_MODIFIED}, or {@link
     * Status#PRECONDITION_FAILED}}
     *
     * @param request the request, its memory still valid
     * @param tag the strong entity tag, quoted
     * @param modifiedSecond when the content was changed last, seconds since 1970
     * @param nowSecond now, seconds since 1970
     */
    public static Status judge(Request request, byte[] tag, long modifiedSecond,
            long nowSecond) {
        if (request.has(Request.IF_MATCH)) {
            if (!isListed(request, Request.IF_MATCH, tag, false)) {
                return Status.PRECONDITION_FAILED;
            }
        } else {
            long bound = date(request, Request.IF_UNMODIFIED_SINCE, nowSecond);
            if (bound != HttpDate.INVALID && modifiedSecond > bound) {
                return Status.PRECONDITION_FAILED;
            }
        }
        if (request.has(Request.IF_NONE_MATCH)) {
            return isListed(request, Request.IF_NONE_MATCH, tag, true)
                    ? Status.NOT_MODIFIED
                    : Status.OK;
        }
        long since = date(request, Request.IF_MODIFIED_SINCE, nowSecond);
        // A moment that has not come yet says nothing.
        boolean current = since != HttpDate.INVALID && since <= nowSecond
                && modifiedSecond <= since;
        return current ? Status.NOT_MODIFIED : Status.OK;
    }

    /**
     * {@return what part a request for which {@link #judge} said {@link Status#OK} asks for}
     *
     * @param request the request, its memory still valid
     * @param tag the strong entity tag, quoted
     * @param modifiedSecond when the content was changed last, seconds since 1970
     * @param sizeBytes how long the representation is
     * @param range what to fill
     */
    public static ByteRange.Answer range(Request request, byte[] tag, long modifiedSecond,
            long sizeBytes, ByteRange range) {
        if (request.method() != Method.GET || !request.has(Request.RANGE)
                || !isSame(request, tag, modifiedSecond)) {
            return ByteRange.Answer.WHOLE;
        }
        return range.parse(request.bytes(), request.offset(Request.RANGE),
                request.length(Request.RANGE), sizeBytes);
    }

    /** {@return whether the client's part is of the same representation, or it does not ask} */
    private static boolean isSame(Request request, byte[] tag, long modifiedSecond) {
        if (!request.has(Request.IF_RANGE)) {
            return true;
        }
        MemorySegment bytes = request.bytes();
        long offset = request.offset(Request.IF_RANGE);
        int length = request.length(Request.IF_RANGE);
        if (length > 0 && Ascii.at(bytes, offset) == '"') {
            return Ascii.matches(bytes, offset, length, tag);
        }
        long moment = HttpDate.parse(bytes, offset, length, modifiedSecond);
        return moment == modifiedSecond;
    }

    private static boolean isListed(Request request, int list, byte[] tag, boolean weakly) {
        for (int i = list; i < list + Request.MAX_LIST_LINES && request.has(i); i++) {
            if (EntityTag.isIn(request.bytes(), request.offset(i), request.length(i), tag,
                    weakly)) {
                return true;
            }
        }
        return false;
    }

    private static long date(Request request, int field, long nowSecond) {
        return request.has(field)
                ? HttpDate.parse(request.bytes(), request.offset(field), request.length(field),
                        nowSecond)
                : HttpDate.INVALID;
    }
}
