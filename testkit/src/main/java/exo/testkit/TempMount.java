// SPDX-License-Identifier: Apache-2.0
package exo.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A tmpfs of a size, mounted in the folder for temporary files: what a full file system looks like.
 *
 * <p>Needs {@link HostFacility#TEMP_MOUNT}. <b>Lifetime.</b> {@link #close()} unmounts it and
 * removes the folder. <b>Thread-safety.</b> Any thread.
 */
public final class TempMount implements AutoCloseable {

    private static final AtomicBoolean SWEPT = new AtomicBoolean();

    private final Path folder;

    private TempMount(Path folder) {
        this.folder = folder;
    }

    /**
     * {@return a new mount}
     *
     * @param sizeBytes how much fits, rounded up to whole pages by the host
     * @throws CommandFailedException if the host refuses; nothing is left behind
     */
    public static TempMount create(long sizeBytes) {
        if (SWEPT.compareAndSet(false, true)) {
            removeStale();
        }
        String name = Leftovers.nextName();
        Path folder = Path.of(System.getProperty("java.io.tmpdir"), name).toAbsolutePath();
        try {
            Files.createDirectory(folder);
            Command.run("mount", "-t", "tmpfs", "-o", "mode=700,size=" + sizeBytes, name,
                    folder.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (CommandFailedException e) {
            delete(folder);
            throw e;
        }
        TempMount mount = new TempMount(folder);
        Leftovers.opened(mount);
        return mount;
    }

    /** Unmounts what processes that are no more have left. */
    static void removeStale() {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/mounts"))) {
                String[] parts = line.split(" ", 3);
                if (Leftovers.isStale(parts[0])) {
                    unmount(Path.of(parts[1].replace("\\040", " ")));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Lazily, so that a file somebody still holds open does not keep the mount. */
    static void unmount(Path folder) {
        Command.run("umount", "--lazy", folder.toString());
        delete(folder);
    }

    static void delete(Path folder) {
        try {
            Files.deleteIfExists(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@return the folder it is mounted at} */
    public Path folder() {
        return folder;
    }

    /** Unmounts it and removes the folder. Does nothing the second time. */
    @Override
    public void close() {
        if (Leftovers.closing(this)) {
            unmount(folder);
        }
    }

    @Override
    public String toString() {
        return "tmpfs at " + folder;
    }
}
