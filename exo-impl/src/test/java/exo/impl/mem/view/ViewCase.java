// SPDX-License-Identifier: Apache-2.0
package exo.impl.mem.view;

import exo.api.Env;
import exo.api.EnvControl;
import exo.api.Exokernel;
import exo.api.HostConfig;
import exo.api.Rights;
import exo.api.mem.MemoryConfig;
import exo.api.mem.Window;
import exo.impl.cap.PinnableWindow;
import exo.impl.kernel.TestEnv;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;

import static exo.testkit.self.SideThread.await;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * A kernel, and a user of a page of the root's who loses it while a transfer is under way, so that
 * whoever takes it stands in the middle of that until {@link #goOn} opens.
 */
abstract class ViewCase {
    static final Duration LONG = Duration.ofSeconds(20);

    final Exokernel kernel = Exokernel.boot(HostConfig.minimal().memory(MemoryConfig.frames(16)));
    final Env root = kernel.rootEnv();
    /** Opened by the user when it shows the page. */
    final CountDownLatch mapped = new CountDownLatch(1);
    /** Opened by whoever takes the page and waits for the end of the transfer. */
    final CountDownLatch draining = new CountDownLatch(1);
    /** Lets the transfer end. */
    final CountDownLatch goOn = new CountDownLatch(1);
    /** Lets the user end. */
    final CountDownLatch over = new CountDownLatch(1);

    /** Begins a transfer from a page of the user's, whose end takes until {@link #goOn}. */
    final void beginTransfer(Window window, int page) {
        PinnableWindow pinnable = (PinnableWindow) window;
        assertTrue(pinnable.tryPin(window.page(page), 1, Rights.READ.bits()) >= 0);
        pinnable.attach(deadline -> {
            draining.countDown();
            await(goOn);
        });
    }

    /** What the user does last: it stays until {@link #over}. */
    final void stay(Window window, int page) {
        await(over);
        ((PinnableWindow) window).unpin(page, 1);
    }

    /** Lets the user end, and waits until it has. */
    final void end(EnvControl user) {
        over.countDown();
        TestEnv.await(user);
    }

    @AfterEach
    final void closeKernel() {
        goOn.countDown();
        over.countDown();
        kernel.close();
    }
}
