// SPDX-License-Identifier: Apache-2.0
package exo.impl.mem;

import exo.api.mem.Pages;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZZZ_Result;

/**
 * Return and take by the owner against a repossession: once it has been announced, the page is not
 * given out again, and its name cannot be pinned.
 */
@JCStressTest
@Outcome(id = "false, true, .*", expect = Expect.FORBIDDEN, desc = "given out, not returned")
@Outcome(id = ".*, .*, true, .*", expect = Expect.FORBIDDEN, desc = "given out after the end")
@Outcome(id = ".*, .*, .*, true", expect = Expect.FORBIDDEN, desc = "pinned after the end")
@Outcome(id = "false, false, false, false", expect = Expect.ACCEPTABLE, desc = "taken in use")
@Outcome(id = "true, .*, false, false", expect = Expect.ACCEPTABLE, desc = "taken after the return")
@State
public class ReturnOrTakeStress {
    private final PageTable table = new PageTable(1, 1L << 20);
    private long name;

    /** Shows a frame. */
    public ReturnOrTakeStress() {
        table.map(0, 0, PageTable.OWN);
        name = table.name(0);
    }

    /** The owner: returns the page, and takes one again. */
    @Actor
    public void owner(ZZZZ_Result r) {
        r.r1 = table.tryReturn(name) == 0;
        long again = table.tryTake();
        r.r2 = again != Pages.NONE;
        if (r.r2) {
            name = again;
        }
    }

    /** Whoever takes the page. */
    @Actor
    public void taker() {
        table.take(0);
    }

    /** What the owner still gets. */
    @Arbiter
    public void afterwards(ZZZZ_Result r) {
        r.r4 = table.tryPin(name, 1, PageMarks.READ) >= 0;
        table.tryReturn(name);
        r.r3 = table.tryTake() != Pages.NONE;
    }
}
