// SPDX-License-Identifier: Apache-2.0
package exo.impl.disk;

import exo.api.Env;
import exo.api.ErrorCode;
import exo.api.ExoException;
import exo.api.Exokernel;
import exo.api.HostConfig;
import exo.api.disk.BlockDevice;
import exo.api.disk.Disk;
import exo.api.disk.DiskConfig;
import exo.api.disk.Extent;
import exo.api.mem.MemoryConfig;
import exo.testkit.ChildJvm;
import exo.testkit.Seed;
import exo.testkit.Seeds;
import exo.testkit.Subprocess;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * The catalogue of named extents, torn at every write: afterwards it is the one before or the one
 * after the change, or the device is refused as corrupt; never another.
 */
@ExtendWith(Seeds.class)
class CatalogueCrash {
    private static final int SECTOR = 512;
    private static final int COPY = Catalogue.COPY_BYTES;
    private static final int BYTES = 1 << 20;

    @TempDir
    Path folder;

    private HostConfig config(Path image) {
        return HostConfig.minimal()
                .memory(MemoryConfig.frames(16).lock(MemoryConfig.Lock.NONE)) // boots faster
                .disk(DiskConfig.at("disk0", image)
                        .bytes(BYTES)
                        .queue(DiskConfig.QueueBackend.PREAD));
    }

    /** Names, and where they lie; empty if the device is refused as corrupt. */
    private Optional<Map<String, List<Long>>> look(Path image) {
        try (Exokernel kernel = Exokernel.boot(config(image))) {
            Env root = kernel.rootEnv();
            BlockDevice disk = root.keys().find("disk0", BlockDevice.class);
            Map<String, List<Long>> found = new TreeMap<>();
            for (String name : root.disk().extentNames(disk)) {
                Extent extent = root.disk().openExtent(disk, name);
                found.put(name, List.of(extent.firstBlock(), extent.blockCount()));
            }
            return Optional.of(found);
        } catch (ExoException e) {
            assertEquals(ErrorCode.CORRUPT, e.code(), e.getMessage());
            assertFalse(e.remedy().isEmpty());
            return Optional.empty();
        }
    }

    private void change(Path image, String name, boolean add) {
        try (Exokernel kernel = Exokernel.boot(config(image))) {
            Env root = kernel.rootEnv();
            BlockDevice disk = root.keys().find("disk0", BlockDevice.class);
            if (add) {
                root.disk().allocExtent(disk, name, 2);
            } else {
                root.disk().freeExtent(root.disk().openExtent(disk, name));
            }
        }
    }

