// SPDX-License-Identifier: Apache-2.0
package exo.impl.cap;

import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZI_Result;

/** A binding made while its capability is revoked: refused, or severed once; never left over. */
@JCStressTest
@Outcome(id = "true, 1", expect = Expect.ACCEPTABLE, desc = "bound, then severed")
@Outcome(id = "false, 0", expect = Expect.ACCEPTABLE, desc = "refused")
@Outcome(expect = Expect.FORBIDDEN, desc = "left over, or severed twice")
@State
public class AttachOrRevokeStress {
    private final AtomicInteger severed = new AtomicInteger();
    private final Token top = Token.original();
    private final Token grandchild = top.derive().derive();

    /** The user of the capability. */
    @Actor
    public void user(ZI_Result r) {
        r.r1 = grandchild.tryAttach(severed);
    }

    /** Whoever revokes it. */
    @Actor
    public void revoker() {
        top.revoke();
    }

    /** What has become of the binding. */
    @Arbiter
    public void afterwards(ZI_Result r) {
        r.r2 = severed.get();
        top.drop();
    }
}
