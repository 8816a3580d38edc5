// SPDX-License-Identifier: Apache-2.0
package exo.bench.mem;

import exo.bench.mem.WindowBench.Side;
import exo.bench.run.JmhRound;
import exo.bench.run.Run;
import exo.bench.run.Series;
import exo.bench.run.Study;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Access to memory through a window against access through a segment of the JDK's own. */
public final class WindowStudy implements Study {
    /** Access through a window shall be as good as any, within what can be told apart. */
    private static final double GOAL = 1.03;
    private static final List<String> JOBS = List.of("sum", "randomRead", "randomWrite");

    /** Makes the study. */
    public WindowStudy() {}

    @Override
    public String name() {
        return "window";
    }

    @Override
    public void measure(Run run) {
        if (!WindowBench.hasSharedMemory()) {
            run.skip("window: no /dev/shm to map a file of");
            return;
        }
        for (int round = 1; round <= run.settings().rounds(); round++) {
            run.say("window, round " + round);
            for (String job : JOBS) {
                for (Side side : Side.values()) {
                    JmhRound.measure(run, method -> series(method, side),
                            WindowBench.class.getName() + "." + job,
                            Map.of("side", side.name()), round);
                }
            }
        }
        for (String job : JOBS) {
            run.results().compare(series(job, Side.WINDOW), name(Side.MAPPED), GOAL);
        }
    }

    private static String name(Side side) {
        return side.name().toLowerCase(Locale.ROOT);
    }

    private Series series(String job, Side side) {
        return new Series(name(), job, name(side), "ns/op");
    }
}
