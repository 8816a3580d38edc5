// SPDX-License-Identifier: Apache-2.0
package exo.bench.mem;

import exo.api.Exokernel;
import exo.api.HostConfig;
import exo.api.mem.MemoryConfig;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Loads and stores through a window, against the same through a segment that the JDK maps.
 *
 * <p>The pages are of one kind: a window shows a memfd, and the JDK maps a file below {@code
 * /dev/shm}, which the host keeps in the same way, in small pages. Memory that the JDK allocates
 * could lie in huge pages, and would win by that alone. Both segments are of shared arenas. They
 * are small enough for the second cache, where what the JVM checks is not hidden by waiting for
 * memory.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 3, jvmArgsAppend = {"-XX:+UseSerialGC", "-Xms256m", "-Xmx256m",
        "--sun-misc-unsafe-memory-access=allow"})
public class WindowBench {
    private static final int PAGES = 64;
    private static final int BYTES = PAGES * 4096;
    private static final int WORDS = BYTES / 8;
    private static final int CHOICES = 1024;
    private static final Path SHARED_MEMORY = Path.of("/dev/shm");

    /** Whose memory it is. */
    public enum Side {
        /** A window of the kernel. */
        WINDOW,
        /** A file in memory, mapped by the JDK. */
        MAPPED
    }

    /** Set by JMH. */
    @Param
    public Side side;

    private final Arena arena = Arena.ofShared();
    private Exokernel kernel;
    private MemorySegment memory;
    private final int[] choices = new Random(42).ints(CHOICES, 0, WORDS).toArray();

    /** Called by JMH. */
    public WindowBench() {}

    /** {@return whether this host has files in memory where they are looked for} */
    static boolean hasSharedMemory() {
        return Files.isWritable(SHARED_MEMORY);
    }

    /**
     * Gets the memory and writes all of it, so that no access faults.
     *
     * @throws IOException if the file cannot be made or mapped
     */
    @Setup(Level.Trial)
    public void boot() throws IOException {
        if (side == Side.WINDOW) {
            kernel = Exokernel.boot(HostConfig.minimal().memory(MemoryConfig.frames(PAGES)));
            var window = kernel.rootEnv().memory().bindWindow(PAGES);
            window.allocPages(0, PAGES);
            memory = window.segment();
        } else {
            memory = map(arena);
        }
        memory.fill((byte) 1);
    }

    private static MemorySegment map(Arena arena) throws IOException {
        Path file = Files.createTempFile(SHARED_MEMORY, "exo-bench", null);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ,
                StandardOpenOption.WRITE)) {
            return channel.map(FileChannel.MapMode.READ_WRITE, 0, BYTES, arena);
        } finally {
            Files.delete(file);
        }
    }

    /** Gives the memory back. */
    @TearDown(Level.Trial)
    public void close() {
        if (kernel != null) {
            kernel.close();
        }
        arena.close();
    }

    /** {@return the sum of all words, one after the other} */
    @Benchmark
    @OperationsPerInvocation(WORDS)
    public long sum() {
        MemorySegment all = memory;
        long sum = 0;
        for (long at = 0; at < BYTES; at += 8) {
            sum += all.get(ValueLayout.JAVA_LONG, at);
        }
        return sum;
    }

    /** {@return the sum of words here and there} */
    @Benchmark
    @OperationsPerInvocation(CHOICES)
    public long randomRead() {
        MemorySegment all = memory;
        long sum = 0;
        for (int word : choices) {
            sum += all.get(ValueLayout.JAVA_LONG, word * 8L);
        }
        return sum;
    }

    /** {@return how many words were written here and there} */
    @Benchmark
    @OperationsPerInvocation(CHOICES)
    public int randomWrite() {
        MemorySegment all = memory;
        for (int word : choices) {
            all.set(ValueLayout.JAVA_LONG, word * 8L, word);
        }
        return CHOICES;
    }
}
