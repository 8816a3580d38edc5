// SPDX-License-Identifier: Apache-2.0
package exo.impl.kernel;

import exo.api.Capability;
import exo.api.Env;
import exo.api.EnvControl;
import exo.api.EnvSpec;
import exo.api.Exokernel;
import exo.api.HostConfig;
import exo.api.Rights;
import exo.api.disk.BlockDevice;
import exo.api.disk.Extent;
import exo.api.upcall.UpcallHandler;
import exo.api.upcall.Upcalls;
import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class UpcallTest {
    private final Exokernel kernel = Exokernel.boot(HostConfig.embedded());
    private final Env root = kernel.rootEnv();
    private final Extent extent = root.disk()
            .allocExtent(root.keys().find("disk0", BlockDevice.class), "", 4);

    @AfterEach
    void closeKernel() {
        kernel.close();
    }

    private static final class Grants implements UpcallHandler {
        final List<String> labels = new ArrayList<>();

        @Override
        public void onGrant(Capability capability) {
            labels.add(capability.label());
        }
    }

    @Test
    void shouldReturnAtTheDeadlineWithNothingDelivered() {
        TestEnv.run(root, EnvSpec.named("waiting"), env -> {
            assertEquals(0, env.upcalls().await(System.nanoTime() + 1_000_000));
            assertEquals(0, env.upcalls().await(System.nanoTime() - 1), "a past deadline");
        });
    }

    @Test
    void shouldDeliverWhatHappenedBeforeAwait() throws InterruptedException {
        CountDownLatch granted = new CountDownLatch(1);
        EnvControl child = root.createEnv(EnvSpec.named("late"), env -> {
            Grants grants = new Grants();
            env.upcalls().handler(grants);
            granted.await();
            while (grants.labels.size() < 2) {
                env.upcalls().await(Upcalls.NEVER);
            }
            assertEquals(List.of("a", "b"), grants.labels);
            assertEquals(0, env.upcalls().poll(), "delivered once");
        });
        root.keys().grant(extent, child, Rights.READ, "a");
        root.keys().grant(extent, child, Rights.READ, "b");
        granted.countDown();
        TestEnv.await(child);
    }

    @Test
    void shouldWakeASleepingThread() {
        CountDownLatch ready = new CountDownLatch(1);
        EnvControl child = root.createEnv(EnvSpec.named("sleeper"), env -> {
            Grants grants = new Grants();
            env.upcalls().handler(grants);
            ready.countDown();
            for (int wanted = 1; wanted <= 200; wanted++) {
                while (grants.labels.size() < wanted) {
                    env.upcalls().await(Upcalls.NEVER);
                }
            }
        });
        for (int i = 0; i < 200; i++) { // a lost wake-up would hang this test
            root.keys().grant(extent, child, Rights.READ, "label-" + i);
        }
        TestEnv.await(child);
    }

    @Test
    void shouldWakeOnRequestFromAnotherThreadOfTheEnvironment() {
        TestEnv.run(root, EnvSpec.named("pair"), env -> {
            Upcalls mine = env.upcalls();
            env.startThread("waker", inner -> mine.wake());
            assertEquals(0, mine.await(Upcalls.NEVER));
        });
    }

    @Test
    void shouldNotDeliverInsideTheCallThatCausedIt() {
        TestEnv.run(root, EnvSpec.named("self").objects(4000).threads(9), env -> {
            List<String> ends = new ArrayList<>();
            env.upcalls().handler(new UpcallHandler() {
                @Override
                public void onChildExit(EnvControl child, exo.api.EnvExit exit) {
                    ends.add(child.envName());
                }
            });
            EnvControl child = env.createEnv(EnvSpec.named("child"), inner -> {});
            TestEnv.end(child, Duration.ofSeconds(10));
            assertTrue(ends.isEmpty(), "end() itself delivers nothing");
            assertEquals(1, env.upcalls().poll());
            assertEquals(List.of("child"), ends);
        });
    }

    @Test
    void shouldKeepWhatFollowsAThrowingEntry() throws InterruptedException {
        CountDownLatch granted = new CountDownLatch(1);
        EnvControl child = root.createEnv(EnvSpec.named("clumsy"), env -> {
            List<String> seen = new ArrayList<>();
            env.upcalls().handler(new UpcallHandler() {
                @Override
                public void onGrant(Capability capability) {
                    seen.add(capability.label());
                    if (seen.size() == 1) {
                        throw new IllegalStateException("clumsy");
                    }
                }
            });
            granted.await();
            assertThrows(IllegalStateException.class, () -> env.upcalls().poll());
            env.upcalls().poll();
            assertEquals(List.of("a", "b"), seen);
        });
        root.keys().grant(extent, child, Rights.READ, "a");
        root.keys().grant(extent, child, Rights.READ, "b");
        granted.countDown();
        TestEnv.await(child);
    }

    @Test
    void shouldWakeASelector() {
        AtomicReference<IOException> failure = new AtomicReference<>();
        EnvControl child = root.createEnv(EnvSpec.named("selecting"), env -> {
            Grants grants = new Grants();
            env.upcalls().handler(grants);
            try (Selector selector = Selector.open()) {
                env.upcalls().wakeThrough(selector);
                assertThrows(IllegalStateException.class,
                        () -> env.upcalls().await(Upcalls.NEVER));
                while (grants.labels.size() < 100) {
                    selector.select();
                    env.upcalls().poll();
                }
            } catch (IOException e) {
                failure.set(e);
            }
        });
        for (int i = 0; i < 100; i++) {
            root.keys().grant(extent, child, Rights.READ, "label-" + i);
        }
        TestEnv.await(child);
        assertEquals(null, failure.get());
    }

    @Test
    void shouldRefuseASelectorOfItsOwnMaking() {
        TestEnv.run(root, EnvSpec.named("cunning"), env -> {
            Selector foreign = new ForeignSelector();
            assertThrows(IllegalArgumentException.class,
                    () -> env.upcalls().wakeThrough(foreign));
        });
    }

    @Test
    void shouldRefuseTheUpcallsOfAnotherThread() throws InterruptedException {
        AtomicReference<Upcalls> leaked = new AtomicReference<>();
        CountDownLatch ready = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(1);
        EnvControl child = root.createEnv(EnvSpec.named("leaky"), env -> {
            leaked.set(env.upcalls());
            ready.countDown();
            done.await();
        });
        assertTrue(ready.await(20, TimeUnit.SECONDS));
        assertThrows(WrongThreadException.class, () -> leaked.get().poll());
        assertThrows(WrongThreadException.class, () -> leaked.get().wake());
        done.countDown();
        TestEnv.await(child);
        assertFalse(child.envName().isEmpty());
    }

    /** A selector that is not the JDK's: the kernel must never call it. */
    private static final class ForeignSelector extends AbstractSelector {
        ForeignSelector() {
            super(SelectorProvider.provider());
        }

        @Override
        protected void implCloseSelector() {}

        @Override
        protected SelectionKey register(
                java.nio.channels.spi.AbstractSelectableChannel channel, int ops, Object at) {
            throw new IllegalStateException("not for use");
        }

        @Override
        public Set<SelectionKey> keys() {
            return Set.of();
        }

        @Override
        public Set<SelectionKey> selectedKeys() {
            return Set.of();
        }

        @Override
        public int selectNow() {
            return 0;
        }

        @Override
        public int select(long timeout) {
            return 0;
        }

        @Override
        public int select() {
            return 0;
        }

        @Override
        public Selector wakeup() {
            throw new AssertionError("the kernel called a foreign selector");
        }
    }
}
