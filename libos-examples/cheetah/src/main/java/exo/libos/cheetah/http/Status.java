// SPDX-License-Identifier: Apache-2.0
package exo.libos.cheetah.http;

/** The status codes this server answers with. */
public enum Status {
    /** The representation follows. */
    OK(200, "OK"),
    /** A part of it follows. */
    PARTIAL_CONTENT(206, "Partial Content"),
    /** It has another name. */
    MOVED_PERMANENTLY(301, "Moved Permanently"),
    /** What the client has is current. */
    NOT_MODIFIED(304, "Not Modified"),
    /** The request breaks the protocol. */
    BAD_REQUEST(400, "Bad Request"),
    /** Nothing has that name. */
    NOT_FOUND(404, "Not Found"),
    /** Files can be read, and nothing else. */
    METHOD_NOT_ALLOWED(405, "Method Not Allowed"),
    /** The request did not arrive in time. */
    REQUEST_TIMEOUT(408, "Request Timeout"),
    /** The state the client expects is not there. */
    PRECONDITION_FAILED(412, "Precondition Failed"),
    /** The request has a body that is longer than this server reads. */
    CONTENT_TOO_LARGE(413, "Content Too Large"),
    /** The request line is too long. */
    URI_TOO_LONG(414, "URI Too Long"),
    /** The representation has no such part. */
    RANGE_NOT_SATISFIABLE(416, "Range Not Satisfiable"),
    /** The client expects something this server does not know. */
    EXPECTATION_FAILED(417, "Expectation Failed"),
    /** The head of the request is too long. */
    FIELDS_TOO_LARGE(431, "Request Header Fields Too Large"),
    /** The file cannot be read. */
    INTERNAL_ERROR(500, "Internal Server Error"),
    /** Nothing this server has heard of. */
    NOT_IMPLEMENTED(501, "Not Implemented"),
    /** The server is at one of its limits. */
    UNAVAILABLE(503, "Service Unavailable"),
    /** Another major version of the protocol. */
    VERSION_NOT_SUPPORTED(505, "HTTP Version Not Supported");

    private final int code;
    private final String reason;

    Status(int code, String reason) {
        this.code = code;
        this.reason = reason;
    }

    /** {@return the number} */
    public int code() {
        return code;
    }

    /** {@return what the number means, in English} */
    String reason() {
        return reason;
    }
}
