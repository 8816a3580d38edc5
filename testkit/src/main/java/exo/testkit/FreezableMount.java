// SPDX-License-Identifier: Apache-2.0
package exo.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A small ext4 that can be frozen: what a disk looks like that does not answer. While it is frozen,
 * whoever writes to a file on it sleeps inside the host, and no signal wakes it.
 *
 * <p>Needs {@link HostFacility#FREEZE}. <b>Lifetime.</b> {@link #close()} thaws it, unmounts it,
 * and removes what it lies on. <b>Thread-safety.</b> Any thread.
 */
public final class FreezableMount implements AutoCloseable {
    private static final AtomicBoolean SWEPT = new AtomicBoolean();

    private final LoopDevice loop;
    private final Path folder;
    private boolean frozen; // guarded by this

    private FreezableMount(LoopDevice loop, Path folder) {
        this.loop = loop;
        this.folder = folder;
    }

    /**
     * {@return a new mount}
     *
     * @param sizeBytes the size of the device under it
     * @throws CommandFailedException if the host refuses; nothing is left behind
     */
    public static FreezableMount create(long sizeBytes) {
        if (SWEPT.compareAndSet(false, true)) {
            removeStale();
        }
        LoopDevice loop = LoopDevice.create(sizeBytes);
        Path folder = Path.of(System.getProperty("java.io.tmpdir"), Leftovers.nextName())
                .toAbsolutePath();
        try {
            Command.run("mkfs.ext4", "-q", loop.device().toString());
            Files.createDirectory(folder);
            Command.run("mount", loop.device().toString(), folder.toString());
        } catch (IOException e) {
            loop.close();
            throw new UncheckedIOException(e);
        } catch (CommandFailedException e) {
            TempMount.delete(folder);
            loop.close();
            throw e;
        }
        FreezableMount mount = new FreezableMount(loop, folder);
        Leftovers.opened(mount);
        return mount;
    }

    /** Unmounts what processes that are no more have left. */
    static void removeStale() {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/mounts"))) {
                List<String> parts = List.of(line.split(" ", 4));
                Path at = Path.of(parts.get(1).replace("\\040", " "));
                boolean ours = at.getFileName() != null
                        && Leftovers.isStale(at.getFileName().toString());
                if (ours && parts.get(2).equals("ext4")) {
                    Command.attempt(List.of("fsfreeze", "--unfreeze", at.toString()));
                    TempMount.unmount(at);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@return the folder it is mounted at} */
    public Path folder() {
        return folder;
    }

    /** Makes writers sleep, after what is dirty was written. */
    public synchronized void freeze() {
        Command.run("fsfreeze", "--freeze", folder.toString());
        frozen = true;
    }

    /** Lets writers go on. Does nothing if it is not frozen. */
    public synchronized void thaw() {
        if (frozen) {
            Command.run("fsfreeze", "--unfreeze", folder.toString());
            frozen = false;
        }
    }

    /** Thaws and unmounts it, and removes the device. Does nothing the second time. */
    @Override
    public void close() {
        if (Leftovers.closing(this)) {
            thaw();
            TempMount.unmount(folder);
            loop.close();
        }
    }

    @Override
    public String toString() {
        return "ext4 at " + folder;
    }
}
