// SPDX-License-Identifier: Apache-2.0
package exo.impl.kernel;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** Two sources against a thread that sleeps: one of them makes the host call, not both. */
@JCStressTest
@Outcome(id = {"true, false", "false, true"}, expect = Expect.ACCEPTABLE, desc = "one call")
@Outcome(expect = Expect.FORBIDDEN, desc = "no call, or two")
@State
public class TwoWakersStress {
    private final WakeWord word = new WakeWord();

    /** Falls asleep. */
    public TwoWakersStress() {
        word.sleep();
    }

    /** A source. */
    @Actor
    public void first(ZZ_Result r) {
        r.r1 = word.isToBeWoken();
    }

    /** Another one. */
    @Actor
    public void second(ZZ_Result r) {
        r.r2 = word.isToBeWoken();
    }
}
