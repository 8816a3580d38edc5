// SPDX-License-Identifier: Apache-2.0
package exo.impl.name;

import exo.api.Rights;
import exo.api.name.Name;
import exo.api.upcall.Repossession;
import exo.impl.cap.Binding;
import exo.impl.cap.CapabilityTable;
import exo.impl.cap.Charge;
import exo.impl.cap.KernelCapability;
import exo.impl.cap.Principal;

/**
 * A capability offered under a name.
 *
 * <p><b>States.</b> Made, then standing, then over; or made, then over. It is attached to the key
 * and to the capability before it stands, so that the death of either ends it. Whoever ends it, and
 * nobody else, gives its charge back and detaches it. The state is guarded by {@link NameSpace}.
 */
final class Offer implements Binding {
    final Name name;
    final KernelCapability resource;
    final Rights rights;
    boolean over; // guarded by the lock of the name space
    private final NameSpace space;
    private final KernelNameKey key;
    private final Principal owner;

    Offer(NameSpace space, KernelNameKey key, Name name, KernelCapability resource,
            Rights rights) {
        this.space = space;
        this.key = key;
        this.owner = key.lineage().holder();
        this.name = name;
        this.resource = resource;
        this.rights = rights;
    }

    /** Binds it to the key and the capability; refused if one of them is dead. */
    void attach(CapabilityTable capabilities) {
        capabilities.attach(key, this);
        capabilities.attach(resource, this);
    }

    /** Ends it, if it is not over. Holds no lock. */
    void end() {
        if (space.remove(this)) {
            CapabilityTable capabilities = resource.lineage().table();
            capabilities.detach(key, this);
            capabilities.detach(resource, this);
            owner.ledger().release(Charge.OBJECTS, 1);
        }
    }

    @Override
    public void sever(Repossession.Cause cause) {
        end(); // it takes nothing from its owner but the offer, so there is nothing to announce
    }
}
