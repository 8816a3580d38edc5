// SPDX-License-Identifier: Apache-2.0
package exo.impl.kernel;

import exo.api.Blame;
import exo.api.EnvControl;
import exo.api.EnvExit;
import exo.api.EnvSpec;
import exo.api.ErrorCode;
import exo.api.LibOs;
import exo.api.ResourceException;
import exo.api.Rights;
import exo.api.upcall.Repossession;
import exo.impl.audit.EnvEvent;
import exo.impl.audit.Failures;
import exo.impl.audit.LeakEvent;
import exo.impl.cap.Charge;
import exo.impl.cap.EnvService;
import exo.impl.cap.KernelCapability;
import exo.impl.cap.Lineage;
import exo.impl.revoke.Patience;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The life of an environment: its threads, its children, and its end.
 *
 * <p><b>States.</b> <pre>
 *   LIVE --(first thread returns or fails, or ended from outside)--> LEAVING --> ENDED
 * </pre>
 * In LEAVING every call of the libOS is refused with {@code ENV_ENDED}, which makes its threads
 * return; each closes what belongs to it. Whoever moves the state to LEAVING, and nobody else,
 * finishes: it ends the children, waits for the threads, takes by force what is left, drops the
 * capabilities, and gives the quota back.
 *
 * <p><b>Locking.</b> This object guards the state, the threads and the children. Nothing waits
 * under it.
 */
final class EnvLife {
    private static final Duration LAST_CALL = Duration.ofMillis(500);
    private static final Duration FOREVER = Duration.ofSeconds(Long.MAX_VALUE);

    private enum State {
        LIVE, LEAVING, ENDED
    }

    private final KernelEnv env;
    private final List<KernelThread> threads = new ArrayList<>(); // guarded by this
    private final List<KernelEnv> children = new ArrayList<>(); // guarded by this
    private volatile State state = State.LIVE; // written under this
    private Throwable failure; // guarded by this
    private boolean stopAsked; // guarded by this
    private boolean finishing; // guarded by this
    private EnvTargetCapability control; // written before anybody knows the environment
    private volatile boolean abandoned; // never began; written by its creator
    private volatile EnvExit exit; // written once, before the latch opens
    private final CountDownLatch ended = new CountDownLatch(1);

    EnvLife(KernelEnv env) {
        this.env = env;
    }

    boolean isLeaving() {
        return state != State.LIVE;
    }

    boolean isEnded() {
        return state == State.ENDED;
    }

    synchronized int threadCount() {
        return threads.size();
    }

    synchronized List<KernelEnv> children() {
        return List.copyOf(children);
    }

    synchronized int childFrames() {
        return children.stream().mapToInt(c -> c.ledger().quota().frames()).sum();
    }

    synchronized long childBlocks() {
        return children.stream().mapToLong(c -> c.ledger().quota().blocks()).sum();
    }

    synchronized long cpuNanos() {
        return env.usage().endedCpuNanos.sum()
                + threads.stream().mapToLong(KernelThread::cpuNanos).sum();
    }

    // ---- beginning -----------------------------------------------------------------------------

    EnvControl createChild(EnvSpec spec, LibOs libOs) {
        for (EnvSpec.Gift gift : spec.gifts()) {
            checkGift(gift);
        }
        env.kernel().capabilities().settle(); // a dead capability is no reason to refuse
        env.ledger().charge(spec.quota());
        KernelEnv child;
        try {
            child = new KernelEnv(env.kernel(), env, env.kernel().nextEnvId(), spec);
        } catch (RuntimeException | Error e) {
            env.ledger().release(spec.quota());
            throw e;
        }
        try {
            begin(child, spec, libOs);
        } catch (RuntimeException | Error e) {
            child.life().abandon();
            throw e;
        }
        EnvEvent.record(child.name(), child.id(), "CREATED");
        return child.life().control;
    }

    private void begin(KernelEnv child, EnvSpec spec, LibOs libOs) {
        EnvTargetCapability capability = new EnvTargetCapability(Lineage
                .original(env.kernel().capabilities(), null, env, "env-" + child.id()), child);
        child.life().control = capability;
        env.kernel().exposure().born(child);
        addChild(child);
        env.kernel().capabilities().adopt(capability); // from here on others can end it
        giveGifts(spec, child);
        child.life().startThread(child.name(), libOs, true);
    }

    /** Refuses a child of an environment that is leaving: nobody would end it any more. */
    private synchronized void addChild(KernelEnv child) {
        checkLive();
        children.add(child);
    }

