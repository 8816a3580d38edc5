// SPDX-License-Identifier: Apache-2.0
package exo.impl.cap;

import exo.api.KernelPanic;

/** Checks of what must hold in a correct kernel. */
public final class Invariant {
    private Invariant() {}

    /**
     * Stops if an invariant of the kernel is broken.
     *
     * @param holds whether it holds
     * @param invariant what should hold, as a sentence
     */
    public static void check(boolean holds, String invariant) {
        if (!holds) {
            throw new KernelPanic("broken invariant: " + invariant);
        }
    }
}
