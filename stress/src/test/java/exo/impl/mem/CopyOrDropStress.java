// SPDX-License-Identifier: Apache-2.0
package exo.impl.mem;

import exo.api.mem.Frames;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZZ_Result;

/**
 * A view of frozen frames against the end of the snapshot: when both are over, the view shows void,
 * and the page that was frozen has its frame back.
 */
@JCStressTest
@Outcome(id = ".*, true, .*", expect = Expect.FORBIDDEN, desc = "shown after the end")
@Outcome(id = ".*, .*, false", expect = Expect.FORBIDDEN, desc = "the page has lost its frame")
@Outcome(id = "true, false, true", expect = Expect.ACCEPTABLE, desc = "mapped, and taken away")
@Outcome(id = "false, false, true", expect = Expect.ACCEPTABLE, desc = "refused")
@State
public class CopyOrDropStress {
    private final KernelWindow source = SharedFrames.bindWindow();
    private final Frames frozen = SharedFrames.freeze(source);
    private KernelWindow window;

    /** Whoever copies them. */
    @Actor
    public void user(ZZZ_Result r) {
        window = SharedFrames.bindWindow();
        r.r1 = SharedFrames.tryMap(window, frozen);
    }

    /** Whoever made the snapshot, on another thread than that of its window. */
    @Actor
    public void owner() {
        SharedFrames.drop(frozen);
    }

    /** What is left. */
    @Arbiter
    public void afterwards(ZZZ_Result r) {
        r.r2 = SharedFrames.showsFrame(window);
        r.r3 = SharedFrames.showsFrame(source);
        window.abort();
        source.abort();
    }
}
