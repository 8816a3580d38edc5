// SPDX-License-Identifier: Apache-2.0
package exo.impl.cap;

import exo.api.ErrorCode;
import exo.api.ExoException;

import static org.junit.jupiter.api.Assertions.assertThrows;

/** How the kernel refuses. */
public final class Refusals {
    private Refusals() {}

    /** {@return the code that a call is refused with, which it must be} */
    public static ErrorCode refusal(Runnable call) {
        return assertThrows(ExoException.class, call::run).code();
    }
}