    @Test
    void shouldBeOldOrNewWhereverTheWriteIsTorn(Seed seed) throws IOException {
        RandomGenerator random = seed.random();
        Path image = folder.resolve("torn.img");
        int olds = 0;
        int news = 0;
        for (int step = 0; step < 12; step++) {
            Path before = folder.resolve("before.img");
            boolean add = step < 6 || step % 2 == 0;
            if (Files.exists(image)) {
                Files.copy(image, before, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            } else {
                look(before); // formats it
                Files.copy(before, image);
            }
            Map<String, List<Long>> old = look(before).orElseThrow();
            change(image, add ? "name-" + step : old.keySet().iterator().next(), add);
            Map<String, List<Long>> fresh = look(image).orElseThrow();
            assertFalse(old.equals(fresh));
            byte[] was = Files.readAllBytes(before);
            byte[] is = Files.readAllBytes(image);
            for (int cut = 0; cut < 14; cut++) {
                byte[] torn = tear(was, is, random, cut);
                Path victim = folder.resolve("victim.img");
                Files.write(victim, torn);
                Map<String, List<Long>> seen = look(victim).orElseThrow();
                assertTrue(seen.equals(old) || seen.equals(fresh), "step " + step + " cut " + cut);
                olds += seen.equals(old) ? 1 : 0;
                news += seen.equals(fresh) ? 1 : 0;
            }
        }
        assertTrue(olds > 0 && news > 0, olds + " old, " + news + " new");
    }

    /** {@return the image after some sectors of the change have reached it, in any order} */
    private static byte[] tear(byte[] was, byte[] is, RandomGenerator random, int cut) {
        byte[] torn = was.clone();
        int end = switch (cut) {
            case 0 -> 0;
            case 1 -> 2 * COPY;
            default -> SECTOR * random.nextInt(2 * COPY / SECTOR);
        };
        for (int at = 0; at < 2 * COPY; at += SECTOR) {
            if (cut < 7 ? at < end : random.nextBoolean()) {
                System.arraycopy(is, at, torn, at, SECTOR);
            }
        }
        return torn;
    }

    @Test
    void shouldSeeThroughFlippedBits(Seed seed) throws IOException {
        RandomGenerator random = seed.random();
        Path image = folder.resolve("flips.img");
        for (int i = 0; i < 5; i++) {
            change(image, "name-" + i, true);
        }
        Map<String, List<Long>> newest = look(image).orElseThrow();
        Path earlier = folder.resolve("earlier.img");
        byte[] good = Files.readAllBytes(image);
        change(image, "name-4", false);
        Map<String, List<Long>> after = look(image).orElseThrow();
        byte[] changed = Files.readAllBytes(image);
        assertFalse(Arrays.equals(good, changed));
        int corrupt = 0;
        for (int i = 0; i < 80; i++) {
            byte[] damaged = changed.clone();
            for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
                int at = random.nextInt(4) == 0 ? random.nextInt(64) : random.nextInt(600);
                damaged[at + COPY * random.nextInt(2)] ^= (byte) (1 << random.nextInt(8));
            }
            Files.write(earlier, damaged);
            Optional<Map<String, List<Long>>> seen = look(earlier);
            corrupt += seen.isEmpty() ? 1 : 0;
            assertTrue(seen.isEmpty() || seen.get().equals(newest) || seen.get().equals(after),
                    "flips " + i);
            if (seen.isEmpty()) {
                assertTrue(Arrays.equals(damaged, Files.readAllBytes(earlier)),
                        "a refused device is left as it is");
            }
        }
        assertTrue(corrupt > 0);
    }

    @Test
    void shouldRefuseATruncatedImage() throws IOException {
        Path image = folder.resolve("short.img");
        change(image, "name", true);
        byte[] whole = Files.readAllBytes(image);
        Path cut = folder.resolve("cut.img");
        for (int length : new int[]{1, 4095, 4096, COPY, 2 * COPY - 1, 2 * COPY, 2 * COPY + 4096,
                BYTES - 4096, BYTES - 1}) {
            Files.write(cut, Arrays.copyOf(whole, length));
            try (Exokernel kernel = Exokernel.boot(config(cut))) {
                throw new AssertionError("accepted " + length + " bytes: " + kernel.facilities());
            } catch (ExoException e) {
                assertTrue(e.code() == ErrorCode.CORRUPT || e.code() == ErrorCode.OUT_OF_RANGE,
                        e.getMessage());
            }
        }
    }

    private void assertCorrupt(Catalogue catalogue) throws IOException {
        Path image = folder.resolve("crafted.img");
        byte[] bytes = new byte[BYTES];
        catalogue.encode(MemorySegment.ofArray(bytes)
                .asSlice((long) catalogue.copy() * COPY,
                        COPY));
        Files.write(image, bytes);
        assertEquals(Optional.empty(), look(image), () -> "accepted " + catalogue);
    }

