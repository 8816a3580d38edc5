// SPDX-License-Identifier: Apache-2.0
package exo.api;

/**
 * An invariant of the kernel is broken. The kernel instance stops: it ends every environment and
 * refuses all further calls. It is a defect of the kernel, never the answer to a request.
 */
public final class KernelPanic extends Error {
    private static final long serialVersionUID = 1L;

    /**
     * Makes the error.
     *
     * @param invariant the invariant that does not hold, with the values
     */
    public KernelPanic(String invariant) {
        super(invariant);
    }
}
