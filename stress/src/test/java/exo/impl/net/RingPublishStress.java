// SPDX-License-Identifier: Apache-2.0
package exo.impl.net;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** Delivery against the owner's look: a frame that is counted is there, bytes and length. */
@JCStressTest
@Outcome(id = "0, 0, 0", expect = Expect.ACCEPTABLE, desc = "not there yet, or no owner")
@Outcome(id = "1, 60, 7", expect = Expect.ACCEPTABLE, desc = "there, all of it")
@Outcome(expect = Expect.FORBIDDEN, desc = "counted before it was there")
@State
public class RingPublishStress {
    private final Ring ring = new Ring(2);

    /** One of both. */
    @Actor
    public void one(III_Result r) {
        play(r);
    }

    /** The other. */
    @Actor
    public void other(III_Result r) {
        play(r);
    }

    private void play(III_Result r) {
        if (!ring.isMine()) {
            ring.deliver(7);
            return;
        }
        int there = ring.binding().rxAvailable();
        r.r1 = there;
        if (there != 0) {
            r.r2 = ring.binding().rxLength(0);
            r.r3 = ring.firstByte();
        }
    }
}
