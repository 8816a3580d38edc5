// SPDX-License-Identifier: Apache-2.0
package exo.impl.cap;

import exo.api.ResourceKind;
import exo.api.Rights;
import java.util.concurrent.atomic.AtomicInteger;

/** A capability for nothing, that counts how often its resource came back. */
final class Token extends KernelCapability {
    final AtomicInteger returned;
    Runnable onReturn = () -> {}; // a resource whose return fails
    private final ResourceKind kind;

    private Token(Lineage lineage, AtomicInteger returned, ResourceKind kind) {
        super(lineage);
        this.returned = returned;
        this.kind = kind;
    }

    /** {@return one that nobody has adopted} */
    static Token unadopted(CapabilityTable table, KernelCapability parent, Principal holder,
            String label) {
        Lineage lineage = new Lineage(table, parent, holder, holder, Rights.ALL, label);
        // Of another kind than its parent, so that a resource is made with it.
        ResourceKind kind = parent == null || parent.kind() == ResourceKind.QUANTUM
                ? ResourceKind.EXTENT
                : ResourceKind.QUANTUM;
        return new Token(lineage, new AtomicInteger(), kind);
    }

    /** {@return a live one that a resource was made with, by leave of another} */
    static Token madeBy(KernelCapability parent, Principal holder, String label) {
        Token token = unadopted(parent.lineage().table(), parent, holder, label);
        parent.lineage().table().adopt(token);
        return token;
    }

    /** {@return a live original} */
    static Token original(CapabilityTable table, Principal holder, String label) {
        Token token = new Token(Lineage.original(table, null, holder, label), new AtomicInteger(),
                ResourceKind.EXTENT);
        table.adopt(token);
        return token;
    }

    /** {@return a live original with fewer rights} */
    static Token original(CapabilityTable table, Principal holder, String label, Rights rights) {
        Token token = new Token(new Lineage(table, null, holder, holder, rights, label),
                new AtomicInteger(), ResourceKind.EXTENT);
        table.adopt(token);
        return token;
    }

    @Override
    protected KernelCapability copy(Lineage changed) {
        return new Token(changed, returned, kind);
    }

    @Override
    protected void returnResource() {
        returned.incrementAndGet();
        onReturn.run();
    }

    @Override
    public ResourceKind kind() {
        return kind;
    }
}
