// SPDX-License-Identifier: Apache-2.0
package exo.impl.cap;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** A check against a revocation further up: once that has returned, no check passes. */
@JCStressTest
@Outcome(id = "true, true", expect = Expect.FORBIDDEN, desc = "accepted after its revocation")
@Outcome(expect = Expect.ACCEPTABLE, desc = "accepted before, or refused")
@State
public class CheckOrRevokeStress {
    private final Token top = Token.original();
    private final Token grandchild = top.derive().derive();
    private volatile boolean revoked;

    /** The user of the capability. */
    @Actor
    public void user(ZZ_Result r) {
        r.r1 = revoked;
        r.r2 = grandchild.isAccepted();
    }

    /** Whoever revokes it. */
    @Actor
    public void revoker() {
        top.revoke();
        revoked = true;
    }

    /** Clears up. */
    @Arbiter
    public void afterwards() {
        top.drop();
    }
}
