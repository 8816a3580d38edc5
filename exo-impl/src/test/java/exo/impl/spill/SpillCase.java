// SPDX-License-Identifier: Apache-2.0
package exo.impl.spill;

import exo.api.Env;
import exo.api.EnvControl;
import exo.api.EnvSpec;
import exo.api.Exokernel;
import exo.api.HostConfig;
import exo.api.ResourceKind;
import exo.api.Rights;
import exo.api.disk.BlockDevice;
import exo.api.disk.DiskConfig;
import exo.api.mem.MemoryConfig;
import exo.api.revoke.Notice;
import exo.testkit.FreezableMount;
import exo.testkit.self.SideThread;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A kernel with a disk, booted by the test, and an environment that spills to it. */
abstract class SpillCase {
    static final int FRAMES = 64;
    static final Duration LONG = Duration.ofSeconds(20);

    Exokernel kernel; // null until it is booted
    Env root;
    EnvControl control;

    /** Boots a kernel; a configuration that names no disk gets a temporary one. */
    final void boot(HostConfig config) {
        HostConfig all = config.memory(MemoryConfig.frames(FRAMES));
        kernel = Exokernel.boot(all.disks().isEmpty()
                ? all.disk(DiskConfig.temporary("disk0", 16 << 20))
                : all);
        root = kernel.rootEnv();
    }

    final void boot(DiskConfig disk) {
        boot(HostConfig.minimal().disk(disk));
    }

    /** {@return a disk that can be made to hang} */
    static DiskConfig disk(FreezableMount mount) {
        return DiskConfig.at("disk0", mount.folder().resolve("image")).bytes(8 << 20);
    }

    /** {@return a specification with room on the disk, and the right to it} */
    final EnvSpec spec(String name) {
        return EnvSpec.named(name)
                .blocks(64)
                .grant("disk", root.keys().find("disk0", BlockDevice.class), Rights.READ_WRITE);
    }

    /** Starts the environment with so many frames and pages. */
    final Keeper startKeeper(int frames, int pages) {
        Keeper keeper = new Keeper(pages);
        control = root.createEnv(spec("keeper").frames(frames), keeper);
        return keeper;
    }

    /** {@return how many frames were taken from the environment, without asking it} */
    final int take(int frames) {
        return (int) control.reclaim(ResourceKind.FRAMES, frames, Notice.NONE).forced();
    }

    /** Starts to take frames from the environment, on another thread. */
    final SideThread startToTake(int frames) {
        return SideThread.start(() -> take(frames));
    }

    /** Nothing may be left of any environment. */
    final void assertClean() {
        assertTrue(kernel.leaks().isClean(), kernel.leaks()::toString);
        assertEquals(FRAMES, root.memory().freeFrameCount());
    }

    @AfterEach
    final void closeKernel() {
        if (kernel != null) {
            kernel.close();
        }
    }
}
