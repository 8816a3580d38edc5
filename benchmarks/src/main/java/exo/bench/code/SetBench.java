// SPDX-License-Identifier: Apache-2.0
package exo.bench.code;

import exo.api.code.Classifier;
import exo.api.code.CodeEngine;
import exo.api.code.PacketFilter;
import exo.api.code.VerifiedProgram;
import java.lang.foreign.Arena;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What one packet costs in a set of filters: merged; compiled or interpreted and asked one after
 * the other; and, for comparison, in one compiled filter alone.
 *
 * <p>The packets lie outside the heap. libpcap's interpreter, which asks one after the other too,
 * is a C program that {@link SetStudy} runs in turn with these.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 3, jvmArgsAppend = {"-XX:+UseSerialGC", "-Xms256m", "-Xmx256m",
        "--sun-misc-unsafe-memory-access=allow"})
public class SetBench {
    /** How many filters. */
    @Param({"1", "10", "100", "1000", "10000"})
    public int filters;

    private PacketTrace packets;
    private Classifier set;
    private PacketFilter[] compiled;
    private PacketFilter[] interpreted;

    /** Called by JMH. */
    public SetBench() {}

    /** Makes the packets and the filters. */
    @Setup(Level.Trial)
    public void prepare() {
        PacketTrace heap = SetMix.trace(filters);
        packets = heap.in(Arena.ofAuto().allocate(heap.sizeBytes()));
        CodeEngine engine = CodeEngine.load();
        set = engine.newClassifier();
        compiled = new PacketFilter[Math.min(filters, SetStudy.MOST_IN_ORDER)];
        interpreted = new PacketFilter[compiled.length];
        for (int i = 0; i < filters; i++) {
            VerifiedProgram program = engine.verify(SetMix.filter(i));
            set.insert(i, program);
            if (i < compiled.length) {
                compiled[i] = program.filter(VerifiedProgram.Engine.COMPILE);
                interpreted[i] = program.filter(VerifiedProgram.Engine.INTERPRET);
            }
        }
    }

    /** {@return a number made of the answers to all packets} */
    @Benchmark
    @OperationsPerInvocation(SetMix.PACKETS)
    public int merged() {
        return packets.run(set);
    }

    /** {@return a number made of the answers of one filter to all packets} */
    @Benchmark
    @OperationsPerInvocation(SetMix.PACKETS)
    public int single() {
        return packets.run(compiled[0]);
    }

    /** {@return a number made of the answers to all packets} */
    @Benchmark
    @OperationsPerInvocation(SetMix.PACKETS)
    public int orderedCompiled() {
        return packets.run(compiled);
    }

    /** {@return a number made of the answers to all packets} */
    @Benchmark
    @OperationsPerInvocation(SetMix.PACKETS)
    public int orderedInterpreted() {
        return packets.run(interpreted);
    }
}
