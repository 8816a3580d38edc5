// SPDX-License-Identifier: Apache-2.0
package exo.impl.mem.view;

import exo.api.Env;
import exo.api.EnvControl;
import exo.api.EnvSpec;
import exo.api.ErrorCode;
import exo.api.ResourceException;
import exo.api.Rights;
import exo.api.mem.Frames;
import exo.api.mem.Window;
import exo.testkit.Await;
import exo.testkit.self.SideThread;
import org.junit.jupiter.api.Test;

import static exo.testkit.self.SideThread.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Can a window still show a frame by a capability that is dead, when the frame is free already? */
class SeveredShareHostile extends ViewCase {
    /** Maps what it is given, and has a transfer on it. */
    private void user(Env env) {
        Window window = env.memory().bindWindow(1);
        window.map(0, env.keys().find("shared", Frames.class), 0, 1);
        beginTransfer(window, 0);
        mapped.countDown();
        stay(window, 0);
    }

    @Test
    void shouldNotFreeAFrameThatIsStillSevered() {
        Window window = root.memory().bindWindow(2);
        window.allocPages(0, 2);
        int frame = window.frame(0);
        Frames shared = root.memory().share(window, 0, 1, Rights.READ_WRITE, "shared");
        EnvControl user = root.createEnv(EnvSpec.named("user")
                .grant("shared", shared, Rights.READ_WRITE), this::user);
        await(mapped);
        SideThread dropper = SideThread.start(() -> root.keys().drop(shared));
        await(draining);
        assertFalse(shared.isLive(), "dead, but the user's window still shows the frame");
        root.memory().share(window, 1, 1, Rights.READ, "another");
        assertEquals(ErrorCode.BUSY, assertThrows(ResourceException.class,
                () -> root.memory().snapshot(window, 0, 1, "frozen")).code());
        Thread owner = Thread.currentThread();
        SideThread watcher = SideThread.start(() -> {
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
        end(user);
    }
}
