// SPDX-License-Identifier: Apache-2.0
package exo.impl.mem;

import com.sun.management.ThreadMXBean;
import exo.api.Env;
import exo.api.EnvControl;
import exo.api.EnvSpec;
import exo.api.ErrorCode;
import exo.api.Exokernel;
import exo.api.HostConfig;
import exo.api.Rights;
import exo.api.mem.Frames;
import exo.api.mem.MemoryConfig;
import exo.api.mem.MissHandler;
import exo.api.mem.Pages;
import exo.api.mem.SoftTlb;
import exo.api.mem.Window;
import exo.impl.kernel.TestEnv;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static exo.impl.cap.Refusals.refusal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class SoftTlbTest {
    private static final int READ = SoftTlb.READ;
    private static final int WRITE = SoftTlb.WRITE;
    private static final long FAR = 0xffff_8000_0000_0000L;

    static {
        // The module under test needs neither; this test does.
        ModuleLayer boot = SoftTlbTest.class.getModule().getLayer();
        for (String name : new String[]{"java.management", "jdk.management"}) {
            SoftTlbTest.class.getModule().addReads(boot.findModule(name).orElseThrow());
        }
    }

    private final Exokernel kernel = Exokernel
            .boot(HostConfig.minimal().memory(MemoryConfig.frames(64)));
    private final Env root = kernel.rootEnv();
    private final long pageBytes = root.memory().pageBytes();
    private final Window window = root.memory().bindWindow(32);
    private final List<String> calls = new ArrayList<>();

    @AfterEach
    void closeKernel() {
        kernel.close();
    }

    /** Maps virtual page {@code n} to page {@code n mod 32}, for reading first. */
    private final class Pager implements MissHandler {
        @Override
        public void onMiss(SoftTlb tlb, long virtualAddress, int access) {
            calls.add("miss " + Long.toHexString(virtualAddress) + " " + access);
            int page = (int) (Long.divideUnsigned(virtualAddress, pageBytes) & 31);
            if (window.frame(page) < 0) {
                window.releasePages(page, 1);
                window.allocPages(page, 1);
            }
            tlb.insert(virtualAddress, window.page(page), Rights.READ);
        }

        @Override
        public void onViolation(SoftTlb tlb, long virtualAddress, int access) {
            calls.add("violation " + Long.toHexString(virtualAddress) + " " + access);
            int page = (int) (Long.divideUnsigned(virtualAddress, pageBytes) & 31);
            window.protect(page, 1, Rights.READ_WRITE);
            tlb.insert(virtualAddress, window.page(page), Rights.READ_WRITE);
        }
    }

    @Test
    void shouldPageItself() {
        SoftTlb tlb = window.bindTlb(8, new Pager());
        assertEquals(8, tlb.entries());
        assertEquals(5 * pageBytes + 17, tlb.lookup(5 * pageBytes + 17, READ));
        assertEquals(5 * pageBytes + 18, tlb.lookup(5 * pageBytes + 18, READ));
        assertEquals(pageBytes, tlb.lookup(FAR + pageBytes, WRITE));
        assertEquals(0, tlb.lookup(0, READ), "page 0 of the address space is like any other");
        assertEquals(31 * pageBytes + pageBytes - 1, tlb.lookup(-1, READ | WRITE));
        assertEquals(List.of("miss 5011 1", "miss ffff800000001000 2",
                "violation ffff800000001000 2", "miss 0 1", "miss ffffffffffffffff 3",
                "violation ffffffffffffffff 3"), calls);
        assertEquals(4, tlb.misses());
        assertEquals(2, tlb.violations());
        assertEquals(0, tlb.replacements());
        tlb.lookup(13 * pageBytes, READ); // the place of page 5
        assertEquals(1, tlb.replacements());
        assertEquals(5 * pageBytes, tlb.lookup(5 * pageBytes, READ));
        assertEquals(6, tlb.misses());
    }

    @Test
    void shouldMissWhatIsGone() {
        SoftTlb tlb = window.bindTlb(32, new Pager());
        for (int page = 0; page < 4; page++) {
            tlb.lookup(page * pageBytes, READ);
        }
        assertTrue(tlb.remove(0));
        assertFalse(tlb.remove(0));
        assertFalse(tlb.remove(FAR));
        window.tryReturnPage(window.page(1));
        window.tryTakePage(); // the same page under another name
        window.releasePages(2, 1);
        calls.clear();
        for (int page = 0; page < 4; page++) {
            assertEquals(page * pageBytes, tlb.lookup(page * pageBytes, READ));
        }
        assertEquals(List.of("miss 0 1", "miss 1000 1", "miss 2000 1"), calls);
        tlb.flush();
        tlb.lookup(3 * pageBytes, READ);
        assertEquals(8, tlb.misses());
    }

    @Test
    void shouldHoldProtection() {
        SoftTlb tlb = window.bindTlb(4, new Pager());
        tlb.lookup(pageBytes, WRITE);
        window.protect(1, 1, Rights.READ);
        calls.clear();
        tlb.lookup(pageBytes, READ);
        tlb.lookup(pageBytes, WRITE);
        window.protect(1, 1, Rights.NONE);
        tlb.lookup(pageBytes, READ);
        assertEquals(List.of("violation 1000 2", "violation 1000 1"), calls);
        SoftTlb strict = window.bindTlb(4, (t, address, access) -> t
                .insert(address, window.page(1), Rights.READ));
        assertEquals(ErrorCode.PROTECTED, refusal(() -> strict.lookup(0, WRITE)));
    }

    @Test
    void shouldSeeViewsAndSettledPages() {
        window.allocPages(0, 1);
        SoftTlb tlb = window.bindTlb(4, new Pager());
        tlb.lookup(0, READ);
        Frames frozen = root.memory().snapshot(window, 0, 1, "s");
        tlb.lookup(0, READ);
        window.settle(0, 1);
        root.keys().drop(frozen);
        tlb.lookup(0, READ);
        assertEquals(1, tlb.misses());
    }

    @Test
    void shouldBoundTheHandler() {
        int[] count = {0};
        SoftTlb idle = window.bindTlb(1, (tlb, address, access) -> count[0]++);
        assertEquals(ErrorCode.NOT_FOUND, refusal(() -> idle.lookup(7, READ)));
        assertEquals(SoftTlb.MAX_MISSES, count[0]);
        window.allocPages(0, 1);
        SoftTlb stubborn = window.bindTlb(1, new MissHandler() {
            @Override
            public void onMiss(SoftTlb tlb, long address, int access) {
                tlb.insert(address, window.page(0), Rights.READ);
            }

            @Override
            public void onViolation(SoftTlb tlb, long address, int access) {
                count[0]++;
            }
        });
        assertEquals(ErrorCode.PROTECTED, refusal(() -> stubborn.lookup(7, WRITE)));
        SoftTlb nested = window.bindTlb(1,
                (tlb, address, access) -> tlb.lookup(address + 1, access));
        assertEquals(ErrorCode.TOO_BIG, refusal(() -> nested.lookup(7, READ)));
        IllegalStateException own = new IllegalStateException("the libOS's own");
        SoftTlb throwing = window.bindTlb(1, (tlb, address, access) -> {
            throw own;
        });
        assertSame(own, assertThrows(IllegalStateException.class, () -> throwing.lookup(1, READ)));
        assertSame(own, assertThrows(IllegalStateException.class, () -> throwing.lookup(1, READ)));
    }

    @Test
    void shouldRefuseBadRequests() {
        MissHandler handler = (tlb, address, access) -> {};
        for (int wrong : new int[]{0, -1, 3, 6, SoftTlb.MAX_ENTRIES + 1, SoftTlb.MAX_ENTRIES * 2,
                Integer.MIN_VALUE}) {
            assertThrows(IllegalArgumentException.class, () -> window.bindTlb(wrong, handler));
        }
        window.bindTlb(SoftTlb.MAX_ENTRIES, handler);
        window.allocPages(0, 2);
        SoftTlb tlb = window.bindTlb(4, handler);
        long name = window.page(0);
        for (Rights wrong : new Rights[]{Rights.NONE, Rights.WRITE, Rights.ALL}) {
            assertThrows(IllegalArgumentException.class, () -> tlb.insert(0, name, wrong));
        }
        for (long forged : new long[]{-1, 0, name + 1, name + 2, Pages.name(2, 1),
                Pages.name(32, 1), Long.MAX_VALUE, Long.MIN_VALUE}) {
            assertEquals(ErrorCode.STALE, refusal(() -> tlb.insert(0, forged, Rights.READ)));
        }
        tlb.insert(0, name, Rights.READ_WRITE);
        for (int wrong : new int[]{0, 4, 7, -1, Integer.MIN_VALUE}) {
            assertThrows(IllegalArgumentException.class, () -> tlb.lookup(0, wrong));
        }
        Window readOnly = root.memory().bindWindow(1, Rights.READ);
        Frames shared = root.memory().share(window, 0, 1, Rights.READ, "s");
        readOnly.map(0, shared, 0, 1);
        SoftTlb reader = readOnly.bindTlb(1, handler);
        assertThrows(IllegalArgumentException.class,
                () -> reader.insert(0, readOnly.page(0), Rights.READ_WRITE));
        reader.insert(0, readOnly.page(0), Rights.READ);
        assertEquals(3, reader.lookup(3, READ));
        TestEnv.run(root, EnvSpec.named("stranger"), env -> {
            assertThrows(WrongThreadException.class, () -> tlb.lookup(0, READ));
            assertThrows(WrongThreadException.class, () -> tlb.insert(0, name, Rights.READ));
            assertThrows(WrongThreadException.class, tlb::flush);
            assertThrows(WrongThreadException.class, () -> tlb.remove(0));
        });
        window.close();
        assertThrows(IllegalStateException.class, () -> tlb.lookup(0, READ));
        assertThrows(IllegalStateException.class, tlb::flush);
    }

    @Test
    void shouldMissPagesThatWereTaken() throws InterruptedException {
        CountDownLatch ready = new CountDownLatch(1);
        CountDownLatch taken = new CountDownLatch(1);
        EnvControl child = root.createEnv(EnvSpec.named("deaf").frames(4), env -> {
            Window own = env.memory().bindWindow(4);
            own.allocPages(0, 4);
            SoftTlb tlb = own.bindTlb(4, (t, address, access) -> {
                throw new IllegalStateException("page " + address / pageBytes);
            });
            for (int page = 0; page < 4; page++) {
                tlb.insert(page * pageBytes, own.page(page), Rights.READ);
            }
            ready.countDown();
            taken.await();
            assertEquals(pageBytes, tlb.lookup(pageBytes, READ));
            assertEquals("page 3", assertThrows(IllegalStateException.class,
                    () -> tlb.lookup(3 * pageBytes, READ)).getMessage());
            assertEquals(1, tlb.misses());
        });
        ready.await();
        child.reclaimFrames(1, Duration.ZERO);
        taken.countDown();
        TestEnv.await(child);
    }

    @Test
    void shouldAllocateNothingForHitsAndBits() {
        window.allocPages(0, 32);
        SoftTlb tlb = window.bindTlb(32, new Pager());
        for (int page = 0; page < 32; page++) {
            tlb.insert(page * pageBytes, window.page(page), Rights.READ_WRITE);
        }
        long[] bits = new long[1];
        long sum = hot(tlb, bits, 20_000);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        sum += hot(tlb, bits, 20_000);
        long bytes = threads.getCurrentThreadAllocatedBytes() - before;
        assertTrue(bytes < 20_000, bytes + " bytes for 20,000 rounds");
        assertTrue(sum > 0);
        assertEquals(0, tlb.misses());
    }

    private long hot(SoftTlb tlb, long[] bits, int rounds) {
        long sum = 0;
        for (int i = 0; i < rounds; i++) {
            sum += tlb.lookup((i & 31) * pageBytes + i % pageBytes, READ);
            window.softBits(i & 31, window.softBits(i & 31) + 1);
            window.collectReferenced(0, 32, bits);
            sum += bits[0];
        }
        return sum;
    }
}
