// SPDX-License-Identifier: Apache-2.0
package exo.impl.cap;

import exo.api.Blame;
import exo.api.Capability;
import exo.api.CapabilityException;
import exo.api.ErrorCode;
import exo.api.ResourceException;
import exo.api.Rights;
import exo.api.upcall.Repossession;
import exo.impl.audit.CapabilityEvent;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;

/**
 * All capabilities of one kernel: who holds what, and what was derived from what.
 *
 * <p><b>Locking.</b> One lock, this object, guards the tree, the key-rings and the lists of
 * bindings. Under it nothing waits, no host call is made, and no code of a libOS or of a resource
 * package runs; only ledgers are locked inside it.
 *
 * <p><b>Revocation.</b> First the epoch of the revoked capability moves on, from which moment every
 * check of a descendant fails; then the descendants are swept: key-rings, charges, bindings; then,
 * with the lock released, their bindings are severed. A binding is attached under the lock after a
 * check of its capability, so it is either seen by the sweep or refused.
 */
@SuppressWarnings("ReferenceEquality") // a capability is its identity: an equal copy is a forgery
public final class CapabilityTable {
    /** How many steps a capability may be away from the one its resource was made with. */
    public static final int MAX_DEPTH = 64;
    /** The longest label in characters. */
    public static final int MAX_LABEL_CHARS = 128;

    /**
     * Decodes a capability that a libOS named: it is of this kernel, of the right kind, held by the
     * caller, live, and has the rights.
     *
     * @param <C> the kernel's type for the kind
     * @param allegation what the libOS passed in
     * @param caller who calls
     * @param type the kernel's type for the kind
     * @param needed the rights the request needs
     * @return the capability
     * @throws CapabilityException if any of that does not hold
     */
    public <C extends KernelCapability> C check(Capability allegation, Principal caller,
            Class<C> type, Rights needed) {
        Objects.requireNonNull(allegation, "capability");
        if (!(allegation instanceof KernelCapability node) || node.isForged()
                || node.lineage().table() != this || !type.isInstance(node)) {
            throw new CapabilityException(ErrorCode.INVALID, Blame.CALLER,
                    type.getSimpleName(), "not a capability of this kernel for this use: "
                            + allegation.getClass().getName(),
                    "pass the object that the kernel gave out");
        }
        if (node.lineage().holder() != caller) {
            throw new CapabilityException(ErrorCode.FOREIGN, Blame.CALLER, node.toString(),
                    "env " + caller.name() + " does not hold it", "ask its holder to grant it");
        }
        if (!node.isLive()) {
            throw revoked(node);
        }
        if (!node.rights().contains(needed)) {
            throw insufficient(node, needed);
        }
        return type.cast(node);
    }

    /**
     * Puts a new capability into the tree and into its holder's key-ring, and charges its payer.
     *
     * @param node the capability
     * @throws ResourceException with {@link ErrorCode#QUOTA}, {@link ErrorCode#ALREADY_EXISTS},
     *         {@link ErrorCode#TOO_BIG} or {@link ErrorCode#ENV_ENDED}; no effect
     * @throws CapabilityException with {@link ErrorCode#REVOKED} if the parent has died meanwhile
     */
    public void adopt(KernelCapability node) {
        synchronized (this) {
            Lineage lineage = node.lineage();
            checkLabel(lineage);
            if (!node.isLive()) {
                throw revoked(lineage.parent() == null ? node : lineage.parent());
            }
            if (node.depth() > MAX_DEPTH) {
                throw new ResourceException(ErrorCode.TOO_BIG, Blame.CALLER, node.toString(),
                        "it would be " + node.depth() + " derivations away from its resource, but "
                                + MAX_DEPTH + " are allowed",
                        "derive from a capability nearer to the resource");
            }
            lineage.payer().ledger().charge(Charge.OBJECTS, 1);
            node.linkToParent();
            lineage.holder().keyTable().byLabel.put(lineage.label(), node);
        }
        CapabilityEvent.adopted(node);
    }

    /**
     * Derives a capability for the same holder.
     *
     * @param source the source, checked
     * @param rights the rights of the new one
     * @param label its label
     * @return the new capability
     */
    public KernelCapability derive(KernelCapability source, Rights rights, String label) {
        Principal holder = source.lineage().holder();
        return graft(source, new Lineage(this, source, holder, holder, rights, label));
    }

    /**
     * Grants another environment a capability derived from a source.
     *
     * @param source the source, checked
     * @param to who gets it
     * @param rights the rights it gets
     * @param label its label there
     */
    public void grant(KernelCapability source, Principal to, Rights rights, String label) {
        Principal payer = source.lineage().holder();
        to.granted(graft(source, new Lineage(this, source, to, payer, rights, label)));
    }

    private KernelCapability graft(KernelCapability source, Lineage lineage) {
        if (!source.rights().contains(lineage.rights())) {
            throw insufficient(source, lineage.rights());
        }
        KernelCapability node = source.copy(lineage);
        adopt(node);
        return node;
    }

    /**
     * Revokes everything derived from a capability.
     *
     * @param source the capability, checked; it stays
     * @return how many were revoked
     */
    public int revoke(KernelCapability source) {
        List<KernelCapability> dead;
        synchronized (this) {
            source.bumpEpoch();
            dead = sweep(source, false);
        }
        bury(dead, Repossession.Cause.REVOKED);
        return dead.size();
    }

