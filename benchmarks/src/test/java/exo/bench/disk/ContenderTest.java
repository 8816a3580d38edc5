// SPDX-License-Identifier: Apache-2.0
package exo.bench.disk;

import exo.api.disk.DiskConfig.QueueBackend;
import exo.testkit.HostFacility;
import exo.testkit.NeedsFacility;
import exo.testkit.NeedsTool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class ContenderTest {
    private static final int BYTES = 8 << 20;
    private static final int FIRST = 4 << 20;

    @TempDir
    Path temp;
    private Path image;

    @BeforeEach
    void makeImage() throws IOException {
        image = Files.write(temp.resolve("image"), new byte[BYTES]);
    }

    private Load load(int depth) {
        return new Load(image, FIRST, (BYTES - FIRST) / Load.BLOCK_BYTES, depth, 30);
    }

    private void shouldRead(Contender contender, int depth)
            throws IOException, InterruptedException {
        Reading reading = contender.read(load(depth));
        assertTrue(reading.reads() >= depth, reading::toString);
        assertTrue(reading.nanos() >= 30_000_000 && reading.threadNanos() > 0, reading::toString);
        assertTrue(reading.processNanos() >= 0, reading::toString);
    }

    @Test
    @NeedsFacility(HostFacility.IO_URING)
    void shouldReadByARing() throws IOException, InterruptedException {
        shouldRead(new QueueContender("ring", QueueBackend.IO_URING), 32);
        shouldRead(new QueueContender("ring", QueueBackend.IO_URING), 1);
    }

    @Test
    void shouldReadByTheFallback() throws IOException, InterruptedException {
        shouldRead(new QueueContender("pread", QueueBackend.PREAD), 8);
    }

    @Test
    void shouldReadByAFileChannel() throws IOException, InterruptedException {
        shouldRead(new ChannelContender(), 4);
    }

    @Test
    @NeedsFacility(HostFacility.IO_URING)
    @NeedsTool("fio")
    void shouldReadByFio() throws IOException, InterruptedException {
        shouldRead(new FioContender(), 8);
    }

    @Test
    void shouldFailWhereTheFileEnds() {
        Load beyond = new Load(image, BYTES, 1, 1, 30);
        assertThrows(IOException.class, () -> new ChannelContender().read(beyond));
    }
}
