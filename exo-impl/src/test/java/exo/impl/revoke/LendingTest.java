// SPDX-License-Identifier: Apache-2.0
package exo.impl.revoke;

import exo.api.Capability;
import exo.api.Env;
import exo.api.EnvControl;
import exo.api.EnvSpec;
import exo.api.ErrorCode;
import exo.api.Exokernel;
import exo.api.HostConfig;
import exo.api.HostConfig.Lending;
import exo.api.LibOs;
import exo.api.ResourceException;
import exo.api.ResourceKind;
import exo.api.Rights;
import exo.api.mem.Frames;
import exo.api.mem.MemoryConfig;
import exo.api.mem.Window;
import exo.api.revoke.Notice;
import exo.api.revoke.VictimPolicy;
import exo.api.upcall.RevokeRequest;
import exo.api.upcall.UpcallHandler;
import exo.api.upcall.Upcalls;
import exo.impl.kernel.TestEnv;
import exo.testkit.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Guaranteed and extra frames: who gets them, who loses them. */
class LendingTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    private Exokernel kernel = boot(new Lending(VictimPolicy.LARGEST_EXTRA, Notice.demand(LONG)));

    private static Exokernel boot(Lending lending) {
        return Exokernel.boot(
                HostConfig.minimal().memory(MemoryConfig.frames(64)).lending(lending));
    }

    private Env root() {
        return kernel.rootEnv();
    }

    @AfterEach
    void closeKernel() {
        kernel.close();
    }

    /** Holds so many frames, and returns as many as it is asked for. */
    private static final class Borrower implements UpcallHandler {
        final List<RevokeRequest> requests = Collections.synchronizedList(new ArrayList<>());
        final CountDownLatch ready = new CountDownLatch(1);
        final int held;
        private Window window;
        private int left;
        private boolean stop;

        Borrower(int held) {
            this.held = held;
            this.left = held;
        }

        EnvControl start(Env creator, EnvSpec spec) {
            EnvControl control = creator.createEnv(spec, this::run);
            try {
                assertTrue(ready.await(20, TimeUnit.SECONDS), "it holds its frames");
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            return control;
        }

        private void run(Env env) {
            env.upcalls().handler(this);
            window = env.memory().bindWindow(held);
            window.allocPages(0, held);
            ready.countDown();
            while (!stop) {
                env.upcalls().await(Upcalls.NEVER);
            }
        }

        @Override
        public void onRevokeRequest(RevokeRequest request) {
            requests.add(request);
            left -= (int) request.count();
            window.releasePages(left, (int) request.count());
        }

        @Override
        public void onStopRequest() {
            stop = true;
        }
    }

    private void alloc(int frames) {
        TestEnv.run(root(), EnvSpec.named("needy").frames(frames),
                env -> env.memory().bindWindow(frames).allocPages(0, frames));
    }

    @Test
    void shouldLendWhatNobodyUses() {
        EnvControl borrower = new Borrower(30).start(root(),
                EnvSpec.named("borrower").frames(10).extraFrames(20));
        assertEquals(30, borrower.account().framesHeld());
        assertEquals(20, borrower.account().extraFrames());
        TestEnv.end(borrower, LONG);
        assertEquals(64, root().memory().freeFrameCount());
        assertTrue(kernel.leaks().isClean(), kernel.leaks()::toString);
    }

    @Test
    void shouldRefuseMoreThanTheExtraQuota() {
        TestEnv.run(root(), EnvSpec.named("borrower").frames(2).extraFrames(3), env -> {
            Window window = env.memory().bindWindow(8);
            window.allocPages(0, 5);
            ResourceException e = assertThrows(ResourceException.class,
                    () -> window.allocPages(5, 1));
            assertEquals(ErrorCode.QUOTA, e.code());
            assertTrue(e.getMessage().contains("3 of 3 extra"), e.getMessage());
            window.releasePages(0, 1);
            assertEquals(2, env.account().extraFrames(), "extra ones go first");
        });
    }

    @Test
    void shouldRefuseExtraFramesThatThePoolDoesNotHave() {
        TestEnv.run(root(), EnvSpec.named("borrower").frames(4).extraFrames(100), env -> {
            Window window = env.memory().bindWindow(100);
            ResourceException e = assertThrows(ResourceException.class,
                    () -> window.allocPages(0, 65));
            assertEquals(ErrorCode.EXHAUSTED, e.code());
            assertEquals(0, env.account().framesHeld(), "no effect");
            window.allocPages(0, 64);
            assertEquals(60, env.account().extraFrames(), "all that there are");
        });
    }

    @Test
    void shouldNotLendToTheRootWhichOnlyPassesTheRightOn() {
        Window window = root().memory().bindWindow(65);
        ResourceException e = assertThrows(ResourceException.class,
                () -> window.allocPages(0, 65));
        assertEquals(ErrorCode.QUOTA, e.code());
    }

    @Test
    void shouldCallInAsManyAsAreNeededForGuaranteedOnes() {
        Borrower borrower = new Borrower(40);
        EnvControl control = borrower.start(root(),
                EnvSpec.named("borrower").frames(10).extraFrames(54));
        alloc(30);
        assertEquals(1, borrower.requests.size());
        RevokeRequest request = borrower.requests.getFirst();
        assertEquals(6, request.count(), "24 were free");
        assertEquals(ResourceKind.FRAMES, request.kind());
        assertEquals(RevokeRequest.Stage.DEMAND, request.stage());
        assertEquals(34, control.account().framesHeld());
        TestEnv.end(control, LONG);
    }

    @Test
    void shouldCallInFromTheLargestHolderFirst() {
        Borrower small = new Borrower(10);
        Borrower large = new Borrower(20);
        EnvSpec spec = EnvSpec.named("borrower").extraFrames(40);
        EnvControl smallControl = small.start(root(), spec);
        EnvControl largeControl = large.start(root(), spec);
        alloc(40);
        assertTrue(small.requests.isEmpty());
        assertEquals(6, large.requests.getFirst().count());
        alloc(64);
        assertEquals(0, smallControl.account().framesHeld());
        assertEquals(0, largeControl.account().framesHeld());
        TestEnv.end(smallControl, LONG);
        TestEnv.end(largeControl, LONG);
    }

    @Test
    void shouldAskTheEmbeddersPolicy() {
        kernel.close();
        List<Integer> candidates = Collections.synchronizedList(new ArrayList<>());
        kernel = boot(new Lending(all -> {
            candidates.add(all.size());
            return all.stream().filter(c -> c.envName().equals("chosen")).findFirst().orElseThrow();
        }, Notice.demand(LONG)));
        Borrower other = new Borrower(20);
        Borrower chosen = new Borrower(10);
        EnvControl first = other.start(root(), EnvSpec.named("other").extraFrames(20));
        EnvControl second = chosen.start(root(), EnvSpec.named("chosen").extraFrames(20));
        alloc(36);
        assertTrue(other.requests.isEmpty());
        assertEquals(2, chosen.requests.getFirst().count());
        assertEquals(List.of(2), candidates);
        TestEnv.end(first, LONG);
        TestEnv.end(second, LONG);
    }

    @Test
    void shouldRefuseARequestWhosePolicyThrows() {
        kernel.close();
        kernel = boot(new Lending(all -> {
            throw new IllegalStateException("no idea");
        }, Notice.NONE));
        EnvControl control = new Borrower(60).start(root(),
                EnvSpec.named("borrower").extraFrames(60));
        TestEnv.run(root(), EnvSpec.named("needy").frames(10), env -> {
            Window window = env.memory().bindWindow(10);
            assertEquals("no idea", assertThrows(IllegalStateException.class,
                    () -> window.allocPages(0, 10)).getMessage());
            assertEquals(0, env.account().framesHeld(), "no effect");
            window.allocPages(0, 4);
        });
        TestEnv.end(control, LONG);
        assertTrue(kernel.leaks().isClean(), kernel.leaks()::toString);
    }

    @Test
    void shouldLoseNoFramesWhenThePolicyThrowsAfterTheyCame() throws InterruptedException {
        kernel.close();
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch came = new CountDownLatch(1);
        kernel = boot(new Lending(all -> {
            asked.countDown();
            try {
                came.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            throw new IllegalStateException("no idea");
        }, Notice.demand(LONG)));
        EnvControl borrower = new Borrower(60).start(root(),
                EnvSpec.named("borrower").extraFrames(60));
        EnvControl needy = root().createEnv(EnvSpec.named("needy").frames(10), env -> {
            Window window = env.memory().bindWindow(10);
            assertThrows(IllegalStateException.class, () -> window.allocPages(0, 10));
        });
        assertTrue(asked.await(20, TimeUnit.SECONDS));
        TestEnv.end(borrower, LONG); // the request is served while the policy thinks
        came.countDown();
        TestEnv.await(needy);
        alloc(64);
        assertTrue(kernel.leaks().isClean(), kernel.leaks()::toString);
    }

    @Test
    void shouldRefuseAPolicyThatNamesAStranger() {
        kernel.close();
        kernel = boot(new Lending(all -> new VictimPolicy.Candidate(999, "nobody", 1, 1),
                Notice.NONE));
        EnvControl control = new Borrower(60).start(root(),
                EnvSpec.named("borrower").extraFrames(60));
        TestEnv.run(root(), EnvSpec.named("needy").frames(10), env -> {
            Window window = env.memory().bindWindow(10);
            String message = assertThrows(IllegalStateException.class,
                    () -> window.allocPages(0, 10)).getMessage();
            assertTrue(message.contains("nobody"), message);
        });
        TestEnv.end(control, LONG);
    }

    @RepeatedTest(30) // a request that is served before it has asked comes about once in ten
    void shouldServeManyWhoNeedFramesAtOnce() throws InterruptedException {
        Borrower borrower = new Borrower(64);
        EnvControl control = borrower.start(root(),
                EnvSpec.named("borrower").extraFrames(64));
        CountDownLatch all = new CountDownLatch(8);
        LibOs needy = env -> {
            env.memory().bindWindow(8).allocPages(0, 8);
            all.countDown();
            all.await();
        };
        List<EnvControl> controls = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            controls.add(root().createEnv(EnvSpec.named("needy" + i).frames(8), needy));
        }
        controls.forEach(TestEnv::await);
        assertTrue(control.end(LONG).failure().isEmpty());
        assertEquals(64, borrower.requests.stream().mapToLong(RevokeRequest::count).sum());
        assertEquals(64, root().memory().freeFrameCount());
    }

    @Test
    void shouldPassTheRightToBorrowOnToChildren() {
        TestEnv.run(root(),
                EnvSpec.named("middle").frames(4).extraFrames(10).objects(4000).threads(9), env -> {
                    assertEquals(ErrorCode.QUOTA, assertThrows(ResourceException.class,
                            () -> env.createEnv(EnvSpec.named("leaf").extraFrames(11), leaf -> {}))
                            .code());
                    TestEnv.run(env, EnvSpec.named("leaf").extraFrames(6), leaf -> {
                        leaf.memory().bindWindow(6).allocPages(0, 6);
                        assertEquals(6, leaf.account().extraFrames());
                    });
                    env.memory().bindWindow(14).allocPages(0, 14);
                    assertEquals(10, env.account().extraFrames(), "it came back");
                    assertFalse(env.account().framesHeld() < 14);
                });
    }

    @Test
    void shouldReclaimFromChildrenWhatTheirCreatorBorrowsInstead() throws InterruptedException {
        CountDownLatch over = new CountDownLatch(1);
        Borrower leaf = new Borrower(10);
        EnvControl middle = root().createEnv(EnvSpec.named("middle")
                .frames(10)
                .extraFrames(5)
                .objects(2000)
                .threads(9), env -> {
                    EnvControl control = leaf.start(env, EnvSpec.named("leaf").frames(10));
                    env.memory().bindWindow(3).allocPages(0, 3);
                    assertEquals(3, env.account().extraFrames(), "the leaf has the others");
                    over.await();
                    assertEquals(6, control.account().framesHeld());
                    assertEquals(3, env.account().framesHeld(), "which were not in the quota");
                    TestEnv.end(control, LONG);
                    assertEquals(0, env.account().extraFrames(), "they are guaranteed now");
                });
        assertTrue(leaf.ready.await(20, TimeUnit.SECONDS));
        Await.until("it has borrowed", LONG, () -> middle.account().extraFrames() == 3);
        assertEquals(4, middle.reclaim(ResourceKind.FRAMES, 4, Notice.NONE).forced());
        over.countDown();
        TestEnv.await(middle);
        assertTrue(kernel.leaks().isClean(), kernel.leaks()::toString);
        assertEquals(64, root().quota().frames() - root().account().framesHeld());
    }

    @Test
    void shouldCallNothingInForASnapshotThatIsRefused() {
        Borrower borrower = new Borrower(60);
        EnvControl control = borrower.start(root(), EnvSpec.named("borrower").extraFrames(60));
        TestEnv.run(root(), EnvSpec.named("needy").frames(20).objects(1), env -> {
            Window window = env.memory().bindWindow(4);
            window.allocPages(0, 4);
            ResourceException e = assertThrows(ResourceException.class,
                    () -> env.memory().snapshot(window, 0, 4, "no object is left"));
            assertEquals(ErrorCode.QUOTA, e.code());
        });
        assertTrue(borrower.requests.isEmpty(), borrower.requests::toString);
        assertEquals(60, control.account().framesHeld());
        TestEnv.end(control, LONG);
    }

    @Test
    void shouldNotTakeFromOthersWhatCameBackWithASnapshot() throws InterruptedException {
        kernel.close();
        kernel = boot(new Lending(VictimPolicy.LARGEST_EXTRA, Notice.NONE));
        CountDownLatch copied = new CountDownLatch(1);
        CountDownLatch over = new CountDownLatch(1);
        EnvControl copier = root().createEnv(EnvSpec.named("copier").frames(4), env -> {
            Window window = env.memory().bindWindow(4);
            env.upcalls().handler(new UpcallHandler() {
                @Override
                public void onGrant(Capability capability) {
                    window.mapCopy(0, (Frames) capability, 0, 4);
                    copied.countDown();
                }
            });
            while (over.getCount() > 0) {
                env.upcalls().await(System.nanoTime() + 10_000_000);
            }
        });
        EnvControl freezer = root().createEnv(EnvSpec.named("freezer")
                .extraFrames(10)
                .grant("copier", copier, Rights.GRANT), env -> {
                    Window window = env.memory().bindWindow(5);
                    window.allocPages(0, 5);
                    Frames frozen = env.memory().snapshot(window, 0, 5, "frozen");
                    window.close();
                    env.keys()
                            .grant(frozen, env.keys().find("copier", EnvControl.class),
                                    Rights.READ, "frozen");
                    over.await();
                });
        Borrower bystander = new Borrower(4);
        EnvControl control = bystander.start(root(),
                EnvSpec.named("bystander").extraFrames(4));
        assertTrue(copied.await(20, TimeUnit.SECONDS));
        alloc(58); // 7 more than are free; 9 come back from the others
        assertEquals(0, freezer.account().framesHeld());
        assertEquals(4, control.account().framesHeld());
        over.countDown();
        TestEnv.end(control, LONG);
    }

    /** Holds frames, gives some back without being asked, and listens only then. */
    private long deadlineHeardBy(Env env, CountDownLatch held, CountDownLatch both,
            CountDownLatch served) throws InterruptedException {
        Window lent = env.memory().bindWindow(64);
        lent.allocPages(0, 64);
        List<Long> deadlines = new ArrayList<>();
        env.upcalls().handler(new UpcallHandler() {
            @Override
            public void onRevokeRequest(RevokeRequest request) {
                deadlines.add(request.deadlineNanos());
                lent.releasePages(63 - (int) request.count(), (int) request.count());
            }
        });
        held.countDown();
        both.await();
        lent.releasePages(63, 1);
        served.await();
        while (deadlines.isEmpty()) {
            env.upcalls().await(Upcalls.NEVER);
        }
        return deadlines.getFirst();
    }

    @Test
    void shouldNotAskByTheDeadlineOfARequestThatIsOver() throws InterruptedException {
        kernel.close();
        AtomicInteger called = new AtomicInteger();
        kernel = boot(new Lending(candidates -> {
            called.incrementAndGet();
            return candidates.getFirst();
        }, Notice.demand(LONG)));
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch both = new CountDownLatch(1);
        CountDownLatch served = new CountDownLatch(1);
        long[] heard = new long[1];
        EnvControl holder = root().createEnv(EnvSpec.named("holder").extraFrames(64),
                env -> heard[0] = deadlineHeardBy(env, held, both, served));
        held.await();
        EnvControl first = root().createEnv(EnvSpec.named("first").frames(1),
                env -> env.memory().bindWindow(1).allocPages(0, 1));
        Await.until("the first waits", LONG, () -> called.get() >= 1);
        long begun = System.nanoTime();
        EnvControl second = root().createEnv(EnvSpec.named("second").frames(7), env -> {
            env.memory().bindWindow(7).allocPages(0, 7);
        });
        Await.until("both wait", LONG, () -> called.get() >= 2);
        both.countDown();
        TestEnv.await(first);
        served.countDown();
        TestEnv.await(second);
        TestEnv.await(holder);
        assertTrue(heard[0] - begun >= LONG.toNanos(), "it was asked by the deadline of another");
    }
}
