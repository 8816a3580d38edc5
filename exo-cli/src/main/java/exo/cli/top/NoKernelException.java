// SPDX-License-Identifier: Apache-2.0
package exo.cli.top;

/** There is no kernel to look at; the message says why, and what to do. */
final class NoKernelException extends Exception {
    private static final long serialVersionUID = 1;

    NoKernelException(String message) {
        super(message);
    }
}
