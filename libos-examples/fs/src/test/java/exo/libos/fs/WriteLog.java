// SPDX-License-Identifier: Apache-2.0
package exo.libos.fs;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** Writes and flushes in the order in which they were entered, and what a crash leaves of them. */
final class WriteLog {
    private static final int SECTOR = 512;

    private final List<Integer> blocks = new ArrayList<>();
    private final List<byte[]> contents = new ArrayList<>(); // empty for a flush

    void write(int block, byte[] content) {
        blocks.add(block);
        contents.add(content);
    }

    void flush() {
        write(-1, new byte[0]);
    }

    int size() {
        return blocks.size();
    }

    long flushes() {
        return contents.stream().filter(c -> c.length == 0).count();
    }

    /** {@return the image after the first operations, all of them carried out} */
    byte[] prefix(byte[] before, int operations) {
        byte[] image = before.clone();
        for (int i = 0; i < operations; i++) {
            apply(image, i);
        }
        return image;
    }

    private void apply(byte[] image, int operation) {
        byte[] content = contents.get(operation);
        if (content.length > 0) {
            System.arraycopy(content, 0, image, blocks.get(operation) * 4096, content.length);
        }
    }

    /**
     * {@return an image after the first operations, of which those behind the last flush were
     * carried out as chance wants: whole, not at all, or some sectors of them}
     */
    byte[] torn(byte[] before, int operations, RandomGenerator random) {
        int flushed = operations;
        while (flushed > 0 && contents.get(flushed - 1).length > 0) {
            flushed--;
        }
        byte[] image = prefix(before, flushed);
        for (int i = flushed; i < operations; i++) {
            int fate = random.nextInt(3);
            if (fate == 0) {
                apply(image, i);
            } else if (fate == 1) {
                tear(image, i, random);
            }
        }
        return image;
    }

    private void tear(byte[] image, int operation, RandomGenerator random) {
        byte[] content = contents.get(operation);
        for (int at = 0; at < content.length; at += SECTOR) {
            if (random.nextBoolean()) {
                System.arraycopy(content, at, image, blocks.get(operation) * 4096 + at, SECTOR);
            }
        }
    }
}
