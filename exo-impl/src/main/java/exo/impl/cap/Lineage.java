// SPDX-License-Identifier: Apache-2.0
package exo.impl.cap;

import exo.api.Rights;

/**
 * Where a capability comes from and whose it is.
 *
 * @param table the kernel's capabilities
 * @param parent what it was derived from, or null for the capability that a resource was made with
 * @param holder who may use it
 * @param payer whose quota pays for the object
 * @param rights its rights
 * @param label its label in the holder's key-ring
 */
public record Lineage(CapabilityTable table, KernelCapability parent, Principal holder,
        Principal payer, Rights rights, String label) {
    /**
     * {@return the lineage of a capability that a resource is made with: held and paid by the same,
     * all rights}
     *
     * @param table the kernel's capabilities
     * @param parent the capability that allowed making the resource, or null
     * @param holder who gets it
     * @param label its label
     */
    public static Lineage original(CapabilityTable table, KernelCapability parent,
            Principal holder, String label) {
        return new Lineage(table, parent, holder, holder, Rights.ALL, label);
    }
}
