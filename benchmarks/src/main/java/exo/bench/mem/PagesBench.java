// SPDX-License-Identifier: Apache-2.0
package exo.bench.mem;

import exo.api.Exokernel;
import exo.api.HostConfig;
import exo.api.mem.MemoryConfig;
import exo.api.mem.Pages;
import exo.api.mem.Window;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What one page of memory costs: to take one, write to it, and give it back.
 *
 * <p>The kernel's own way is beside the two ways of the JDK. The way of the host, {@code mmap} and
 * {@code munmap}, is a C program that {@link PagesStudy} runs in turn with these.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 3, jvmArgsAppend = {"-XX:+UseSerialGC", "-Xms256m", "-Xmx256m",
        "--sun-misc-unsafe-memory-access=allow"})
public class PagesBench {
    private static final int PAGES = 64;
    private static final long PAGE_BYTES = 4096;

    private Exokernel kernel;
    private Window window;
    private MemorySegment memory;

    /** Called by JMH. */
    public PagesBench() {}

    /** Boots a kernel and leaves idle mapped pages in a window of the measuring thread. */
    @Setup(Level.Trial)
    public void boot() {
        kernel = Exokernel.boot(
                HostConfig.minimal().memory(MemoryConfig.frames(2 * PAGES)));
        window = kernel.rootEnv().memory().bindWindow(PAGES);
        window.allocPages(0, PAGES);
        for (int i = 0; i < PAGES; i++) {
            int refusal = window.tryReturnPage(window.page(i));
            if (refusal != 0) {
                throw new IllegalStateException("page " + i + " was refused: " + refusal);
            }
        }
        memory = window.segment();
    }

    /** Ends the kernel. */
    @TearDown(Level.Trial)
    public void close() {
        kernel.close();
    }

    /** {@return whether the page came back: a page is taken and returned, not touched} */
    @Benchmark
    public int exo() {
        long page = window.tryTakePage();
        return window.tryReturnPage(page);
    }

    /** {@return whether the page came back: a page is taken, written, returned} */
    @Benchmark
    public int exoTouched() {
        long page = window.tryTakePage();
        memory.set(ValueLayout.JAVA_LONG, Pages.index(page) * PAGE_BYTES, page);
        return window.tryReturnPage(page);
    }

    /** {@return a direct buffer of a page, written; the collector takes it back} */
    @Benchmark
    public ByteBuffer allocateDirect() {
        ByteBuffer buffer = ByteBuffer.allocateDirect((int) PAGE_BYTES);
        buffer.putLong(0, 1);
        return buffer;
    }

    /** {@return what was written to a page of a confined arena, which is closed again} */
    @Benchmark
    public long confinedArena() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment page = arena.allocate(PAGE_BYTES);
            page.set(ValueLayout.JAVA_LONG, 0, 1);
            return page.get(ValueLayout.JAVA_LONG, 0);
        }
    }
}
