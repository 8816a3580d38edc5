// SPDX-License-Identifier: Apache-2.0
package exo.libos.vm.swap;

import exo.api.Capability;
import exo.api.Env;
import exo.api.EnvControl;
import exo.api.EnvSpec;
import exo.api.ErrorCode;
import exo.api.LibOs;
import exo.api.ResourceException;
import exo.api.Rights;
import exo.api.disk.ExtentQueue;
import exo.api.mem.Frames;
import exo.api.mem.Window;
import exo.api.upcall.UpcallHandler;
import exo.api.upcall.Upcalls;
import exo.libos.vm.VmBench;
import exo.libos.vm.gib.Gib;
import exo.libos.vm.gib.GibView;
import exo.libos.vm.gib.Mode;
import exo.testkit.self.SideThread;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static exo.libos.vm.swap.SwapBench.check;
import static exo.libos.vm.swap.SwapBench.connect;
import static exo.libos.vm.swap.SwapBench.fill;
import static exo.libos.vm.swap.SwapBench.refused;
import static exo.libos.vm.swap.SwapBench.soon;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Servers that lie, hang or die, and clients that do: what does the other side see? */
class SwapHostile {
    private static final int SLOTS = SwapBench.SLOTS;

    private final SwapBench swap = new SwapBench();
    private final CountDownLatch done = new CountDownLatch(1);

    @AfterEach
    void closeKernel() {
        swap.close();
    }

    /** A server that welcomes its client, and then does with its pages what it likes. */
    private abstract static class BadServer implements LibOs, UpcallHandler {
        Env env;
        Mailbox mailbox;
        boolean isOver;

        @Override
        public void run(Env own) {
            env = own;
            env.upcalls().handler(this);
            while (!isOver) {
                env.upcalls().await(Upcalls.NEVER);
            }
        }

        @Override
        public void onGrant(Capability capability) {
            if (capability.label().startsWith(Mailbox.MAIL_PREFIX)) {
                mailbox = new Mailbox(GibView.attach(env, (Frames) capability, Mode.WRITE)
                        .segment());
                mailbox.greet(Mailbox.WELCOME);
            } else if (capability instanceof Frames pages) {
                onPages(pages);
            }
        }

        abstract void onPages(Frames pages);

        @Override
        public void onStopRequest() {
            isOver = true;
        }
    }

    private void replaceServer(LibOs libOs) {
        VmBench.end(swap.server);
        swap.server = swap.start(libOs);
    }

    // ---- servers -------------------------------------------------------------------------------

    @Test
    void shouldFindOutAServerThatKeptNothing() {
        replaceServer(new BadServer() {
            @Override
            void onPages(Frames pages) {
                mailbox.answer(mailbox.requested(), new Mailbox.Answer(0, 1));
            }
        });
        swap.use(3, 2, user -> {
            user.fill(1, 7);
            SwapTicket ticket = user.out(0, 2);
            ResourceException e = refused(() -> user.in(ticket, 0));
            assertEquals(ErrorCode.CORRUPT, e.code());
            assertTrue(e.getMessage().contains("page 1 of 2"), e.getMessage());
            assertEquals(1, user.framesHeld(), "as before");
            assertFalse(ticket.isSpent());
        });
    }

    /** It changes the content as soon as the client has seen that it is right. */
    @Test
    void shouldNotLetTheServerWriteAfterItHasAnswered() {
        CountDownLatch answered = new CountDownLatch(1);
        replaceServer(new BadServer() {
            private MemorySegment kept;
            private Window window;

            @Override
            void onPages(Frames pages) {
                if (mailbox.request().operation() == Mailbox.OUT) {
                    try (GibView view = GibView.attach(env, pages, Mode.READ)) {
                        kept = Arena.ofAuto().allocate(view.segment().byteSize());
                        kept.copyFrom(view.segment());
                    }
                    mailbox.answer(mailbox.requested(), new Mailbox.Answer(0, 1));
                    return;
                }
                window = env.memory().bindWindow(1);
                window.map(0, pages, 0, 1);
                window.segment().copyFrom(kept);
                mailbox.answer(mailbox.requested(), new Mailbox.Answer(0, 0));
                while (window.page(0) >= 0) {
                    Thread.onSpinWait(); // until the client has taken the grant back
                }
                window.segment().fill((byte) 0);
                answered.countDown();
            }
        });
        swap.use(2, 1, user -> {
            user.fill(0, 7);
            SwapTicket ticket = user.out(0, 1);
            user.in(ticket, 0);
            answered.await();
            user.check(0, 7);
        });
    }

