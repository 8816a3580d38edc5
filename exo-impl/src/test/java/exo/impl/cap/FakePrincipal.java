// SPDX-License-Identifier: Apache-2.0
package exo.impl.cap;

import exo.api.Capability;
import exo.api.Quota;
import exo.api.disk.SpillArea;
import exo.api.revoke.Notice;
import exo.api.upcall.Repossession;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/** An environment reduced to what the capability table asks of one: any thread may call. */
final class FakePrincipal implements Principal {
    final AtomicInteger granted = new AtomicInteger();
    private final long id;
    private final Ledger ledger;
    private final KeyTable keys = new KeyTable();
    private final Usage usage = new Usage();

    FakePrincipal(long id, int objects, Runnable settle) {
        this.id = id;
        this.ledger = new Ledger(name(), Quota.LEAST.withObjects(objects), settle);
    }

    @Override
    public long id() {
        return id;
    }

    @Override
    public String name() {
        return "principal-" + id;
    }

    @Override
    public void checkCaller() {
        // The table does not ask who calls; the key-ring does.
    }

    @Override
    public Ledger ledger() {
        return ledger;
    }

    @Override
    public KeyTable keyTable() {
        return keys;
    }

    @Override
    public EventPort eventPort() {
        throw new IllegalStateException("the table binds nothing to a thread");
    }

    @Override
    public Usage usage() {
        return usage;
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
