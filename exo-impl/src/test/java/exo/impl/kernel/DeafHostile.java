// SPDX-License-Identifier: Apache-2.0
package exo.impl.kernel;

import exo.api.EnvControl;
import exo.api.EnvExit;
import exo.api.EnvSpec;
import exo.api.Exokernel;
import exo.api.HostConfig;
import exo.api.ResourceKind;
import exo.api.Rights;
import exo.api.mem.Frames;
import exo.api.mem.MemoryConfig;
import exo.api.mem.Window;
import exo.api.revoke.Notice;
import exo.api.upcall.Repossession;
import exo.api.upcall.RevokeRequest;
import exo.api.upcall.UpcallHandler;
import exo.api.upcall.Upcalls;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Can a libOS that never listens fill the heap of everybody with what it is told? */
@Timeout(120)
class DeafHostile {
    private static final int MANY = 2000;
    private static final int MOST = Upcalls.MAX_ENTRIES;
    private static final Notice NOW = Notice.demand(Duration.ofNanos(1));

    private final Kernel kernel = (Kernel) Exokernel
            .boot(HostConfig.minimal().memory(MemoryConfig.frames(16)));
    private final KernelEnv root = kernel.root();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch listens = new CountDownLatch(1);
    private final List<Object> heard = new ArrayList<>(); // by the libOS, read after its end

    @AfterEach
    void closeKernel() {
        listens.countDown();
        kernel.close();
    }

    /** What an environment hears that listens at last. */
    private final class Ear implements UpcallHandler {
        @Override
        public void onGrant(exo.api.Capability capability) {
            heard.add(capability.label());
        }

        @Override
        public void onRevokeRequest(RevokeRequest request) {
            heard.add(request);
        }

        @Override
        public void onRepossession(Repossession entry) {
            heard.add(entry);
        }

        @Override
        public void onChildExit(EnvControl child, EnvExit exit) {
            heard.add(child.envId());
        }
    }

    private EnvControl deaf() throws InterruptedException {
        EnvControl child = root.createEnv(EnvSpec.named("deaf"), env -> {
            env.upcalls().handler(new Ear());
            begun.countDown();
            listens.await();
            env.upcalls().poll();
        });
        begun.await();
        return child;
    }

    private ControlEvents events() {
        return root.children().getFirst().control();
    }

    @Test
    void shouldForgetGrantsAndRequestsThatAreOver() throws InterruptedException {
        Window window = root.memory().bindWindow(1);
        window.allocPages(0, 1);
        Frames shared = root.memory().share(window, 0, 1, Rights.ALL, "shared");
        EnvControl child = deaf();
        for (int i = 0; i < MANY; i++) {
            root.keys().grant(shared, child, Rights.READ, "granted");
            assertEquals(1, root.keys().revoke(shared, NOW));
            assertTrue(events().size() <= ControlEvents.FEW, "so many: " + events().size());
        }
        root.keys().grant(shared, child, Rights.READ, "last");
        listens.countDown();
        TestEnv.await(child);
        assertEquals(List.of("last"), heard);
    }

    @Test
    void shouldJoinRepossessionsThatFindTheVectorFull() throws InterruptedException {
        EnvControl child = deaf();
        KernelEnv env = root.children().getFirst();
        for (int i = 0; i < MOST + MANY; i++) {
            env.repossessed(new Repossession(ResourceKind.EXTENT, i, -1,
                    Repossession.Cause.DEADLINE, i));
        }
        assertTrue(env.control().size() <= MOST + 1, "so many: " + env.control().size());
        List<Repossession> entries = env.repossessions(true);
        assertEquals(MOST + 1, entries.size());
        assertEquals(MOST - 1, entries.get(MOST - 1).resource());
        assertFalse(entries.get(MOST - 1).isMany());
        assertTrue(entries.getLast().isMany());
        assertEquals(MANY, entries.getLast().place());
        env.repossessed(new Repossession(ResourceKind.FRAMES, 1, -1,
                Repossession.Cause.DEADLINE, 1));
        assertEquals(1, env.repossessions(true).getFirst().resource(), "there is room again");
        listens.countDown();
        TestEnv.await(child);
        assertEquals(MOST + 1, heard.size());
        assertEquals(new Repossession(ResourceKind.FRAMES, Repossession.MANY, MANY + 1L,
                Repossession.Cause.DEADLINE, 1), heard.getLast());
    }

    @Test
    void shouldTellTheLastOfManyChildrenThatEnded() throws InterruptedException {
        EnvControl child = deaf();
        KernelEnv env = root.children().getFirst();
        int most = Upcalls.MAX_EXITS;
        EnvExit exit = new EnvExit(EnvExit.Reason.RETURNED, java.util.Optional.empty());
        for (int i = 0; i < 5 * most; i++) {
            env.childEnded(child, exit);
            assertTrue(env.control().size() <= 2 * most, "so many: " + env.control().size());
        }
        listens.countDown();
        TestEnv.await(child);
        assertEquals(most, heard.size());
    }
}
