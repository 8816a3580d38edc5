// SPDX-License-Identifier: Apache-2.0
package exo.impl.mem;

import exo.api.Env;
import exo.api.EnvControl;
import exo.api.EnvExit;
import exo.api.EnvSpec;
import exo.api.Exokernel;
import exo.api.HostConfig;
import exo.api.HostFaultException;
import exo.api.ResourceKind;
import exo.api.Rights;
import exo.api.mem.Frames;
import exo.api.mem.MemoryConfig;
import exo.api.mem.Window;
import exo.api.revoke.Notice;
import exo.host.MappingBudget;
import exo.impl.kernel.TestEnv;
import exo.testkit.Await;
import exo.testkit.self.SideThread;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Can an environment with few frames use up the host's mappings, and so end the JVM? */
@Timeout(120)
class MappingsHostile {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final int KEPT = 16;

    private final Exokernel kernel = Exokernel
            .boot(HostConfig.minimal().memory(MemoryConfig.frames(64)));
    private final Env root = kernel.rootEnv();
    private final int most = (int) new MappingBudget().most();
    private final CountDownLatch full = new CountDownLatch(1);
    private final CountDownLatch over = new CountDownLatch(1);

    @AfterEach
    void closeKernel() {
        over.countDown();
        kernel.close();
    }

    /** What an environment has that shows one frame on every other page, as often as it is let. */
    private final class Scatterer {
        final Window kept;
        final Frames frame;
        final Window scattered;

        Scatterer(Env env) {
            kept = env.memory().bindWindow(2 * KEPT);
            kept.allocPages(0, KEPT);
            Window one = env.memory().bindWindow(1);
            one.allocPages(0, 1);
            frame = env.memory().share(one, 0, 1, Rights.ALL, "frame");
            scattered = env.memory().bindWindow(2 * most);
            HostFaultException e = assertThrows(HostFaultException.class, () -> {
                for (int page = 0; page < 2 * most; page += 2) {
                    scattered.map(page, frame, 0, 1);
                }
            });
            assertEquals("ENOMEM", e.errno());
        }
    }

    private static void goOn(Scatterer own) {
        assertThrows(HostFaultException.class, () -> own.kept.releasePages(3, 1));
        assertTrue(own.kept.isLive(own.kept.page(3)), "a refusal has no effect");
        own.kept.releasePages(0, 2 * KEPT); // what becomes one mapping is never refused
        own.scattered.releasePages(0, own.scattered.pageCount());
        Await.until("the host was asked again", LONG, () -> isMapped(own));
        own.kept.allocPages(0, KEPT);
    }

    private static boolean isMapped(Scatterer own) {
        try {
            own.scattered.map(0, own.frame, 0, 1);
            return true;
        } catch (HostFaultException e) {
            assertEquals("ENOMEM", e.errno());
            return false;
        }
    }

    @Test
    void shouldRefuseTheMappingsThatTheJvmNeeds() {
        TestEnv.run(root, EnvSpec.named("scatterer").frames(KEPT + 1),
                env -> goOn(new Scatterer(env)));
    }

    @Test
    void shouldTakeFramesFromWhoeverHasNoMappingLeft() throws InterruptedException {
        EnvControl child = root.createEnv(EnvSpec.named("scatterer").frames(KEPT + 1),
                env -> {
                    new Scatterer(env);
                    full.countDown();
                    over.await();
                });
        full.await();
        assertFalse(child.isEnded());
        SideThread.start(() -> root.memory().bindWindow(1).close())
                .join(); // the JVM has threads still
        for (int i = 0; i < KEPT; i++) {
            assertEquals(1, child.reclaim(ResourceKind.FRAMES, 1, Notice.NONE).forced());
        }
        assertEquals(EnvExit.Reason.ABORTED, child.end(Duration.ZERO).reason());
        root.memory().bindWindow(64).allocPages(0, 64);
    }
}
