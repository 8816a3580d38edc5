// SPDX-License-Identifier: Apache-2.0
package exo.libos.vm.gib;

import exo.api.CapabilityException;
import exo.api.Env;
import exo.api.EnvControl;
import exo.api.EnvSpec;
import exo.api.ErrorCode;
import exo.api.ExoException;
import exo.api.Rights;
import exo.api.disk.DiskConfig.QueueBackend;
import exo.api.mem.Frames;
import exo.api.mem.Window;
import exo.api.name.Name;
import exo.api.name.NameKey;
import exo.api.name.Names;
import exo.api.upcall.Repossession;
import exo.api.upcall.UpcallHandler;
import exo.libos.vm.VmBench;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class GibTest {
    private static final Name NAME = Name.of(7, 1);

    private final VmBench bench = new VmBench(QueueBackend.AUTO);
    private final Env root = bench.root;
    private final CountDownLatch made = new CountDownLatch(1);
    private final CountDownLatch seen = new CountDownLatch(1);

    @AfterEach
    void closeKernel() {
        bench.close();
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(20, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private EnvSpec spec(String name, int frames) {
        return EnvSpec.named(name)
                .frames(frames)
                .grant("names",
                        root.keys().find(Names.ROOT_LABEL, NameKey.class), Rights.ALL);
    }

    private static NameKey key(Env env) {
        return env.keys().find("names", NameKey.class);
    }

    @Test
    void shouldBeTheSameMemoryForWhoeverFindsIt() {
        EnvControl owner = root.createEnv(spec("owner", 16), env -> {
            try (Gib gib = Gib.create(env, 16, "board")) {
                assertEquals(65_536, gib.segment().byteSize());
                assertEquals(16, gib.log2());
                gib.segment().set(JAVA_LONG, 65_528, 42);
                gib.offer(key(env), NAME, Mode.WRITE);
                made.countDown();
                await(seen);
                assertEquals(43, gib.segment().get(JAVA_LONG, 65_528));
            }
        });
        await(made);
        bench.run(spec("reader", 0), env -> {
            try (GibView view = GibView.attach(env, key(env), NAME, Mode.READ, "r");
                    GibView other = GibView.attach(env, key(env), NAME, Mode.WRITE, "w")) {
                assertEquals(42, view.segment().get(JAVA_LONG, 65_528));
                assertTrue(view.segment().isReadOnly());
                other.segment().set(JAVA_LONG, 65_528, 43);
                assertEquals(43, view.segment().get(JAVA_LONG, 65_528));
                assertEquals(0, env.account().framesHeld(), "the owner pays");
                assertEquals(Mode.WRITE, other.mode());
            }
        });
        seen.countDown();
        VmBench.await(owner);
    }

    @Test
    void shouldRefuseToAttachForWritingWhatWasGivenForReading() {
        Gib gib = Gib.create(root, 12, "board");
        gib.offer(root.keys().find(Names.ROOT_LABEL, NameKey.class), NAME, Mode.READ);
        EnvControl peer = root.createEnv(spec("peer", 0), env -> {
            await(made);
            Frames frames = env.keys().find("board", Frames.class);
            CapabilityException e = assertThrows(CapabilityException.class,
                    () -> GibView.attach(env, frames, Mode.WRITE));
            assertEquals(ErrorCode.INSUFFICIENT, e.code());
            assertTrue(e.getMessage().contains("gib board"), e.getMessage());
            assertTrue(e.getMessage().contains("given out with READ"), e.getMessage());
            assertEquals(ErrorCode.INSUFFICIENT, assertThrows(ExoException.class,
                    () -> GibView.attach(env, key(env), NAME, Mode.WRITE, "w")).code());
            GibView.attach(env, frames, Mode.READ).close();
        });
        gib.grant(peer, Mode.READ, "board");
        made.countDown();
        VmBench.await(peer);
        gib.close();
        gib.close();
    }

    /** What a peer sees before and after something happens to the gib of another environment. */
    private void peerSeesVoid(Repossession.Cause cause, Runnable end) {
        EnvControl peer = root.createEnv(spec("peer", 0), env -> {
            GibView view = GibView.attach(env, key(env), NAME, Mode.WRITE, "gib");
            assertEquals(42, view.segment().get(JAVA_LONG, 0));
            assertTrue(view.isLive());
            int[] told = {0};
            env.upcalls().handler(new UpcallHandler() {
                @Override
                public void onRepossession(Repossession entry) {
                    assertEquals(cause, entry.cause());
                    told[0]++;
                }
            });
            seen.countDown();
            long patience = System.nanoTime() + VmBench.PATIENCE.toNanos();
            while (told[0] < 2 && System.nanoTime() < patience) {
                env.upcalls().await(patience);
            }
            assertEquals(2, told[0], "one for each page");
            assertFalse(view.isLive());
            assertEquals(0, view.segment().get(JAVA_LONG, 0));
            view.segment().set(JAVA_LONG, 0, 1); // nobody minds
            assertFalse(env.keys().all().stream().anyMatch(c -> c.label().equals("gib")));
            view.close();
        });
        await(seen);
        end.run();
        VmBench.await(peer);
    }

    private EnvControl owner(CountDownLatch closing) {
        return root.createEnv(spec("owner", 2), env -> {
            Gib gib = Gib.create(env, 13, "gib");
            gib.segment().set(JAVA_LONG, 0, 42);
            gib.offer(key(env), NAME, Mode.WRITE);
            made.countDown();
            await(closing);
            gib.close();
            assertFalse(gib.isLive());
            env.memory().bindWindow(2).allocPages(0, 2);
        });
    }

    @Test
    void shouldShowVoidWhenTheOwnerClosesIt() {
        CountDownLatch closing = new CountDownLatch(1);
        EnvControl owner = owner(closing);
        await(made);
        peerSeesVoid(Repossession.Cause.REVOKED, () -> {
            closing.countDown();
            VmBench.await(owner);
        });
    }

    @Test
    void shouldShowVoidWhenTheOwnerEnds() {
        EnvControl owner = owner(new CountDownLatch(1));
        await(made);
        peerSeesVoid(Repossession.Cause.OWNER_GONE, () -> owner.end(Duration.ZERO));
    }

    @Test
    void shouldShowVoidWhenTheOwnersFramesAreTaken() {
        EnvControl owner = owner(new CountDownLatch(1));
        await(made);
        peerSeesVoid(Repossession.Cause.OWNER_GONE,
                () -> assertEquals(2, owner.reclaimFrames(2, Duration.ZERO)));
        owner.end(Duration.ZERO);
    }

    @Test
    void shouldTakeItBackFromEverybody() {
        Gib gib = Gib.create(root, 13, "gib");
        gib.segment().set(JAVA_LONG, 0, 42);
        gib.offer(root.keys().find(Names.ROOT_LABEL, NameKey.class), NAME, Mode.WRITE);
        peerSeesVoid(Repossession.Cause.REVOKED, () -> assertEquals(1, gib.revoke()));
        assertTrue(gib.isLive());
        assertEquals(42, gib.segment().get(JAVA_LONG, 0));
        gib.close();
    }

    @Test
    void shouldRefuseWhatIsNoGib() {
        assertThrows(IllegalArgumentException.class, () -> Gib.create(root, 11, "small"));
        assertThrows(IllegalArgumentException.class, () -> Gib.create(root, 34, "large"));
        Window window = root.memory().bindWindow(3);
        window.allocPages(0, 3);
        Frames three = root.memory().share(window, 0, 3, Rights.READ, "three");
        assertThrows(IllegalArgumentException.class, () -> GibView.attach(root, three, Mode.READ));
        Gib gib = Gib.create(root, 12, "gib");
        assertEquals(ErrorCode.ALREADY_EXISTS, assertThrows(ExoException.class,
                () -> Gib.create(root, 12, "gib")).code());
        gib.close();
        window.close();
    }
}
