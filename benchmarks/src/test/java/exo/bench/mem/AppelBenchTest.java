// SPDX-License-Identifier: Apache-2.0
package exo.bench.mem;

import exo.api.Rights;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

class AppelBenchTest {
    private static final int TIMES = 1000;

    private final AppelBench bench = new AppelBench();
    private final AppelPages pages = new AppelPages();

    @BeforeEach
    void boot() {
        pages.boot();
    }

    @AfterEach
    void close() {
        pages.close();
    }

    private int openPages() {
        int open = 0;
        for (int page = 0; page < AppelPages.PAGES; page++) {
            open += pages.window().protection(page).equals(Rights.READ_WRITE) ? 1 : 0;
        }
        return open;
    }

    @Test
    void shouldTrapNowhereWhereNothingIsProtected() {
        for (int i = 0; i < TIMES; i++) {
            bench.allowed(pages);
        }
        assertEquals(0, pages.violations());
    }

    @Test
    void shouldTrapAtEachAccess() {
        AppelPages.NoneOpen closed = new AppelPages.NoneOpen();
        closed.protect(pages);
        for (int i = 0; i < TIMES; i++) {
            assertTrue(bench.trap(pages, closed));
        }
        assertEquals(TIMES, pages.violations());
        assertEquals(0, openPages());
    }

    @Test
    void shouldSwapTheOpenPage() {
        AppelPages.OneOpen closed = new AppelPages.OneOpen();
        closed.protect(pages);
        for (int i = 0; i < TIMES; i++) {
            int page = bench.appelOne(pages, closed);
            assertEquals(Rights.READ_WRITE, pages.window().protection(page));
            assertEquals(1, openPages());
        }
        assertEquals(TIMES, pages.violations());
    }

    @Test
    void shouldTrapOnceAtEachOfAHundredPages() {
        AppelPages.Shuffled shuffled = new AppelPages.Shuffled();
        for (int i = 1; i <= 10; i++) {
            shuffled.shuffle(pages);
            bench.appelTwo(pages, shuffled);
            assertEquals((long) i * AppelPages.PAGES, pages.violations());
            assertEquals(AppelPages.PAGES, openPages());
        }
    }

    @Test
    void shouldProtectAndOpenAHundredPages() {
        bench.protHundred(pages, new AppelPages.AllOpen());
        assertEquals(0, openPages());
        bench.unprotHundred(pages, new AppelPages.AllProtected());
        assertEquals(AppelPages.PAGES, openPages());
        bench.protOne(pages);
        assertEquals(AppelPages.PAGES, openPages());
    }

    @Test
    void shouldFindNoPageWrittenThatNobodyWrote() {
        AppelPages.Followed followed = new AppelPages.Followed();
        followed.follow(pages);
        for (int i = 0; i < AppelPages.PAGES; i++) {
            assertEquals(0, bench.dirty(pages, followed));
        }
        for (int i = 0; i < 100 * AppelPages.PAGES; i++) {
            bench.allowed(pages);
        }
        long written = 0;
        for (int i = 0; i < 10 * AppelPages.PAGES; i++) {
            written += bench.dirty(pages, followed);
        }
        assertTrue(written > 0 && written <= AppelPages.PAGES, written + " pages");
        assertEquals(0, bench.ownDirty(pages));
    }
}
