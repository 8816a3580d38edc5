// SPDX-License-Identifier: Apache-2.0
package exo.impl.cap;

import exo.api.Blame;
import exo.api.Capability;
import exo.api.EnvControl;
import exo.api.ErrorCode;
import exo.api.KeyRing;
import exo.api.ResourceException;
import exo.api.Rights;
import exo.api.revoke.Notice;
import exo.api.upcall.Repossession;
import java.util.List;
import java.util.Objects;

/** The key-ring of one environment: decodes what the libOS alleges, then lets the table perform. */
public final class KernelKeyRing implements KeyRing {
    private final CapabilityTable table;
    private final Principal owner;

    /**
     * Makes the key-ring of an environment.
     *
     * @param table the kernel's capabilities
     * @param owner the environment
     */
    public KernelKeyRing(CapabilityTable table, Principal owner) {
        this.table = table;
        this.owner = owner;
    }

    /** A capability over an environment, as the key-ring needs to know it. */
    public abstract static class EnvTarget extends KernelCapability implements EnvControl {
        /**
         * Makes the capability.
         *
         * @param lineage where it comes from
         */
        protected EnvTarget(Lineage lineage) {
            super(lineage);
        }

        /** {@return the environment that it is about} */
        public abstract Principal target();
    }

    @Override
    public List<Capability> all() {
        owner.checkCaller();
        return List.copyOf(table.heldBy(owner));
    }

    @Override
    public <C extends Capability> C find(String label, Class<C> type) {
        Objects.requireNonNull(label, "label");
        Objects.requireNonNull(type, "type");
        owner.checkCaller();
        KernelCapability node = table.find(owner, label);
        if (!type.isInstance(node)) {
            throw new ResourceException(ErrorCode.NOT_FOUND, Blame.CALLER, "label '" + label + "'",
                    "env " + owner.name() + " holds no " + type.getSimpleName()
                            + " with that label; it holds " + labels(),
                    "have it granted under that label");
        }
        return type.cast(node);
    }

    private List<String> labels() {
        return table.heldBy(owner).stream().map(KernelCapability::label).toList();
    }

    @Override
    @SuppressWarnings("unchecked") // copy() returns the class of its receiver, which is a C
    public <C extends Capability> C derive(C source, Rights rights, String label) {
        Objects.requireNonNull(rights, "rights");
        Objects.requireNonNull(label, "label");
        owner.checkCaller();
        KernelCapability node = table.check(source, owner, KernelCapability.class, Rights.NONE);
        return (C) table.derive(node, rights, label);
    }

    @Override
    public void grant(Capability source, EnvControl to, Rights rights, String label) {
        Objects.requireNonNull(rights, "rights");
        Objects.requireNonNull(label, "label");
        owner.checkCaller();
        KernelCapability node = table.check(source, owner, KernelCapability.class, Rights.GRANT);
        EnvTarget target = table.check(to, owner, EnvTarget.class, Rights.GRANT);
        table.grant(node, target.target(), rights, label);
    }

    @Override
    public int revoke(Capability source) {
        owner.checkCaller();
        return table.revoke(table.check(source, owner, KernelCapability.class, Rights.REVOKE));
    }

    @Override
    public int revoke(Capability source, Notice notice) {
        Objects.requireNonNull(notice, "notice");
        owner.checkCaller();
        KernelCapability node = table.check(source, owner, KernelCapability.class, Rights.REVOKE);
        return owner.recall(node, notice);
    }

    @Override
    public void drop(Capability capability) {
        owner.checkCaller();
        KernelCapability node = table.check(capability, owner, KernelCapability.class, Rights.NONE);
        table.drop(node, Repossession.Cause.REVOKED);
    }
}
