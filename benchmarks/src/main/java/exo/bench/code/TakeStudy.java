// SPDX-License-Identifier: Apache-2.0
package exo.bench.code;

import exo.bench.run.JmhRound;
import exo.bench.run.Run;
import exo.bench.run.Series;
import exo.bench.run.Study;
import java.util.List;
import java.util.Map;

/**
 * What it costs to take programs: time to parse, verify and compile against their length, and to
 * insert into a set against its size. There is no baseline; the question is how it grows.
 */
public final class TakeStudy implements Study {
    private static final List<Integer> PORTS = List.of(1, 10, 100, 500);
    private static final List<Integer> SIZES = List.of(10, 100, 1000, 10_000);
    private static final String UNIT = "us/op";

    /** Makes the study. */
    public TakeStudy() {}

    @Override
    public String name() {
        return "take";
    }

    @Override
    public void measure(Run run) {
        for (int round = 1; round <= run.settings().rounds(); round++) {
            run.say("take, round " + round);
            for (int ports : PORTS) {
                String job = VerifyBench.slots(ports) + " slots";
                JmhRound.measure(run, new Series(name(), job, "", UNIT),
                        VerifyBench.class.getName() + ".",
                        Map.of("ports", Integer.toString(ports)), round);
            }
            for (int size : SIZES) {
                JmhRound.measure(run, new Series(name(), "set of " + size, "", UNIT),
                        InsertBench.class.getName() + ".",
                        Map.of("filters", Integer.toString(size)), round);
            }
        }
    }
}
