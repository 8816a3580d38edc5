// SPDX-License-Identifier: Apache-2.0
package exo.impl.mem;

import exo.api.ErrorCode;
import exo.api.mem.Pages;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

class PageTableTest {
    private static final int STALE = ErrorCode.STALE.refusal();
    private static final int BUSY = ErrorCode.BUSY.refusal();

    private final PageTable table = new PageTable(4, 1L << 20);

    private static PageTable mapped(int pages, long lastGeneration) {
        PageTable table = new PageTable(pages, lastGeneration);
        for (int i = 0; i < pages; i++) {
            table.map(i, 10 + i, PageTable.OWN);
        }
        return table;
    }

    @Test
    void shouldNameNoPageThatShowsVoid() {
        assertEquals(Pages.NONE, table.name(0));
        assertEquals(Pages.NONE, table.tryTake());
        assertFalse(table.isCurrent(Pages.name(0, 0)));
    }

    @Test
    void shouldMakeANameStaleWhenItsPageIsReturned() {
        table.map(2, 7, PageTable.OWN);
        long name = table.name(2);
        assertEquals(2, Pages.index(name));
        assertEquals(0, table.tryReturn(name));
        assertEquals(STALE, table.tryReturn(name), "a double return");
        long again = table.tryTake();
        assertEquals(2, Pages.index(again));
        assertNotEquals(name, again);
        assertEquals(STALE, table.tryReturn(name), "the old name of a page in use");
        assertEquals(0, table.tryReturn(again));
    }

    @Test
    void shouldRefuseInventedNames() {
        table.map(0, 1, PageTable.OWN);
        long name = table.name(0);
        table.tryReturn(name);
        for (long forged : new long[]{0, -1, -2, Long.MAX_VALUE, Long.MIN_VALUE, name + 1,
                Pages.name(3, 1), Pages.name(4, 1), Pages.name(Pages.MAX_WINDOW_PAGES, 1)}) {
            assertEquals(STALE, table.tryReturn(forged), Long.toHexString(forged));
            assertEquals(STALE, table.tryPin(forged, 1, PageMarks.READ), Long.toHexString(forged));
        }
        assertEquals(1, table.idleCount());
    }

    @Test
    void shouldGiveIdlePagesOutLastInFirstOut() {
        PageTable full = mapped(4, 1 << 20);
        full.tryReturn(full.name(1));
        full.tryReturn(full.name(3));
        assertEquals(3, Pages.index(full.tryTake()));
        assertEquals(1, Pages.index(full.tryTake()));
        assertEquals(Pages.NONE, full.tryTake());
    }

    @Test
    void shouldDropPagesFromAnyPlaceAmongTheIdleOnes() {
        for (int gone = 0; gone < 1 << 4; gone++) {
            PageTable full = mapped(4, 1 << 20);
            for (int page = 0; page < 4; page++) {
                full.tryReturn(full.name(page));
            }
            for (int page = 0; page < 4; page++) {
                if ((gone & 1 << page) != 0) {
                    full.take(page);
                }
            }
            full.pruneIdle();
            assertEquals(4 - Integer.bitCount(gone), full.idleCount(), "without " + gone);
            for (int page = 3; page >= 0; page--) {
                if ((gone & 1 << page) == 0) {
                    assertEquals(page, Pages.index(full.tryTake()), "without " + gone);
                }
            }
            assertEquals(Pages.NONE, full.tryTake());
            assertEquals(0, full.idleCount());
        }
    }

    @Test
    void shouldHandOverAsManyIdlePagesAsThereAre() {
        PageTable full = mapped(4, 1 << 20);
        full.tryReturn(full.name(1));
        full.tryReturn(full.name(2));
        full.tryReturn(full.name(3));
        assertArrayEquals(new int[]{3, 2}, full.popIdle(2));
        assertEquals(1, full.idleCount());
        assertArrayEquals(new int[]{1}, full.popIdle(9));
        assertArrayEquals(new int[0], full.popIdle(1));
        assertEquals(Pages.NONE, full.tryTake());
    }

