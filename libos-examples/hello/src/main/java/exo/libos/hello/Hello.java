// SPDX-License-Identifier: Apache-2.0
package exo.libos.hello;

import exo.api.Env;
import exo.api.EnvControl;
import exo.api.EnvSpec;
import exo.api.Exokernel;
import exo.api.HostConfig;
import exo.api.LibOs;
import exo.api.Rights;
import exo.api.disk.BlockDevice;
import exo.api.disk.Extent;
import exo.api.disk.ExtentQueue;
import exo.api.mem.Window;
import exo.api.upcall.Upcalls;
import java.time.Duration;

/** Writes a greeting to a raw block, reads it back into another page, and prints it. */
public final class Hello implements LibOs {

    /** Makes the libOS. */
    public Hello() {}

    @Override
    public void run(Env env) {
        BlockDevice device = env.keys().find("disk", BlockDevice.class);
        Extent extent = env.disk().allocExtent(device, "", 1);
        try (Window window = env.memory().bindWindow(2);
                ExtentQueue queue = env.disk().bindQueue(extent, window, 4)) {
            window.allocPages(0, 2);
            window.segment().setString(0, "Hello from block " + extent.firstBlock());

            queue.tryWrite(0, 0, 1, window.page(0), 1);
            complete(queue);
            queue.tryRead(0, 0, 1, window.page(1), 2);
            complete(queue);

            System.out.println(window.segment().getString(env.memory().pageBytes()));
        }
    }

    private static void complete(ExtentQueue queue) {
        queue.await(1, Upcalls.NEVER);
        if (!queue.next() || queue.result() != 1) {
            throw new IllegalStateException("the transfer failed: " + queue.result());
        }
    }

    /**
     * Boots a kernel and runs the libOS in an environment of its own.
     *
     * @param arguments none
     * @throws InterruptedException if the thread was interrupted while it waited
     */
    public static void main(String[] arguments) throws InterruptedException {
        try (Exokernel kernel = Exokernel.boot(HostConfig.embedded())) {
            Env root = kernel.rootEnv();
            BlockDevice disk = root.keys().find("disk0", BlockDevice.class);
            EnvControl child = root.createEnv(
                    EnvSpec.named("hello")
                            .frames(2)
                            .blocks(1)
                            .grant("disk", disk,
                                    Rights.READ_WRITE),
                    new Hello());
            System.out.println(child.awaitExit(Duration.ofSeconds(10)).orElseThrow().reason());
        }
    }
}
