// SPDX-License-Identifier: Apache-2.0
package exo.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** Files of many sizes, with names that need encoding, in nested folders. */
final class SampleFolder {
    private static final int BIG_BYTES = 50 << 20;
    private static final int[] EDGE_SIZES = {0, 1, 511, 4095, 4096, 4097, 65_535, 65_536, 65_537,
            200_000};
    private static final String[] FOLDERS = {"", "plain", "with blank", "größe/ünï", "a/b/c/d",
            "日本語", "100% & more"};

    private SampleFolder() {}

    /** {@return the files made below a folder; the first one is big} */
    static List<Path> fill(Path root, int count, RandomGenerator random) throws IOException {
        List<Path> files = new ArrayList<>();
        files.add(write(root.resolve("big file.bin"), BIG_BYTES, random));
        for (int i = 1; i < count; i++) {
            Path folder = root.resolve(FOLDERS[i % FOLDERS.length]);
            Files.createDirectories(folder);
            int size = i <= EDGE_SIZES.length ? EDGE_SIZES[i - 1] : random.nextInt(30_000);
            files.add(write(folder.resolve("file " + i + " ä#?+;=.txt"), size, random));
        }
        return files;
    }

    private static Path write(Path file, int size, RandomGenerator random) throws IOException {
        byte[] content = new byte[size];
        random.nextBytes(content);
        return Files.write(file, content);
    }
}
