// SPDX-License-Identifier: Apache-2.0
package exo.libos.cheetah.http;

import java.lang.foreign.MemorySegment;

/**
 * What the head of a request says. Fields that are looked at later stay where they arrived and are
 * known by their place only, so a request is valid as long as the memory it was parsed from holds
 * the head.
 *
 * <p><b>Ownership.</b> Made once and filled again for each request by {@link RequestParser}.
 * <b>Thread-safety.</b> Confined to one thread.
 */
public final class Request {
    /** How many lines an entity-tag list may be spread over. */
    static final int MAX_LIST_LINES = 8;
    static final int RANGE = 0;
    static final int IF_RANGE = 1;
    static final int IF_MODIFIED_SINCE = 2;
    static final int IF_UNMODIFIED_SINCE = 3;
    static final int IF_MATCH = 4;
    static final int IF_NONE_MATCH = IF_MATCH + MAX_LIST_LINES;
    private static final int PLACES = IF_NONE_MATCH + MAX_LIST_LINES;

    private final long[] offsets = new long[PLACES];
    private final int[] lengths = new int[PLACES];

    MemorySegment bytes = MemorySegment.NULL;
    Method method = Method.UNKNOWN;
    int minorVersion;
    long pathOffset;
    int pathLength;
    long queryOffset;
    int queryLength;
    boolean isOrigin;
    int hosts;
    boolean saysClose;
    boolean saysKeepAlive;
    boolean expectsContinue;
    boolean expectsOther;
    int lengthFields;
    long contentLength;
    int encodings;
    boolean isChunked;
    boolean isOtherCoding;
    boolean isFramed;

    /** An empty request. */
    public Request() {
        clear(bytes);
    }

    /** Forgets the request before. */
    void clear(MemorySegment source) {
        bytes = source;
        method = Method.UNKNOWN;
        minorVersion = 1;
        pathOffset = 0;
        pathLength = 0;
        queryOffset = 0;
        queryLength = 0;
        isOrigin = false;
        hosts = 0;
        saysClose = false;
        saysKeepAlive = false;
        expectsContinue = false;
        expectsOther = false;
        lengthFields = 0;
        contentLength = 0;
        encodings = 0;
        isChunked = false;
        isOtherCoding = false;
        isFramed = false;
        for (int i = 0; i < PLACES; i++) {
            lengths[i] = -1;
        }
    }

    /** Notes a field of which there is one; two of them cancel each other, as nobody sends two. */
    void place(int field, long offset, int length) {
        offsets[field] = offset;
        lengths[field] = lengths[field] < 0 ? length : 0;
    }

    /** {@return whether there was room to note one more line of a list} */
    boolean placeInList(int list, long offset, int length) {
        for (int i = list; i < list + MAX_LIST_LINES; i++) {
            if (lengths[i] < 0) {
                offsets[i] = offset;
                lengths[i] = length;
                return true;
            }
        }
        return false;
    }

    boolean has(int field) {
        return lengths[field] >= 0;
    }

    long offset(int field) {
        return offsets[field];
    }

    int length(int field) {
        return lengths[field];
    }

    /** {@return the memory it was parsed from} */
    public MemorySegment bytes() {
        return bytes;
    }

    /** {@return what it asks for} */
    public Method method() {
        return method;
    }

    /** {@return where its path begins, as it was sent, with the slash} */
    public long pathOffset() {
        return pathOffset;
    }

    /** {@return how many bytes its path has, at least 1} */
    public int pathLength() {
        return pathLength;
    }

    /** {@return where its query begins, with the question mark} */
    public long queryOffset() {
        return queryOffset;
    }

    /** {@return how many bytes its query has, 0 if it has none} */
    public int queryLength() {
        return queryLength;
    }

    /** {@return whether the connection can serve another request after this one} */
    public boolean isKeptAlive() {
        return isFramed && !saysClose && !expectsContinue && (minorVersion > 0 || saysKeepAlive);
    }

    /** {@return whether the client must be told that the connection stays: HTTP/1.0} */
    public boolean isOldVersion() {
        return minorVersion == 0;
    }

    /** {@return how many bytes the body has; 0 if it is chunked} */
    public long contentLength() {
        return contentLength;
    }

    /** {@return whether the body comes in chunks} */
    public boolean isChunked() {
        return isChunked;
    }
}
