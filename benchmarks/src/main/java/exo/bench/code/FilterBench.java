// SPDX-License-Identifier: Apache-2.0
package exo.bench.code;

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
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What one packet costs in a filter: compiled to bytecode, and interpreted.
 *
 * <p>The packets lie outside the heap, as those of a packet ring do. libpcap's interpreter is a C
 * program that {@link FilterStudy} runs in turn with these, on the same packets and the same
 * program.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 3, jvmArgsAppend = {"-XX:+UseSerialGC", "-Xms256m", "-Xmx256m",
        "--sun-misc-unsafe-memory-access=allow"})
public class FilterBench {
    private PacketTrace packets;
    private PacketTrace heapPackets;
    private PacketFilter compiled;
    private PacketFilter interpreted;

    /** Called by JMH. */
    public FilterBench() {}

    /** Makes the packets and both filters. */
    @Setup(Level.Trial)
    public void prepare() {
        PacketTrace heap = PacketMix.trace();
        heapPackets = heap;
        packets = heap.in(Arena.ofAuto().allocate(heap.sizeBytes()));
        VerifiedProgram program = CodeEngine.load().verify(PacketMix.program());
        compiled = program.filter(VerifiedProgram.Engine.COMPILE);
        interpreted = program.filter(VerifiedProgram.Engine.INTERPRET);
    }

    /** {@return a number made of the answers to all packets} */
    @Benchmark
    @OperationsPerInvocation(PacketMix.PACKETS)
    public int compiled() {
        return packets.run(compiled);
    }

    /** {@return a number made of the answers to all packets, which lie in the heap} */
    @Benchmark
    @OperationsPerInvocation(PacketMix.PACKETS)
    public int compiledHeap() {
        return heapPackets.run(compiled);
    }

    /** {@return a number made of the answers to all packets} */
    @Benchmark
    @OperationsPerInvocation(PacketMix.PACKETS)
    public int interpreted() {
        return packets.run(interpreted);
    }
}
