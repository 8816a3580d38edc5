// SPDX-License-Identifier: Apache-2.0
package exo.impl.info;

import exo.api.info.FrameFigures;
import exo.api.info.InfoReader;
import exo.api.info.InfoTable;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JII_Result;

/**
 * A frame that is allocated while somebody reads its record: the reader sees all of the old record,
 * or all of the new one.
 */
@JCStressTest
@Outcome(id = "-1, 0, 0", expect = Expect.ACCEPTABLE, desc = "read before")
@Outcome(id = "5, 3, 0", expect = Expect.ACCEPTABLE, desc = "read after the allocation")
@Outcome(id = "-1, 2, 0", expect = Expect.ACCEPTABLE, desc = "read after the end")
@Outcome(expect = Expect.FORBIDDEN, desc = "half of one and half of another")
@State
public class SequenceStress {
    private static final int[] FRAME = {0};
    private final MemorySegment bytes = MemorySegment.ofArray(new long[64]);
    private final FrameTable frames = new FrameTable(
            InfoSegment.format(bytes, Map.of(InfoTable.FRAMES, 1)).get(InfoTable.FRAMES),
            System.nanoTime());
    private final InfoReader reader = InfoReader.of(bytes.asReadOnly());

    /** The kernel. */
    @Actor
    public void writer() {
        frames.allocated(FRAME, 5);
        frames.freed(FRAME);
    }

    /** Anybody. */
    @Actor
    public void reader(JII_Result r) {
        FrameFigures seen = reader.frame(0);
        r.r1 = seen.owner();
        r.r2 = seen.flags();
        r.r3 = seen.mappings();
    }
}
