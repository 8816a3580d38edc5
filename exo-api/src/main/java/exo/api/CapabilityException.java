// SPDX-License-Identifier: Apache-2.0
package exo.api;

/**
 * A capability was not accepted: it is not the kernel's, not the caller's, not live, or lacks a
 * right.
 */
public final class CapabilityException extends ExoException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes the exception.
     *
     * @param code what went wrong
     * @param blame who can mend it
     * @param resource what the request was about
     * @param cause why it was refused, with the values
     * @param remedy what would mend it; may be empty
     */
    public CapabilityException(ErrorCode code, Blame blame, String resource, String cause,
            String remedy) {
        super(code, blame, resource, cause, remedy);
    }
}
