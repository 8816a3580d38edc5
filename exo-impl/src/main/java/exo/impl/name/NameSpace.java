// SPDX-License-Identifier: Apache-2.0
package exo.impl.name;

import exo.api.Blame;
import exo.api.Capability;
import exo.api.CapabilityException;
import exo.api.ErrorCode;
import exo.api.ResourceException;
import exo.api.Rights;
import exo.api.name.Name;
import exo.api.name.Names;
import exo.impl.cap.CapabilityTable;
import exo.impl.cap.KernelCapability;
import exo.impl.cap.Lineage;
import exo.impl.cap.Principal;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * All offers of one kernel, by their names. It has no limit of its own: each offer is charged to
 * its maker.
 *
 * <p><b>Locking.</b> One private lock guards the map and the state of each offer. Nothing else is
 * locked inside.
 */
// Offers are compared by identity.
@SuppressWarnings("ReferenceEquality")
public final class NameSpace {
    private final Object lock = new Object();
    private final TreeMap<Name, Offer> offers = new TreeMap<>(); // guarded by lock

    /** Makes an empty name space. */
    public NameSpace() {}

    /**
     * Gives an environment the key to all names.
     *
     * @param owner the environment
     * @param capabilities the kernel's capabilities
     */
    public void giveTo(Principal owner, CapabilityTable capabilities) {
        capabilities.adopt(new KernelNameKey(
                Lineage.original(capabilities, null, owner, Names.ROOT_LABEL), Name.ROOT));
    }

    /** Lets an offer stand, unless its name is taken or it is over already. */
    void add(Offer offer) {
        synchronized (lock) {
            if (offer.over) {
                throw new CapabilityException(ErrorCode.REVOKED, Blame.PEER,
                        "offer '" + offer.name + "'",
                        "the key or the capability was revoked or dropped meanwhile",
                        "ask its source for a new one");
            }
            if (offers.containsKey(offer.name)) {
                throw new ResourceException(ErrorCode.ALREADY_EXISTS, Blame.CALLER,
                        "name '" + offer.name + "'", "something is offered under it",
                        "choose another name, or withdraw the other offer");
            }
            offers.put(offer.name, offer);
        }
    }

    /** {@return whether it was not over until now} */
    boolean remove(Offer offer) {
        synchronized (lock) {
            boolean ends = !offer.over;
            offer.over = true;
            offers.remove(offer.name, offer);
            return ends;
        }
    }

    /** {@return what is offered under that name} */
    Offer standing(Name name) {
        synchronized (lock) {
            Offer offer = offers.get(name);
            if (offer == null) {
                throw notFound(name, "nothing is offered under it");
            }
            return offer;
        }
    }

    /**
     * {@return a capability derived from what is offered, not adopted yet} It is made while the
     * offer stands, so that whoever ends the offer and then revokes has revoked this one too.
     */
    KernelCapability derive(Name name, Rights wanted, Class<? extends Capability> type,
            Principal finder, String label) {
        synchronized (lock) {
            Offer offer = standing(name);
            KernelCapability source = offer.resource;
            if (!type.isInstance(source)) {
                throw notFound(name, "what is offered under it is no " + type.getSimpleName()
                        + ", but of kind " + source.kind());
            }
            if (!offer.rights.contains(wanted)) {
                throw new CapabilityException(ErrorCode.INSUFFICIENT, Blame.CALLER,
                        "name '" + name + "'",
                        wanted + " was asked for, but " + offer.rights + " is offered",
                        "ask for less");
            }
            return source.lineage()
                    .table()
                    .prepare(source, new Lineage(source.lineage().table(), source, finder, finder,
                            wanted, label));
        }
    }

    /** {@return the names at that one and below under which something is offered, in order} */
    List<Name> below(Name top) {
        List<Name> found = new ArrayList<>();
        synchronized (lock) {
            for (Name name : offers.tailMap(top).keySet()) {
                if (!top.isPrefixOf(name)) {
                    break; // what stands below a name follows it without gaps
                }
                found.add(name);
            }
        }
        return List.copyOf(found);
    }

    private static ResourceException notFound(Name name, String why) {
        return new ResourceException(ErrorCode.NOT_FOUND, Blame.CALLER, "name '" + name + "'", why,
                "list what is offered, or wait until it is");
    }
}
