// SPDX-License-Identifier: Apache-2.0
package exo.libos.vm.gib;

import exo.api.Rights;

/** What whoever attaches a gib may do with it. */
public enum Mode {
    /** Look at it. */
    READ,
    /** Look at it and change it. */
    WRITE;

    /** {@return the rights that a capability for the gib needs for this mode} */
    public Rights rights() {
        return this == READ ? Rights.READ : Rights.READ_WRITE;
    }
}
