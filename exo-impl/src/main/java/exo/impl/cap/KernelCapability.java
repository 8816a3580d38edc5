// SPDX-License-Identifier: Apache-2.0
package exo.impl.cap;

import exo.api.Blame;
import exo.api.Capability;
import exo.api.CapabilityException;
import exo.api.ErrorCode;
import exo.api.Rights;
import java.util.ArrayList;
import java.util.List;

/**
 * A node of the derivation tree; each resource package has a subclass for each kind it offers.
 *
 * <p><b>Liveness.</b> A capability is dead if it was dropped, or if its parent's epoch has moved on
 * since it was derived, or if its parent is dead. Revoking all children of a capability is
 * therefore one write, whatever their number.
 *
 * <p><b>Epochs.</b> An epoch is an object, and two epochs are the same only if they are the same
 * object. A number would come round after enough revocations and make an old child live again; an
 * object that a child still refers to is never made a second time.
 *
 * <p><b>Counts.</b> Each capability knows how many live ones descend from it, and how many in its
 * subtree, itself included, need care when they die: those with bindings, and originals, whose
 * resource returns. Children whose subtree needs care come first in the list of children, so that
 * they are found without passing the others.
 *
 * <p>An object made without a constructor has no lineage: it is refused by {@link
 * CapabilityTable#check}, is not live, and refuses to say what it has not.
 */
// Capabilities and epochs are compared by identity.
@SuppressWarnings("ReferenceEquality")
public abstract class KernelCapability implements Capability {
    /** Shared by all: an epoch is only ever compared with later ones of the same capability. */
    private static final Object FIRST_EPOCH = new Object();

    private final Lineage lineage;
    private final Object bornInEpoch;
    private volatile Object epoch = FIRST_EPOCH; // written under the table's lock
    private volatile boolean dropped; // written under the table's lock
    private volatile boolean reached; // by a binding that could not be severed; never taken back

    // Guarded by the table's lock, as all fields below.
    KernelCapability next; // for Siblings alone, as the next
    KernelCapability previous;
    private Siblings children; // null until there is one
    private boolean linked; // in the tree, and not taken out of it as dead
    private int below; // live descendants
    private int busy; // how many in the subtree, itself included, need care when they die
    private final List<Binding> bindings = new ArrayList<>(0);

    /**
     * Makes a capability that is not in the tree yet; {@link CapabilityTable#adopt} puts it there.
     *
     * @param lineage where it comes from
     */
    protected KernelCapability(Lineage lineage) {
        this.lineage = lineage;
        this.bornInEpoch = lineage.parent() == null ? FIRST_EPOCH : lineage.parent().epoch;
    }

    /**
     * {@return a capability for the same resource with another lineage}
     *
     * @param changed the lineage
     */
    protected abstract KernelCapability copy(Lineage changed);

    /**
     * Returns the resource that this capability was made with. Called at most once for an {@link
     * #isOriginal original} that has died, holding no lock; not if a binding to it, or to what was
     * derived from it, could not be severed.
     */
    protected void returnResource() {}

    /**
     * {@return whether a resource was made with it, as against derived from another} What is
     * derived is of the kind of its source; what a resource is made with has a source of another
     * kind, such as the device, or none.
     */
    public final boolean isOriginal() {
        KernelCapability source = lineage.parent();
        return source == null || source.kind() != kind();
    }

    /** {@return where it comes from} */
    public final Lineage lineage() {
        return made(lineage);
    }

    /**
     * {@return what a constructor has set}
     *
     * @param <T> its type
     * @param field the field, which is null in an object made without a constructor
     * @throws CapabilityException with {@link ErrorCode#INVALID} for such an object
     */
    protected static <T> T made(T field) {
        if (field == null) {
            throw new CapabilityException(ErrorCode.INVALID, Blame.CALLER, "capability",
                    "it was made without a constructor", "use the object that the kernel gave out");
        }
        return field;
    }

    @Override
    public final Rights rights() {
        return lineage().rights();
    }

    @Override
    public final String label() {
        return lineage().label();
    }

    @Override
    public final boolean isLive() {
        KernelCapability node = this;
        while (!node.dropped && node.lineage != null) {
            KernelCapability parent = node.lineage.parent();
            if (parent == null) {
                return true;
            }
            if (node.bornInEpoch != parent.epoch) {
                return false;
            }
            node = parent;
        }
        return false;
    }

