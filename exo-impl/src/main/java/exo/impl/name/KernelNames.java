// SPDX-License-Identifier: Apache-2.0
package exo.impl.name;

import exo.api.Capability;
import exo.api.Rights;
import exo.api.name.Name;
import exo.api.name.NameKey;
import exo.api.name.Names;
import exo.impl.cap.CapabilityTable;
import exo.impl.cap.Charge;
import exo.impl.cap.KernelCapability;
import exo.impl.cap.Lineage;
import exo.impl.cap.Principal;
import java.util.List;
import java.util.Objects;

/**
 * The names as one environment sees them: decodes what it alleges, then lets the name space and the
 * capability table perform. It keeps nothing: offers end with the capabilities of their maker.
 */
public final class KernelNames implements Names {
    private final NameSpace space;
    private final CapabilityTable capabilities;
    private final Principal owner;

    /**
     * Makes the names of an environment.
     *
     * @param space the kernel's names
     * @param capabilities the kernel's capabilities
     * @param owner the environment
     */
    public KernelNames(NameSpace space, CapabilityTable capabilities, Principal owner) {
        this.space = space;
        this.capabilities = capabilities;
        this.owner = owner;
    }

    @Override
    public NameKey narrow(NameKey source, Name longer, Rights rights, String label) {
        Objects.requireNonNull(label, "label");
        KernelNameKey key = dominating(source, longer, rights);
        KernelNameKey narrow = new KernelNameKey(
                new Lineage(capabilities, key, owner, owner, rights, label), longer);
        capabilities.adopt(narrow);
        return narrow;
    }

    @Override
    public void publish(NameKey allegation, Name name, Capability resource, Rights rights) {
        Objects.requireNonNull(resource, "resource");
        Objects.requireNonNull(rights, "rights");
        KernelNameKey key = dominating(allegation, name, Rights.WRITE);
        KernelCapability node = capabilities.check(resource, owner, KernelCapability.class,
                rights.and(Rights.GRANT));
        Offer offer = new Offer(space, key, name, node, rights);
        owner.ledger().charge(Charge.OBJECTS, 1);
        try {
            offer.attach(capabilities);
            space.add(offer);
        } catch (RuntimeException | Error e) {
            offer.end();
            throw e;
        }
    }

    @Override
    public <C extends Capability> C find(NameKey allegation, Name name, Rights wanted,
            Class<C> type, String label) {
        Objects.requireNonNull(wanted, "wanted");
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(label, "label");
        KernelNameKey key = dominating(allegation, name, wanted.and(Rights.READ));
        KernelCapability found = space.derive(name, wanted, type, owner, label);
        capabilities.adopt(found, key);
        return type.cast(found);
    }

    @Override
    public void withdraw(NameKey allegation, Name name) {
        dominating(allegation, name, Rights.WRITE);
        space.standing(name).end();
    }

    @Override
    public List<Name> list(NameKey allegation) {
        owner.checkCaller();
        return space.below(
                capabilities.check(allegation, owner, KernelNameKey.class, Rights.READ).name());
    }

    /** {@return the key that a libOS named, if it dominates a name with rights} */
    private KernelNameKey dominating(NameKey allegation, Name name, Rights rights) {
        Objects.requireNonNull(allegation, "key");
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(rights, "rights");
        owner.checkCaller();
        KernelNameKey key = capabilities.check(allegation, owner, KernelNameKey.class, rights);
        key.checkPrefixOf(name);
        return key;
    }
}
