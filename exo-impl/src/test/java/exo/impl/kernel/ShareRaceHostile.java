// SPDX-License-Identifier: Apache-2.0
package exo.impl.kernel;

import exo.api.EnvControl;
import exo.api.EnvSpec;
import exo.api.ErrorCode;
import exo.api.ExoException;
import exo.api.Exokernel;
import exo.api.HostConfig;
import exo.api.Rights;
import exo.api.mem.Frames;
import exo.api.mem.MemoryConfig;
import exo.api.mem.Window;
import java.util.EnumSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Can a libOS share a frame at the moment it is taken, and so keep a hold on a free one? */
class ShareRaceHostile {
    private static final EnumSet<ErrorCode> EXPECTED = EnumSet.of(ErrorCode.STALE,
            ErrorCode.REPOSSESSED, ErrorCode.REVOKED, ErrorCode.BUSY, ErrorCode.QUOTA);

    private static final int FRAMES = 64;

    private final Exokernel kernel = Exokernel
            .boot(HostConfig.minimal().memory(MemoryConfig.frames(FRAMES)));
    private final KernelEnv root = (KernelEnv) kernel.rootEnv();

    @AfterEach
    void closeKernel() {
        kernel.close();
    }

    @Test
    void shouldNeverHoldACapabilityForAFreeFrame() {
        AtomicBoolean stop = new AtomicBoolean();
        AtomicInteger shares = new AtomicInteger();
        AtomicInteger refused = new AtomicInteger();
        AtomicReference<KernelEnv> inside = new AtomicReference<>();
        EnvControl child = root.createEnv(EnvSpec.named("sharer").frames(1), env -> {
            inside.set((KernelEnv) env);
            Window window = env.memory().bindWindow(1);
            while (!stop.get()) {
                try {
                    window.releasePages(0, 1);
                    window.allocPagesAt(0, 1, 9);
                    for (int i = 0; i < 20; i++) {
                        Frames frames = env.memory().share(window, 0, 1, Rights.ALL, "f");
                        shares.incrementAndGet();
                        // Live means that the frame is still charged to this environment.
                        boolean free = env.memory().isFreeFrame(9);
                        assertTrue(!(free && frames.isLive()), "a live share of a free frame");
                        env.keys().drop(frames);
                    }
                } catch (ExoException e) {
                    assertTrue(EXPECTED.contains(e.code()), e.getMessage());
                    refused.incrementAndGet();
                }
                env.upcalls().repossessions(true);
                env.upcalls().poll();
            }
        });
        long deadline = System.nanoTime() + 1_500_000_000L;
        while (System.nanoTime() < deadline) {
            if (inside.get() != null) {
                inside.get().frames().repossess(1);
            }
        }
        stop.set(true);
        TestEnv.await(child);
        assertTrue(shares.get() > 0 && refused.get() > 0, shares + " shares, " + refused);
        assertEquals(FRAMES, root.memory().freeFrameCount());
    }
}
