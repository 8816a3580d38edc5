// SPDX-License-Identifier: Apache-2.0
package exo.impl.cap;

import exo.api.upcall.Repossession;

/**
 * A secure binding: access to a resource that was authorised once, through a capability, and is not
 * checked again. When the capability dies, the binding is severed.
 */
public interface Binding {
    /**
     * Breaks the binding: when the call returns, nothing reaches the resource through it any more.
     *
     * <p>Called at most once for each capability, by any thread, holding no lock. If it fails, the
     * others are severed all the same, and the resource is kept from everybody from then on.
     *
     * @param cause why
     */
    void sever(Repossession.Cause cause);
}
