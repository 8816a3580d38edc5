// SPDX-License-Identifier: Apache-2.0
package exo.impl.cap;

import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** Two revocations, one above the other: whoever returns finds the binding below severed, once. */
@JCStressTest
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "severed for both")
@Outcome(expect = Expect.FORBIDDEN, desc = "returned before it was severed, or severed twice")
@State
public class RevokeOrRevokeStress {
    private final AtomicInteger severed = new AtomicInteger();
    private final Token top = Token.original();
    private final Token child = top.derive();

    /** Binds something below both. */
    public RevokeOrRevokeStress() {
        if (!child.derive().tryAttach(severed)) {
            throw new IllegalStateException("nobody has revoked it yet");
        }
    }

    /** Whoever revokes above. */
    @Actor
    public void above(II_Result r) {
        top.revoke();
        r.r1 = severed.get();
    }

    /** Whoever revokes below. */
    @Actor
    public void below(II_Result r) {
        child.revoke();
        r.r2 = severed.get();
    }

    /** Clears up. */
    @Arbiter
    public void afterwards() {
        top.drop();
    }
}
