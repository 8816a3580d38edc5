// SPDX-License-Identifier: Apache-2.0
package exo.impl.mem;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZZ_Result;

/**
 * What a software TLB asks at each hit, against a repossession: no hit on a page after that was
 * announced, and none comes back.
 */
@JCStressTest
@Outcome(id = "true, true, .*", expect = Expect.FORBIDDEN, desc = "a hit on a page that was taken")
@Outcome(id = ".*, false, true", expect = Expect.FORBIDDEN, desc = "a hit after it was missed")
@Outcome(expect = Expect.ACCEPTABLE, desc = "a hit before, or none")
@State
public class TlbOrTakeStress {
    private final PageTable table = new PageTable(1, 1L << 20);
    private final long name;
    private volatile boolean taken;

    /** Shows a frame. */
    public TlbOrTakeStress() {
        table.map(0, 0, PageTable.OWN);
        name = table.name(0);
    }

    /** The owner: looks the page up twice. */
    @Actor
    public void owner(ZZZ_Result r) {
        r.r1 = taken;
        r.r2 = table.tryReachAgain(name, PageMarks.READ) >= 0;
        r.r3 = table.tryReachAgain(name, PageMarks.READ) >= 0;
    }

    /** Whoever takes the page. */
    @Actor
    public void taker() {
        table.take(0);
        taken = true;
    }
}
