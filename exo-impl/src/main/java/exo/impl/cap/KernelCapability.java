// SPDX-License-Identifier: Apache-2.0
package exo.impl.cap;

import exo.api.Capability;
import exo.api.Rights;
import java.util.ArrayList;
import java.util.List;

/**
 * A node of the derivation tree; each resource package has a subclass for each kind it offers.
 *
 * <p><b>Liveness.</b> A capability is dead if it was dropped, or if its parent's epoch has moved on
 * since it was derived, or if its parent is dead. Revoking all children of a capability is
 * therefore one write, whatever their number, and takes effect before the sweep that tidies up
 * after it.
 *
 * <p>An object made without a constructor has no lineage and is refused by {@link
 * CapabilityTable#check}.
 */
// Capabilities are compared by identity; the writers of its volatile fields hold the lock.
@SuppressWarnings({"ReferenceEquality", "NonAtomicVolatileUpdate"})
public abstract class KernelCapability implements Capability {
    private final Lineage lineage;
    private final int bornInEpoch;
    private volatile int epoch; // written under the table's lock
    private volatile boolean dropped; // written under the table's lock

    private KernelCapability firstChild; // guarded by the table's lock, as the next three
    private KernelCapability nextSibling;
    private KernelCapability previousSibling;
    private final List<Binding> bindings = new ArrayList<>(0);

    /**
     * Makes a capability that is not in the tree yet; {@link CapabilityTable#adopt} puts it there.
     *
     * @param lineage where it comes from
     */
    protected KernelCapability(Lineage lineage) {
        this.lineage = lineage;
        this.bornInEpoch = lineage.parent() == null ? 0 : lineage.parent().epoch;
    }

    /**
     * {@return a capability for the same resource with another lineage}
     *
     * @param changed the lineage
     */
    protected abstract KernelCapability copy(Lineage changed);

    /**
     * Returns the resource that this capability was made with. Called once for an {@link
     * #isOriginal original} that has died and whose bindings are severed, holding no lock.
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
        return lineage;
    }

    @Override
    public final Rights rights() {
        return lineage.rights();
    }

    @Override
    public final String label() {
        return lineage.label();
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
        return kind() + " '" + label() + "' (" + rights() + ")";
    }

    final boolean isForged() {
        return lineage == null;
    }

    /** Kills all children at once. Holds the table's lock. */
    final void bumpEpoch() {
        epoch++;
    }

    final int depth() {
        int depth = 0;
        for (KernelCapability n = lineage.parent(); n != null; n = n.lineage.parent()) {
            depth++;
        }
        return depth;
    }

    final void linkToParent() {
        KernelCapability parent = lineage.parent();
        if (parent != null) {
            nextSibling = parent.firstChild;
            if (nextSibling != null) {
                nextSibling.previousSibling = this;
            }
            parent.firstChild = this;
        }
    }

    final void unlinkFromParent() {
        KernelCapability parent = lineage.parent();
        if (parent != null && parent.firstChild == this) {
            parent.firstChild = nextSibling;
        }
        if (previousSibling != null) {
            previousSibling.nextSibling = nextSibling;
        }
        if (nextSibling != null) {
            nextSibling.previousSibling = previousSibling;
        }
        nextSibling = null;
        previousSibling = null;
    }

    final KernelCapability firstChild() {
        return firstChild;
    }

    final List<Binding> bindings() {
        return bindings;
    }

    final void markDropped() {
        dropped = true;
    }
}
