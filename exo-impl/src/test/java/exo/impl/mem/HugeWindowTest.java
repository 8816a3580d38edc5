// SPDX-License-Identifier: Apache-2.0
package exo.impl.mem;

import exo.api.Env;
import exo.api.EnvSpec;
import exo.api.ErrorCode;
import exo.api.Exokernel;
import exo.api.Facility;
import exo.api.HostConfig;
import exo.api.Rights;
import exo.api.disk.BlockDevice;
import exo.api.disk.DiskConfig;
import exo.api.disk.ExtentQueue;
import exo.api.mem.FrameRequest;
import exo.api.mem.MemoryConfig;
import exo.api.mem.Pages;
import exo.api.mem.SoftTlb;
import exo.api.mem.Window;
import exo.impl.kernel.TestEnv;
import exo.testkit.NeedsRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

import static exo.impl.cap.Refusals.refusal;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Windows over frames of 2 MiB, on a host that is given some, and on one that has none. */
class HugeWindowTest {
    private static final Path SETTING = Path.of("/proc/sys/vm/nr_hugepages");
    private static final int HUGE = 4;

    private static HostConfig config(int hugeFrames) {
        return HostConfig.minimal()
                .memory(MemoryConfig.frames(64).hugeFrames(hugeFrames))
                .disk(DiskConfig.temporary("disk0", 1 << 21)
                        .queue(DiskConfig.QueueBackend.PREAD));
    }

    private static Facility facility(Exokernel kernel) {
        return kernel.facilities()
                .stream()
                .filter(f -> f.name().equals("memory.huge"))
                .findFirst()
                .orElseThrow();
    }

    private interface Body {
        void run(Exokernel kernel);
    }

    /** Boots a kernel while the host has huge pages to spare, and sets it back. */
    private static void withHugePages(Body body) throws IOException {
        String before = Files.readString(SETTING).strip();
        try {
            Files.writeString(SETTING, String.valueOf(Integer.parseInt(before) + HUGE));
            try (Exokernel kernel = Exokernel.boot(config(HUGE))) {
                Facility huge = facility(kernel);
                // A host whose memory is in small pieces has no huge page to give.
                Assumptions.assumeTrue(huge.state() == Facility.State.FULL, huge.toString());
                body.run(kernel);
            }
        } finally {
            Files.writeString(SETTING, before);
        }
    }

    @Test
    @NeedsRoot
    void shouldGiveOutHugeFrames() throws IOException {
        withHugePages(kernel -> {
            Env root = kernel.rootEnv();
            assertEquals(HUGE, root.quota().hugeFrames());
            assertEquals(HUGE, root.memory().hugeFrameCount());
            int pageBytes = root.memory().hugePageBytes();
            Window window = root.memory().bindHugeWindow(6, Rights.READ_WRITE);
            assertEquals(6L * pageBytes, window.segment().byteSize());
            assertEquals(0, window.segment().address() % pageBytes);
            window.segment().set(JAVA_LONG, 5L * pageBytes, 1); // void
            window.allocPages(1, 2);
            window.allocPagesAt(3, 1, 3);
            window.segment().fill((byte) 7);
            assertEquals(3, window.frame(3));
            assertEquals(ErrorCode.QUOTA, refusal(() -> window.allocPages(4, 2)));
            assertEquals(0, root.account().framesHeld(), "another charge");
            long name = window.page(1);
            assertEquals(0, window.tryReturnPage(name));
            assertEquals(1, Pages.index(window.tryTakePage()));
            SoftTlb tlb = window.bindTlb(2, (t, address, access) -> t
                    .insert(address, window.page(3), Rights.READ));
            assertEquals(3L * pageBytes + 123_456, tlb.lookup(pageBytes * 9L + 123_456, 1));
            window.releasePages(0, 6);
            window.allocPages(0, HUGE, FrameRequest.any().contiguous());
            for (long at = 0; at < (long) HUGE * pageBytes; at += 4096) {
                assertEquals(0, window.segment().get(JAVA_LONG, at), "zeroed");
            }
            window.close();
            TestEnv.run(root, EnvSpec.named("child").hugeFrames(2), env -> {
                Window own = env.memory().bindHugeWindow(4, Rights.READ_WRITE);
                own.allocPages(0, 2);
                assertEquals(ErrorCode.QUOTA, refusal(() -> own.allocPages(2, 1)));
                own.segment().set(JAVA_LONG, 0, 5);
            }); // and it ends with both
            Window all = root.memory().bindHugeWindow(HUGE, Rights.READ_WRITE);
            all.allocPages(0, HUGE);
            assertEquals(0, all.segment().get(JAVA_LONG, 0));
            assertTrue(kernel.leaks().entries().stream().anyMatch(e -> e.contains("huge")));
            all.close();
        });
    }

    @Test
    @NeedsRoot
    void shouldRefuseWhatHugeFramesAreNotFor() throws IOException {
        withHugePages(kernel -> {
            Env root = kernel.rootEnv();
            Window window = root.memory().bindHugeWindow(2, Rights.READ_WRITE);
            window.allocPages(0, 1);
            for (Runnable call : new Runnable[]{
                    () -> root.memory().share(window, 0, 1, Rights.READ, "x"),
                    () -> root.memory().snapshot(window, 0, 1, "x"),
                    () -> window.trackWrites(true), () -> window.guarantee(0, 1, true)}) {
                assertEquals(ErrorCode.UNAVAILABLE, refusal(call));
            }
            BlockDevice disk = root.keys().find("disk0", BlockDevice.class);
            try (ExtentQueue queue = root.disk().bindQueue(disk, window, 4)) {
                int extent = queue.bind(root.disk().allocExtent(disk, "", 8));
                assertEquals(ErrorCode.UNAVAILABLE.refusal(),
                        queue.tryRead(extent, 0, 1, window.page(0), 0));
            }
            for (int wrong : new int[]{0, -1, MemoryConfig.MAX_HUGE_FRAMES + 1}) {
                assertThrows(IllegalArgumentException.class,
                        () -> root.memory().bindHugeWindow(wrong, Rights.READ));
            }
            assertThrows(IllegalArgumentException.class,
                    () -> root.memory().bindHugeWindow(1, Rights.ALL));
            window.close();
        });
    }

    @Test
    void shouldBootWithoutHugeFramesAndSayWhy() {
        try (Exokernel kernel = Exokernel.boot(config(MemoryConfig.MAX_HUGE_FRAMES))) {
            Facility huge = facility(kernel);
            Assumptions.assumeFalse(huge.state() == Facility.State.FULL, "a host that has 64 GiB");
            assertTrue(huge.remedy().contains("vm.nr_hugepages"), huge.toString());
            assertFalse(huge.cause().isEmpty());
            assertEquals(0, kernel.rootEnv().quota().hugeFrames());
            assertEquals(ErrorCode.UNAVAILABLE,
                    refusal(() -> kernel.rootEnv().memory().bindHugeWindow(1, Rights.READ)));
        }
    }

    @Test
    void shouldRefuseHugeWindowsWhereNoneWereAskedFor() {
        try (Exokernel kernel = Exokernel.boot(config(0))) {
            assertEquals(ErrorCode.UNAVAILABLE,
                    refusal(() -> kernel.rootEnv().memory().bindHugeWindow(1, Rights.READ)));
            assertThrows(IllegalArgumentException.class, () -> config(-1));
            assertThrows(IllegalArgumentException.class,
                    () -> config(MemoryConfig.MAX_HUGE_FRAMES + 1));
        }
    }
}
