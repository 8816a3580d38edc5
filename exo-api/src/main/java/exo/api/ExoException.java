// SPDX-License-Identifier: Apache-2.0
package exo.api;

import java.util.Objects;

/**
 * A request that the kernel refused or could not carry out.
 *
 * <p>The message names the resource, the cause with its values, and the remedy. A refused request
 * has no effect unless the method says otherwise. Mistakes that only a programmer makes use the
 * JDK's own exceptions: null, an index out of bounds, a closed object, a wrong thread.
 */
public abstract sealed class ExoException extends RuntimeException
        permits CapabilityException, ResourceException, RepossessedException, VerificationException,
        HostFaultException {

    private static final long serialVersionUID = 1L;

    private final ErrorCode code;
    private final Blame blame;
    private final String resource;
    private final String remedy;

    /**
     * Makes the exception.
     *
     * @param code what went wrong
     * @param blame who can mend it
     * @param resource what the request was about
     * @param cause why it was refused, with the values
     * @param remedy what would mend it; may be empty
     */
    ExoException(ErrorCode code, Blame blame, String resource, String cause, String remedy) {
        super(message(code, resource, cause, remedy));
        this.code = Objects.requireNonNull(code, "code");
        this.blame = Objects.requireNonNull(blame, "blame");
        this.resource = Objects.requireNonNull(resource, "resource");
        this.remedy = Objects.requireNonNull(remedy, "remedy");
    }

    private static String message(ErrorCode code, String resource, String cause, String remedy) {
        String text = code + " [" + resource + "] " + cause;
        return remedy.isEmpty() ? text : text + "; " + remedy;
    }

    /** {@return what went wrong} */
    public ErrorCode code() {
        return code;
    }

    /** {@return who can mend it} */
    public Blame blame() {
        return blame;
    }

    /** {@return the resource that the request was about} */
    public String resource() {
        return resource;
    }

    /** {@return what would mend it; may be empty} */
    public String remedy() {
        return remedy;
    }
}
