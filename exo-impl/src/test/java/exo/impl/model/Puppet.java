// SPDX-License-Identifier: Apache-2.0
package exo.impl.model;

import exo.api.Env;
import exo.api.LibOs;
import exo.api.mem.Window;
import exo.api.upcall.Repossession;
import exo.api.upcall.RevokeRequest;
import exo.api.upcall.UpcallHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A libOS that does what it is told, one order after the other, and nothing else. So the test
 * decides alone when its upcalls are delivered.
 */
final class Puppet implements LibOs, UpcallHandler {
    private static final long PATIENCE_SECONDS = 60;

    private final BlockingQueue<Order<?>> orders = new LinkedBlockingQueue<>();
    /** The root environment, whose orders the caller carries out; null for all others. */
    private final Env inline;
    // Those below belong to the environment's thread; orders hand them over.
    private final List<Page> plan = new ArrayList<>();
    private final List<RevokeRequest> requests = new ArrayList<>();
    private int repossessions;
    private boolean stop;
    private volatile boolean throwing;

    private Puppet(Env inline) {
        this.inline = inline;
    }

    static Puppet create() {
        return new Puppet(null);
    }

    static Puppet ofRoot(Env root) {
        return new Puppet(root);
    }

    /** What is done on the environment's thread. */
    @FunctionalInterface
    interface Call<T> {
        T call(Env env) throws Exception;
    }

    /** A page that is returned when frames are asked for. */
    record Page(Window window, int index) {}

    private record Order<T>(Call<T> call, boolean isLast, CompletableFuture<T> outcome) {
        void perform(Env env) {
            try {
                outcome.complete(call.call(env));
            } catch (Exception | Error e) { // whatever it is, the test has to see it
                outcome.completeExceptionally(e);
            }
        }
    }

    // ---- the environment's thread --------------------------------------------------------------

    @Override
    public void run(Env env) throws Exception {
        env.upcalls().handler(this);
        while (!stop) {
            Order<?> order = orders.take();
            order.perform(env);
            stop |= order.isLast();
        }
        if (throwing) {
            throw new IllegalStateException("it was told to throw");
        }
    }

    @Override
    public void onRevokeRequest(RevokeRequest request) {
        requests.add(request);
        for (long left = request.count(); left > 0 && !plan.isEmpty(); left--) {
            Page page = plan.removeFirst();
            page.window().releasePages(page.index(), 1);
        }
    }

    @Override
    public void onRepossession(Repossession entry) {
        repossessions++;
    }

    @Override
    public void onStopRequest() {
        stop = true;
    }

    // ---- the test's thread ---------------------------------------------------------------------

    /** Has something done without waiting for it. */
    <T> CompletableFuture<T> begin(Call<T> call) {
        return order(call, false);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // whoever does not look at it does not care
    private <T> CompletableFuture<T> order(Call<T> call, boolean isLast) {
        Order<T> order = new Order<>(call, isLast, new CompletableFuture<>());
        if (inline != null) {
            order.perform(inline);
        } else {
            orders.add(order);
        }
        return order.outcome();
    }

    /** Has something done, and returns or throws what came of it. */
    <T> T tell(Call<T> call) {
        return outcome(begin(call));
    }

    /** Has something done that returns nothing. */
    void tellTo(java.util.function.Consumer<Env> call) {
        tell(env -> {
            call.accept(env);
            return true;
        });
    }

    static <T> T outcome(CompletableFuture<T> future) {
        try {
            return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException thrown) {
                throw thrown;
            }
            throw new AssertionError("an order failed: " + e.getCause(), e.getCause());
        } catch (TimeoutException | InterruptedException e) {
            throw new AssertionError("an order is not carried out", e);
        }
    }

    /** Has upcalls delivered, and tells how many repossessions there were since the last time. */
    int pollRepossessions() {
        return tell(env -> {
            env.upcalls().poll();
            int seen = repossessions;
            repossessions = 0;
            int written = env.upcalls().repossessions(true).size();
            if (inline == null && seen != written) {
                throw new AssertionError(seen + " upcalls, but " + written + " entries");
            }
            return written;
        });
    }

    /** Listens until the environment ends. */
    void listenToTheEnd() {
        var _ = begin(env -> {
            try {
                while (!stop) {
                    env.upcalls().await(System.nanoTime() + 1_000_000);
                }
            } finally {
                stop = true; // or it is refused, since the environment is leaving
            }
            return true;
        });
    }

    /** Listens until {@code over}, and returns pages in this order when frames are asked for. */
    CompletableFuture<List<RevokeRequest>> answer(List<Page> pages, AtomicBoolean over) {
        return begin(env -> {
            plan.clear();
            plan.addAll(pages);
            requests.clear();
            while (!over.get()) {
                env.upcalls().await(System.nanoTime() + 100_000);
            }
            return List.copyOf(requests);
        });
    }

    /** Lets the libOS return, or throw. */
    void leave(boolean byThrowing) {
        throwing = byThrowing;
        var _ = order(env -> true, true);
    }
}