    /** {@return kind, label and rights, for messages} */
    @Override
    public final String toString() {
        return isForged()
                ? kind() + " made without a constructor"
                : kind() + " '" + label() + "' (" + rights() + ")";
    }

    final boolean isForged() {
        return lineage == null;
    }

    final int depth() {
        int depth = 0;
        for (KernelCapability n = lineage.parent(); n != null; n = n.lineage.parent()) {
            depth++;
        }
        return depth;
    }

    final boolean isOrDescendsFrom(KernelCapability ancestor) {
        KernelCapability node = this;
        while (node != null && node != ancestor) {
            node = node.lineage.parent();
        }
        return node != null;
    }

    final void markDropped() {
        dropped = true;
    }

    /** Remembers that a binding through it could not be severed, and reaches what lies above. */
    final void markReached() {
        for (KernelCapability node = this; node != null; node = node.lineage.parent()) {
            node.reached = true;
        }
    }

    /** {@return whether a binding that could not be severed may reach its resource} */
    public final boolean isReached() {
        return reached;
    }

    // ---- the tree; the caller holds the table's lock -------------------------------------------

    /** Puts it into the tree. */
    final void link() {
        busy = needsCare() ? 1 : 0;
        KernelCapability parent = lineage.parent();
        if (parent != null) {
            parent.insert(this);
            parent.count(1, busy);
        }
        linked = true;
    }

    /** Kills all children at once; they stay in the list until {@link #loseChildren}. */
    final void bumpEpoch() {
        epoch = new Object();
    }

    /** Takes what descends from it out of the counts. */
    final void loseChildren() {
        count(-below, (needsCare() ? 1 : 0) - busy);
    }

    /** Takes it and what descends from it out of the tree. */
    final void leaveParent() {
        KernelCapability parent = lineage.parent();
        if (parent != null) {
            parent.children.remove(this);
            parent.count(-1 - below, -busy);
        }
    }

    /** {@return whether there is a child whose subtree needs care} */
    final boolean hasBusyChild() {
        KernelCapability child = children == null ? null : children.first();
        return child != null && child.busy > 0;
    }

    /** {@return a child whose subtree needs care, out of the list now; or null} */
    final KernelCapability pollBusyChild() {
        if (!hasBusyChild()) {
            return null;
        }
        KernelCapability child = children.first();
        children.remove(child);
        return child;
    }

    /** {@return its children, those that need care first; null if it never had one} */
    final Siblings children() {
        return children;
    }

    /** {@return how many live capabilities descend from it} */
    final int below() {
        return below;
    }

    /** {@return how many capabilities of its subtree, itself included, need care when they die} */
    final int busy() {
        return busy;
    }

    /** Remembers that it is no longer in the tree, so that its bindings count no more. */
    final void unlink() {
        linked = false;
    }

    final void addBinding(Binding binding) {
        boolean cared = needsCare();
        bindings.add(binding);
        if (linked && !cared) {
            count(0, 1);
        }
    }

    final void removeBinding(Binding binding) {
        if (bindings.remove(binding) && linked && !needsCare()) {
            count(0, -1);
        }
    }

    /** {@return its bindings, which it has no more; of a dead one} */
    final List<Binding> takeBindings() {
        List<Binding> all = List.copyOf(bindings);
        bindings.clear();
        return all;
    }

    /** {@return whether its death takes more than forgetting it} */
    private boolean needsCare() {
        return !bindings.isEmpty() || isOriginal();
    }

    private void insert(KernelCapability child) {
        if (children == null) {
            children = new Siblings();
        }
        if (child.busy > 0) {
            children.addFirst(child);
        } else {
            children.addLast(child);
        }
    }

    /** Changes its counts and those of its ancestors, and keeps the busy ones first. */
    private void count(int live, int care) {
        for (KernelCapability n = this; n != null; n = n.lineage.parent()) {
            boolean wasBusy = n.busy > 0;
            n.below += live;
            n.busy += care;
            KernelCapability parent = n.lineage.parent();
            if (parent != null && wasBusy != n.busy > 0) {
                parent.children.remove(n);
                parent.insert(n);
            }
        }
    }
}
