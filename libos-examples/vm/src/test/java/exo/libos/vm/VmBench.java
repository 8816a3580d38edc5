// SPDX-License-Identifier: Apache-2.0
package exo.libos.vm;

import exo.api.Env;
import exo.api.EnvControl;
import exo.api.EnvExit;
import exo.api.EnvSpec;
import exo.api.Exokernel;
import exo.api.HostConfig;
import exo.api.LibOs;
import exo.api.Rights;
import exo.api.disk.BlockDevice;
import exo.api.disk.DiskConfig;
import exo.api.disk.DiskConfig.QueueBackend;
import exo.api.disk.Extent;
import exo.api.mem.MemoryConfig;
import java.time.Duration;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A kernel with one disk, and environments in which tests run their code. */
public final class VmBench implements AutoCloseable {
    /** How long anything may take before a test fails. */
    public static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final int FRAMES = 512;
    private static final long DISK_BYTES = 64 << 20;

    /** The kernel. */
    public final Exokernel kernel;
    /** Its root environment. */
    public final Env root;
    /** Its disk. */
    public final BlockDevice disk;

    private final int frames;

    /** Boots a kernel whose disk is a temporary image behind a backend. */
    public VmBench(QueueBackend backend) {
        this(backend, FRAMES, HostConfig.Lending.DEFAULT);
    }

    /** Boots a kernel with so many frames, which are lent in some way. */
    public VmBench(QueueBackend backend, int frames, HostConfig.Lending lending) {
        this.frames = frames;
        kernel = Exokernel.boot(HostConfig.minimal()
                .memory(MemoryConfig.frames(frames).lock(MemoryConfig.Lock.NONE))
                .lending(lending)
                .disk(DiskConfig.temporary("disk0", DISK_BYTES).queue(backend)));
        root = kernel.rootEnv();
        disk = root.keys().find("disk0", BlockDevice.class);
    }

    /** {@return the size of a page in bytes} */
    public int pageBytes() {
        return root.memory().pageBytes();
    }

    /** {@return an extent of the root environment with room for so many pages} */
    public Extent extent(int pages) {
        return root.disk().allocExtent(disk, "", (long) pages * pageBytes() / disk.blockBytes());
    }

    /** {@return a specification that grants an extent, labelled {@code swap}} */
    public static EnvSpec withExtent(EnvSpec spec, Extent extent) {
        return spec.grant("swap", extent, Rights.READ_WRITE);
    }

    /** Runs code in an environment of its own, and brings its failure back. */
    public void run(EnvSpec spec, LibOs code) {
        await(root.createEnv(spec, code));
    }

    /** Waits until an environment has ended, and brings the failure of its libOS back. */
    public static void await(EnvControl child) {
        EnvExit exit;
        try {
            exit = child.awaitExit(PATIENCE)
                    .orElseThrow(() -> new AssertionError(child.envName() + " did not end"));
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted", e);
        }
        rethrow(child, exit);
        assertEquals(EnvExit.Reason.RETURNED, exit.reason());
    }

    /** Ends an environment, and brings the failure of its libOS back. */
    public static void end(EnvControl child) {
        rethrow(child, child.end(PATIENCE));
    }

    private static void rethrow(EnvControl child, EnvExit exit) {
        exit.failure().ifPresent(failure -> {
            throw new AssertionError(child.envName() + " failed: " + failure, failure);
        });
    }

    /** Waits until all are there. */
    public static void meet(CyclicBarrier all) {
        try {
            all.await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
            throw new AssertionError("not all are there", e);
        }
    }

    /** Closes the kernel, in which nothing may be left of the environments. */
    @Override
    public void close() {
        assertEquals(frames, root.memory().freeFrameCount(), "frames are left somewhere");
        assertTrue(root.account().framesHeld() == 0, "the root holds frames");
        kernel.close();
    }
}