    /**
     * Drops a capability and everything derived from it.
     *
     * @param node the capability
     * @param cause what the owners of severed bindings are told
     * @return whether it was live in the tree until now
     */
    public boolean drop(KernelCapability node, Repossession.Cause cause) {
        List<KernelCapability> dead;
        synchronized (this) {
            if (node.lineage().holder().keyTable().byLabel.get(node.label()) != node) {
                node.markDropped(); // if it has not been adopted yet, it never will be
                return false; // swept before
            }
            node.markDropped();
            node.bumpEpoch();
            dead = sweep(node, true);
        }
        bury(dead, cause);
        return true;
    }

    /**
     * Drops everything an environment holds and accepts nothing for it any more.
     *
     * @param holder the environment
     * @param cause what the owners of severed bindings are told
     */
    public void close(Principal holder, Repossession.Cause cause) {
        List<KernelCapability> held;
        synchronized (this) {
            holder.keyTable().closed = true;
            held = new ArrayList<>(holder.keyTable().byLabel.values());
        }
        for (KernelCapability node : held) {
            drop(node, cause);
        }
    }

    /**
     * Attaches a binding to a capability, if it is still live.
     *
     * @param node the capability that authorises the binding
     * @param binding the binding
     * @throws CapabilityException with {@link ErrorCode#REVOKED} if it has died meanwhile
     */
    public synchronized void attach(KernelCapability node, Binding binding) {
        if (!node.isLive()) {
            throw revoked(node);
        }
        node.bindings().add(binding);
    }

    /**
     * Detaches a binding that ended by itself.
     *
     * @param node the capability
     * @param binding the binding; passed over if it is not attached
     */
    public synchronized void detach(KernelCapability node, Binding binding) {
        node.bindings().remove(binding);
    }

    /**
     * {@return the live capabilities of an environment, in the order they arrived}
     *
     * @param holder the environment
     */
    public synchronized List<KernelCapability> heldBy(Principal holder) {
        List<KernelCapability> live = new ArrayList<>();
        for (KernelCapability node : holder.keyTable().byLabel.values()) {
            if (node.isLive()) {
                live.add(node);
            }
        }
        return live;
    }

    /**
     * {@return the live capability with that label, or null}
     *
     * @param holder the environment
     * @param label the label
     */
    public synchronized KernelCapability find(Principal holder, String label) {
        KernelCapability node = holder.keyTable().byLabel.get(label);
        return node != null && node.isLive() ? node : null;
    }

    private void checkLabel(Lineage lineage) {
        KeyTable keys = lineage.holder().keyTable();
        String label = lineage.label();
        if (label.length() > MAX_LABEL_CHARS) {
            throw new ResourceException(ErrorCode.TOO_BIG, Blame.CALLER, "label",
                    "it has " + label.length() + " characters, but " + MAX_LABEL_CHARS
                            + " are allowed",
                    "choose a shorter one");
        }
        if (keys.closed) {
            throw new ResourceException(ErrorCode.ENV_ENDED, Blame.PEER,
                    "env " + lineage.holder().name(), "it has ended", "");
        }
        if (keys.byLabel.containsKey(label)) {
            throw new ResourceException(ErrorCode.ALREADY_EXISTS, Blame.CALLER,
                    "label '" + label + "'", "env " + lineage.holder().name()
                            + " holds a capability with that label",
                    "choose another label, or drop the other capability");
        }
    }

    /** Takes a subtree out of the tree, parents before children, and returns it. */
    private List<KernelCapability> sweep(KernelCapability top, boolean withTop) {
        List<KernelCapability> dead = new ArrayList<>();
        Deque<KernelCapability> open = new ArrayDeque<>();
        open.push(top);
        while (!open.isEmpty()) {
            KernelCapability node = open.pop();
            while (node.firstChild() != null) {
                KernelCapability child = node.firstChild();
                child.unlinkFromParent();
                open.push(child);
            }
            if (node != top || withTop) {
                node.markDropped();
                node.unlinkFromParent();
                node.lineage().holder().keyTable().byLabel.remove(node.label(), node);
                node.lineage().payer().ledger().release(Charge.OBJECTS, 1);
                dead.add(node);
            }
        }
        return dead;
    }

    /** Severs the bindings of dead capabilities, children first, then returns their resources. */
    private void bury(List<KernelCapability> dead, Repossession.Cause cause) {
        for (KernelCapability node : dead.reversed()) {
            List<Binding> severed;
            synchronized (this) {
                severed = new ArrayList<>(node.bindings());
                node.bindings().clear();
            }
            for (Binding binding : severed) {
                binding.sever(cause);
            }
            if (node.isOriginal()) {
                node.returnResource();
            }
            CapabilityEvent.died(node, cause.name());
        }
    }

    private static CapabilityException revoked(KernelCapability node) {
        return new CapabilityException(ErrorCode.REVOKED, Blame.PEER, node.toString(),
                "it was revoked or dropped", "ask its source for a new one");
    }

    private static CapabilityException insufficient(KernelCapability node, Rights needed) {
        return new CapabilityException(ErrorCode.INSUFFICIENT, Blame.CALLER, node.toString(),
                "the request needs " + needed, "ask its source for a capability with that right");
    }
}
