// SPDX-License-Identifier: Apache-2.0
package exo.api;

/** Whose fault an {@link ExoException} is, that is, who can mend it. */
public enum Blame {
    /** The code that made the call. */
    CALLER,
    /** Another environment. */
    PEER,
    /** The host: its limits, privileges, devices. */
    HOST,
    /** The kernel itself: a defect. */
    KERNEL
}
