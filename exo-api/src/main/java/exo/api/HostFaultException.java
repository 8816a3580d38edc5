// SPDX-License-Identifier: Apache-2.0
package exo.api;

/**
 * A host call failed.
 */
public final class HostFaultException extends ExoException {
    private static final long serialVersionUID = 1L;

    private final String call;
    private final String errno;

    /**
     * Makes the exception.
     *
     * @param code what went wrong
     * @param resource what the request was about
     * @param call the host call with its arguments
     * @param errno the name of the error, for example {@code ENOSPC}
     * @param remedy what would mend it; may be empty
     */
    public HostFaultException(ErrorCode code, String resource, String call, String errno,
            String remedy) {
        super(code, Blame.HOST, resource, call + " failed with " + errno, remedy);
        this.call = call;
        this.errno = errno;
    }

    /** {@return the host call with its arguments} */
    public String call() {
        return call;
    }

    /** {@return the name of the host's error, for example {@code EPERM}} */
    public String errno() {
        return errno;
    }
}
