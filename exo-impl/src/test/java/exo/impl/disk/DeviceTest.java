// SPDX-License-Identifier: Apache-2.0
package exo.impl.disk;

import exo.api.Env;
import exo.api.EnvSpec;
import exo.api.ErrorCode;
import exo.api.ExoException;
import exo.api.Exokernel;
import exo.api.HostConfig;
import exo.api.ResourceException;
import exo.api.Rights;
import exo.api.disk.BlockDevice;
import exo.api.disk.Disk;
import exo.api.disk.DiskConfig;
import exo.api.disk.DiskConfig.Format;
import exo.api.disk.Extent;
import exo.impl.kernel.TestEnv;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class DeviceTest {
    @TempDir
    private Path folder;

    private HostConfig config() {
        return HostConfig.minimal().disk(DiskConfig.at("disk0", image()).bytes(8 << 20));
    }

    private Path image() {
        return folder.resolve("image");
    }

    private static BlockDevice disk(Exokernel kernel) {
        return kernel.rootEnv().keys().find("disk0", BlockDevice.class);
    }

    private static void assertCode(ErrorCode code, Runnable call) {
        assertEquals(code, assertThrows(ExoException.class, call::run).code());
    }

    @Test
    void shouldFindNamedExtentsAgain() {
        long first;
        try (Exokernel kernel = Exokernel.boot(config())) {
            Extent extent = kernel.rootEnv().disk().allocExtent(disk(kernel), "straße 7", 100);
            first = extent.firstBlock();
            kernel.rootEnv().disk().allocExtent(disk(kernel), "", 50);
            assertEquals(32, first, "behind the catalogue");
            assertEquals(32, disk(kernel).reservedBlocks());
        }
        try (Exokernel kernel = Exokernel.boot(config())) {
            Disk disk = kernel.rootEnv().disk();
            assertEquals(List.of("straße 7"), disk.extentNames(disk(kernel)));
            assertFalse(disk.isFreeBlock(disk(kernel), first + 99));
            assertTrue(disk.isFreeBlock(disk(kernel), first + 100), "the unnamed one is gone");
            Extent again = disk.openExtent(disk(kernel), "straße 7");
            assertEquals(first, again.firstBlock());
            assertEquals(100, again.blockCount());
            assertEquals("straße 7", again.extentName());
            assertCode(ErrorCode.BUSY, () -> disk.openExtent(disk(kernel), "straße 7"));
            disk.freeExtent(again);
            assertCode(ErrorCode.NOT_FOUND, () -> disk.openExtent(disk(kernel), "straße 7"));
            assertEquals(disk(kernel).blockCount() - 32, disk.freeBlockCount(disk(kernel)));
        }
        try (Exokernel kernel = Exokernel.boot(config())) {
            assertTrue(kernel.rootEnv().disk().extentNames(disk(kernel)).isEmpty());
        }
    }

    @Test
    void shouldAllocateParticularBlocks() {
        try (Exokernel kernel = Exokernel.boot(config())) {
            Disk disk = kernel.rootEnv().disk();
            BlockDevice device = disk(kernel);
            long last = device.blockCount() - 1;
            assertEquals(last, disk.allocExtentAt(device, "", last, 1).firstBlock());
            assertCode(ErrorCode.BUSY, () -> disk.allocExtentAt(device, "", last, 1));
            assertCode(ErrorCode.BUSY, () -> disk.allocExtentAt(device, "", 31, 1));
            assertCode(ErrorCode.OUT_OF_RANGE,
                    () -> disk.allocExtentAt(device, "", last + 1, 1));
            assertCode(ErrorCode.OUT_OF_RANGE, () -> disk.allocExtentAt(device, "", last, 2));
            assertThrows(IllegalArgumentException.class,
                    () -> disk.allocExtentAt(device, "", -1, 1));
            assertThrows(IllegalArgumentException.class, () -> disk.allocExtent(device, "", 0));
            disk.allocExtentAt(device, "", 32, 1);
        }
    }

    @Test
    void shouldRefuseNamesAndSizesBeyondTheLimits() {
        try (Exokernel kernel = Exokernel.boot(config())) {
            Disk disk = kernel.rootEnv().disk();
            BlockDevice device = disk(kernel);
            disk.allocExtent(device, "x".repeat(64), 1);
            assertCode(ErrorCode.TOO_BIG, () -> disk.allocExtent(device, "x".repeat(65), 1));
            assertCode(ErrorCode.TOO_BIG, () -> disk.allocExtent(device, "ß".repeat(33), 1));
            assertCode(ErrorCode.ALREADY_EXISTS,
                    () -> disk.allocExtent(device, "x".repeat(64), 1));
            long free = disk.freeBlockCount(device);
            ResourceException e = assertThrows(ResourceException.class,
                    () -> disk.allocExtent(device, "", free + 1));
            assertEquals(ErrorCode.EXHAUSTED, e.code());
            assertTrue(e.getMessage().contains(Long.toString(free)), e.getMessage());
            disk.allocExtent(device, "", free);
            assertEquals(0, disk.freeBlockCount(device));
        }
    }

    @Test
    void shouldHoldAsManyNamesAsItPromises() {
        try (Exokernel kernel = Exokernel.boot(config())) {
            Disk disk = kernel.rootEnv().disk();
            for (int i = 0; i < Disk.MAX_NAMED_EXTENTS; i++) {
                disk.allocExtent(disk(kernel), "name-" + i, 1);
            }
            assertCode(ErrorCode.EXHAUSTED, () -> disk.allocExtent(disk(kernel), "one more", 1));
            disk.allocExtent(disk(kernel), "", 1);
        }
        try (Exokernel kernel = Exokernel.boot(config())) {
            assertEquals(Disk.MAX_NAMED_EXTENTS,
                    kernel.rootEnv().disk().extentNames(disk(kernel)).size());
        }
    }

    @Test
    void shouldChargeBlocksToTheEnvironment() {
        try (Exokernel kernel = Exokernel.boot(config())) {
            TestEnv.run(kernel.rootEnv(), EnvSpec.named("owner")
                    .blocks(10)
                    .grant("disk",
                            disk(kernel), Rights.READ_WRITE),
                    env -> {
                        BlockDevice mine = env.keys().find("disk", BlockDevice.class);
                        env.disk().allocExtent(mine, "", 4);
                        env.disk().allocExtent(mine, "kept", 6);
                        assertEquals(10, env.account().blocksHeld());
                        assertCode(ErrorCode.QUOTA, () -> env.disk().allocExtent(mine, "", 1));
                    });
            Env root = kernel.rootEnv();
            assertEquals(List.of("kept"), root.disk().extentNames(disk(kernel)));
            assertEquals(disk(kernel).blockCount() - 32 - 6,
                    root.disk().freeBlockCount(disk(kernel)));
            assertTrue(kernel.leaks().isClean(), kernel.leaks().toString());
            root.disk().openExtent(disk(kernel), "kept");
        }
    }

    @Test
    void shouldNotFormatSomebodysData() throws IOException {
        byte[] data = new byte[2 << 20];
        new Random(1).nextBytes(data);
        Files.write(image(), data);
        ResourceException e = assertThrows(ResourceException.class, () -> Exokernel.boot(config()));
        assertEquals(ErrorCode.CORRUPT, e.code());
        assertEquals(-1, java.util.Arrays.mismatch(data, Files.readAllBytes(image())));
        HostConfig never = HostConfig.minimal()
                .disk(
                        DiskConfig.at("disk0", folder.resolve("new")).format(Format.NEVER));
        assertCode(ErrorCode.CORRUPT, () -> Exokernel.boot(never));
        HostConfig always = HostConfig.minimal()
                .disk(DiskConfig.at("disk0", image()).format(Format.ALWAYS));
        try (Exokernel kernel = Exokernel.boot(always)) {
            assertEquals(512, disk(kernel).blockCount(), "an existing image keeps its size");
        }
    }

    @Test
    void shouldSurviveTheLossOfEitherCopyOfTheCatalogue() throws IOException {
        try (Exokernel kernel = Exokernel.boot(config())) {
            kernel.rootEnv().disk().allocExtent(disk(kernel), "one", 1); // generation 3, copy 1
        }
        byte[] whole = Files.readAllBytes(image());
        damage(0);
        try (Exokernel kernel = Exokernel.boot(config())) {
            assertEquals(List.of("one"), kernel.rootEnv().disk().extentNames(disk(kernel)));
        }
        Files.write(image(), whole);
        damage(Catalogue.COPY_BYTES);
        try (Exokernel kernel = Exokernel.boot(config())) {
            assertTrue(kernel.rootEnv().disk().extentNames(disk(kernel)).isEmpty(),
                    "the state before the last change");
        }
        Files.write(image(), whole);
        damage(0);
        damage(Catalogue.COPY_BYTES);
        assertCode(ErrorCode.CORRUPT, () -> Exokernel.boot(config()));
    }

    private void damage(long at) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(image().toFile(), "rw")) {
            file.seek(at + 100);
            file.write(0xff);
        }
    }

    @Test
    void shouldRefuseAnImageThatWasTruncated() throws IOException {
        try (Exokernel kernel = Exokernel.boot(config())) {
            kernel.rootEnv().disk().allocExtent(disk(kernel), "one", 1);
        }
        try (RandomAccessFile file = new RandomAccessFile(image().toFile(), "rw")) {
            file.setLength(4 << 20);
        }
        assertCode(ErrorCode.CORRUPT, () -> Exokernel.boot(config()));
        try (RandomAccessFile file = new RandomAccessFile(image().toFile(), "rw")) {
            file.setLength(16 << 20);
        }
        try (Exokernel kernel = Exokernel.boot(config())) {
            assertEquals(4096, disk(kernel).blockCount(), "a device may grow");
        }
    }

    @Test
    void shouldRefuseAnImageTooSmallForItsCatalogue() throws IOException {
        Files.write(image(), new byte[32 * 4096]);
        assertCode(ErrorCode.OUT_OF_RANGE, () -> Exokernel.boot(config()));
        Files.write(image(), new byte[33 * 4096]);
        try (Exokernel kernel = Exokernel.boot(config())) {
            assertEquals(1, kernel.rootEnv().disk().freeBlockCount(disk(kernel)));
        }
        assertThrows(IllegalArgumentException.class,
                () -> DiskConfig.temporary("x", DiskConfig.MIN_BYTES - 1));
    }
}
