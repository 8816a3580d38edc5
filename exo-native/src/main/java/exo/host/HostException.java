// SPDX-License-Identifier: Apache-2.0
package exo.host;

/**
 * A host call that failed: which call, with which arguments, with which error number, and what
 * would mend it.
 *
 * <p>It never leaves the kernel: the kernel turns it into an exception of the API.
 */
public final class HostException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** The call with its arguments. */
    private final String call;
    /** What the host answered. */
    private final Errno errno;
    /** What would mend it. */
    private final String remedy;

    /**
     * Describes a failure.
     *
     * @param call the call with its arguments, for example {@code mmap(4096 bytes)}
     * @param number the error number; the negative form is taken too
     * @param remedy what would mend it
     */
    public HostException(String call, int number, String remedy) {
        super(call + ": " + name(number));
        this.call = call;
        this.errno = Errno.of(Math.abs(number));
        this.remedy = remedy;
    }

    private static String name(int number) {
        Errno errno = Errno.of(Math.abs(number));
        return errno == Errno.UNKNOWN ? "errno " + Math.abs(number) : errno.name();
    }

    /** {@return the call with its arguments} */
    public String call() {
        return call;
    }

    /** {@return what the host answered} */
    public Errno errno() {
        return errno;
    }

    /** {@return what would mend it} */
    public String remedy() {
        return remedy;
    }
}
