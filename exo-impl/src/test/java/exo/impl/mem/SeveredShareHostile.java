// SPDX-License-Identifier: Apache-2.0
package exo.impl.mem;

import exo.api.Env;
import exo.api.EnvControl;
import exo.api.EnvSpec;
import exo.api.ErrorCode;
import exo.api.Exokernel;
import exo.api.HostConfig;
import exo.api.ResourceException;
import exo.api.Rights;
import exo.api.mem.Frames;
import exo.api.mem.MemoryConfig;
import exo.api.mem.Window;
import exo.impl.kernel.TestEnv;
import exo.testkit.Await;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Can a window still show a frame by a capability that is dead, when the frame is free already? */
class SeveredShareHostile {
    private static final Duration LONG = Duration.ofSeconds(20);

    private final Exokernel kernel = Exokernel
            .boot(HostConfig.minimal().memory(MemoryConfig.frames(16)));
    private final Env root = kernel.rootEnv();
    private final CountDownLatch mapped = new CountDownLatch(1);
    private final CountDownLatch severing = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final CountDownLatch over = new CountDownLatch(1);
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    @AfterEach
    void closeKernel() {
        goOn.countDown();
        over.countDown();
        kernel.close();
    }

    private Thread start(Runnable body) {
        return Thread.ofPlatform()
                .uncaughtExceptionHandler((thread, e) -> failure.compareAndSet(null, e))
                .start(body);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Maps what it is given, and has a transfer on it whose end takes a while. */
    private void user(Env env) throws InterruptedException {
        KernelWindow window = (KernelWindow) env.memory().bindWindow(1);
        window.map(0, env.keys().find("shared", Frames.class), 0, 1);
        assertTrue(window.tryPin(window.page(0), 1, PageMarks.READ) >= 0);
        window.attach(deadline -> {
            severing.countDown();
            await(goOn);
        });
        mapped.countDown();
        over.await();
        window.unpin(0, 1);
    }

    @Test
    void shouldNotFreeAFrameThatIsStillSevered() throws InterruptedException {
        Window window = root.memory().bindWindow(2);
        window.allocPages(0, 2);
        int frame = window.frame(0);
        Frames shared = root.memory().share(window, 0, 1, Rights.READ_WRITE, "shared");
        EnvControl user = root.createEnv(EnvSpec.named("user")
                .grant("shared", shared, Rights.READ_WRITE), this::user);
        await(mapped);
        Thread dropper = start(() -> root.keys().drop(shared));
        await(severing);
        assertFalse(shared.isLive(), "dead, but the user's window still shows the frame");
        root.memory().share(window, 1, 1, Rights.READ, "another");
        assertEquals(ErrorCode.BUSY, assertThrows(ResourceException.class,
                () -> root.memory().snapshot(window, 0, 1, "frozen")).code());
        Thread owner = Thread.currentThread();
        Thread watcher = start(() -> {
            Await.until("the owner waits", LONG,
                    () -> owner.getState() == Thread.State.WAITING
                            || root.memory().isFreeFrame(frame));
            boolean free = root.memory().isFreeFrame(frame);
            goOn.countDown();
            assertFalse(free, "the frame is free while somebody sees it");
        });
        window.releasePages(0, 1);
        assertTrue(root.memory().isFreeFrame(frame));
        watcher.join();
        dropper.join();
        over.countDown();
        TestEnv.await(user);
        assertNull(failure.get(), () -> "a thread failed: " + failure.get());
    }
}
