// SPDX-License-Identifier: Apache-2.0
package exo.impl.kernel;

import exo.api.Env;
import exo.api.EnvControl;
import exo.api.EnvExit;
import exo.api.EnvSpec;
import exo.api.ErrorCode;
import exo.api.ExoException;
import exo.api.Exokernel;
import exo.api.HostConfig;
import exo.api.Rights;
import exo.api.mem.Window;
import exo.api.net.Filters;
import exo.api.net.Ipv4Address;
import exo.api.net.MacAddress;
import exo.api.net.NetDevice;
import exo.api.net.PacketBinding;
import exo.api.net.RingSpec;
import exo.api.net.Station;
import exo.api.upcall.UpcallHandler;
import exo.api.upcall.Upcalls;
import exo.host.HostThread;
import exo.testkit.Await;
import exo.testkit.self.SideThread;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Can an environment survive its end, end another, or make the kernel wait for it? */
@Timeout(60)
class EnvHostile {
    private static final Duration LONG = Duration.ofSeconds(20);

    private final Exokernel kernel = Exokernel
            .boot(HostConfig.embedded().grace(Duration.ofMillis(200)));
    private final Env root = kernel.rootEnv();

    @AfterEach
    void closeKernel() {
        kernel.close();
    }

    private static void sleepUntilStopped(Env env) {
        boolean[] stop = {false};
        env.upcalls().handler(new UpcallHandler() {
            @Override
            public void onStopRequest() {
                stop[0] = true;
            }
        });
        while (!stop[0]) {
            env.upcalls().await(Upcalls.NEVER);
        }
    }

    // ---- the thread objects

    @Test
    void shouldNotRunTheThreadOfAnotherEnvironment() throws InterruptedException {
        AtomicReference<Runnable> victimThread = new AtomicReference<>();
        AtomicInteger runs = new AtomicInteger();
        EnvControl victim = root.createEnv(EnvSpec.named("victim"), env -> {
            runs.incrementAndGet();
            victimThread.set(Thread.currentThread());
            sleepUntilStopped(env);
        });
        Await.until("the victim runs", LONG, () -> victimThread.get() != null);
        TestEnv.run(root, EnvSpec.named("attacker"),
                env -> assertThrows(IllegalStateException.class, victimThread.get()::run));
        assertThrows(IllegalStateException.class, victimThread.get()::run);
        assertFalse(victim.isEnded());
        assertEquals(EnvExit.Reason.ENDED, victim.end(LONG).reason());
        assertEquals(1, runs.get());
    }

    @Test
    void shouldNotRunItsOwnThreadTwice() {
        AtomicInteger runs = new AtomicInteger();
        TestEnv.run(root, EnvSpec.named("twice"), env -> {
            runs.incrementAndGet();
            Upcalls mine = env.upcalls();
            Runnable self = Thread.currentThread();
            assertThrows(IllegalStateException.class, self::run);
            assertThrows(IllegalThreadStateException.class, Thread.currentThread()::start);
            assertEquals(mine, env.upcalls());
            assertEquals(0, mine.poll());
        });
        assertEquals(1, runs.get());
    }

    // ---- monitors

    /** Takes the monitors of all it can reach, and keeps them for ever. */
    private static void clutch(List<Object> reachable, CountDownLatch holding) {
        if (!reachable.isEmpty()) {
            synchronized (reachable.getFirst()) {
                clutch(reachable.subList(1, reachable.size()), holding);
            }
            return;
        }
        holding.countDown();
        while (!Thread.currentThread().isInterrupted()) {
            LockSupport.park();
        }
    }

    @Test
    void shouldEndAnEnvironmentThatHoldsEveryMonitorItReaches() throws InterruptedException {
        CountDownLatch holding = new CountDownLatch(1);
        EnvControl child = root.createEnv(EnvSpec.named("clutcher").frames(8).threads(2), env -> {
            Window window = env.memory().bindWindow(4);
            window.allocPages(0, 4);
            List<Object> reachable = new ArrayList<>(List.of(env, env.memory(), env.disk(),
                    env.cpu(), env.net(), env.keys(), env.upcalls(), window,
                    Thread.currentThread()));
            env.startThread("holder", inner -> clutch(reachable, holding));
            env.upcalls().await(Upcalls.NEVER);
        });
        assertTrue(holding.await(20, TimeUnit.SECONDS));
        AtomicReference<EnvExit> exit = new AtomicReference<>();
        SideThread ender = SideThread.start(() -> exit.set(child.end(Duration.ofMillis(50))));
        assertTrue(ender.endsWithin(LONG), "the kernel waits for a monitor of the libOS");
        assertEquals(EnvExit.Reason.ABORTED, exit.get().reason());
        assertEquals(root.memory().frameCount(), root.memory().freeFrameCount());
    }

