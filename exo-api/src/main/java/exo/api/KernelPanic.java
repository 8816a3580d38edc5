// SPDX-License-Identifier: Apache-2.0
package exo.api;

/**
 * An invariant of the kernel is broken: a defect of the kernel, never the answer to a request. What
 * the call it comes out of has done is not defined; the embedder should close the kernel.
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