    @Test
    void shouldGiveUpAtTheDeadlineOnAServerThatHangs() {
        replaceServer(new BadServer() {
            @Override
            void onPages(Frames pages) {
                // It says nothing.
            }
        });
        swap.use(2, 1, user -> {
            user.fill(0, 7);
            assertEquals(ErrorCode.BUSY, refused(() -> user.client()
                    .swapOut(user.window(), 0, 1, SwapBench.in(Duration.ofMillis(20)))).code());
            user.check(0, 7);
            assertEquals(ErrorCode.BUSY, refused(() -> user.client()
                    .swapOut(user.window(), 0, 1, System.nanoTime() - 1)).code(),
                    "no matter whether it was too late before");
            assertEquals(2, user.framesHeld());
        });
    }

    @Test
    void shouldSeeThatTheServerDiesInTheMiddle() {
        replaceServer(new BadServer() {
            @Override
            void onPages(Frames pages) {
                isOver = true;
            }
        });
        swap.use(2, 1, user -> {
            user.fill(0, 7);
            assertEquals(ErrorCode.ENV_ENDED, refused(() -> user.out(0, 1)).code());
            user.check(0, 7);
        });
    }

    @Test
    void shouldBearAnswersThatMakeNoSense() {
        replaceServer(new BadServer() {
            @Override
            void onPages(Frames pages) {
                mailbox.answer(mailbox.requested(), new Mailbox.Answer(Long.MIN_VALUE, -1));
            }
        });
        swap.use(2, 1, user -> {
            assertEquals(ErrorCode.CORRUPT, refused(() -> user.out(0, 1)).code());
        });
    }

    @Test
    void shouldFindOutBlocksThatWereChanged() {
        swap.use(2, 1, user -> {
            user.fill(0, 7);
            SwapTicket ticket = user.out(0, 1);
            SideThread.start(this::tamper).join();
            assertEquals(ErrorCode.CORRUPT, refused(() -> user.in(ticket, 0)).code());
        });
    }

    /** The root environment, which granted the extent, overwrites one byte of it. */
    private void tamper() {
        try (Window window = swap.root.memory().bindWindow(1);
                ExtentQueue queue = swap.root.disk().bindQueue(swap.extent, window, 1)) {
            window.allocPages(0, 1);
            transfer(queue, queue.tryRead(0, 0, 1, window.page(0), 0));
            long word = window.segment().get(JAVA_LONG, 8);
            window.segment().set(JAVA_LONG, 8, word ^ 4);
            transfer(queue, queue.tryWrite(0, 0, 1, window.page(0), 0));
        }
    }

    private static void transfer(ExtentQueue queue, int refusal) {
        assertEquals(0, refusal);
        queue.await(1, Upcalls.NEVER);
        assertTrue(queue.next());
        assertEquals(1, queue.result());
    }

    @Test
    void shouldSayThatTheServerLostItsExtent() {
        swap.use(3, 2, user -> {
            user.fill(1, 7);
            SwapTicket ticket = user.out(0, 1);
            SideThread.start(() -> swap.root.keys().revoke(swap.extent)).join();
            for (int i = 0; i < 3; i++) {
                assertEquals(ErrorCode.REVOKED, refused(() -> user.out(1, 1)).code());
                assertEquals(ErrorCode.REVOKED, refused(() -> user.in(ticket, 0)).code());
            }
            user.check(1, 7);
        });
    }

    // ---- clients -------------------------------------------------------------------------------

    /** A client that speaks the protocol by hand. */
    private static final class RawClient {
        final Env env;
        final Gib gib;
        final Mailbox mailbox;
        private long number;

        RawClient(Env env) {
            this.env = env;
            String label = Mailbox.MAIL_PREFIX + "raw" + System.nanoTime();
            gib = Gib.create(env, 12, label);
            mailbox = new Mailbox(gib.segment());
            gib.grant(SwapBench.server(env), Mode.WRITE, label);
            until(() -> mailbox.greeting() != 0);
            assertEquals(Mailbox.WELCOME, mailbox.greeting());
        }

        private static void until(BooleanSupplier isThere) {
            long patience = soon();
            while (!isThere.getAsBoolean()) {
                assertTrue(System.nanoTime() < patience, "no answer");
                LockSupport.parkNanos(100_000);
            }
        }

