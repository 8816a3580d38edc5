// SPDX-License-Identifier: Apache-2.0
package exo.impl.mem;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZI_Result;

/** A pin against a repossession: a page is never pinned behind the back of whoever takes it. */
@JCStressTest
@Outcome(id = "true, false, .*", expect = Expect.FORBIDDEN, desc = "pinned, and taken unseen")
@Outcome(id = "false, .*, 1", expect = Expect.FORBIDDEN, desc = "a refused pin stays")
@Outcome(id = "true, true, 1", expect = Expect.ACCEPTABLE, desc = "the pin came first")
@Outcome(id = "false, .*, 0", expect = Expect.ACCEPTABLE, desc = "the repossession came first")
@State
public class PinOrTakeStress {
    private final PageTable table = new PageTable(1, 1L << 20);
    private final long name;

    /** Shows a frame. */
    public PinOrTakeStress() {
        table.map(0, 0, PageTable.OWN);
        name = table.name(0);
    }

    /** The owner: pins the page for a transfer. */
    @Actor
    public void owner(ZZI_Result r) {
        r.r1 = table.tryPin(name, 1, PageMarks.READ) >= 0;
    }

    /** Whoever takes the page: announces it, then looks for pins. */
    @Actor
    public void taker(ZZI_Result r) {
        table.take(0);
        r.r2 = table.pins(0) != 0;
    }

    /** What is left. */
    @Arbiter
    public void pins(ZZI_Result r) {
        r.r3 = table.pins(0);
    }
}
