// SPDX-License-Identifier: Apache-2.0
package exo.impl.net;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZI_Result;

/** A sender against an owner that falls asleep: it sees the frame, or is woken. */
@JCStressTest
@Outcome(id = "true, [01]", expect = Expect.ACCEPTABLE, desc = "seen before it waits")
@Outcome(id = "false, 1", expect = Expect.ACCEPTABLE, desc = "it waits, and is woken once")
@Outcome(expect = Expect.FORBIDDEN, desc = "a lost wake-up, or two")
@State
public class RingAnnounceStress {
    private final Ring ring = new Ring(2);

    /** The owner: says that it will sleep, then asks once more. */
    @Actor
    public void owner(ZI_Result r) {
        ring.word().sleep();
        r.r1 = ring.binding().isPending();
    }

    /** A sender. */
    @Actor
    public void first() {
        ring.deliver(1);
        ring.binding().announce();
    }

    /** How often the owner was woken. */
    @Arbiter
    public void wakes(ZI_Result r) {
        r.r2 = ring.wakes();
    }
}