    @Test
    void shouldNotMakeASenderWaitForAMonitorOfTheReceiver() throws InterruptedException {
        CountDownLatch holding = new CountDownLatch(1);
        NetDevice wire = root.keys().find("wire0", NetDevice.class);
        MacAddress mac = MacAddress.parse("02:00:00:00:00:0b");
        Station theirs = root.net().allocStation(wire, mac, Ipv4Address.ANY, "theirs");
        EnvControl child = root.createEnv(EnvSpec.named("clutcher")
                .frames(16)
                .threads(2)
                .grant("s", theirs, Rights.READ), env -> {
                    Window window = env.memory().bindWindow(16);
                    window.allocPages(0, 16);
                    PacketBinding binding = env.net()
                            .bind(env.keys().find("s", Station.class),
                                    Filters.acceptAll(), window, 0, RingSpec.of(4, 4));
                    List<Object> reachable = List.of(env.upcalls(), binding, window);
                    env.startThread("holder", inner -> clutch(reachable, holding));
                    while (true) {
                        env.upcalls().await(Upcalls.NEVER);
                    }
                });
        assertTrue(holding.await(20, TimeUnit.SECONDS));
        Station mine = root.net()
                .allocStation(wire, MacAddress.parse("02:00:00:00:00:0a"),
                        Ipv4Address.ANY, "mine");
        SideThread sender = SideThread.start(() -> {
            Window window = root.memory().bindWindow(16);
            window.allocPages(0, 16);
            PacketBinding binding = root.net()
                    .bind(mine, Filters.acceptAll(), window, 0, RingSpec.of(4, 4));
            for (int i = 0; i < 100; i++) {
                sendTo(binding, window, mac, mine.mac());
            }
        });
        assertTrue(sender.endsWithin(LONG), "a sender waits for a monitor of the receiver");
        TestEnv.end(child, Duration.ofMillis(20));
    }

    private static void sendTo(PacketBinding binding, Window window, MacAddress to,
            MacAddress from) {
        int slot = binding.tryReserve();
        long at = binding.txOffset(slot);
        for (int octet = 0; octet < 6; octet++) {
            int shift = 40 - octet * 8;
            window.segment()
                    .set(java.lang.foreign.ValueLayout.JAVA_BYTE, at + octet,
                            (byte) (to.bits() >>> shift));
            window.segment()
                    .set(java.lang.foreign.ValueLayout.JAVA_BYTE, at + 6 + octet,
                            (byte) (from.bits() >>> shift));
        }
        assertEquals(0, binding.tryCommit(slot, 60));
        binding.txFlush();
    }

    // ---- ends

    /** The JVM cannot stop a thread; the host can at least make it harmless. */
    @Test
    void shouldLeaveAThreadThatGoesOnOnlyWhatNobodyWants() throws InterruptedException {
        AtomicInteger tid = new AtomicInteger();
        AtomicBoolean stop = new AtomicBoolean();
        CountDownLatch over = new CountDownLatch(1);
        EnvControl child = root.createEnv(EnvSpec.named("spinner"), env -> {
            tid.set(HostThread.currentTid());
            while (!stop.get()) {
                Thread.onSpinWait();
            }
            over.countDown();
        });
        Await.until("it spins", LONG, () -> tid.get() != 0);
        assertEquals(HostThread.SCHED_OTHER, HostThread.scheduler(tid.get()));
        assertEquals(EnvExit.Reason.ABORTED, child.end(Duration.ofMillis(10)).reason());
        assertEquals(HostThread.SCHED_IDLE, HostThread.scheduler(tid.get()));
        stop.set(true);
        assertTrue(over.await(20, TimeUnit.SECONDS), "it does not go on at all");
    }

    @Test
    void shouldEndAThreadWhoseBindingWasRevokedAndNotClosed() {
        NetDevice wire = root.keys().find("wire0", NetDevice.class);
        Station station = root.net()
                .allocStation(wire, MacAddress.parse("02:00:00:00:00:0a"),
                        Ipv4Address.ANY, "s");
        CountDownLatch revoked = new CountDownLatch(1);
        CountDownLatch bound = new CountDownLatch(1);
        EnvControl child = root.createEnv(
                EnvSpec.named("forgetful").frames(16).grant("s", station, Rights.READ), env -> {
                    Window window = env.memory().bindWindow(16);
                    window.allocPages(0, 16);
                    env.net()
                            .bind(env.keys().find("s", Station.class), Filters.acceptAll(),
                                    window, 0, RingSpec.of(4, 4));
                    bound.countDown();
                    revoked.await();
                });
        Await.until("it is bound", LONG, () -> bound.getCount() == 0);
        root.keys().revoke(station);
        revoked.countDown();
        TestEnv.await(child);
        assertEquals(root.memory().frameCount(), root.memory().freeFrameCount());
    }

