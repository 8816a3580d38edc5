// SPDX-License-Identifier: Apache-2.0
package exo.bench.mem;

import exo.bench.run.Commands;
import exo.bench.run.Run;
import exo.bench.run.Series;
import exo.bench.run.Study;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** A run of 64 frames that goes to another environment, against the same host calls in C. */
public final class MoveStudy implements Study {
    private static final String HOST = "mmap+memset+mmap (C)";
    /** What the kernel does besides the host calls may cost at most that much more. */
    private static final double GOAL = 1.3;
    private static final int PARTS = 3;
    private static final Series WHOLE = new Series("move", "64 frames to another env", "exo",
            "us/run");
    private static final Series TAKING = new Series("move", "of which: unmap", "exo", "us/run");
    private static final Series GIVING = new Series("move", "of which: zero and map", "exo",
            "us/run");

    /** Makes the study. */
    public MoveStudy() {}

    @Override
    public String name() {
        return "move";
    }

    @Override
    public void measure(Run run) throws IOException, InterruptedException {
        Optional<Path> program = run.compile("move.c", "-pthread");
        try (Mover mover = new Mover()) {
            part(mover, 3L * run.settings().millis()); // the first values would be the compilers'
            for (int round = 1; round <= run.settings().rounds(); round++) {
                run.say("move, round " + round);
                file(run, "exo", round, best(mover, run.settings().millis()));
                if (program.isPresent()) {
                    file(run, HOST, round, parse(Commands.run(program.get().toString(),
                            Integer.toString(run.settings().millis()))));
                }
            }
        }
        run.results().compare(WHOLE, HOST, GOAL);
        run.results().compare(TAKING, HOST, 0);
        run.results().compare(GIVING, HOST, 0);
    }

    private static void file(Run run, String contender, int round, double[] micros) {
        run.results().add(WHOLE.of(contender), round, micros[0]);
        run.results().add(TAKING.of(contender), round, micros[1]);
        run.results().add(GIVING.of(contender), round, micros[2]);
    }

    /** {@return all of it, to unmap, and to zero and map, in microseconds: the best part} */
    private static double[] best(Mover mover, int millis) throws InterruptedException {
        double[] best = part(mover, millis / PARTS);
        for (int i = 1; i < PARTS; i++) {
            double[] other = part(mover, millis / PARTS);
            best = other[0] < best[0] ? other : best;
        }
        return best;
    }

    private static double[] part(Mover mover, long millis) throws InterruptedException {
        mover.forget();
        long start = System.nanoTime();
        do {
            mover.move();
        } while (System.nanoTime() - start < millis * 1_000_000);
        double release = mover.releaseNanos() / 1e3;
        double allocate = mover.allocateNanos() / 1e3;
        return new double[]{release + allocate, release, allocate};
    }

    /** {@return the three values that the C program printed} */
    static double[] parse(String line) {
        String[] words = line.strip().split(" ", -1);
        if (words.length != 3) {
            throw new IllegalArgumentException("three values were expected, not: " + line);
        }
        return new double[]{Double.parseDouble(words[0]), Double.parseDouble(words[1]),
                Double.parseDouble(words[2])};
    }
}
