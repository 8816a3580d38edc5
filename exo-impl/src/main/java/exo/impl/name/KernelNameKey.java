// SPDX-License-Identifier: Apache-2.0
package exo.impl.name;

import exo.api.Blame;
import exo.api.CapabilityException;
import exo.api.ErrorCode;
import exo.api.ResourceKind;
import exo.api.name.Name;
import exo.api.name.NameKey;
import exo.impl.cap.KernelCapability;
import exo.impl.cap.Lineage;

/** The capability for a name and all names below it. */
final class KernelNameKey extends KernelCapability implements NameKey {
    private final Name name;

    KernelNameKey(Lineage lineage, Name name) {
        super(lineage);
        this.name = name;
    }

    @Override
    protected KernelCapability copy(Lineage changed) {
        return new KernelNameKey(changed, name);
    }

    @Override
    public ResourceKind kind() {
        return ResourceKind.NAME;
    }

    @Override
    public Name name() {
        return made(name);
    }

    /** Refuses a name that is neither its own nor below it. */
    void checkPrefixOf(Name other) {
        if (!name.isPrefixOf(other)) {
            throw new CapabilityException(ErrorCode.INSUFFICIENT, Blame.CALLER, toString(),
                    "its name '" + name + "' is not a prefix of '" + other
                            + "', so it does not dominate that name",
                    "use a key for '" + other + "' or for a name above it");
        }
    }
}