    private void checkLive() {
        if (state != State.LIVE) {
            throw ending(env, "return from LibOs.run soon after the stop request");
        }
    }

    private static ResourceException ending(KernelEnv env, String remedy) {
        return new ResourceException(ErrorCode.ENV_ENDED, Blame.PEER, "env " + env.name(),
                "it is ending", remedy);
    }

    /**
     * Passes a part of this environment's quota on to a child, unless its quota went back already.
     */
    void give(KernelEnv child, Charge charge, long amount) {
        env.ledger().charge(charge, amount);
        try {
            child.ledger().raiseLimit(charge, amount);
        } catch (RuntimeException | Error e) {
            env.ledger().release(charge, amount);
            throw e;
        }
    }

    private KernelCapability checkGift(EnvSpec.Gift gift) {
        return env.kernel()
                .capabilities()
                .check(gift.capability(), env, KernelCapability.class,
                        gift.rights().and(Rights.GRANT));
    }

    private void giveGifts(EnvSpec spec, KernelEnv child) {
        for (EnvSpec.Gift gift : spec.gifts()) {
            env.kernel().capabilities().grant(checkGift(gift), child, gift.rights(), gift.label());
        }
    }

    void startThread(String name, LibOs body, boolean first) {
        env.ledger().charge(Charge.THREADS, 1);
        KernelThread thread = null;
        boolean started = false;
        try {
            thread = new KernelThread(env, name, body, first);
            synchronized (this) {
                checkLive();
                threads.add(thread);
            }
            env.kernel().start(thread);
            started = true;
        } catch (OutOfMemoryError e) { // that is how the JVM says that the host has no thread
            throw new ResourceException(ErrorCode.EXHAUSTED, Blame.HOST, "thread " + name,
                    "the host does not start it: " + e.getMessage(),
                    "end others, or raise ulimit -u, kernel.threads-max or pids.max");
        } finally {
            if (!started) {
                remove(thread);
            }
        }
    }

    /** Forgets a thread that does nothing any more, or never did. */
    private void remove(KernelThread thread) {
        synchronized (this) {
            threads.remove(thread);
            notifyAll(); // pairs with the wait in awaitThreads
        }
        env.ledger().release(Charge.THREADS, 1);
    }

    // ---- the end
    // ---------------------------------------------------------------------------------

    void fail(Throwable thrown) {
        synchronized (this) {
            // What a thread throws because its environment is leaving is not why it leaves.
            if (state == State.LIVE && failure == null) {
                failure = thrown;
            }
        }
    }

    /** The last act of each thread. */
    void threadEnding(KernelThread thread) {
        Failures failures = new Failures();
        boolean endsEnv = thread.isFirst() || hasFailed();
        if (endsEnv) {
            failures.attempt(this::leave);
        }
        if (!isEnded()) {
            env.services().forEach(service -> failures.attempt(service::closeThread));
        }
        env.services().forEach(service -> failures.attempt(service::closeOrphans));
        failures.attempt(() -> env.usage().endedCpuNanos.add(thread.cpuNanos()));
        if (thread.upcalls() != null) {
            failures.attempt(thread.upcalls()::close);
        }
        remove(thread);
        if (endsEnv && mayFinish()) {
            failures.attempt(() -> finish(env.kernel().grace(),
                    hasFailed() ? EnvExit.Reason.FAILED : normalReason()));
        }
        failures.rethrow(); // to whoever hears of threads that the JVM ends
    }

    private synchronized List<KernelThread> threadsNow() {
        return List.copyOf(threads);
    }

    private synchronized boolean hasFailed() {
        return failure != null;
    }

    private synchronized EnvExit.Reason normalReason() {
        return stopAsked ? EnvExit.Reason.ENDED : EnvExit.Reason.RETURNED;
    }

    private synchronized boolean mayFinish() {
        boolean mine = !finishing;
        finishing = true;
        return mine;
    }

    /** Refuses all further calls, and rouses threads that sleep in one. */
    private void leave() {
        List<KernelThread> now;
        synchronized (this) {
            if (state == State.LIVE) {
                state = State.LEAVING;
            }
            now = List.copyOf(threads);
        }
        now.forEach(KernelThread::rouse);
    }

    /** Asks the libOS to stop; once. */
    void requestStop() {
        synchronized (this) {
            if (stopAsked || state != State.LIVE) {
                return;
            }
            stopAsked = true;
        }
        env.control().post(handler -> handler.onStopRequest());
    }

