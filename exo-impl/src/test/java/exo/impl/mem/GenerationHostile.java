// SPDX-License-Identifier: Apache-2.0
package exo.impl.mem;

import exo.api.Env;
import exo.api.ErrorCode;
import exo.api.ExoException;
import exo.api.Exokernel;
import exo.api.HostConfig;
import exo.api.Rights;
import exo.api.mem.MemoryConfig;
import exo.api.mem.Pages;
import exo.api.mem.SoftTlb;
import exo.api.mem.Window;
import exo.impl.cap.CapabilityTable;
import exo.impl.cap.Principal;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Does a stale name ever mean a page again? Here a page has a few generations only, not 2^40. */
class GenerationHostile {
    private static final int STALE = ErrorCode.STALE.refusal();
    private static final int FEW = 50;

    private final Exokernel kernel = Exokernel
            .boot(HostConfig.minimal().memory(MemoryConfig.frames(16)));
    private final Env root = kernel.rootEnv();
    private final FramePool pool = new FramePool(MemoryConfig.frames(16));
    private final KernelMemory memory = new KernelMemory(pool, new CapabilityTable(),
            (Principal) root, FEW);
    private final KernelWindow window = (KernelWindow) memory.bindWindow(2, Rights.READ_WRITE);

    @AfterEach
    void close() {
        window.close();
        pool.close();
        kernel.close();
    }

    private void checkStale(Set<Long> names) {
        for (long old : names) {
            assertFalse(window.isLive(old));
            assertEquals(STALE, window.tryReturnPage(old));
            assertEquals(STALE, window.tryPin(old, 1, PageMarks.READ));
        }
    }

    @Test
    void shouldRetireAPageThatIsReturnedAndTaken() {
        window.allocPages(0, 1);
        Set<Long> names = new HashSet<>();
        for (long name = window.page(0); name != Pages.NONE; name = window.tryTakePage()) {
            checkStale(names);
            assertTrue(names.add(name), "a name is given out once");
            assertEquals(0, window.tryReturnPage(name));
        }
        assertEquals(FEW / 2, names.size());
        checkRetired(names);
    }

    @Test
    void shouldRetireAPageThatIsReleasedAndAllocated() {
        Set<Long> names = new HashSet<>();
        while (names.size() < FEW / 2) {
            window.allocPages(0, 1);
            checkStale(names);
            assertTrue(names.add(window.page(0)), "a name is given out once");
            window.releasePages(0, 1);
        }
        checkRetired(names);
    }

    @Test
    void shouldRetireAPageThatIsTakenByForce() {
        Set<Long> names = new HashSet<>();
        while (names.size() < FEW / 2) {
            window.allocPages(0, 1);
            checkStale(names);
            assertTrue(names.add(window.page(0)), "a name is given out once");
            assertEquals(1, memory.repossess(1));
        }
        checkStale(names);
    }

    private void checkRetired(Set<Long> names) {
        window.releasePages(0, 1);
        assertEquals(ErrorCode.BUSY,
                assertThrows(ExoException.class, () -> window.allocPages(0, 1)).code());
        checkStale(names);
        window.allocPages(1, 1); // the other is as good as new
    }

    @Test
    void shouldMissWithEveryOldNameInATlb() {
        window.allocPages(0, 1);
        long[] missed = {0};
        SoftTlb tlb = window.bindTlb(64, (which, address, access) -> {
            missed[0]++;
            which.insert(address, window.page(0), Rights.READ_WRITE);
        });
        Window shown = window;
        for (int i = 0; i < FEW / 2 - 1; i++) {
            assertEquals(0, tlb.lookup(i * 4096L, SoftTlb.READ));
            window.tryReturnPage(window.page(0));
            window.tryTakePage();
        }
        assertEquals(FEW / 2 - 1, missed[0]);
        for (int i = 0; i < FEW / 2 - 1; i++) {
            assertEquals(0, tlb.lookup(i * 4096L, SoftTlb.READ));
        }
        assertEquals(2 * (FEW / 2 - 1), missed[0], "no old entry ever hits again");
        assertTrue(shown.page(0) != Pages.NONE);
    }
}
