// SPDX-License-Identifier: Apache-2.0
package exo.impl.mem;

import exo.api.CapabilityException;
import exo.api.Env;
import exo.api.EnvControl;
import exo.api.EnvExit;
import exo.api.EnvSpec;
import exo.api.Exokernel;
import exo.api.HostConfig;
import exo.api.HostConfig.Lending;
import exo.api.ResourceException;
import exo.api.ResourceKind;
import exo.api.Rights;
import exo.api.mem.MemoryConfig;
import exo.api.mem.Window;
import exo.api.revoke.Notice;
import exo.api.revoke.VictimPolicy;
import exo.testkit.Await;
import exo.testkit.Seed;
import exo.testkit.Seeds;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * Can one of many environments ever see another's bytes, while frames are reclaimed, lent, shared,
 * frozen and revoked, and environments end and are made anew?
 *
 * <p>64 threads; {@code -Dexo.stressSeconds=60} makes it last for a minute.
 */
@ExtendWith(Seeds.class)
class CrowdHostile {
    private static final int SECONDS = Integer.getInteger("exo.stressSeconds", 5);
    private static final int MEMBERS = 64 / CrowdMember.THREADS;
    private static final int KEEPERS = 4;
    private static final int FRAMES = 640; // fewer than all windows have pages
    private static final Duration LONG = Duration.ofSeconds(20);

    private final Exokernel kernel = Exokernel.boot(HostConfig.minimal()
            .memory(MemoryConfig.frames(FRAMES))
            .lending(new Lending(VictimPolicy.LARGEST_EXTRA,
                    Notice.demand(Duration.ofMillis(2)))));
    private final Env root = kernel.rootEnv();
    /** A keeper writes its own; others read it to find a peer, which may be gone already. */
    private final AtomicReferenceArray<EnvControl> members = new AtomicReferenceArray<>(MEMBERS);
    private final LongAdder forced = new LongAdder();
    private final LongAdder ends = new LongAdder();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final CrowdMember.Tally tally = new CrowdMember.Tally();

    @AfterEach
    void closeKernel() {
        kernel.close();
    }

    private void start(int number, RandomGenerator.SplittableGenerator random) {
        EnvSpec spec = EnvSpec.named("member-" + number)
                .frames(20 + number)
                .extraFrames(number % 3 == 0 ? 0 : 40)
                .objects(200)
                .threads(CrowdMember.THREADS);
        EnvControl peer = members.get((number + 1) % MEMBERS);
        EnvSpec complete = peer != null && peer.isLive()
                ? spec.grant("peer", peer, Rights.GRANT)
                : spec;
        CrowdMember member = new CrowdMember(random.split(), tally);
        try {
            members.set(number, root.createEnv(complete, member));
        } catch (CapabilityException e) { // the peer has ended meanwhile
            members.set(number, root.createEnv(spec, member));
        }
    }

    private void end(int number, Duration grace) {
        EnvExit exit = members.get(number).end(grace);
        exit.failure().ifPresent(failure -> {
            throw new AssertionError(members.get(number).envName() + ": " + failure, failure);
        });
        Await.until("it has ended", LONG, members.get(number)::isEnded);
    }

    @Test
    void shouldNeverShowTheBytesOfAnother(Seed seed) throws InterruptedException {
        SplittableRandom random = new SplittableRandom(seed.value());
        for (int i = MEMBERS - 1; i >= 0; i--) {
            start(i, random);
        }
        long stop = System.nanoTime() + SECONDS * 1_000_000_000L;
        List<Thread> keepers = new ArrayList<>();
        for (int i = 0; i < KEEPERS; i++) {
            int first = i;
            SplittableRandom own = random.split();
            keepers.add(Thread.ofPlatform().start(() -> keep(first, own, stop)));
        }
        for (Thread keeper : keepers) {
            keeper.join();
        }
        assertNull(failure.get(), () -> "a keeper failed: " + failure.get());
        for (int i = 0; i < MEMBERS; i++) {
            end(i, Duration.ZERO);
        }
        System.out.println("CrowdHostile: " + tally + ", " + forced + " reclaimed by force, "
                + ends + " ends");
        assertTrue(
                forced.sum() > 0 && ends.sum() > 0 && tally.maps.sum() > 0
                        && tally.copies.sum() > 0,
                "it was no test of anything");
        assertNothingLost();
    }

    /** Reclaims from some members, and ends them and makes them anew. */
    private void keep(int first, SplittableRandom random, long stop) {
        try {
            while (System.nanoTime() < stop && failure.get() == null) {
                int number = random.nextInt(MEMBERS / KEEPERS) * KEEPERS + first;
                if (members.get(number).isEnded() || random.nextInt(30) == 0) {
                    end(number, Duration.ofMillis(random.nextInt(2)));
                    start(number, random);
                    ends.increment();
                } else {
                    forced.add(reclaim(members.get(number), random));
                }
            }
        } catch (RuntimeException | AssertionError e) {
            failure.compareAndSet(null, e);
        }
    }

    private static long reclaim(EnvControl member, RandomGenerator random) {
        try {
            return member.reclaim(ResourceKind.FRAMES, 1 + random.nextInt(4),
                    random.nextBoolean()
                            ? Notice.NONE
                            : Notice.demand(Duration.ofNanos(random.nextInt(500_000))))
                    .forced();
        } catch (ResourceException e) {
            return 0; // its quota is used up: it lives on what is lent
        }
    }

    private void assertNothingLost() {
        assertTrue(kernel.leaks().isClean(), kernel.leaks()::toString);
        assertEquals(FRAMES, root.memory().freeFrameCount());
        try (Window all = root.memory().bindWindow(FRAMES)) {
            all.allocPages(0, FRAMES);
            MemorySegment zeros = MemorySegment.ofArray(new byte[FRAMES * 4096]);
            assertEquals(-1, all.segment().mismatch(zeros), "nobody's bytes are left");
        }
    }
}
