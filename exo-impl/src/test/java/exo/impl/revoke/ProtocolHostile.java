// SPDX-License-Identifier: Apache-2.0
package exo.impl.revoke;

import exo.api.EnvControl;
import exo.api.EnvExit;
import exo.api.EnvSpec;
import exo.api.ErrorCode;
import exo.api.Exokernel;
import exo.api.HostConfig;
import exo.api.HostConfig.Lending;
import exo.api.LibOs;
import exo.api.ResourceException;
import exo.api.Rights;
import exo.api.disk.BlockDevice;
import exo.api.disk.Extent;
import exo.api.disk.ExtentQueue;
import exo.api.mem.MemoryConfig;
import exo.api.mem.Window;
import exo.api.revoke.Notice;
import exo.api.revoke.VictimPolicy;
import exo.api.upcall.RevokeRequest;
import exo.api.upcall.UpcallHandler;
import exo.api.upcall.Upcalls;
import exo.impl.kernel.TestEnv;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * Faults put into the protocol: whatever the libOS that shall return frames does, whoever needs
 * them gets them, clean, and the libOS keeps its guarantee and can do no harm.
 */
class ProtocolHostile {
    private static final int GUARANTEED = 4;
    private static final int EXTRA = 28;
    private static final byte MARK = 77;
    private static final Duration LONG = Duration.ofSeconds(20);

    private final Exokernel kernel = Exokernel.boot(HostConfig.embedded()
            .memory(MemoryConfig.frames(64))
            .lending(new Lending(VictimPolicy.LARGEST_EXTRA,
                    new Notice(Duration.ofMillis(100), Duration.ofMillis(900)))));
    private final CountDownLatch ready = new CountDownLatch(1);
    private final AtomicBoolean over = new AtomicBoolean();
    private Extent extent;

    @BeforeEach
    void allocExtent() {
        BlockDevice device = kernel.rootEnv().keys().find("disk0", BlockDevice.class);
        extent = kernel.rootEnv().disk().allocExtent(device, "", 64);
    }

    @AfterEach
    void closeKernel() {
        over.set(true);
        kernel.close();
    }

    /** What the libOS that is asked does. */
    enum Answer {
        /** Returns what it is asked for. */
        IN_TIME {
            @Override
            void answer(Window window, RevokeRequest request) {
                window.releasePages(GUARANTEED, (int) request.count());
            }
        },
        /** Returns it after the deadline, when it is taken already. */
        LATE {
            @Override
            void answer(Window window, RevokeRequest request) throws InterruptedException {
                while (System.nanoTime() - request.deadlineNanos() < 5_000_000) {
                    TimeUnit.MILLISECONDS.sleep(1);
                }
                window.releasePages(GUARANTEED, EXTRA);
            }
        },
        /** Does as if nothing had been said. */
        NEVER {
            @Override
            void answer(Window window, RevokeRequest request) {}
        },
        /** Returns one frame only, of many. */
        TOO_FEW {
            @Override
            void answer(Window window, RevokeRequest request) {
                window.releasePages(GUARANTEED, 1);
            }
        },
        /** Returns pages that show no frame at all. */
        WRONG_PAGES {
            @Override
            void answer(Window window, RevokeRequest request) {
                window.releasePages(GUARANTEED + EXTRA, 8);
            }
        },
        /** Returns idle pages: they are still mapped, and the kernel's for the taking. */
        IDLE_PAGES {
            @Override
            void answer(Window window, RevokeRequest request) {
                for (int i = 0; i < request.count(); i++) {
                    window.tryReturnPage(window.page(GUARANTEED + i));
                }
            }
        },
        /** Throws, which ends it. */
        THROWS {
            @Override
            void answer(Window window, RevokeRequest request) {
                throw new IllegalStateException("not today");
            }
        },
        /** Allocates again what it has just returned. */
        TAKES_BACK {
            @Override
            void answer(Window window, RevokeRequest request) {
                window.releasePages(GUARANTEED, EXTRA);
                try {
                    window.allocPages(GUARANTEED, EXTRA);
                } catch (ResourceException e) {
                    assertEquals(ErrorCode.EXHAUSTED, e.code());
                }
            }
        };

        abstract void answer(Window window, RevokeRequest request) throws InterruptedException;
    }

    private EnvControl start(EnvSpec spec, LibOs libOs) throws InterruptedException {
        EnvControl control = kernel.rootEnv().createEnv(spec, libOs);
        assertTrue(ready.await(20, TimeUnit.SECONDS));
        return control;
    }

