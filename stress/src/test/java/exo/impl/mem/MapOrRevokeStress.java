// SPDX-License-Identifier: Apache-2.0
package exo.impl.mem;

import exo.api.mem.Frames;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * The mapping of shared frames against the revocation of the capability: when both are over, the
 * window shows none of them.
 */
@JCStressTest
@Outcome(id = ".*, true", expect = Expect.FORBIDDEN, desc = "shown after the revocation")
@Outcome(id = "true, false", expect = Expect.ACCEPTABLE, desc = "mapped, and taken away")
@Outcome(id = "false, false", expect = Expect.ACCEPTABLE, desc = "refused")
@State
public class MapOrRevokeStress {
    private final Frames top = SharedFrames.derive();
    private final Frames leaf = SharedFrames.derive(top);
    private KernelWindow window;

    /** Whoever maps them. */
    @Actor
    public void user(ZZ_Result r) {
        window = SharedFrames.bindWindow();
        r.r1 = SharedFrames.tryMap(window, leaf);
    }

    /** Whoever revokes them. */
    @Actor
    public void revoker() {
        SharedFrames.revoke(top);
    }

    /** What is left. */
    @Arbiter
    public void afterwards(ZZ_Result r) {
        r.r2 = SharedFrames.showsFrame(window);
        window.abort();
        SharedFrames.drop(top);
    }
}