    /** Ends the environment from outside. */
    EnvExit end(Duration grace) {
        requestStop();
        if (!awaitEnd(grace)) {
            leave();
            if (!awaitEnd(LAST_CALL) && mayFinish()) {
                finish(Duration.ZERO, EnvExit.Reason.ABORTED);
            }
        }
        awaitEnd(FOREVER); // somebody else may be finishing, which takes a while for each child
        return exit;
    }

    Optional<EnvExit> awaitExit(Duration timeout) throws InterruptedException {
        return ended.await(Patience.nanos(timeout), TimeUnit.NANOSECONDS)
                ? Optional.of(exit)
                : Optional.empty();
    }

    private boolean awaitEnd(Duration timeout) {
        boolean interrupted = false;
        long deadline = System.nanoTime() + Patience.nanos(timeout);
        try {
            while (true) {
                try {
                    return ended.await(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
                } catch (InterruptedException e) {
                    interrupted = true; // an end is not left half done
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Returns everything. Runs once, on whichever thread was first. */
    private void finish(Duration grace, EnvExit.Reason reason) {
        boolean obeyed = false;
        try {
            leave();
            endChildren(grace);
            obeyed = awaitThreads(grace);
            Failures failures = new Failures();
            for (EnvService service : env.services()) {
                failures.attempt(service::abort); // finds nothing after a regular end
            }
            failures.attempt(() -> env.kernel()
                    .capabilities()
                    .close(env, Repossession.Cause.OWNER_GONE));
            reportLeaks();
            failures.rethrow();
            if (env.parent() != null) {
                env.parent().life().childEnded(env);
            }
        } catch (RuntimeException | Error e) {
            obeyed = false;
            throw e;
        } finally {
            // If something could not be taken away, the quota is not back; yet nobody waits for it.
            over(new EnvExit(obeyed ? reason : EnvExit.Reason.ABORTED, reportedFailure()));
        }
    }

    private void over(EnvExit how) {
        threadsNow().forEach(KernelThread::disown);
        exit = how;
        EnvEvent.record(env.name(), env.id(), how.reason().name());
        env.kernel().exposure().gone(env);
        synchronized (this) {
            state = State.ENDED;
        }
        tellParent(); // before the latch, so that whoever waited for the end finds it pending
        ended.countDown();
    }

    /** Ends an environment whose creation failed, as if it had never been. */
    private void abandon() {
        abandoned = true;
        leave();
        if (mayFinish()) {
            finish(Duration.ZERO, EnvExit.Reason.FAILED);
        }
        awaitEnd(FOREVER); // somebody may have found its control, and be ending it
    }

    /** Gives all children the same time, and not one after the other. */
    private void endChildren(Duration grace) {
        List<KernelEnv> now = children();
        now.forEach(child -> child.life().requestStop());
        long deadline = System.nanoTime() + Patience.nanos(grace);
        for (KernelEnv child : now) {
            long left = Math.max(0, deadline - System.nanoTime());
            child.life().end(Duration.ofNanos(left));
        }
    }

    private synchronized Optional<Throwable> reportedFailure() {
        return Optional.ofNullable(failure);
    }

    private void tellParent() {
        if (env.parent() != null && !abandoned) {
            env.parent().childEnded(control, exit);
        }
    }

    private void childEnded(KernelEnv child) {
        synchronized (this) {
            children.remove(child);
        }
        env.kernel().capabilities().drop(child.life().control, Repossession.Cause.OWNER_GONE);
        // What was reclaimed comes back, or came, by the reclaim.
        env.ledger().release(child.ledger().close());
    }

    /** {@return how much of its quota the parent is still charged for} */
    long quotaOf(Charge charge) {
        return env.ledger().limit(charge);
    }

    /** Refuses all further calls of the root environment, which has no thread of its own. */
    void leaveRoot() {
        leave();
        synchronized (this) {
            state = State.ENDED;
        }
    }

    private synchronized boolean awaitThreads(Duration grace) {
        long deadline = System.nanoTime() + Patience.nanos(grace);
        boolean interrupted = false;
        while (!threads.isEmpty() && deadline - System.nanoTime() > 0) {
            try {
                wait(Math.max(1, (deadline - System.nanoTime()) / 1_000_000));
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return threads.isEmpty();
    }

    private void reportLeaks() {
        for (Charge charge : Charge.values()) {
            long left = env.ledger().used(charge);
            if (left != 0) {
                LeakEvent.record(env.name() + ": " + left + " " + charge.plural());
            }
        }
    }
}
