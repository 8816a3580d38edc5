// SPDX-License-Identifier: Apache-2.0
package exo.host;

/** Placeholder. */
public enum Errno {
    /** OK. */
    OK
}
