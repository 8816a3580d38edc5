// SPDX-License-Identifier: Apache-2.0
package exo.bench.mem;

import exo.api.Exokernel;
import exo.api.HostConfig;
import exo.api.Rights;
import exo.api.mem.MemoryConfig;
import exo.api.mem.MissHandler;
import exo.api.mem.SoftTlb;
import exo.api.mem.Window;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * The pages that {@link AppelBench} protects and reaches, and what must hold of them before.
 *
 * <p>In the scope of the benchmark, so that a method and what prepares for it get the same pages.
 * The window belongs to the one thread that measures.
 */
@State(Scope.Benchmark)
public class AppelPages {
    /** How many pages are protected at once. */
    static final int PAGES = 100;
    /** How many times as many there are. */
    static final int BLOCKS = 16;

    private static final int PAGE_SHIFT = 12;
    private static final long BASE = 0x7000_0000_0000L;
    private static final int TLB_ENTRIES = 128;
    private static final int CHOICES = 4096;

    private final Random random = new Random(42);
    private final int[] choices = random.ints(CHOICES, 0, PAGES).toArray();
    private final int[] order = new int[PAGES];
    private final Skipped skipped = new Skipped(); // made once: what it costs is no trap's
    private Exokernel kernel;
    private Window window;
    private MemorySegment memory;
    private SoftTlb skipping;
    private SoftTlb swapping;
    private SoftTlb opening;
    private int nextChoice;
    private int openPage;

    /** Called by JMH. */
    public AppelPages() {}

    /** What the handler throws that gives an access up. */
    static final class Skipped extends RuntimeException {
        private static final long serialVersionUID = 1;

        private Skipped() {
            super("the access is given up", null, false, false);
        }
    }

    /** A handler that is never told of pages that are missing. */
    private abstract static class Handler implements MissHandler {
        @Override
        public void onMiss(SoftTlb tlb, long virtualAddress, int access) {
            throw new IllegalStateException("a miss at " + virtualAddress);
        }
    }

    /** Boots a kernel, and enters the pages of the first block into each TLB. */
    @Setup(Level.Trial)
    public void boot() {
        kernel = Exokernel.boot(
                HostConfig.minimal().memory(MemoryConfig.frames(BLOCKS * PAGES)));
        window = kernel.rootEnv().memory().bindWindow(BLOCKS * PAGES);
        window.allocPages(0, BLOCKS * PAGES);
        memory = window.segment();
        memory.fill((byte) 1);
        for (int i = 0; i < PAGES; i++) {
            order[i] = i;
        }
        skipping = bindTlb(new Handler() {
            @Override
            public void onViolation(SoftTlb tlb, long virtualAddress, int access) {
                throw skipped;
            }
        });
        swapping = bindTlb(new Handler() {
            @Override
            public void onViolation(SoftTlb tlb, long virtualAddress, int access) {
                int page = page(virtualAddress);
                window.protect(openPage, 1, Rights.NONE);
                window.protect(page, 1, Rights.READ_WRITE);
                openPage = page;
            }
        });
        opening = bindTlb(new Handler() {
            @Override
            public void onViolation(SoftTlb tlb, long virtualAddress, int access) {
                window.protect(page(virtualAddress), 1, Rights.READ_WRITE);
            }
        });
    }

    private SoftTlb bindTlb(MissHandler handler) {
        SoftTlb tlb = window.bindTlb(TLB_ENTRIES, handler);
        for (int page = 0; page < PAGES; page++) {
            tlb.insert(address(page), window.page(page), Rights.READ_WRITE);
        }
        return tlb;
    }

    /** Ends the kernel. */
    @TearDown(Level.Trial)
    public void close() {
        kernel.close();
    }

    /** Another line of the cache for each page. */
    private static long address(int page) {
        return BASE + ((long) page << PAGE_SHIFT) + ((page & 63) << 6);
    }

    private static int page(long virtualAddress) {
        return (int) ((virtualAddress - BASE) >>> PAGE_SHIFT);
    }

