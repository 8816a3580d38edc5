// SPDX-License-Identifier: Apache-2.0
package exo.impl.cap;

import exo.api.Capability;
import exo.api.Quota;
import exo.api.disk.SpillArea;
import exo.api.revoke.Notice;
import exo.api.upcall.Repossession;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/** An environment reduced to what the capability table asks of one; anything else fails. */
final class FakePrincipal extends BarePrincipal {
    final AtomicInteger granted = new AtomicInteger();

    FakePrincipal(long id, int objects, Runnable settle) {
        super(id, new Ledger("principal-" + id, Quota.LEAST.withObjects(objects), settle));
    }

    @Override
    public EventPort eventPort() {
        throw new IllegalStateException("the table binds nothing to a thread");
    }

    @Override
    public void granted(Capability capability) {
        granted.incrementAndGet();
    }

    @Override
    public int recall(KernelCapability source, Notice notice) {
        throw new IllegalStateException("the table does not ask");
    }

    @Override
    public void spilled(SpillArea area, int place, BooleanSupplier over) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void repossessed(Repossession entry) {
        throw new IllegalStateException("the table repossesses through bindings only");
    }
}
