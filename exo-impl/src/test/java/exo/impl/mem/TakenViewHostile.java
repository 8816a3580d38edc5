// SPDX-License-Identifier: Apache-2.0
package exo.impl.mem;

import exo.api.Env;
import exo.api.EnvControl;
import exo.api.EnvSpec;
import exo.api.Exokernel;
import exo.api.HostConfig;
import exo.api.ResourceKind;
import exo.api.Rights;
import exo.api.mem.Frames;
import exo.api.mem.MemoryConfig;
import exo.api.mem.Window;
import exo.api.revoke.Notice;
import exo.impl.kernel.TestEnv;
import exo.testkit.Await;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Can a view that is being taken by force outlive the snapshot that it shows? */
class TakenViewHostile {
    private static final Duration LONG = Duration.ofSeconds(20);

    private final Exokernel kernel = Exokernel
            .boot(HostConfig.minimal().memory(MemoryConfig.frames(16)));
    private final Env root = kernel.rootEnv();
    private final CountDownLatch mapped = new CountDownLatch(1);
    private final CountDownLatch draining = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final CountDownLatch over = new CountDownLatch(1);
    private final AtomicReference<MemorySegment> seen = new AtomicReference<>();
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

    /** Shows a frozen frame beside one of its own, on which a transfer takes a while to end. */
    private void user(Env env, boolean releases) throws InterruptedException {
        KernelWindow window = (KernelWindow) env.memory().bindWindow(3);
        window.mapCopy(0, env.keys().find("frozen", Frames.class), 0, 1);
        window.allocPages(1, 1);
        window.guarantee(0, 2, true); // so that both go at once
        assertTrue(window.tryPin(window.page(1), 1, PageMarks.READ) >= 0);
        window.attach(deadline -> {
            draining.countDown();
            await(goOn);
        });
        seen.set(window.segment());
        mapped.countDown();
        await(draining);
        if (releases) {
            window.releasePages(2, 1);
        }
        released.countDown();
        over.await();
        window.unpin(1, 1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldNotShowTheFrameToWhoeverLosesItsView(boolean releases) throws InterruptedException {
        Window window = root.memory().bindWindow(1);
        window.allocPages(0, 1);
        Frames frozen = root.memory().snapshot(window, 0, 1, "frozen");
        EnvControl user = root.createEnv(EnvSpec.named("user")
                .frames(2)
                .grant("frozen", frozen, Rights.READ), env -> user(env, releases));
        await(mapped);
        assertEquals(0, seen.get().get(ValueLayout.JAVA_LONG, 0));
        Thread taker = start(() -> user.reclaim(ResourceKind.FRAMES, 2, Notice.NONE));
        await(released);
        Thread dropper = start(() -> root.keys().drop(frozen));
        Await.until("the dropper waits, or is done", LONG,
                () -> dropper.getState() == Thread.State.WAITING || !dropper.isAlive());
        if (dropper.isAlive()) {
            goOn.countDown();
            dropper.join();
        }
        window.settle(0, 1);
        window.segment().set(ValueLayout.JAVA_LONG, 0, 42); // the frame is the root's alone now
        assertEquals(0, seen.get().get(ValueLayout.JAVA_LONG, 0), "what the root wrote is seen");
        goOn.countDown();
        taker.join();
        over.countDown();
        TestEnv.await(user);
        assertNull(failure.get(), () -> "a thread failed: " + failure.get());
    }
}
