// SPDX-License-Identifier: Apache-2.0
package exo.impl.kernel;

import exo.api.Account;
import exo.api.Env;
import exo.api.EnvControl;
import exo.api.EnvExit;
import exo.api.EnvSpec;
import exo.api.Exokernel;
import exo.api.HostConfig;
import exo.api.Rights;
import exo.api.cpu.CpuConfig;
import exo.api.disk.BlockDevice;
import exo.api.disk.DiskConfig;
import exo.api.disk.Extent;
import exo.api.mem.Frames;
import exo.api.mem.MemoryConfig;
import exo.api.mem.Window;
import exo.api.name.NameKey;
import exo.api.name.Names;
import exo.api.net.Ipv4Address;
import exo.api.net.MacAddress;
import exo.api.net.NetConfig;
import exo.api.net.NetDevice;
import exo.api.net.Station;
import exo.api.upcall.Upcalls;
import exo.testkit.Await;
import exo.testkit.Seed;
import exo.testkit.Seeds;
import exo.testkit.self.OwnProcess;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Does everything come back, whatever an environment is doing at the moment of its end? */
@Timeout(120)
@ExtendWith(Seeds.class)
class EndHostile {
    private static final int ROUNDS = 60;
    /** Fewer where each round makes and ends many. */
    private static final int ROUNDS_OF_MANY = 12;
    private static final int DEAF_ROUNDS = 1;
    private static final Duration LONG = Duration.ofSeconds(20);
    /** What the JVM itself may map meanwhile; far less than one mapping for each round. */
    private static final int MAPS_OF_THE_JVM = 30;

    private final Exokernel kernel = Exokernel.boot(HostConfig.minimal()
            .grace(Duration.ofMillis(100))
            .memory(MemoryConfig.frames(256))
            .disk(DiskConfig.temporary("disk0", 4 << 20))
            .net(NetConfig.wire("wire0"))
            .cpu(CpuConfig.allPermitted().timeline(10, Duration.ofMillis(2))));
    private final Env root = kernel.rootEnv();
    private EnvSpec spec;
    private EnvControl peer;

    @BeforeEach
    void prepareGifts() {
        peer = root.createEnv(EnvSpec.named("peer"), env -> {
            while (true) {
                env.upcalls().await(Upcalls.NEVER);
            }
        });
        Window window = root.memory().bindWindow(4);
        window.allocPages(0, 4);
        Frames frames = root.memory().share(window, 0, 4, Rights.READ_WRITE, "frames");
        BlockDevice disk = root.keys().find("disk0", BlockDevice.class);
        Extent extent = root.disk().allocExtent(disk, "", 16);
        Station station = root.net()
                .allocStation(root.keys().find("wire0", NetDevice.class),
                        MacAddress.parse("02:00:00:00:00:0a"), Ipv4Address.ANY, "station");
        spec = EnvSpec.named("doomed")
                .frames(64)
                .blocks(8)
                .slots(5)
                .objects(400)
                .threads(32)
                .grant("frames", frames, Rights.READ_WRITE)
                .grant("peer", peer, Rights.GRANT)
                .grant("disk", disk, Rights.READ_WRITE)
                .grant("extent", extent, Rights.READ_WRITE.and(Rights.GRANT))
                .grant("station", station, Rights.READ_WRITE)
                .grant("names", root.keys().find(Names.ROOT_LABEL, NameKey.class),
                        Rights.READ_WRITE.and(Rights.GRANT));
    }

    @AfterEach
    void closeKernel() {
        kernel.close();
    }

    /** How an environment may come to its end. */
    private enum End {
        FROM_OUTSIDE, WITH_GRACE, BY_THROWING, DEAF
    }

    @ParameterizedTest
    @EnumSource
    void shouldReturnEverything(Deed deed, Seed seed) {
        SplittableRandom random = new SplittableRandom(seed.value());
        for (End end : End.values()) {
            endOnce(deed, end, random); // what is made once is made now
        }
        Held before = held();
        long pool = mappingsOf("exo-frames");
        long rings = mappingsOf("io_uring");
        long maps = OwnProcess.mappings(line -> true);
        long files = OwnProcess.openFiles();
        int rounds = deed == Deed.CHILDREN ? ROUNDS_OF_MANY : ROUNDS;
        for (int i = 0; i < rounds; i++) {
            End end = i < DEAF_ROUNDS ? End.DEAF : End.values()[i % 3];
            endOnce(deed, end, random);
            assertEquals(before, held(), () -> "after an end " + end);
        }
        awaitAtMost("mappings of the pool", pool, () -> mappingsOf("exo-frames"));
        awaitAtMost("mappings of rings", rings, () -> mappingsOf("io_uring"));
        awaitAtMost("mappings", maps + MAPS_OF_THE_JVM, () -> OwnProcess.mappings(line -> true));
        awaitAtMost("open files", files, OwnProcess::openFiles);
    }

    private void endOnce(Deed deed, End end, RandomGenerator.SplittableGenerator random) {
        CountDownLatch started = new CountDownLatch(1);
        AtomicReference<Thread> deaf = new AtomicReference<>();
        RandomGenerator own = random.split();
        long steps = 1L + random.nextInt(200);
        EnvControl child = root.createEnv(spec, env -> {
            Runnable step = deed.begin(env, own);
            started.countDown();
            if (end == End.BY_THROWING) {
                repeat(env, step, steps);
                throw new IllegalStateException("it is enough");
            } else if (end == End.DEAF) {
                repeat(env, step, steps);
                deaf.set(Thread.currentThread());
                LockSupport.park();
                return;
            }
            while (true) {
                repeat(env, step, steps);
            }
        });
        await(started);
        switch (end) {
            case BY_THROWING -> Await.until("it has ended", LONG, child::isEnded);
            case DEAF -> {
                Await.until("it is deaf", LONG, () -> deaf.get() != null || child.isEnded());
                EnvExit exit = child.end(Duration.ZERO);
                assertEquals(EnvExit.Reason.ABORTED, exit.reason(), exit::toString);
                LockSupport.unpark(deaf.get());
                Await.until("its thread is gone", LONG, () -> !deaf.get().isAlive());
            }
            default -> {
                LockSupport.parkNanos(random.nextInt(3_000_000));
                EnvExit exit = child
                        .end(end == End.WITH_GRACE ? Duration.ofMillis(2) : Duration.ZERO);
                assertTrue(exit.failure().isEmpty(), exit::toString);
            }
        }
        assertTrue(child.isEnded());
    }

    private static void repeat(Env env, Runnable step, long times) {
        for (long i = 0; i < times; i++) {
            Deed.attempt(env, step);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(20, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    // ---- what is there -------------------------------------------------------------------------

    /** What the root holds, and what is free; and what the peer holds, who gets capabilities. */
    private record Held(int frames, long blocks, int slots, int objects, int freeFrames,
            String leaks, int peerFrames) {}

    private Held held() {
        Account account = root.account();
        return new Held(account.framesHeld(), account.blocksHeld(), account.slotsHeld(),
                account.objectsHeld(), root.memory().freeFrameCount(),
                kernel.leaks().entries().toString(), peer.account().framesHeld());
    }

    private static long mappingsOf(String file) {
        return OwnProcess.mappings(line -> line.contains(file));
    }

    private static void awaitAtMost(String what, long most,
            java.util.function.LongSupplier now) {
        try {
            Await.until(what, LONG, () -> now.getAsLong() <= most);
        } catch (AssertionError e) {
            throw new AssertionError(now.getAsLong() + " " + what + ", but at most " + most
                    + " were expected", e);
        }
    }
}
