// SPDX-License-Identifier: Apache-2.0
package exo.impl.kernel;

import exo.api.Account;
import exo.api.Blame;
import exo.api.Capability;
import exo.api.CapabilityException;
import exo.api.EnvExit;
import exo.api.ErrorCode;
import exo.api.ResourceException;
import exo.api.ResourceKind;
import exo.api.Rights;
import exo.api.revoke.Notice;
import exo.api.revoke.Reclaimed;
import exo.impl.cap.Charge;
import exo.impl.cap.KernelCapability;
import exo.impl.cap.KernelKeyRing;
import exo.impl.cap.Lineage;
import exo.impl.cap.Principal;
import exo.impl.revoke.QuotaClaim;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * The capability over an environment. It can be asked how the environment ended after it has died.
 */
final class EnvTargetCapability extends KernelKeyRing.EnvTarget {
    private final KernelEnv target;

    EnvTargetCapability(Lineage lineage, KernelEnv target) {
        super(lineage);
        this.target = target;
    }

    @Override
    public KernelEnv target() {
        return made(target);
    }

    @Override
    protected KernelCapability copy(Lineage changed) {
        return new EnvTargetCapability(changed, target);
    }

    @Override
    public ResourceKind kind() {
        return ResourceKind.ENV;
    }

    @Override
    public String envName() {
        return target().name();
    }

    @Override
    public long envId() {
        return target().id();
    }

    @Override
    public boolean isEnded() {
        return target().life().isEnded();
    }

    @Override
    public Account account() {
        check(Rights.READ);
        return target.snapshot();
    }

    @Override
    public Reclaimed reclaim(ResourceKind kind, long amount, Notice notice) {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(notice, "notice");
        if (amount < 1) {
            throw new IllegalArgumentException("amount must be at least 1, but was " + amount);
        }
        check(Rights.REVOKE);
        chargeOf(kind, "take capabilities back by KeyRing.revoke, or end the environment");
        return QuotaClaim.reclaim(target, target.parent(), kind, amount, notice);
    }

    @Override
    public void give(ResourceKind kind, long amount) {
        Objects.requireNonNull(kind, "kind");
        if (amount < 1) {
            throw new IllegalArgumentException("amount must be at least 1, but was " + amount);
        }
        check(Rights.GRANT);
        if (!lineage().holder().equals(target.parent())) {
            throw new CapabilityException(ErrorCode.INSUFFICIENT, Blame.CALLER, toString(),
                    "only env " + target.parent().name() + ", which created it, can add to its"
                            + " quota",
                    "ask it to");
        }
        Charge charge = chargeOf(kind, "grant capabilities by KeyRing.grant");
        target.parent().life().give(target, charge, amount);
        target.quotaGrown(kind, amount);
    }

    private static Charge chargeOf(ResourceKind kind, String remedy) {
        return QuotaClaim.chargeOf(kind)
                .orElseThrow(() -> new ResourceException(ErrorCode.UNAVAILABLE, Blame.CALLER,
                        kind.name(), "it is not held by amount, as FRAMES, EXTENT and QUANTUM are",
                        remedy));
    }

    @Override
    public void requestStop() {
        checkUnlessOver();
        target.life().requestStop();
    }

    @Override
    public EnvExit end(Duration grace) {
        Objects.requireNonNull(grace, "grace");
        checkUnlessOver();
        return target.life().end(grace);
    }

    @Override
    public Optional<EnvExit> awaitExit(Duration timeout) throws InterruptedException {
        Objects.requireNonNull(timeout, "timeout");
        return target().life().awaitExit(timeout);
    }

    /** The control goes with the environment, which may end by itself at any moment. */
    private void checkUnlessOver() {
        try {
            check(Rights.REVOKE);
        } catch (CapabilityException e) {
            if (e.code() != ErrorCode.REVOKED || !target.life().isLeaving()) {
                throw e;
            }
        }
    }

    private void check(Rights needed) {
        Principal holder = lineage().holder();
        holder.checkCaller();
        Capability self = this;
        lineage().table().check(self, holder, EnvTargetCapability.class, needed);
    }
}
