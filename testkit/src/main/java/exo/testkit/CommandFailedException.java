// SPDX-License-Identifier: Apache-2.0
package exo.testkit;

/** A command of the host ended with an error, or not in time. The message holds what it printed. */
public final class CommandFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CommandFailedException(String message) {
        super(message);
    }

    CommandFailedException(String message, Throwable cause) {
        super(message, cause);
    }
}
