// SPDX-License-Identifier: Apache-2.0
package exo.api.disk;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * A block device of a kernel: an image file, a block device of the host, or a temporary image.
 *
 * @param name the name of the device in the kernel
 * @param path the image file or the host's device; empty for a temporary image
 * @param bytes the size of a new or temporary image; an existing image or device keeps its own size
 * @param queue what moves the blocks
 * @param format what to do with a device that holds no Exo catalogue
 */
public record DiskConfig(String name, Optional<Path> path, long bytes, QueueBackend queue,
        Format format) {

    /** The smallest image: room for the catalogue and some blocks. */
    public static final long MIN_BYTES = 1L << 20;
    /** Size of a new image unless the configuration says otherwise. */
    public static final long DEFAULT_BYTES = 1L << 30;

    /** What moves the blocks. */
    public enum QueueBackend {
        /** io_uring where the host permits it, or else {@link #PREAD}; the cause is reported. */
        AUTO,
        /** io_uring; refuse to boot without it. */
        IO_URING,
        /** {@code pread} and {@code pwrite}. */
        PREAD
    }

    /** What to do with a device that holds no Exo catalogue. */
    public enum Format {
        /**
         * Format it if its first blocks are zeros, refuse it otherwise: it may hold somebody's
         * data.
         */
        IF_EMPTY,
        /** Format it whatever it holds. */
        ALWAYS,
        /** Refuse it. */
        NEVER
    }

    /** Checks the size. */
    public DiskConfig {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(path, "path");
        Objects.requireNonNull(queue, "queue");
        Objects.requireNonNull(format, "format");
        if (bytes < MIN_BYTES) {
            throw new IllegalArgumentException(
                    "a disk needs at least " + MIN_BYTES + " bytes, but " + name + " has " + bytes);
        }
    }

    /**
     * {@return a sparse temporary image, which the host forgets when the kernel closes or the
     * process dies}
     *
     * @param name the name of the device in the kernel
     * @param bytes its size
     */
    public static DiskConfig temporary(String name, long bytes) {
        return new DiskConfig(name, Optional.empty(), bytes, QueueBackend.AUTO, Format.IF_EMPTY);
    }

    /**
     * {@return an image file, or a block device of the host}
     *
     * @param name the name of the device in the kernel
     * @param path where it is; an image that does not exist is made, sparse
     */
    public static DiskConfig at(String name, Path path) {
        return new DiskConfig(name, Optional.of(path), DEFAULT_BYTES, QueueBackend.AUTO,
                Format.IF_EMPTY);
    }

    /**
     * {@return this device with another size for a new image}
     *
     * @param changed the size in bytes
     */
    public DiskConfig bytes(long changed) {
        return new DiskConfig(name, path, changed, queue, format);
    }

    /**
     * {@return this device moved by another backend}
     *
     * @param changed the backend
     */
    public DiskConfig queue(QueueBackend changed) {
        return new DiskConfig(name, path, bytes, changed, format);
    }

    /**
     * {@return this device with another rule for formatting}
     *
     * @param changed the rule
     */
    public DiskConfig format(Format changed) {
        return new DiskConfig(name, path, bytes, queue, changed);
    }
}