    @Test
    void shouldSkipIdlePagesThatWereTaken() {
        PageTable full = mapped(2, 1 << 20);
        full.tryReturn(full.name(0));
        full.tryReturn(full.name(1));
        full.take(1);
        assertEquals(0, Pages.index(full.tryTake()));
        assertEquals(Pages.NONE, full.tryTake());
    }

    @Test
    void shouldNotGiveAPageOutTwiceAfterItWasTakenAndMappedAgain() {
        PageTable full = mapped(2, 1 << 20);
        full.tryReturn(full.name(1));
        full.take(1);
        full.forgetFrame(1);
        full.pruneIdle();
        full.map(1, 20, PageTable.OWN);
        assertEquals(Pages.NONE, full.tryTake(), "page 1 is in use, not idle");
    }

    @Test
    void shouldKeepOldNamesStaleAfterAPageWasTakenAndMappedAgain() {
        PageTable full = mapped(1, 1 << 20);
        long old = full.name(0);
        full.take(0);
        full.forgetFrame(0);
        full.map(0, 20, PageTable.OWN);
        assertEquals(STALE, full.tryReturn(old));
        assertNotEquals(old, full.name(0));
    }

    @Test
    void shouldNotReturnAPinnedPage() {
        PageTable full = mapped(4, 1 << 20);
        assertEquals(11, full.tryPin(full.name(1), 2, PageMarks.READ));
        assertEquals(BUSY, full.tryReturn(full.name(1)));
        assertEquals(BUSY, full.tryReturn(full.name(2)));
        assertEquals(0, full.tryReturn(full.name(3)));
        full.unpin(1, 2);
        assertEquals(0, full.tryReturn(full.name(1)));
    }

    @Test
    void shouldPinOnlyConsecutiveFramesInUse() {
        PageTable mixed = new PageTable(4, 1 << 20);
        mixed.map(0, 5, PageTable.OWN);
        mixed.map(1, 6, PageTable.OWN);
        mixed.map(2, 9, PageTable.OWN);
        assertEquals(5, mixed.tryPin(mixed.name(0), 2, PageMarks.READ));
        assertEquals(ErrorCode.NOT_CONTIGUOUS.refusal(),
                mixed.tryPin(mixed.name(0), 3, PageMarks.READ));
        assertEquals(STALE, mixed.tryPin(mixed.name(2), 2, PageMarks.READ), "page 3 shows void");
        assertEquals(ErrorCode.OUT_OF_RANGE.refusal(),
                mixed.tryPin(mixed.name(2), 3, PageMarks.READ));
        assertEquals(1, mixed.pins(0));
        assertEquals(0, mixed.pins(2), "a refused pin leaves nothing");
    }

    @Test
    void shouldPinAPageUpToTheLimit() {
        PageTable one = mapped(1, 1 << 20);
        for (int i = 0; i < Short.MAX_VALUE; i++) {
            assertEquals(10, one.tryPin(one.name(0), 1, PageMarks.READ));
        }
        assertEquals(BUSY, one.tryPin(one.name(0), 1, PageMarks.READ));
        one.unpin(0, 1);
        assertEquals(10, one.tryPin(one.name(0), 1, PageMarks.READ));
    }

    @Test
    void shouldRetireAPageBeforeANameRepeats() {
        PageTable few = mapped(1, 10);
        Set<Long> names = new HashSet<>();
        long name = few.name(0);
        while (name != Pages.NONE) {
            assertTrue(names.add(name), "each name is given out once");
            assertEquals(0, few.tryReturn(name));
            name = few.tryTake();
        }
        assertEquals(5, names.size());
        assertTrue(few.isRetired(0));
        for (long old : names) {
            assertEquals(STALE, few.tryReturn(old));
        }
    }
}