    /** Whoever can write the image can write a checksum. */
    @Test
    void shouldRefuseExtentsThatCannotBe() throws IOException {
        long blocks = BYTES / 4096;
        for (long[] run : new long[][]{{0, 1}, {31, 1}, {31, 2}, {blocks, 1}, {blocks - 1, 2},
                {-1, 1}, {Long.MIN_VALUE, 1}, {40, 0}, {40, -1}, {40, Long.MIN_VALUE},
                {40, Long.MAX_VALUE}, {Long.MAX_VALUE, Long.MAX_VALUE}, {40, -41 - 4096L}}) {
            assertCorrupt(new Catalogue(new UUID(1, 2), 4096, blocks, 7,
                    List.of(new Catalogue.Entry("x", run[0], run[1]))));
        }
        assertCorrupt(new Catalogue(new UUID(1, 2), 4096, blocks, 7, List.of(
                new Catalogue.Entry("x", 40, 4), new Catalogue.Entry("y", 43, 1))));
        assertCorrupt(new Catalogue(new UUID(1, 2), 4096, blocks, 7, List.of(
                new Catalogue.Entry("x", 40, 1), new Catalogue.Entry("x", 50, 1))));
        assertCorrupt(new Catalogue(new UUID(1, 2), 4096, blocks, 7,
                List.of(new Catalogue.Entry("", 40, 1))));
        assertCorrupt(new Catalogue(new UUID(1, 2), 512, blocks, 7, List.of()));
        assertCorrupt(new Catalogue(new UUID(1, 2), 4096, blocks + 1, 7, List.of()));
    }

    @Test
    void shouldFormatWhateverItHoldsWhenToldTo() {
        Path image = folder.resolve("format.img");
        change(image, "old", true);
        HostConfig config = HostConfig.minimal()
                .disk(DiskConfig.at("disk0", image)
                        .bytes(BYTES)
                        .format(DiskConfig.Format.ALWAYS));
        try (Exokernel kernel = Exokernel.boot(config)) {
            Env root = kernel.rootEnv();
            BlockDevice disk = root.keys().find("disk0", BlockDevice.class);
            assertEquals(List.of(), root.disk().extentNames(disk));
            assertEquals(disk.blockCount() - disk.reservedBlocks(),
                    root.disk().freeBlockCount(disk));
        }
        assertEquals(Map.of(), look(image).orElseThrow());
    }

    /** Changes the catalogue as fast as it can, saying what it has done, until it is killed. */
    static final class Changer {
        private Changer() {}

        public static void main(String[] arguments) {
            HostConfig config = HostConfig.minimal()
                    .disk(
                            DiskConfig.at("disk0", Path.of(arguments[0])).bytes(BYTES));
            try (Exokernel kernel = Exokernel.boot(config)) {
                Disk disk = kernel.rootEnv().disk();
                BlockDevice device = kernel.rootEnv().keys().find("disk0", BlockDevice.class);
                for (int i = 0;; i++) {
                    Extent extent = disk.allocExtent(device, "n" + i, 1);
                    System.out.println("made " + i + " at " + extent.firstBlock());
                    if (i >= 4) {
                        disk.freeExtent(kernel.rootEnv().keys().find("n" + (i - 4), Extent.class));
                        System.out.println("freed " + (i - 4));
                    }
                }
            }
        }
    }

    @Test
    void shouldKeepWhatWasSaidBeforeTheProcessWasKilled(Seed seed) throws IOException {
        RandomGenerator random = seed.random();
        for (int round = 0; round < 3; round++) {
            Path image = folder.resolve("killed-" + round + ".img");
            int wait = 5 + random.nextInt(60);
            String output;
            try (Subprocess child = ChildJvm.of(Changer.class)
                    .arguments(image.toString())
                    .jvm("-XX:+UseSerialGC", "-Xmx64m")
                    .start()) {
                child.awaitLine("made " + wait + " ", Duration.ofMinutes(3)); // slow disks
                child.kill();
                child.awaitExit(Duration.ofSeconds(20));
                output = child.output();
            }
            int made = last(output, "made ");
            int freed = last(output, "freed ");
            Map<String, List<Long>> seen = look(image).orElseThrow();
            for (int i = freed + 1; i <= made; i++) {
                if (i > freed + 1) { // the next may be freed, but not said
                    assertTrue(seen.containsKey("n" + i), "n" + i + " of " + seen.keySet());
                }
            }
            for (String name : seen.keySet()) {
                int number = Integer.parseInt(name.substring(1));
                assertTrue(number > freed && number <= made + 1, name);
            }
        }
    }

    private static int last(String output, String word) {
        return output.lines()
                .filter(l -> l.startsWith(word))
                .mapToInt(l -> Integer.parseInt(l.substring(word.length()).split(" ", -1)[0]))
                .max()
                .orElse(-1);
    }
}