        /** {@return the answer to a request about pages of a window} */
        Mailbox.Answer ask(long operation, long ticket, Window window, long claimed) {
            long nonce = 1000 + number;
            String label = Mailbox.pagesLabel(nonce);
            Frames share = env.memory().share(window, 0, 1, Rights.READ_WRITE, label);
            number++;
            mailbox.ask(number, new Mailbox.Request(operation, nonce, ticket, claimed, soon()));
            env.keys().grant(share, SwapBench.server(env), Rights.READ_WRITE, label);
            until(() -> mailbox.answered() == number);
            env.keys().drop(share);
            return mailbox.answer();
        }
    }

    @Test
    void shouldRefuseRequestsThatMakeNoSense() {
        swap.bench.run(swap.client(2), env -> {
            RawClient client = new RawClient(env);
            Window window = env.memory().bindWindow(1);
            window.allocPages(0, 1);
            long range = ErrorCode.OUT_OF_RANGE.number();
            assertEquals(range, client.ask(Mailbox.OUT, 0, window, 2).code());
            assertEquals(range, client.ask(Mailbox.OUT, 0, window, Long.MIN_VALUE).code());
            assertEquals(ErrorCode.INVALID.number(), client.ask(77, 0, window, 1).code());
            assertEquals(ErrorCode.NOT_FOUND.number(),
                    client.ask(Mailbox.IN, 1, window, 1).code());
            client.gib.segment().fill((byte) 0xff); // forgotten tickets without number
            assertEquals(0, client.ask(Mailbox.OUT, 0, window, 1).code());
        });
    }

    @Test
    void shouldNotGiveTheTicketOfOneClientToAnother() {
        swap.bench.run(swap.client(5), env -> {
            SwapClient victim = connect(env);
            Window window = env.memory().bindWindow(2);
            window.allocPages(0, 1);
            fill(env, window, 0, 7);
            SwapTicket ticket = victim.swapOut(window, 0, 1, soon());
            RawClient thief = new RawClient(env);
            window.allocPages(0, 1);
            assertEquals(ErrorCode.NOT_FOUND.number(),
                    thief.ask(Mailbox.IN, ticket.number(), window, 1).code());
            SwapClient other = connect(env);
            assertThrows(IllegalArgumentException.class,
                    () -> other.swapIn(ticket, window, 1, soon()));
            victim.swapIn(ticket, window, 1, soon());
            check(env, window, 1, 7);
        });
    }

    @Test
    void shouldFreeWhatAClientGaveUpWaitingFor() {
        swap.bench.run(swap.client(2), env -> {
            RawClient client = new RawClient(env);
            Window window = env.memory().bindWindow(1);
            window.allocPages(0, 1);
            for (int i = 0; i < 3 * SLOTS; i++) { // it never says that it took an answer
                assertEquals(0, client.ask(Mailbox.OUT, 0, window, 1).code());
            }
        });
    }

    @Test
    void shouldIgnoreWhatIsNoRequestAndServeOthers() {
        swap.bench.run(swap.client(8), env -> {
            Window window = env.memory().bindWindow(4);
            window.allocPages(0, 4);
            for (String label : new String[]{"swap-pages-", "swap-pages-zz", "swap-mail-", "x"}) {
                Frames share = env.memory().share(window, 0, 2, Rights.READ, label);
                env.keys().grant(share, SwapBench.server(env), Rights.READ, label);
            }
            SwapClient client = connect(env);
            fill(env, window, 0, 3);
            client.swapIn(client.swapOut(window, 0, 1, soon()), window, 0, soon());
            check(env, window, 0, 3);
        });
    }

    /** Clients that end at any moment, while one goes on. */
    @Test
    void shouldServeOthersWhileClientsAreKilled() throws InterruptedException {
        EnvControl steady = swap.root.createEnv(swap.client(4), env -> {
            SwapUser user = SwapUser.open(env, 3);
            for (int round = 0; round < 100 || done.getCount() > 0; round++) {
                user.fill(1, round);
                try {
                    user.in(user.out(0, 3), 0);
                } catch (ResourceException e) {
                    assertEquals(ErrorCode.EXHAUSTED, e.code()); // the others hold all of it
                }
                user.check(1, round);
            }
        });
        for (int i = 0; i < 15; i++) {
            CountDownLatch begun = new CountDownLatch(1);
            EnvSpec spec = swap.client(7);
            EnvControl brief = swap.root.createEnv(spec, env -> {
                SwapClient client = connect(env);
                Window window = env.memory().bindWindow(6);
                begun.countDown();
                while (true) {
                    window.allocPages(0, 6);
                    client.swapOut(window, 0, 6, soon());
                }
            });
            assertTrue(begun.await(20, TimeUnit.SECONDS));
            brief.end(Duration.ZERO);
        }
        done.countDown();
        VmBench.await(steady);
    }
}
