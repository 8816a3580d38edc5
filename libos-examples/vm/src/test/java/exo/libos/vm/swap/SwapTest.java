// SPDX-License-Identifier: Apache-2.0
package exo.libos.vm.swap;

import exo.api.Env;
import exo.api.EnvControl;
import exo.api.ErrorCode;
import exo.api.ResourceException;
import exo.api.ResourceKind;
import exo.api.mem.Window;
import exo.api.revoke.Notice;
import exo.api.revoke.Reclaimed;
import exo.api.upcall.RevokeRequest;
import exo.api.upcall.UpcallHandler;
import exo.libos.vm.VmBench;
import exo.testkit.self.SideThread;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static exo.libos.vm.swap.SwapBench.check;
import static exo.libos.vm.swap.SwapBench.connect;
import static exo.libos.vm.swap.SwapBench.fill;
import static exo.libos.vm.swap.SwapBench.refused;
import static exo.libos.vm.swap.SwapBench.soon;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class SwapTest {
    private static final int SLOTS = SwapBench.SLOTS;

    private final SwapBench swap = new SwapBench();

    @AfterEach
    void closeKernel() {
        swap.close();
    }

    @Test
    void shouldBringPagesBackAsTheyWere() {
        swap.bench.run(swap.client(9), env -> {
            try (SwapClient client = connect(env)) {
                Window window = env.memory().bindWindow(16);
                window.allocPages(0, 8);
                for (int page = 0; page < 8; page++) {
                    fill(env, window, page, page);
                }
                SwapTicket low = client.swapOut(window, 0, 3, soon());
                SwapTicket high = client.swapOut(window, 3, 5, soon());
                assertEquals(1, env.account().framesHeld(), "only the mailbox is left");
                assertEquals(5, high.pageCount());
                client.swapIn(high, window, 10, soon());
                Window other = env.memory().bindWindow(3);
                client.swapIn(low, other, 0, soon());
                for (int page = 0; page < 5; page++) {
                    check(env, window, 10 + page, 3 + page);
                }
                for (int page = 0; page < 3; page++) {
                    check(env, other, page, page);
                }
                assertTrue(low.isSpent());
                assertThrows(IllegalArgumentException.class,
                        () -> client.swapIn(low, window, 0, soon()));
                assertEquals(9, env.account().framesHeld());
            }
        });
    }

    @Test
    void shouldTakeAsMuchAgainAndAgain() {
        swap.bench.run(swap.client(SLOTS + 1), env -> {
            int objects = 0;
            try (SwapClient client = connect(env)) {
                Window window = env.memory().bindWindow(SLOTS);
                window.allocPages(0, SLOTS);
                for (int round = 0; round < 600; round++) { // more than the ring of tickets holds
                    fill(env, window, round % SLOTS, round);
                    SwapTicket ticket = client.swapOut(window, 0, SLOTS, soon());
                    client.swapIn(ticket, window, 0, soon());
                    check(env, window, round % SLOTS, round);
                    objects = round == 0 ? env.account().objectsHeld() : objects;
                    assertTrue(env.account().objectsHeld() <= objects + 4);
                }
            }
        });
    }

    @Test
    void shouldSayThatItIsFullAndLeaveThePages() {
        swap.bench.run(swap.client(SLOTS + 2), env -> {
            try (SwapClient client = connect(env)) {
                Window window = env.memory().bindWindow(SLOTS + 1);
                window.allocPages(0, SLOTS + 1);
                fill(env, window, SLOTS, 5);
                SwapTicket ticket = client.swapOut(window, 0, SLOTS, soon());
                ResourceException e = refused(() -> client.swapOut(window, SLOTS, 1, soon()));
                assertEquals(ErrorCode.EXHAUSTED, e.code());
                assertTrue(e.getMessage().contains("take 1 pages"), e.getMessage());
                check(env, window, SLOTS, 5);
                assertEquals(2, env.account().framesHeld());
                client.forget(ticket);
                assertThrows(IllegalArgumentException.class, () -> client.forget(ticket));
                client.swapIn(client.swapOut(window, SLOTS, 1, soon()), window, 0, soon());
                check(env, window, 0, 5);
            }
        });
    }

    @Test
    void shouldServeOnlySoManyClients() {
        swap.bench.run(swap.client(5), env -> {
            List<SwapClient> clients = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                clients.add(connect(env));
            }
            assertEquals(ErrorCode.EXHAUSTED, refused(() -> connect(env)).code());
            clients.getFirst().close();
            connect(env).close();
        });
    }

    @Test
    void shouldRefuseWhatIsNotThere() {
        swap.bench.run(swap.client(3), env -> {
            SwapClient client = connect(env);
            Window window = env.memory().bindWindow(4);
            window.allocPages(0, 2);
            assertEquals(ErrorCode.STALE,
                    refused(() -> client.swapOut(window, 1, 2, soon())).code());
            assertThrows(IllegalArgumentException.class,
                    () -> client.swapOut(window, 0, 0, soon()));
            assertThrows(IllegalArgumentException.class,
                    () -> client.swapOut(window, 0, SwapClient.MAX_PAGES + 1, soon()));
            SwapTicket ticket = client.swapOut(window, 0, 1, soon());
            assertEquals(ErrorCode.BUSY,
                    refused(() -> client.swapIn(ticket, window, 1, soon())).code());
            window.allocPages(2, 1);
            assertEquals(ErrorCode.QUOTA,
                    refused(() -> client.swapIn(ticket, window, 3, soon())).code());
            assertFalse(ticket.isSpent());
            client.close();
            assertThrows(IllegalStateException.class,
                    () -> client.swapOut(window, 1, 1, soon()));
        });
    }

    /** A libOS that knows nothing of paging and must give up frames. */
    @Test
    void shouldSaveALibOsThatIsAskedForFrames() throws InterruptedException {
        CountDownLatch ready = new CountDownLatch(1);
        EnvControl control = swap.root.createEnv(swap.client(9), env -> {
            SwapUser user = SwapUser.open(env, 8);
            for (int page = 0; page < 8; page++) {
                user.fill(page, page);
            }
            List<SwapTicket> tickets = new ArrayList<>();
            env.upcalls().handler(new UpcallHandler() {
                @Override
                public void onRevokeRequest(RevokeRequest request) {
                    tickets.add(user.client()
                            .swapOut(user.window(), 4, (int) request.count(),
                                    request.deadlineNanos()));
                }
            });
            ready.countDown();
            while (tickets.isEmpty()) {
                env.upcalls().await(soon());
            }
            assertEquals(5, user.framesHeld());
            user.window().releasePages(0, 4);
            user.in(tickets.getFirst(), 4);
            for (int page = 4; page < 8; page++) {
                user.check(page, page);
            }
        });
        assertTrue(ready.await(20, TimeUnit.SECONDS));
        assertEquals(new Reclaimed(4, 0), control.reclaim(ResourceKind.FRAMES, 4,
                Notice.demand(VmBench.PATIENCE)), "nothing had to be taken by force");
        VmBench.await(control);
    }

    @Test
    void shouldSayThatTheServerHasEnded() {
        swap.use(4, 2, user -> {
            user.fill(1, 1);
            SwapTicket ticket = user.out(0, 1);
            EnvControl server = SwapBench.server(user.env());
            endServer();
            assertEquals(ErrorCode.ENV_ENDED, refused(() -> user.out(1, 1)).code());
            user.check(1, 1);
            assertEquals(ErrorCode.ENV_ENDED, refused(() -> user.in(ticket, 0)).code());
            assertEquals(2, user.framesHeld(), "the mailbox, and the page that stayed");
            assertEquals(ErrorCode.ENV_ENDED,
                    refused(() -> SwapClient.connect(user.env(), server, soon())).code());
        });
    }

    /** The root environment ends it, on a thread of its own. */
    private void endServer() {
        SideThread.start(() -> swap.server.end(Duration.ofSeconds(5))).join();
    }

    @Test
    void shouldForgetAClientThatEnds() {
        CountDownLatch out = new CountDownLatch(1);
        EnvControl first = swap.root.createEnv(swap.client(SLOTS + 1), env -> {
            SwapUser user = SwapUser.open(env, SLOTS);
            user.out(0, SLOTS);
            out.countDown();
            new CountDownLatch(1).await();
        });
        swap.bench.run(swap.client(SLOTS + 1), env -> {
            assertTrue(out.await(20, TimeUnit.SECONDS));
            SwapUser user = SwapUser.open(env, SLOTS);
            assertEquals(ErrorCode.EXHAUSTED, refused(() -> user.out(0, 1)).code());
            end(first);
            user.in(user.out(0, SLOTS), 0);
        });
    }

    private static void end(EnvControl control) {
        SideThread.start(() -> control.end(Duration.ZERO)).join();
    }

    @Test
    void shouldBearToBeInterrupted() {
        swap.use(3, 2, user -> {
            user.fill(0, 1);
            Thread.currentThread().interrupt();
            SwapTicket ticket = user.out(0, 1);
            assertTrue(Thread.interrupted(), "it is not swallowed");
            user.in(ticket, 0);
            user.check(0, 1);
        });
    }

    /** Marks all its pages, gives them away in an emergency, and goes on when it may. */
    private static final class Marked implements UpcallHandler {
        final List<RevokeRequest.Stage> stages = new ArrayList<>();
        private final Env env;
        private final SwapClient client;
        private final Window window;
        private SwapTicket ticket;
        private boolean isBack;

        Marked(Env env) {
            this.env = env;
            client = connect(env);
            window = env.memory().bindWindow(8);
            window.allocPages(0, 8);
            window.guarantee(0, 8, true);
            for (int page = 0; page < 8; page++) {
                fill(env, window, page, page);
            }
            env.upcalls().handler(this);
        }

        @Override
        public void onRevokeRequest(RevokeRequest request) {
            stages.add(request.stage());
            int count = (int) request.count();
            ticket = client.swapOut(window, 8 - count, count, request.deadlineNanos());
        }

        @Override
        public void onQuotaGrown(ResourceKind kind, long amount) {
            client.swapIn(ticket, window, 8 - ticket.pageCount(), soon());
            for (int page = 0; page < 8; page++) {
                check(env, window, page, page);
            }
            isBack = true;
        }
    }

    @Test
    void shouldSaveWhatAnEmergencyWouldTakeAndBringItBack() throws InterruptedException {
        CountDownLatch ready = new CountDownLatch(1);
        EnvControl control = swap.root.createEnv(swap.client(9), env -> {
            Marked marked = new Marked(env);
            ready.countDown();
            while (!marked.isBack) {
                env.upcalls().await(soon());
            }
            assertEquals(List.of(RevokeRequest.Stage.EMERGENCY), marked.stages);
            assertTrue(env.upcalls().repossessions(false).isEmpty());
            marked.client.close();
        });
        assertTrue(ready.await(VmBench.PATIENCE.toSeconds(), TimeUnit.SECONDS));
        assertEquals(new Reclaimed(7, 0), control.reclaim(ResourceKind.FRAMES, 7,
                Notice.demand(VmBench.PATIENCE)));
        assertEquals(2, control.account().framesHeld());
        control.give(ResourceKind.FRAMES, 7);
        VmBench.await(control);
    }
}