    /** {@return a page of the first block, chosen before} */
    int randomPage() {
        nextChoice = (nextChoice + 1) & (CHOICES - 1);
        return choices[nextChoice];
    }

    /** {@return a protected page, where one is open} */
    int randomProtectedPage() {
        int page = randomPage();
        while (page == openPage) {
            page = randomPage();
        }
        return page;
    }

    /** {@return the pages of the first block in some order} */
    int[] order() {
        return order;
    }

    Window window() {
        return window;
    }

    private void write(SoftTlb tlb, int page) {
        memory.set(ValueLayout.JAVA_BYTE, tlb.lookup(address(page), SoftTlb.WRITE), (byte) 1);
    }

    /** Writes to a page, but gives it up if the page is protected. */
    void writeOrSkip(int page) {
        write(skipping, page);
    }

    /** Writes to a page; if it is protected, that one is instead which was opened last. */
    void writeAndSwap(int page) {
        write(swapping, page);
    }

    /** Writes to a page, and opens it first if it is protected. */
    void writeAndOpen(int page) {
        write(opening, page);
    }

    /** {@return how often a handler was told of a forbidden access} */
    long violations() {
        return skipping.violations() + swapping.violations() + opening.violations();
    }

    /** Protects all blocks. */
    private void protectAll(Rights rights) {
        window.protect(0, BLOCKS * PAGES, rights);
    }

    /** {@return how many blocks were protected, each at once} */
    int protectEach(Rights rights) {
        for (int block = 0; block < BLOCKS; block++) {
            window.protect(block * PAGES, PAGES, rights);
        }
        return BLOCKS;
    }

    // ---- what must hold before ------------------------------------------------------------------

    /** No page is protected. */
    @State(Scope.Thread)
    public static class AllOpen {
        /** Called by JMH. */
        public AllOpen() {}

        /**
         * Opens all.
         *
         * @param pages the pages
         */
        @Setup(Level.Invocation)
        public void open(AppelPages pages) {
            pages.protectAll(Rights.READ_WRITE);
        }
    }

    /** All pages are protected. */
    @State(Scope.Thread)
    public static class AllProtected {
        /** Called by JMH. */
        public AllProtected() {}

        /**
         * Protects all.
         *
         * @param pages the pages
         */
        @Setup(Level.Invocation)
        public void protect(AppelPages pages) {
            pages.protectAll(Rights.NONE);
        }
    }

    /** All pages but one are protected, from the beginning on. */
    @State(Scope.Thread)
    public static class OneOpen {
        /** Called by JMH. */
        public OneOpen() {}

        /**
         * Protects all but the first.
         *
         * @param pages the pages
         */
        @Setup(Level.Iteration)
        public void protect(AppelPages pages) {
            pages.protectAll(Rights.NONE);
            pages.openPage = 0;
            pages.window.protect(0, 1, Rights.READ_WRITE);
        }
    }

    /** All pages are protected, from the beginning on. */
    @State(Scope.Thread)
    public static class NoneOpen {
        /** Called by JMH. */
        public NoneOpen() {}

        /**
         * Protects all.
         *
         * @param pages the pages
         */
        @Setup(Level.Iteration)
        public void protect(AppelPages pages) {
            pages.protectAll(Rights.NONE);
        }
    }

    /** The pages are reached in another order each time. */
    @State(Scope.Thread)
    public static class Shuffled {
        /** Called by JMH. */
        public Shuffled() {}

        /**
         * Shuffles.
         *
         * @param pages the pages
         */
        @Setup(Level.Invocation)
        public void shuffle(AppelPages pages) {
            for (int i = PAGES - 1; i > 0; i--) {
                int j = pages.random.nextInt(i + 1);
                int page = pages.order[i];
                pages.order[i] = pages.order[j];
                pages.order[j] = page;
            }
        }
    }

    /** The writes to the pages are followed. */
    @State(Scope.Thread)
    public static class Followed {
        /** Called by JMH. */
        public Followed() {}

        /**
         * Follows them.
         *
         * @param pages the pages
         */
        @Setup(Level.Trial)
        public void follow(AppelPages pages) {
            pages.window.trackWrites(true);
        }
    }
}
