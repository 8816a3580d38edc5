// SPDX-License-Identifier: Apache-2.0
package exo.host;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class BlockFileTest {
    private static final int BLOCK = 4096;

    @TempDir
    Path folder;

    @Test
    void shouldMakeAFileOfTheLengthAskedFor() throws IOException {
        Path path = folder.resolve("image");
        try (BlockFile file = BlockFile.open(path, 16 * BLOCK)) {
            assertEquals(16 * BLOCK, file.sizeBytes());
            assertTrue(file.isWritable());
            assertFalse(file.isBlockDevice());
        }
        assertEquals(16 * BLOCK, Files.size(path));
    }

    @Test
    void shouldKeepTheLengthOfAFileThatIsThere() {
        Path path = folder.resolve("image");
        BlockFile.open(path, 16 * BLOCK).close();
        try (BlockFile file = BlockFile.open(path, 99 * BLOCK)) {
            assertEquals(16 * BLOCK, file.sizeBytes());
        }
    }

    @Test
    void shouldReadWhatWasWritten() {
        try (BlockFile file = BlockFile.temporary(4 * BLOCK);
                Mapping buffer = Mapping.reserve(2 * BLOCK)) {
            buffer.segment().set(ValueLayout.JAVA_LONG, 0, 4711);
            file.writeFully(buffer, 0, BLOCK, 2 * BLOCK);
            file.datasync();
            file.readFully(buffer, BLOCK, BLOCK, 2 * BLOCK);
            assertEquals(4711, buffer.segment().get(ValueLayout.JAVA_LONG, BLOCK));
        }
    }

    @Test
    void shouldNameTheCallWhenTheFileEnds() {
        try (BlockFile file = BlockFile.temporary(4 * BLOCK);
                Mapping buffer = Mapping.reserve(BLOCK)) {
            HostException e = assertThrows(HostException.class,
                    () -> file.readFully(buffer, 0, BLOCK, 4 * BLOCK));
            assertEquals(Errno.EIO, e.errno());
            assertTrue(e.call().startsWith("pread("), e.call());
        }
    }

    @Test
    void shouldTellWhoHoldsTheLock() {
        Path path = folder.resolve("image");
        try (BlockFile second = BlockFile.open(path, BLOCK)) {
            try (BlockFile first = BlockFile.open(path, BLOCK)) {
                assertEquals("", first.tryLock());
                String pid = Long.toString(ProcessHandle.current().pid());
                assertTrue(second.tryLock().contains(pid));
            }
            assertEquals("", second.tryLock());
        }
    }

    @Test
    void shouldRefuseWhatHoldsNoBlocks() {
        assertEquals(Errno.ENOTBLK, assertThrows(HostException.class,
                () -> BlockFile.open(folder, BLOCK)).errno());
        assertEquals(Errno.ENOTBLK, assertThrows(HostException.class,
                () -> BlockFile.open(Path.of("/dev/null"), BLOCK)).errno());
        assertEquals(Errno.ENOENT, assertThrows(HostException.class,
                () -> BlockFile.open(folder.resolve("no/such"), BLOCK)).errno());
    }
}
