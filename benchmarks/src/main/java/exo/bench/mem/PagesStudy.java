// SPDX-License-Identifier: Apache-2.0
package exo.bench.mem;

import exo.bench.run.Commands;
import exo.bench.run.JmhRound;
import exo.bench.run.Results;
import exo.bench.run.Run;
import exo.bench.run.Series;
import exo.bench.run.Study;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A page from the kernel against a page from the host and from the JDK. */
public final class PagesStudy implements Study {
    private static final String MMAP = "mmap+touch+munmap (C)";
    /** The kernel's way shall cost at most this part of the host's. */
    private static final double GOAL = 1.0 / 200;

    /** Makes the study. */
    public PagesStudy() {}

    @Override
    public String name() {
        return "pages";
    }

    @Override
    public void measure(Run run) throws IOException, InterruptedException {
        Series base = new Series(name(), "take and return 4 KiB", "exo", "ns/op");
        Series reach = new Series(name(), "reach a page by its virtual address", "tlbHit", "ns/op");
        Optional<Path> program = run.compile("pages.c");
        for (int round = 1; round <= run.settings().rounds(); round++) {
            run.say("pages, round " + round);
            JmhRound.measure(run, base, PagesBench.class, round);
            JmhRound.measure(run, reach, TlbBench.class, round);
            if (program.isPresent()) {
                String nanos = Commands.run(program.get().toString(),
                        Integer.toString(run.settings().millis()));
                run.results().add(base.of(MMAP), round, Double.parseDouble(nanos.strip()));
            }
        }
        Results results = run.results();
        for (String ours : List.of("exo", "exoTouched")) {
            results.compare(base.of(ours), MMAP, GOAL);
            results.compare(base.of(ours), "allocateDirect", 0);
            results.compare(base.of(ours), "confinedArena", 0);
        }
    }
}
