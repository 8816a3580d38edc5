// SPDX-License-Identifier: Apache-2.0
package exo.impl.mem;

import exo.api.Env;
import exo.api.ErrorCode;
import exo.api.Exokernel;
import exo.api.Facility;
import exo.api.HostConfig;
import exo.api.ResourceException;
import exo.api.disk.BlockDevice;
import exo.api.disk.DiskConfig;
import exo.api.disk.ExtentQueue;
import exo.api.mem.Frames;
import exo.api.mem.MemoryConfig;
import exo.api.mem.Window;
import exo.host.HostException;
import exo.impl.info.FrameObserver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Which pages were written, and which were used. */
class WrittenTest {
    private final Exokernel kernel = Exokernel.boot(HostConfig.minimal()
            .memory(MemoryConfig.frames(512))
            .disk(DiskConfig.temporary("disk0", 1 << 21)));
    private final Env root = kernel.rootEnv();
    private final int pageBytes = root.memory().pageBytes();
    private final Window window = root.memory().bindWindow(200);

    @BeforeEach
    void needsTracking() {
        Facility dirty = kernel.facilities()
                .stream()
                .filter(f -> f.name().equals("memory.dirty"))
                .findFirst()
                .orElseThrow();
        Assumptions.assumeTrue(dirty.state() == Facility.State.FULL, dirty.toString());
    }

    @AfterEach
    void closeKernel() {
        kernel.close();
    }

    private void write(int page) {
        window.segment().set(JAVA_BYTE, (long) page * pageBytes, (byte) 1);
    }

    private long[] written(int firstPage, int pageCount) {
        long[] bits = {-1, -1, -1, -1};
        window.collectWritten(firstPage, pageCount, bits);
        return bits;
    }

    @Test
    void shouldTellEachWriteOnce() {
        window.allocPages(0, 10);
        write(5);
        window.trackWrites(true);
        assertArrayEquals(new long[]{0, -1, -1, -1}, written(0, 10), "before it was on");
        write(0);
        write(9);
        write(20); // void
        window.allocPages(100, 70); // mapped while it is on
        assertArrayEquals(new long[]{0, 0, -1, -1}, written(100, 70), "zeroing is not a write");
        write(100);
        write(169);
        assertArrayEquals(new long[]{1 | 1 << 9, -1, -1, -1}, written(0, 30));
        assertArrayEquals(new long[]{1, 1 << 5, -1, -1}, written(100, 70));
        assertArrayEquals(new long[]{0, 0, 0, 0}, written(0, 200));
        write(3);
        window.releasePages(3, 1);
        window.allocPages(3, 1);
        assertArrayEquals(new long[]{0, -1, -1, -1}, written(0, 10), "another use of the page");
        window.trackWrites(false);
        assertThrows(IllegalStateException.class, () -> written(0, 10));
        write(4);
        window.trackWrites(true);
        assertArrayEquals(new long[]{0, -1, -1, -1}, written(0, 10));
        window.trackWrites(true); // again: begins anew
    }

    @Test
    void shouldTellWhatTransfersWrote() {
        window.allocPages(0, 10);
        window.trackWrites(true);
        BlockDevice disk = root.keys().find("disk0", BlockDevice.class);
        try (ExtentQueue queue = root.disk().bindQueue(disk, window, 4)) {
            int extent = queue.bind(root.disk().allocExtent(disk, "", 8));
            assertEquals(0, queue.tryWrite(extent, 0, 1, window.page(2), 0));
            queue.await(1, Long.MAX_VALUE);
            assertTrue(queue.next());
            assertEquals(0, written(0, 10)[0], "a disk write reads the page");
            assertEquals(0, queue.tryRead(extent, 0, 1, window.page(7), 0));
            queue.await(1, Long.MAX_VALUE);
            assertTrue(queue.next());
            assertEquals(1 << 7, written(0, 10)[0]);
            assertEquals(0, written(0, 10)[0]);
        }
        long[] used = {-1};
        window.collectReferenced(0, 10, used);
        assertEquals(1 << 2 | 1 << 7, used[0]);
        window.collectReferenced(0, 10, used);
        assertEquals(0, used[0]);
    }

    @Test
    void shouldFollowViewsThroughSettling() {
        window.allocPages(0, 8);
        window.trackWrites(true);
        write(0);
        Frames frozen = root.memory().snapshot(window, 0, 8, "s");
        write(1);
        assertEquals(3, written(0, 8)[0], "before the snapshot and after");
        write(2);
        write(4);
        window.settle(0, 4);
        write(3);
        assertEquals(1 << 2 | 1 << 3 | 1 << 4, written(0, 8)[0]);
        write(5);
        root.keys().drop(frozen);
        write(6);
        assertEquals(1 << 5 | 1 << 6, written(0, 8)[0]);
    }

    @Test
    void shouldRefuseBadRequests() {
        window.allocPages(0, 4);
        assertThrows(IllegalStateException.class, () -> written(0, 4));
        window.trackWrites(true);
        assertThrows(IllegalArgumentException.class,
                () -> window.collectWritten(0, 65, new long[1]));
        window.collectWritten(0, 64, new long[1]);
        for (int wrong : new int[]{-1, 200, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            assertThrows(IndexOutOfBoundsException.class, () -> written(wrong, 1));
            assertThrows(IndexOutOfBoundsException.class,
                    () -> window.collectReferenced(wrong, 1, new long[1]));
            assertThrows(RuntimeException.class,
                    () -> window.collectWritten(1, wrong, new long[4]));
        }
        window.close();
        assertThrows(IllegalStateException.class, () -> written(0, 4));
        assertThrows(IllegalStateException.class, () -> window.trackWrites(true));
    }

    @Test
    void shouldSayWhatIsMissingWhereTheHostTellsNothing() {
        try (FramePool pool = new FramePool(MemoryConfig.frames(4), FrameObserver.NONE, () -> {
            throw new HostException("userfaultfd(UFFD_USER_MODE_ONLY)", 1, "permit it");
        })) {
            Facility absent = pool.facilities().getLast();
            assertEquals("memory.dirty", absent.name());
            assertEquals(Facility.State.ABSENT, absent.state());
            assertEquals("permit it", absent.remedy());
            ResourceException refused = assertThrows(ResourceException.class, pool::tracking);
            assertEquals(ErrorCode.UNAVAILABLE, refused.code());
        }
    }
}
