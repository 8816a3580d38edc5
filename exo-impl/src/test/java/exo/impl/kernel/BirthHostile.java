// SPDX-License-Identifier: Apache-2.0
package exo.impl.kernel;

import exo.api.Blame;
import exo.api.EnvControl;
import exo.api.EnvExit;
import exo.api.EnvSpec;
import exo.api.ErrorCode;
import exo.api.Exokernel;
import exo.api.HostConfig;
import exo.api.ResourceException;
import exo.api.ResourceKind;
import exo.api.Rights;
import exo.api.mem.Frames;
import exo.api.mem.MemoryConfig;
import exo.api.mem.Window;
import exo.impl.cap.Charge;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What is left of an environment that could not begin? */
@Timeout(60)
class BirthHostile {
    private static final String CAUSE = "unable to create native thread";

    private final Kernel kernel = (Kernel) Exokernel
            .boot(HostConfig.minimal().memory(MemoryConfig.frames(16)));
    private final KernelEnv root = kernel.root();
    private Map<Charge, Long> used;
    private final EnvSpec spec = EnvSpec.named("unborn").frames(4).objects(20).threads(3);

    @AfterEach
    void closeKernel() {
        kernel.close();
    }

    private static void refuse(Thread thread) {
        throw new OutOfMemoryError(CAUSE);
    }

    private void assertNothingLeft() {
        assertEquals(0, root.children().size());
        assertEquals(1, root.keys().all().stream().filter(c -> c.label().equals("shared")).count());
        assertEquals(0, root.keys().all().stream().filter(EnvControl.class::isInstance).count());
        assertEquals(used, used());
    }

    private Map<Charge, Long> used() {
        Map<Charge, Long> now = new EnumMap<>(Charge.class);
        for (Charge charge : Charge.values()) {
            now.put(charge, root.ledger().used(charge));
        }
        return now;
    }

    private Frames shared() {
        Window window = root.memory().bindWindow(1);
        window.allocPages(0, 1);
        Frames shared = root.memory().share(window, 0, 1, Rights.ALL, "shared");
        used = used();
        return shared;
    }

    @Test
    void shouldLeaveNothingIfTheHostHasNoThreadForAnEnvironment() {
        Frames shared = shared();
        kernel.startThreadsBy(BirthHostile::refuse);
        for (int i = 0; i < 3; i++) {
            ResourceException e = assertThrows(ResourceException.class, () -> root
                    .createEnv(spec.grant("given", shared, Rights.READ), env -> {}));
            assertEquals(ErrorCode.EXHAUSTED, e.code());
            assertEquals(Blame.HOST, e.blame());
            assertTrue(e.getMessage().contains(CAUSE), e::getMessage);
            assertNothingLeft();
        }
        assertEquals(0, root.keys().revoke(shared), "what was given is gone");
    }

    @Test
    void shouldGoOnIfTheHostHasNoFurtherThread() throws InterruptedException {
        EnvControl child = root.createEnv(spec, env -> {
            kernel.startThreadsBy(BirthHostile::refuse);
            for (int i = 0; i < 5; i++) {
                assertEquals(ErrorCode.EXHAUSTED, assertThrows(ResourceException.class,
                        () -> env.startThread("more", any -> {})).code());
            }
            assertEquals(1, env.account().threadsAlive());
        });
        EnvExit exit = child.awaitExit(Duration.ofSeconds(20)).orElseThrow();
        assertEquals(EnvExit.Reason.RETURNED, exit.reason(), exit::toString);
    }

    /** Its control is in the key-ring before its thread begins, for all threads of its creator. */
    @Test
    void shouldGiveItsQuotaBackOnceIfItIsEndedBeforeItBegins() throws InterruptedException {
        Frames shared = shared();
        AtomicReference<EnvControl> control = new AtomicReference<>();
        AtomicReference<EnvExit> exit = new AtomicReference<>();
        kernel.startThreadsBy(thread -> {
            EnvControl found = root.keys().find("env-1", EnvControl.class);
            found.give(ResourceKind.FRAMES, 2);
            control.set(found);
            exit.set(found.end(Duration.ZERO));
            throw new OutOfMemoryError(CAUSE);
        });
        assertEquals(ErrorCode.EXHAUSTED, assertThrows(ResourceException.class, () -> root
                .createEnv(spec.grant("given", shared, Rights.READ), env -> {})).code());
        assertNothingLeft();
        assertSame(exit.get(), control.get().awaitExit(Duration.ZERO).orElseThrow());
        assertTrue(control.get().isEnded());
    }
}
