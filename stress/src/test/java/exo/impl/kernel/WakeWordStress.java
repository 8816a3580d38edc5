// SPDX-License-Identifier: Apache-2.0
package exo.impl.kernel;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** A source against a thread that falls asleep: the thread sees it, or is woken. */
@JCStressTest
@Outcome(id = "false, false", expect = Expect.FORBIDDEN, desc = "a lost wake-up")
@Outcome(id = "true, .*", expect = Expect.ACCEPTABLE, desc = "it saw the source before it waited")
@Outcome(id = "false, true", expect = Expect.ACCEPTABLE, desc = "it waits, and will be woken")
@State
public class WakeWordStress {
    private final WakeWord word = new WakeWord();
    private volatile boolean pending;

    /** The owner: says that it will sleep, then asks its source once more. */
    @Actor
    public void owner(ZZ_Result r) {
        word.sleep();
        r.r1 = pending;
    }

    /** The source: becomes pending, then looks whether the owner sleeps. */
    @Actor
    public void source(ZZ_Result r) {
        pending = true;
        r.r2 = word.isToBeWoken();
    }
}