    @Test
    void shouldNotLeaveAGrandchildBehindThatIsMadeWhileItEnds() {
        for (int round = 0; round < 100; round++) {
            AtomicReference<EnvControl> grandchild = new AtomicReference<>();
            CountDownLatch go = new CountDownLatch(1);
            EnvControl child = root.createEnv(EnvSpec.named("parent").threads(40).objects(4000),
                    env -> {
                        env.startThread("maker", inner -> {
                            go.countDown();
                            while (true) {
                                grandchild.set(inner.createEnv(EnvSpec.named("late")
                                        .threads(1)
                                        .objects(1), EnvHostile::sleepUntilStopped));
                            }
                        });
                        go.await();
                    });
            Await.until("the parent ends", LONG, child::isEnded);
            EnvControl last = grandchild.get();
            if (last != null) {
                Await.until("the grandchild ends with it", LONG, last::isEnded);
            }
        }
        Await.until("no child is left", LONG, () -> root.account().threadsAlive() == 0);
        assertTrue(kernel.leaks().isClean(), kernel.leaks()::toString);
    }

    @Test
    void shouldRefuseEveryCallOfAnEnvironmentThatIsLeaving() throws InterruptedException {
        AtomicReference<ErrorCode> refused = new AtomicReference<>();
        CountDownLatch asleep = new CountDownLatch(1);
        EnvControl child = root.createEnv(EnvSpec.named("stubborn").frames(4), env -> {
            asleep.countDown();
            while (true) {
                try {
                    env.upcalls().await(Upcalls.NEVER);
                } catch (ExoException e) {
                    refused.set(e.code());
                    assertThrows(ExoException.class, () -> env.memory().bindWindow(1));
                    assertThrows(ExoException.class, () -> env.keys().all());
                    assertThrows(ExoException.class,
                            () -> env.startThread("x", inner -> {}));
                    throw e;
                }
            }
        });
        assertTrue(asleep.await(20, TimeUnit.SECONDS));
        EnvExit exit = child.end(Duration.ofMillis(10));
        assertEquals(EnvExit.Reason.ENDED, exit.reason());
        assertEquals(ErrorCode.ENV_ENDED, refused.get());
    }

    @Test
    void shouldContainWhateverItThrows() {
        List<Throwable> thrown = List.of(new StackOverflowError(), new OutOfMemoryError("said so"),
                new AssertionError(), new InterruptedException(), new LinkageError(),
                new Error() {
                    private static final long serialVersionUID = 1L;

                    @Override
                    public String getMessage() {
                        throw new IllegalStateException("a message that throws");
                    }
                });
        for (Throwable each : thrown) {
            EnvControl child = root.createEnv(EnvSpec.named("thrower").frames(2), env -> {
                env.memory().bindWindow(2).allocPages(0, 2);
                throwAny(each);
            });
            EnvExit exit = child.end(LONG);
            assertEquals(EnvExit.Reason.FAILED, exit.reason());
            assertEquals(each, exit.failure().orElseThrow());
        }
        assertEquals(root.memory().frameCount(), root.memory().freeFrameCount());
        root.createEnv(EnvSpec.named("next"), env -> {}).end(LONG);
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void throwAny(Throwable thrown) throws T {
        throw (T) thrown;
    }

    @Test
    void shouldSurviveInterrupts() {
        TestEnv.run(root, EnvSpec.named("interrupted").frames(4).objects(2000).threads(9), env -> {
            Thread.currentThread().interrupt();
            env.upcalls().await(System.nanoTime() + 1_000_000);
            Window window = env.memory().bindWindow(4);
            window.allocPages(0, 4);
            EnvControl child = env.createEnv(EnvSpec.named("child"), inner -> {});
            TestEnv.end(child, LONG);
            assertTrue(Thread.interrupted(), "the interrupt is kept");
        });
        assertEquals(root.memory().frameCount(), root.memory().freeFrameCount());
    }

    @Test
    void shouldDeliverNothingAfterAnEntryEndsTheEnvironment() {
        AtomicBoolean late = new AtomicBoolean();
        EnvControl child = root.createEnv(EnvSpec.named("quitter"), env -> {
            env.upcalls().handler(new UpcallHandler() {
                @Override
                public void onStopRequest() {
                    throw new IllegalStateException("no");
                }
            });
            env.upcalls().await(Upcalls.NEVER);
            late.set(true);
        });
        EnvExit exit = child.end(LONG);
        assertEquals(EnvExit.Reason.FAILED, exit.reason());
        assertFalse(late.get());
    }
}
