// SPDX-License-Identifier: Apache-2.0
package exo.impl.net;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IZ_Result;

/** Delivery into a full ring against a release: a slot is written only after it was given back. */
@JCStressTest
@Outcome(id = "7, false", expect = Expect.ACCEPTABLE, desc = "the second frame was dropped")
@Outcome(id = "7, true", expect = Expect.ACCEPTABLE, desc = "the second frame took the slot")
@Outcome(id = "0, true", expect = Expect.ACCEPTABLE, desc = "no owner played")
@Outcome(expect = Expect.FORBIDDEN, desc = "overwritten while its owner read it")
@State
public class RingReleaseStress {
    private final Ring ring = new Ring(1);

    /** Fills the ring. */
    public RingReleaseStress() {
        ring.deliver(7);
    }

    /** One of both. */
    @Actor
    public void one(IZ_Result r) {
        play(r);
    }

    /** The other. */
    @Actor
    public void other(IZ_Result r) {
        play(r);
    }

    private void play(IZ_Result r) {
        if (ring.isMine()) {
            r.r1 = ring.firstByte();
            ring.binding().rxRelease(1);
        } else {
            ring.deliver(9);
        }
    }

    /** Whether a frame is left. */
    @Arbiter
    public void left(IZ_Result r) {
        r.r2 = ring.binding().isPending();
    }
}
