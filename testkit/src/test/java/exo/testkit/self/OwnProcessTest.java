// SPDX-License-Identifier: Apache-2.0
package exo.testkit.self;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

class OwnProcessTest {
    @Test
    void shouldCountOpenFiles(@TempDir Path folder) throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        long before = OwnProcess.openFiles();
        try (InputStream first = Files.newInputStream(file);
                InputStream second = Files.newInputStream(file)) {
            assertEquals(before + 2, OwnProcess.openFiles(), () -> first + " and " + second);
        }
        assertEquals(before, OwnProcess.openFiles());
    }

    @Test
    void shouldCountMappings(@TempDir Path folder) throws IOException {
        Path file = Files.write(folder.resolve("mapped-here"), new byte[1 << 20]);
        assertEquals(0, OwnProcess.mappings(line -> line.endsWith("mapped-here")));
        long kibi = OwnProcess.mappedKibi();
        try (FileChannel channel = FileChannel.open(file)) {
            var map = channel.map(FileChannel.MapMode.READ_ONLY, 0, 1 << 20);
            assertEquals(1, OwnProcess.mappings(line -> line.endsWith("mapped-here")));
            assertEquals(1 << 20, map.remaining());
        }
        assertTrue(kibi > 0);
    }
}
