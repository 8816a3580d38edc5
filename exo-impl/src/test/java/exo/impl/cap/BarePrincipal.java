// SPDX-License-Identifier: Apache-2.0
package exo.impl.cap;

import exo.api.Capability;
import exo.api.Quota;
import exo.api.disk.SpillArea;
import exo.api.revoke.Notice;
import exo.api.upcall.Repossession;
import java.util.function.BooleanSupplier;

/**
 * An environment reduced to its accounts: any thread may call, and nobody is told anything. A test
 * overrides what shall happen or fail at some moment.
 */
public class BarePrincipal implements Principal, EventPort {
    private final long id;
    private final Ledger ledger;
    private final KeyTable keys = new KeyTable();
    private final Usage usage = new Usage();

    /**
     * Makes an environment that holds nothing.
     *
     * @param quota what it may hold
     */
    public BarePrincipal(Quota quota) {
        this(1, new Ledger("bare", quota));
    }

    BarePrincipal(long id, Ledger ledger) {
        this.id = id;
        this.ledger = ledger;
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
        // Any thread may call.
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
        return this;
    }

    @Override
    public Usage usage() {
        return usage;
    }

    @Override
    public void granted(Capability capability) {
        // Nobody is told.
    }

    @Override
    public void spilled(SpillArea area, int place, BooleanSupplier over) {
        // Nobody is told.
    }

    @Override
    public int recall(KernelCapability source, Notice notice) {
        return 0;
    }

    @Override
    public void repossessed(Repossession entry) {
        // Nobody is told.
    }

    @Override
    public void register(EventSource source) {
        // Nobody waits.
    }

    @Override
    public void unregister(EventSource source) {
        // Nobody waits.
    }

    @Override
    public void signal() {
        // Nobody waits.
    }
}
