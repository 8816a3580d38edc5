// SPDX-License-Identifier: Apache-2.0
package exo.bench.code;

import exo.api.code.Classifier;
import exo.api.code.CodeEngine;
import exo.bench.run.JmhRound;
import exo.bench.run.Run;
import exo.bench.run.Series;
import exo.bench.run.Study;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Sets of filters: merged into one, against one filter alone, and against libpcap's that are asked
 * one after the other, on the same packets.
 *
 * <p>All must give the same answers, or the study fails.
 */
public final class SetStudy implements Study {
    /** The largest set that is also asked in order: beyond, only libpcap is waited for. */
    static final int MOST_IN_ORDER = 100;

    private static final String SINGLE = "single";
    private static final String COMPILED = "orderedCompiled";
    private static final List<Integer> SIZES = List.of(1, 10, 100, 1000, 10_000);

    /** Makes the study. */
    public SetStudy() {}

    @Override
    public String name() {
        return "sets";
    }

    @Override
    public void measure(Run run) throws IOException, InterruptedException {
        Optional<Path> program = run.compile("filter.c", "-lpcap");
        for (int size : SIZES) {
            Path packets = Files.write(run.scratch().resolve("set-" + size + ".bin"),
                    SetMix.trace(size).file(SetMix.filters(size)));
            for (int round = 1; round <= run.settings().rounds(); round++) {
                run.say("sets, " + size + " filters, round " + round);
                round(run, size, round);
                if (program.isPresent()) {
                    FilterStudy.Native other = FilterStudy.measure(program.get(), packets,
                            run.settings().millis());
                    FilterStudy.agree("libpcap", merged(size), other.answer());
                    run.results().add(base(size).of(FilterStudy.LIBPCAP), round, other.nanos());
                }
            }
            compare(run, size);
        }
    }

    private static Series base(int size) {
        return new Series("sets", size + " filters", "merged", "ns/op");
    }

    private static void round(Run run, int size, int round) {
        Map<String, String> parameters = Map.of("filters", Integer.toString(size));
        String type = SetBench.class.getName();
        List<String> contenders = size <= MOST_IN_ORDER
                ? List.of("merged", SINGLE, COMPILED, "orderedInterpreted")
                : List.of("merged", SINGLE);
        for (String contender : contenders) {
            JmhRound.measure(run, base(size), type + "." + contender, parameters, round);
        }
    }

    private static void compare(Run run, int size) {
        double goal = size > 1000 ? 3 : 2;
        run.results().compare(base(size), SINGLE, size >= 1000 ? goal : 0);
        run.results().compare(base(size), FilterStudy.LIBPCAP, size == 1000 ? 0.001 : 0);
        if (size <= MOST_IN_ORDER) {
            run.results().compare(base(size).of(COMPILED), FilterStudy.LIBPCAP, 0);
            run.results().compare(base(size).of("orderedInterpreted"), FilterStudy.LIBPCAP, 0);
        }
    }

    /**
     * {@return the answers of a merged set}
     *
     * @param size how many filters
     */
    static int merged(int size) {
        CodeEngine engine = CodeEngine.load();
        Classifier set = engine.newClassifier();
        for (int i = 0; i < size; i++) {
            set.insert(i, engine.verify(SetMix.filter(i)));
        }
        return SetMix.trace(size).run(set);
    }
}
