// SPDX-License-Identifier: Apache-2.0
package exo.bench.mem;

import exo.api.Exokernel;
import exo.api.HostConfig;
import exo.api.Rights;
import exo.api.mem.MemoryConfig;
import exo.api.mem.SoftTlb;
import exo.api.mem.Window;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
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

/** What a hit in the software TLB costs: a load through it, beside the same load without it. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 3, jvmArgsAppend = {"-XX:+UseSerialGC", "-Xms256m", "-Xmx256m",
        "--sun-misc-unsafe-memory-access=allow"})
public class TlbBench {
    private static final int PAGES = 64;
    private static final long PAGE_BYTES = 4096;
    private static final long BASE = 0x7000_0000_0000L;

    private Exokernel kernel;
    private MemorySegment memory;
    private SoftTlb tlb;
    private int next;

    /** Called by JMH. */
    public TlbBench() {}

    /** Boots a kernel and enters each page of a window into a TLB. */
    @Setup(Level.Trial)
    public void boot() {
        kernel = Exokernel.boot(HostConfig.minimal().memory(MemoryConfig.frames(PAGES)));
        Window window = kernel.rootEnv().memory().bindWindow(PAGES);
        window.allocPages(0, PAGES);
        tlb = window.bindTlb(PAGES, (t, address, access) -> {
            throw new IllegalStateException("a miss at " + address);
        });
        for (int page = 0; page < PAGES; page++) {
            tlb.insert(BASE + page * PAGE_BYTES, window.page(page), Rights.READ_WRITE);
        }
        memory = window.segment();
    }

    /** Ends the kernel. */
    @TearDown(Level.Trial)
    public void close() {
        kernel.close();
    }

    private long nextOffset() {
        next = (next + 1) & (PAGES - 1);
        return next * PAGE_BYTES;
    }

    /** {@return a word of a page that was looked up by its virtual address} */
    @Benchmark
    public long tlbHit() {
        return memory.get(ValueLayout.JAVA_LONG, tlb.lookup(BASE + nextOffset(), SoftTlb.READ));
    }

    /** {@return a word of a page by its offset in the window} */
    @Benchmark
    public long noTlb() {
        return memory.get(ValueLayout.JAVA_LONG, nextOffset());
    }
}
