// SPDX-License-Identifier: Apache-2.0
package exo.bench.run;

import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs each benchmark of a JMH class once, in a JVM of its own, so that rounds can be interleaved
 * with programs that are not JMH's.
 */
public final class JmhRound {
    private static final int ITERATIONS = 3;

    private JmhRound() {}

    /**
     * Measures the time and the allocation of each benchmark of a class. The contender is the name
     * of the method. Of the iterations the best one counts, as in the C programs: what else runs on
     * the machine can only add to a time.
     *
     * @param run the run
     * @param study the study and job to file the values under; the contender is replaced; the unit
     *        is that of the benchmarks
     * @param type the class
     * @param round the number of the round
     */
    public static void measure(Run run, Series study, Class<?> type, int round) {
        measure(run, study, type.getName() + ".", Map.of(), round);
    }

    /**
     * Measures the benchmarks whose names begin like that, with some of their parameters.
     *
     * @param run the run
     * @param study as above
     * @param names what the full names of the benchmarks begin with
     * @param parameters the value of each parameter of the class
     * @param round the number of the round
     */
    public static void measure(Run run, Series study, String names,
            Map<String, String> parameters, int round) {
        measure(run, study::of, names, parameters, round);
    }

    /**
     * Measures the benchmarks whose names begin like that, and files each where the study says.
     *
     * @param run the run
     * @param series where to file the values of a benchmark, by the name of its method
     * @param names what the full names of the benchmarks begin with
     * @param parameters the value of each parameter of the class
     * @param round the number of the round
     */
    public static void measure(Run run, Function<String, Series> series, String names,
            Map<String, String> parameters, int round) {
        TimeValue time = TimeValue.milliseconds(run.settings().millis() / ITERATIONS + 1);
        ChainedOptionsBuilder options = new OptionsBuilder()
                .include(Pattern.quote(names))
                .forks(1)
                .warmupIterations(ITERATIONS)
                .warmupTime(time)
                .measurementIterations(ITERATIONS)
                .measurementTime(time)
                .addProfiler(GCProfiler.class)
                .shouldFailOnError(true)
                .verbosity(VerboseMode.SILENT);
        parameters.forEach(options::param);
        try {
            for (RunResult result : new Runner(options.build()).run()) {
                Series filed = series.apply(result.getPrimaryResult().getLabel());
                Result<?> allocated = result.getSecondaryResults().get("gc.alloc.rate.norm");
                Results into = run.results();
                into.add(filed, round, result.getPrimaryResult().getStatistics().getMin());
                into.add(new Series(filed.study(), filed.job(), filed.contender(), "B/op"), round,
                        allocated.getScore());
            }
        } catch (RunnerException e) {
            throw new IllegalStateException("JMH failed on " + names, e);
        }
    }
}
