// SPDX-License-Identifier: Apache-2.0
package exo.api;

/**
 * A library operating system: untrusted code that manages the resources of one environment.
 *
 * <p>The kernel runs {@link #run} on a thread that it owns. The environment ends when the method
 * returns or throws; whatever it held then returns to its parent.
 *
 * @see "Engler, PhD thesis, MIT 1998, pages 15-16: library operating systems"
 */
@FunctionalInterface
public interface LibOs {
    /**
     * Runs the library operating system.
     *
     * <p>A libOS that waits for events does so in {@link exo.api.upcall.Upcalls#await}, where its
     * upcalls are delivered. It should return soon after {@link
     * exo.api.upcall.UpcallHandler#onStopRequest}.
     *
     * @param env the environment this libOS runs in
     * @throws Exception whatever the libOS does not handle; it ends this environment alone
     */
    void run(Env env) throws Exception;
}
