// SPDX-License-Identifier: Apache-2.0
package exo.impl.mem.view;

import exo.api.Env;
import exo.api.EnvControl;
import exo.api.EnvSpec;
import exo.api.ResourceKind;
import exo.api.Rights;
import exo.api.mem.Frames;
import exo.api.mem.Window;
import exo.api.revoke.Notice;
import exo.testkit.Await;
import exo.testkit.self.SideThread;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static exo.testkit.self.SideThread.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

/** Can a view that is being taken by force outlive the snapshot that it shows? */
class TakenViewHostile extends ViewCase {
    private final CountDownLatch released = new CountDownLatch(1);
    private final AtomicReference<MemorySegment> seen = new AtomicReference<>();

    /** Shows a frozen frame beside one of its own, which has a transfer on it. */
    private void user(Env env, boolean releases) {
        Window window = env.memory().bindWindow(3);
        window.mapCopy(0, env.keys().find("frozen", Frames.class), 0, 1);
        window.allocPages(1, 1);
        window.guarantee(0, 2, true); // so that both go at once
        beginTransfer(window, 1);
        seen.set(window.segment());
        mapped.countDown();
        await(draining);
        if (releases) {
            window.releasePages(2, 1);
        }
        released.countDown();
        stay(window, 1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldNotShowTheFrameToWhoeverLosesItsView(boolean releases) {
        Window window = root.memory().bindWindow(1);
        window.allocPages(0, 1);
        Frames frozen = root.memory().snapshot(window, 0, 1, "frozen");
        EnvControl user = root.createEnv(EnvSpec.named("user")
                .frames(2)
                .grant("frozen", frozen, Rights.READ), env -> user(env, releases));
        await(mapped);
        assertEquals(0, seen.get().get(ValueLayout.JAVA_LONG, 0));
        SideThread taker = SideThread
                .start(() -> user.reclaim(ResourceKind.FRAMES, 2, Notice.NONE));
        await(released);
        SideThread dropper = SideThread.start(() -> root.keys().drop(frozen));
        Await.until("the dropper waits, or is done", LONG,
                () -> dropper.isWaiting() || !dropper.isAlive());
        if (dropper.isAlive()) {
            goOn.countDown();
            dropper.join();
        }
        window.settle(0, 1);
        window.segment().set(ValueLayout.JAVA_LONG, 0, 42); // the frame is the root's alone now
        assertEquals(0, seen.get().get(ValueLayout.JAVA_LONG, 0), "what the root wrote is seen");
        goOn.countDown();
        taker.join();
        end(user);
    }
}
