// SPDX-License-Identifier: Apache-2.0
package exo.impl.kernel;

import exo.api.EnvControl;
import exo.api.EnvSpec;
import exo.api.ExoException;
import exo.api.Exokernel;
import exo.api.HostConfig;
import exo.api.ResourceKind;
import exo.api.mem.MemoryConfig;
import exo.api.revoke.Notice;
import exo.impl.cap.Charge;
import exo.impl.revoke.QuotaClaim;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

/** Does a quota come back once, if it is taken back while its environment ends? */
class ReclaimEndHostile {
    private static final int ROUNDS = 3000;

    private final Exokernel kernel = Exokernel
            .boot(HostConfig.minimal().memory(MemoryConfig.frames(64)));
    private final KernelEnv root = (KernelEnv) kernel.rootEnv();

    @AfterEach
    void closeKernel() {
        kernel.close();
    }

    @Test
    void shouldTakeNothingFromAQuotaThatIsBack() {
        root.memory().bindWindow(10).allocPages(0, 10);
        AtomicReference<KernelEnv> inside = new AtomicReference<>();
        TestEnv.run(root, EnvSpec.named("child").frames(40),
                env -> inside.set((KernelEnv) env));
        assertEquals(10, root.ledger().used(Charge.FRAMES));
        // What EnvControl.reclaim and QuotaClaim.forceChildren do after they looked.
        assertThrows(ExoException.class, () -> QuotaClaim.reclaim(inside.get(), root,
                ResourceKind.FRAMES, 5, Notice.NONE));
        assertEquals(10, root.ledger().used(Charge.FRAMES));
    }

    @Test
    void shouldGiveAQuotaBackOnceWhileReclaimed() {
        root.memory().bindWindow(10).allocPages(0, 10);
        for (int round = 0; round < ROUNDS; round++) {
            AtomicBoolean go = new AtomicBoolean();
            EnvControl child = root.createEnv(EnvSpec.named("child").frames(40), env -> {
                while (!go.get()) {
                    Thread.onSpinWait();
                }
            });
            go.set(true);
            try {
                while (true) {
                    child.reclaim(ResourceKind.FRAMES, 1, Notice.NONE);
                    child.give(ResourceKind.FRAMES, 1);
                }
            } catch (ExoException e) {
                TestEnv.await(child);
            }
            int so = round;
            assertEquals(10, root.ledger().used(Charge.FRAMES), () -> "round " + so);
        }
    }

    @Test
    void shouldGiveAGrandchildsQuotaBackOnceWhileReclaimed() {
        root.memory().bindWindow(10).allocPages(0, 10);
        for (int round = 0; round < ROUNDS; round++) {
            AtomicBoolean go = new AtomicBoolean();
            AtomicReference<KernelEnv> inside = new AtomicReference<>();
            AtomicReference<EnvControl> grandchild = new AtomicReference<>();
            AtomicBoolean stop = new AtomicBoolean();
            EnvControl child = root.createEnv(EnvSpec.named("child")
                    .frames(40)
                    .objects(4000)
                    .threads(64), env -> {
                        inside.set((KernelEnv) env);
                        grandchild.set(env.createEnv(EnvSpec.named("grandchild").frames(35), e -> {
                            while (!go.get()) {
                                Thread.onSpinWait();
                            }
                        }));
                        while (!stop.get()) {
                            Thread.onSpinWait();
                        }
                    });
            while (grandchild.get() == null) {
                Thread.onSpinWait();
            }
            go.set(true);
            for (int i = 0; i < 30; i++) {
                child.reclaim(ResourceKind.FRAMES, 1, Notice.NONE);
            }
            while (!grandchild.get().isEnded()) {
                Thread.onSpinWait();
            }
            int so = round;
            assertEquals(0, inside.get().ledger().used(Charge.FRAMES), () -> "round " + so);
            stop.set(true);
            TestEnv.await(child);
            assertEquals(10, root.ledger().used(Charge.FRAMES), () -> "round " + so);
        }
    }

    /** The right to grant to somebody is no right to pass on what a third one has. */
    @Test
    void shouldNotGiveWhatTheCallerDoesNotHave() {
        AtomicBoolean stop = new AtomicBoolean();
        EnvControl peer = root.createEnv(EnvSpec.named("peer"), env -> {
            while (!stop.get()) {
                Thread.onSpinWait();
            }
        });
        long before = root.ledger().used(Charge.FRAMES);
        TestEnv.run(root, EnvSpec.named("stranger").grant("peer", peer, exo.api.Rights.GRANT),
                env -> assertThrows(ExoException.class, () -> env.keys()
                        .find("peer", EnvControl.class)
                        .give(ResourceKind.FRAMES, 50)));
        assertEquals(before, root.ledger().used(Charge.FRAMES));
        stop.set(true);
    }
}
