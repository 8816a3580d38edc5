// SPDX-License-Identifier: Apache-2.0
package exo.bench.code;

import exo.api.code.CodeEngine;
import exo.api.code.Contract;
import exo.api.code.LinkType;
import exo.api.code.PacketFilter;
import exo.api.code.Program;
import exo.api.code.VerifiedProgram;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
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
 * What it costs to take a program: to compile its expression, to verify it, to make bytecode of it.
 *
 * <p>The expression is {@code port 1 or port 2 or …}, of so many ports.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 3, jvmArgsAppend = {"-XX:+UseSerialGC", "-Xms256m", "-Xmx256m",
        "--sun-misc-unsafe-memory-access=allow"})
public class VerifyBench {
    private static final int SNAP_BYTES = 262_144;

    /** How many ports the expression names; of 1,000 it would be too long to be compiled. */
    @Param({"1", "10", "100", "500"})
    public int ports;

    private final CodeEngine engine = CodeEngine.load();
    private final Contract contract = Contract.filter();
    private String expression;
    private Program program;

    /** Called by JMH. */
    public VerifyBench() {}

    /** Makes the program. */
    @Setup(Level.Trial)
    public void prepare() {
        expression = expression(ports);
        program = engine.verify(engine.compileExpression(expression, LinkType.ETHERNET,
                SNAP_BYTES)).program();
    }

    /** {@return an expression of so many ports} */
    static String expression(int ports) {
        return IntStream.rangeClosed(1, ports)
                .mapToObj(port -> "port " + port)
                .collect(Collectors.joining(" or "));
    }

    /** {@return the slots of the program for so many ports} */
    static int slots(int ports) {
        CodeEngine engine = CodeEngine.load();
        return engine.verify(engine.compileExpression(expression(ports), LinkType.ETHERNET,
                SNAP_BYTES)).program().length();
    }

    /** {@return the program, in the classic form} */
    @Benchmark
    public Object parseExpression() {
        return engine.compileExpression(expression, LinkType.ETHERNET, SNAP_BYTES);
    }

    /** {@return the program, verified} */
    @Benchmark
    public VerifiedProgram verify() {
        return engine.verify(program, contract);
    }

    /**
     * {@return the program, as bytecode that has not run}
     *
     * @param fresh a program of which no bytecode was made yet
     */
    @Benchmark
    public PacketFilter makeBytecode(Fresh fresh) {
        return fresh.verified.filter(VerifiedProgram.Engine.COMPILE);
    }

    /** The program, verified anew for each call: of a long one the bytecode is kept. */
    @State(Scope.Thread)
    public static class Fresh {
        private VerifiedProgram verified;

        /** Called by JMH. */
        public Fresh() {}

        /**
         * Verifies the program.
         *
         * @param bench whose program
         */
        @Setup(Level.Invocation)
        public void prepare(VerifyBench bench) {
            verified = bench.verify();
        }
    }
}
