// SPDX-License-Identifier: Apache-2.0
package exo.impl.cap;

import exo.api.ResourceKind;
import exo.api.Rights;
import java.util.concurrent.atomic.AtomicInteger;

/** A capability for nothing, that counts how often its resource came back. */
final class Token extends KernelCapability {
    final AtomicInteger returned;

    private Token(Lineage lineage, AtomicInteger returned) {
        super(lineage);
        this.returned = returned;
    }

    /** {@return a live original} */
    static Token original(CapabilityTable table, Principal holder, String label) {
        Token token = new Token(Lineage.original(table, null, holder, label), new AtomicInteger());
        table.adopt(token);
        return token;
    }

    /** {@return a live original with fewer rights} */
    static Token original(CapabilityTable table, Principal holder, String label, Rights rights) {
        Token token = new Token(new Lineage(table, null, holder, holder, rights, label),
                new AtomicInteger());
        table.adopt(token);
        return token;
    }

    @Override
    protected KernelCapability copy(Lineage changed) {
        return new Token(changed, returned);
    }

    @Override
    protected void returnResource() {
        returned.incrementAndGet();
    }

    @Override
    public ResourceKind kind() {
        return ResourceKind.EXTENT;
    }
}
