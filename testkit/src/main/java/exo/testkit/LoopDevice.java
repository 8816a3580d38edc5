// SPDX-License-Identifier: Apache-2.0
package exo.testkit;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A block device backed by a sparse file in the folder for temporary files.
 *
 * <p>Needs {@link HostFacility#LOOP_DEVICE}. <b>Lifetime.</b> {@link #close()} detaches it and
 * deletes the file. <b>Thread-safety.</b> Any thread.
 */
public final class LoopDevice implements AutoCloseable {

    private static final int DEFAULT_SECTOR_BYTES = 512;
    private static final AtomicBoolean SWEPT = new AtomicBoolean();

    private final Path image;
    private final Path device;

    private LoopDevice(Path image, Path device) {
        this.image = image;
        this.device = device;
    }

    /** {@return a new device of so many bytes, with sectors of 512 bytes} */
    public static LoopDevice create(long sizeBytes) {
        return create(sizeBytes, DEFAULT_SECTOR_BYTES);
    }

    /**
     * {@return a new device}
     *
     * @param sizeBytes its size, a multiple of the sector size
     * @param sectorBytes its logical sector size: 512, 1024, 2048 or 4096
     * @throws CommandFailedException if the host refuses; nothing is left behind
     */
    public static LoopDevice create(long sizeBytes, int sectorBytes) {
        if (SWEPT.compareAndSet(false, true)) {
            removeStale();
        }
        Path image = Path.of(System.getProperty("java.io.tmpdir"), Leftovers.nextName() + ".img")
                .toAbsolutePath();
        try {
            try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
                file.setLength(sizeBytes);
            }
            String name = Command.run("losetup", "--find", "--show", "--sector-size",
                    Integer.toString(sectorBytes), image.toString()).strip();
            LoopDevice created = new LoopDevice(image, Path.of(name));
            Leftovers.opened(created);
            return created;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (CommandFailedException e) {
            delete(image);
            throw e;
        }
    }

    /** Detaches the devices of processes that are no more, and deletes their files. */
    static void removeStale() {
        String attached = Command.run("losetup", "--list", "--noheadings", "--output",
                "NAME,BACK-FILE");
        for (String line : attached.lines().toList()) {
            String[] parts = line.strip().split("\\s+", 2);
            Path image = Path.of(parts.length < 2 ? "" : parts[1].replace(" (deleted)", ""));
            String file = image.getFileName().toString();
            if (file.endsWith(".img") && Leftovers.isStale(file.substring(0, file.length() - 4))) {
                Command.run("losetup", "--detach", parts[0]);
                delete(image);
            }
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@return the block device, {@code /dev/loop0}} */
    public Path device() {
        return device;
    }

    /** {@return the file behind it} */
    public Path image() {
        return image;
    }

    /** Detaches the device and deletes the file. Does nothing the second time. */
    @Override
    public void close() {
        if (Leftovers.closing(this)) {
            Command.run("losetup", "--detach", device.toString());
            delete(image);
        }
    }

    @Override
    public String toString() {
        return "loop device " + device;
    }
}
