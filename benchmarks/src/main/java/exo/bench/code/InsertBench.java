// SPDX-License-Identifier: Apache-2.0
package exo.bench.code;

import exo.api.code.Classifier;
import exo.api.code.CodeEngine;
import exo.api.code.VerifiedProgram;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What it costs to insert a verified filter into a set of so many, with the decision that it takes
 * no packet of another, and to remove it.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 3, jvmArgsAppend = {"-XX:+UseSerialGC", "-Xms256m", "-Xmx256m",
        "--sun-misc-unsafe-memory-access=allow"})
public class InsertBench {
    private static final int SPARE = 512;

    /** How many filters the set has. */
    @Param({"10", "100", "1000", "10000"})
    public int filters;

    private final VerifiedProgram[] spare = new VerifiedProgram[SPARE];
    private Classifier set;
    private int next;

    /** Called by JMH. */
    public InsertBench() {}

    /** Fills the set. */
    @Setup(Level.Trial)
    public void prepare() {
        CodeEngine engine = CodeEngine.load();
        set = engine.newClassifier();
        for (int i = 0; i < filters; i++) {
            set.insert(i, engine.verify(SetMix.filter(i)));
        }
        for (int i = 0; i < SPARE; i++) {
            spare[i] = engine.verify(SetMix.filter(filters + i));
        }
    }

    /** {@return whether the filter was there to be removed} */
    @Benchmark
    public boolean insertAndRemove() {
        next = (next + 1) % SPARE;
        set.insert(filters + next, spare[next]);
        return set.remove(filters + next);
    }
}
