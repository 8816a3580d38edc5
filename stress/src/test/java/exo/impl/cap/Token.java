// SPDX-License-Identifier: Apache-2.0
package exo.impl.cap;

import exo.api.CapabilityException;
import exo.api.ResourceKind;
import exo.api.Rights;
import exo.api.upcall.Repossession;
import exo.stress.OneKernel;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** A capability for nothing. */
final class Token extends KernelCapability {
    private static final CapabilityTable TABLE = new CapabilityTable();
    private static final AtomicLong LABELS = new AtomicLong();

    private Token(Lineage lineage) {
        super(lineage);
    }

    /** {@return a live original} */
    static Token original() {
        Token token = new Token(
                Lineage.original(TABLE, null, OneKernel.principal(), nextLabel()));
        TABLE.adopt(token);
        return token;
    }

    private static String nextLabel() {
        return Long.toString(LABELS.getAndIncrement());
    }

    Token derive() {
        return (Token) TABLE.derive(this, Rights.READ, nextLabel());
    }

    /** Revokes what was derived from it. */
    void revoke() {
        TABLE.revoke(this);
    }

    /** Ends it and what was derived from it, so that the table stays small. */
    void drop() {
        TABLE.drop(this, Repossession.Cause.REVOKED);
    }

    /** {@return whether it was accepted} */
    boolean isAccepted() {
        try {
            TABLE.check(this, OneKernel.principal(), Token.class, Rights.READ);
            return true;
        } catch (CapabilityException e) {
            return false; // the expected refusal
        }
    }

    /** {@return whether the binding was attached, after a check} */
    boolean tryAttach(AtomicInteger severed) {
        try {
            TABLE.check(this, OneKernel.principal(), Token.class, Rights.READ);
            TABLE.attach(this, cause -> severed.incrementAndGet());
            return true;
        } catch (CapabilityException e) {
            return false; // the expected refusal
        }
    }

    @Override
    protected KernelCapability copy(Lineage changed) {
        return new Token(changed);
    }

    @Override
    public ResourceKind kind() {
        return ResourceKind.EXTENT;
    }
}
