// SPDX-License-Identifier: Apache-2.0
package exo.impl.disk;

import exo.api.Env;
import exo.api.ErrorCode;
import exo.api.ExoException;
import exo.api.Exokernel;
import exo.api.HostConfig;
import exo.api.disk.BlockDevice;
import exo.api.disk.DiskConfig;
import exo.api.disk.DiskConfig.QueueBackend;
import exo.api.disk.Extent;
import exo.api.disk.ExtentQueue;
import exo.api.mem.Window;
import exo.api.upcall.Upcalls;
import exo.host.Errno;
import exo.testkit.HostFacility;
import exo.testkit.LoopDevice;
import exo.testkit.NeedsFacility;
import exo.testkit.NeedsRoot;
import exo.testkit.NeedsTool;
import exo.testkit.Subprocess;
import exo.testkit.TempMount;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What the libOS is told when the host cannot do a transfer, by either backend. */
class DiskFaultsTest {
    private static final int BYTES = 16 << 20;
    private static final int BLOCK = 4096;

    @TempDir
    Path folder;

    private Exokernel kernel;
    private Env root;
    private Window window;
    private int errno;

    private void boot(Path image, QueueBackend backend) {
        kernel = Exokernel.boot(HostConfig.minimal()
                .disk(DiskConfig.at("disk0", image).bytes(BYTES).queue(backend)));
        root = kernel.rootEnv();
        window = root.memory().bindWindow(8);
        window.allocPages(0, 8);
    }

    @AfterEach
    void closeKernel() {
        if (kernel != null) {
            kernel.close();
        }
    }

    private Extent all() {
        return root.disk().allocExtent(disk(), "", root.disk().freeBlockCount(disk()));
    }

    /** {@return what became of the one transfer that was entered} */
    private int complete(ExtentQueue queue) {
        while (queue.await(1, Upcalls.NEVER) == 0) {
            assertTrue(queue.inFlight() > 0);
        }
        assertTrue(queue.next());
        errno = queue.hostErrno();
        assertEquals(0, queue.inFlight());
        return queue.result();
    }

    private int read(ExtentQueue queue, long block, int count) {
        assertEquals(0, queue.tryRead(0, block, count, window.page(0), 1));
        return complete(queue);
    }

    private int write(ExtentQueue queue, long block, int count) {
        assertEquals(0, queue.tryWrite(0, block, count, window.page(0), 1));
        return complete(queue);
    }

