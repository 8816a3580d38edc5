// SPDX-License-Identifier: Apache-2.0
package exo.impl.net;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** Two senders against an owner that sleeps: it is woken, once. */
@JCStressTest
@Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "woken once")
@Outcome(expect = Expect.FORBIDDEN, desc = "a lost wake-up, or two")
@State
public class TwoSendersStress {
    private final Ring ring = new Ring(2);

    /** Falls asleep. */
    public TwoSendersStress() {
        ring.word().sleep();
    }

    /** A sender. */
    @Actor
    public void first() {
        ring.deliver(1);
        ring.binding().announce();
    }

    /** Another one. */
    @Actor
    public void second() {
        ring.deliver(2);
        ring.binding().announce();
    }

    /** How often the owner was woken. */
    @Arbiter
    public void wakes(I_Result r) {
        r.r1 = ring.wakes();
    }
}
