// SPDX-License-Identifier: Apache-2.0
package exo.bench.mem;

import exo.api.Rights;
import exo.api.mem.SoftTlb;
import exo.api.mem.Window;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The operations of Appel and Li on a window: a libOS protects pages by {@link Window#protect} and
 * reaches them through a {@link SoftTlb}, whose handler it is told of forbidden accesses by.
 *
 * <p>No processor stops anybody here: every access is checked by code, and what the host calls a
 * fault is a call of the handler. So an access that is allowed costs more than elsewhere, which
 * {@link #allowed} measures, and one past the TLB is not noticed at all.
 *
 * @see "Appel, Li: Virtual Memory Primitives for User Programs, ASPLOS 1991"
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 3, jvmArgsAppend = {"-XX:+UseSerialGC", "-Xms256m", "-Xmx256m",
        "--sun-misc-unsafe-memory-access=allow"})
public class AppelBench {
    private static final int DIRTY = 1;

    private final long[] bits = new long[1];

    /** Called by JMH. */
    public AppelBench() {}

    /**
     * An access that nothing forbids: what the checks cost.
     *
     * @param pages the pages
     */
    @Benchmark
    public void allowed(AppelPages pages) {
        pages.writeAndOpen(pages.randomPage());
    }

    /**
     * {@return whether a page was written, which the host is asked}
     *
     * @param pages the pages
     * @param followed their writes are followed
     */
    @Benchmark
    public long dirty(AppelPages pages, AppelPages.Followed followed) {
        pages.window().collectWritten(pages.randomPage(), 1, bits);
        return bits[0];
    }

    /**
     * {@return whether a page was written, which the libOS keeps in its own bits of the page}
     *
     * @param pages the pages
     */
    @Benchmark
    public int ownDirty(AppelPages pages) {
        return pages.window().softBits(pages.randomPage()) & DIRTY;
    }

    /**
     * A page is protected, and made accessible: two operations.
     *
     * @param pages the pages
     */
    @Benchmark
    @OperationsPerInvocation(2)
    public void protOne(AppelPages pages) {
        int page = pages.randomPage();
        pages.window().protect(page, 1, Rights.NONE);
        pages.window().protect(page, 1, Rights.READ_WRITE);
    }

    /**
     * {@return how often a hundred pages were protected at once}
     *
     * @param pages the pages
     * @param open they are not protected
     */
    @Benchmark
    @OperationsPerInvocation(AppelPages.BLOCKS)
    public int protHundred(AppelPages pages, AppelPages.AllOpen open) {
        return pages.protectEach(Rights.NONE);
    }

    /**
     * {@return how often a hundred pages were made accessible at once}
     *
     * @param pages the pages
     * @param closed they are protected
     */
    @Benchmark
    @OperationsPerInvocation(AppelPages.BLOCKS)
    public int unprotHundred(AppelPages pages, AppelPages.AllProtected closed) {
        return pages.protectEach(Rights.READ_WRITE);
    }

    /**
     * {@return whether the handler was told of a forbidden access, and gave it up}
     *
     * @param pages the pages
     * @param closed they are protected
     */
    @Benchmark
    public boolean trap(AppelPages pages, AppelPages.NoneOpen closed) {
        try {
            pages.writeOrSkip(pages.randomPage());
            return false;
        } catch (AppelPages.Skipped e) {
            return true;
        }
    }

    /**
     * {@return a protected page that was reached: the handler protected another instead}
     *
     * @param pages the pages
     * @param closed all but one are protected
     */
    @Benchmark
    public int appelOne(AppelPages pages, AppelPages.OneOpen closed) {
        int page = pages.randomProtectedPage();
        pages.writeAndSwap(page);
        return page;
    }

    /**
     * A hundred pages are protected at once, then reached, and made accessible one by one by the
     * handler.
     *
     * @param pages the pages
     * @param shuffled in some order
     */
    @Benchmark
    @OperationsPerInvocation(AppelPages.PAGES)
    public void appelTwo(AppelPages pages, AppelPages.Shuffled shuffled) {
        pages.window().protect(0, AppelPages.PAGES, Rights.NONE);
        for (int page : pages.order()) {
            pages.writeAndOpen(page);
        }
    }
}
