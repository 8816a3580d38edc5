// SPDX-License-Identifier: Apache-2.0
package exo.impl.mem;

import exo.api.Env;
import exo.api.EnvControl;
import exo.api.EnvExit;
import exo.api.EnvSpec;
import exo.api.Exokernel;
import exo.api.HostConfig;
import exo.api.Rights;
import exo.api.mem.Frames;
import exo.api.mem.MemoryConfig;
import exo.api.mem.Window;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Can a revocation be left half done because a window goes at the same time? */
@Timeout(120)
class CloseRaceHostile {
    private static final int FRAMES = 16;
    private static final int ROUNDS = 25;
    private static final int LARGE = 1 << 22; // so that its end takes a while

    private final Exokernel kernel = Exokernel
            .boot(HostConfig.minimal()
                    .grace(Duration.ZERO)
                    .memory(MemoryConfig.frames(FRAMES)));
    private final Env root = kernel.rootEnv();
    private final Window window = root.memory().bindWindow(1);

    @AfterEach
    void closeKernel() {
        kernel.close();
    }

    @Test
    void shouldRevokeWhatAnEndingEnvironmentShows() throws InterruptedException {
        window.allocPages(0, 1);
        for (int i = 0; i < ROUNDS; i++) {
            Frames shared = root.memory().share(window, 0, 1, Rights.READ_WRITE, "shared");
            CountDownLatch mapped = new CountDownLatch(1);
            CountDownLatch goOn = new CountDownLatch(1);
            CountDownLatch over = new CountDownLatch(1);
            EnvControl child = root.createEnv(EnvSpec.named("ending")
                    .threads(2)
                    .grant("shared", shared, Rights.READ_WRITE), env -> {
                        Window large = env.memory().bindWindow(LARGE);
                        large.map(0, env.keys().find("shared", Frames.class), 0, 1);
                        env.startThread("failing", any -> {
                            goOn.await();
                            throw new IllegalStateException("it is enough");
                        });
                        mapped.countDown();
                        over.await(); // the end finds it here
                    });
            assertTrue(mapped.await(20, TimeUnit.SECONDS), "nothing was mapped");
            goOn.countDown();
            long until = System.nanoTime() + i * 500_000L;
            while (System.nanoTime() < until) {
                Thread.onSpinWait();
            }
            root.keys().drop(shared);
            assertEquals(EnvExit.Reason.ABORTED,
                    child.awaitExit(Duration.ofSeconds(20)).orElseThrow().reason());
            over.countDown(); // or its large window would stay in the heap
        }
    }
}