    private static void truncate(Path image, long bytes) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(bytes);
        }
    }

    private static void run(String... command) {
        try (Subprocess tool = Subprocess.builder(List.of(command)).start()) {
            assertEquals(0, tool.awaitExit(Duration.ofSeconds(20)), tool.errors());
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"IO_URING", "PREAD"})
    void shouldCallATransferShortThatMeetsTheEndOfTheFile(QueueBackend backend)
            throws IOException {
        Path image = folder.resolve("image");
        boot(image, backend);
        Extent extent = all();
        long blockInFile = BYTES / BLOCK / 2;
        truncate(image, blockInFile * BLOCK);
        long end = blockInFile - extent.firstBlock();
        try (ExtentQueue queue = root.disk().bindQueue(extent, window, 4)) {
            assertEquals(4, read(queue, end - 4, 4), "up to the end");
            assertEquals(ErrorCode.SHORT_TRANSFER.refusal(), read(queue, end - 2, 4), "across");
            assertEquals(ErrorCode.SHORT_TRANSFER.refusal(), read(queue, end, 4), "beyond");
            assertEquals(0, errno);
            assertEquals(4, write(queue, end, 4), "a write makes the file longer");
            assertEquals(4, read(queue, end, 4));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"IO_URING", "PREAD"})
    @NeedsRoot
    @NeedsFacility(HostFacility.TEMP_MOUNT)
    void shouldSayWhenTheHostsFileSystemIsFull(QueueBackend backend) {
        try (TempMount mount = TempMount.create(2 << 20)) {
            boot(mount.folder().resolve("image"), backend);
            try (ExtentQueue queue = root.disk().bindQueue(all(), window, 4)) {
                int result = 8;
                for (long block = 0; block < 1024 && result > 0; block += 8) {
                    result = write(queue, block, 8);
                }
                if (result == ErrorCode.SHORT_TRANSFER.refusal()) {
                    result = write(queue, 1024, 8); // the last free page took a part
                }
                assertEquals(ErrorCode.NO_SPACE.refusal(), result);
                assertEquals(Errno.ENOSPC.number(), errno);
                assertEquals(8, read(queue, 0, 8), "what was written before is there");
            }
            kernel.close();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"IO_URING", "PREAD"})
    @NeedsRoot
    @NeedsFacility(HostFacility.LOOP_DEVICE)
    void shouldPassOnThatTheDeviceFailed(QueueBackend backend) throws IOException {
        try (LoopDevice loop = LoopDevice.create(BYTES)) {
            // Older hosts answer with zeros unless the device goes past their page cache.
            run("losetup", "--direct-io=on", loop.device().toString());
            boot(loop.device(), backend);
            Extent extent = all();
            truncate(loop.image(), BYTES / 2);
            long broken = BYTES / BLOCK / 2 - extent.firstBlock();
            try (ExtentQueue queue = root.disk().bindQueue(extent, window, 4)) {
                assertEquals(4, read(queue, broken - 4, 4), "what is still there");
                assertEquals(ErrorCode.IO_ERROR.refusal(), read(queue, broken, 4));
                assertEquals(Errno.EIO.number(), errno);
                assertEquals(4, read(queue, broken - 4, 4), "the queue goes on");
            }
            kernel.close();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"IO_URING", "PREAD"})
    @NeedsRoot
    @NeedsTool("blockdev")
    @NeedsFacility(HostFacility.LOOP_DEVICE)
    void shouldReadAndNotWriteADeviceThatIsReadOnly(QueueBackend backend) {
        try (LoopDevice loop = LoopDevice.create(BYTES)) {
            boot(loop.device(), backend);
            kernel.close();
            readOnly(loop, () -> {
                boot(loop.device(), backend);
                assertFalse(disk().isWritable());
                assertNotNamed();
                try (ExtentQueue queue = root.disk().bindQueue(all(), window, 4)) {
                    assertEquals(4, read(queue, 0, 4));
                    assertEquals(ErrorCode.INSUFFICIENT.refusal(), write(queue, 0, 4));
                    assertEquals(4, read(queue, 0, 4), "the queue goes on");
                }
                kernel.close();
            });
        }
    }

    @Test
    @NeedsRoot
    @NeedsTool("blockdev")
    @NeedsFacility(HostFacility.LOOP_DEVICE)
    void shouldNotWriteACatalogueToAnEmptyDeviceThatIsReadOnly() {
        try (LoopDevice loop = LoopDevice.create(BYTES)) {
            readOnly(loop, () -> {
                boot(loop.device(), QueueBackend.AUTO);
                assertFalse(disk().isWritable());
                assertNotNamed();
                kernel.close();
            });
        }
    }

    private BlockDevice disk() {
        return root.keys().find("disk0", BlockDevice.class);
    }

    private void assertNotNamed() {
        ExoException e = assertThrows(ExoException.class,
                () -> root.disk().allocExtent(disk(), "name", 4));
        assertEquals(ErrorCode.UNAVAILABLE, e.code());
    }

    /** The host keeps the mark when the device is detached, so it is taken back. */
    private static void readOnly(LoopDevice loop, Runnable test) {
        run("blockdev", "--setro", loop.device().toString());
        try {
            test.run();
        } finally {
            run("blockdev", "--setrw", loop.device().toString());
        }
    }

    @ParameterizedTest
    @CsvSource({"EIO, IO_ERROR", "ENOSPC, NO_SPACE", "EDQUOT, NO_SPACE", "EINVAL, MISALIGNED",
            "EBADF, INSUFFICIENT", "EPERM, INSUFFICIENT", "EROFS, INSUFFICIENT",
            "ENOMEM, HOST_FAULT"})
    void shouldTranslateTheErrorsOfTheHost(Errno host, ErrorCode code) {
        assertEquals(code.refusal(), DiskFaults.refusal(host.number()));
    }
}