    private static EnvSpec borrower() {
        return EnvSpec.named("borrower").frames(GUARANTEED).extraFrames(EXTRA);
    }

    /** Takes everything that is guaranteed, and finds it clean. */
    private void need() {
        TestEnv.run(kernel.rootEnv(), EnvSpec.named("needy").frames(60), env -> {
            Window window = env.memory().bindWindow(60);
            window.allocPages(0, 60);
            MemorySegment zeros = MemorySegment.ofArray(new byte[60 * 4096]);
            assertEquals(-1, window.segment().mismatch(zeros), "nobody else's bytes");
            window.segment().fill((byte) 1);
        });
    }

    private void checkRest(EnvControl control) {
        control.end(Duration.ofMillis(100));
        kernel.rootEnv().disk().freeExtent(extent);
        assertTrue(kernel.leaks().isClean(), kernel.leaks()::toString);
        assertEquals(64, kernel.rootEnv().memory().freeFrameCount());
    }

    @ParameterizedTest
    @EnumSource
    void shouldGiveTheFramesToWhoeverNeedsThem(Answer answer) throws InterruptedException {
        CountDownLatch answered = new CountDownLatch(1);
        EnvControl control = start(borrower(), env -> {
            Window window = env.memory().bindWindow(GUARANTEED + EXTRA + 8);
            window.allocPages(0, GUARANTEED + EXTRA);
            window.segment().asSlice(0, (GUARANTEED + EXTRA) * 4096L).fill(MARK);
            boolean[] stop = {false};
            env.upcalls().handler(new UpcallHandler() {
                @Override
                public void onRevokeRequest(RevokeRequest request) {
                    answered.countDown();
                    try {
                        answer.answer(window, request);
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                }

                @Override
                public void onStopRequest() {
                    stop[0] = true;
                }
            });
            ready.countDown();
            while (!stop[0]) {
                env.upcalls().await(Upcalls.NEVER);
                for (int page = 0; page < GUARANTEED; page++) {
                    assertEquals(MARK, window.segment().get(JAVA_BYTE, page * 4096L),
                            "the guaranteed ones stay, page " + page);
                }
            }
        });
        need();
        assertTrue(answered.await(20, TimeUnit.SECONDS));
        if (answer == Answer.THROWS) {
            EnvExit exit = control.awaitExit(LONG).orElseThrow();
            assertEquals(EnvExit.Reason.FAILED, exit.reason());
        } else {
            assertTrue(control.account().framesHeld() >= GUARANTEED - 1, "its guarantee");
        }
        checkRest(control);
    }

    @Test
    void shouldNotWaitForALibOsThatIsBusyOrBlocked() throws InterruptedException {
        CountDownLatch release = new CountDownLatch(1);
        EnvControl control = start(borrower(), env -> {
            Window window = env.memory().bindWindow(GUARANTEED + EXTRA);
            window.allocPages(0, GUARANTEED + EXTRA);
            window.segment().fill(MARK);
            ready.countDown();
            release.await(); // blocked in something that is no call of the kernel
            assertEquals(EXTRA, env.upcalls().repossessions(true).size());
        });
        need();
        release.countDown();
        TestEnv.await(control);
        checkRest(control);
    }

    @Test
    void shouldEndTransfersOnFramesThatAreTaken() throws InterruptedException {
        CountDownLatch release = new CountDownLatch(1);
        EnvControl control = start(borrower().grant("extent", extent, Rights.READ_WRITE), env -> {
            Window window = env.memory().bindWindow(GUARANTEED + EXTRA);
            window.allocPages(0, GUARANTEED + EXTRA);
            Extent mine = env.keys().find("extent", Extent.class);
            ExtentQueue queue = env.disk().bindQueue(mine, window, 32);
            for (int page = 0; page < GUARANTEED + EXTRA; page++) {
                assertEquals(0, queue.tryRead(0, page, 1, window.page(page), page));
            }
            queue.submit();
            ready.countDown();
            release.await(); // never takes a completion
        });
        need();
        release.countDown();
        TestEnv.await(control);
        checkRest(control);
    }

    @Test
    void shouldLetALibOsThatIgnoresEverythingGoOn() throws InterruptedException {
        EnvControl control = start(borrower(), env -> {
            Window window = env.memory().bindWindow(GUARANTEED + EXTRA);
            window.allocPages(0, GUARANTEED + EXTRA);
            ready.countDown();
            while (!over.get()) {
                window.segment().fill(MARK); // into the void from some moment on
            }
        });
        need();
        over.set(true);
        TestEnv.await(control);
        checkRest(control);
    }
}
