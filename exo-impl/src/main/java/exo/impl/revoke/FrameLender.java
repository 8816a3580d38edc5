// SPDX-License-Identifier: Apache-2.0
package exo.impl.revoke;

import exo.api.HostConfig;
import exo.api.ResourceKind;
import exo.api.revoke.VictimPolicy;
import exo.api.revoke.VictimPolicy.Candidate;
import exo.api.upcall.RevokeRequest;
import exo.impl.audit.RevocationEvent;
import exo.impl.cap.Charge;
import exo.impl.cap.FrameQueue;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Calls lent frames in when somebody needs guaranteed ones: the contract of Nemesis.
 *
 * <p>The guarantees of all environments together never exceed the pool. Whenever it has no frame
 * left for a guaranteed request, as many are lent, and are called in from whoever the embedder's
 * policy names.
 *
 * <p><b>What is called in.</b> A holder that is called has a target: how many extra frames it may
 * keep. What it holds beyond is <i>due</i>. While requests wait, as many frames are due as lack for
 * all of them: each request looks again and again whether that holds, and lowers targets if not.
 * Frames belong to no particular request until they are there, so none is lost when requests are
 * served in another order than their frames were called in. Targets go when nobody waits.
 *
 * <p><b>Devices that hang.</b> What is due from a holder that is held up by one counts for nothing:
 * it may never come. Others are called instead, and lose their frames at once, as the time for
 * asking is over by then.
 *
 * <p><b>Locking.</b> This object guards the targets; inside it only the pool, ledgers and lists of
 * environments are locked. The policy, the upcalls and the waiting run outside it.
 *
 * @see "Hand: Self-Paging in the Nemesis Operating System, OSDI 1999, section 3.2"
 */
public final class FrameLender implements FrameQueue.Shortage, AutoCloseable {
    /** A request looks so soon after it has begun to wait, and then half as often each time. */
    private static final long FIRST_LOOK_NANOS = 200_000;

    private static final long LAST_LOOK_NANOS = 10_000_000;

    private final FrameQueue pool;
    private final HostConfig.Lending lending;
    private final Supplier<List<? extends Holder>> holders;
    private final Map<Holder, Integer> targets = new LinkedHashMap<>(); // guarded by this
    private final Takers takers = new Takers(); // locked inside this
    private final List<Request> waiting = new ArrayList<>(); // guarded by this

    /**
     * Makes the lender of a kernel.
     *
     * @param pool the frames
     * @param lending who loses frames, and how
     * @param holders all living environments
     */
    public FrameLender(FrameQueue pool, HostConfig.Lending lending,
            Supplier<List<? extends Holder>> holders) {
        this.pool = pool;
        this.lending = lending;
        this.holders = holders;
    }

    @Override
    public void reserve(int count) {
        FrameQueue.Waiter waiter = pool.queue(count);
        try {
            AbortProtocol.run(new Request(waiter), lending.notice());
        } catch (RuntimeException | Error e) { // out of the policy, perhaps
            pool.leave(waiter);
            throw e;
        } finally {
            forgetTargets();
        }
    }

    /** Waits until what is being taken is free, or was given to the pool. */
    @Override
    public void close() {
        takers.close();
    }

    private synchronized void forgetTargets() {
        if (pool.isIdle()) {
            targets.keySet().forEach(holder -> holder.revocable(Charge.FRAMES).wantIdle(0));
            targets.clear();
        }
    }

    // ---- what is due ---------------------------------------------------------------------------

    private synchronized int due(Holder holder) {
        if (takers.isHeldUp(holder)) {
            return 0;
        }
        int extra = holder.ledger().extraFrames();
        return Math.max(0, extra - targets.getOrDefault(holder, extra));
    }

    private synchronized List<Holder> debtors() {
        return targets.keySet().stream().filter(holder -> due(holder) > 0).toList();
    }

    /**
     * {@return how many frames lack and are not due} A holder gives frames to the pool before its
     * ledger, so what is due is at times too high, and seen at the next look; never too low.
     */
    private synchronized int uncalled() {
        int lacking = pool.shortfall();
        for (Holder holder : targets.keySet()) {
            lacking -= due(holder);
        }
        return lacking;
    }

    private synchronized Map<Candidate, Holder> candidates() {
        Map<Candidate, Holder> candidates = new LinkedHashMap<>();
        if (uncalled() > 0) {
            for (Holder holder : holders.get()) {
                int spare = holder.ledger().extraFrames() - due(holder);
                if (spare > 0 && !takers.isHeldUp(holder)) {
                    candidates.put(new Candidate(holder.id(), holder.name(),
                            (int) holder.ledger().used(Charge.FRAMES)
                                    + holder.ledger().extraFrames(),
                            spare), holder);
                }
            }
        }
        return candidates;
    }

    private synchronized void lower(Holder holder) {
        int extra = holder.ledger().extraFrames();
        int keeps = Math.min(extra, targets.getOrDefault(holder, extra));
        int share = Math.clamp(uncalled(), 0, keeps);
        targets.put(holder, keeps - share);
    }

    /** {@return who owes frames, and was asked by none of those who wait still} */
    private synchronized List<Holder> unasked() {
        return debtors().stream()
                .filter(holder -> waiting.stream().noneMatch(r -> r.asked.contains(holder)))
                .toList();
    }

    /** Lowers targets until as many frames are due as lack; {@return who must be asked} */
    private List<Holder> callIn() {
        Set<Holder> called = new LinkedHashSet<>(unasked());
        Map<Candidate, Holder> candidates = candidates();
        while (!candidates.isEmpty()) {
            Holder victim = candidates.get(checked(lending.policy(), candidates));
            lower(victim);
            called.add(victim);
            candidates = candidates();
        }
        return List.copyOf(called);
    }

    private static Candidate checked(VictimPolicy policy, Map<Candidate, Holder> candidates) {
        Candidate victim = policy.choose(List.copyOf(candidates.keySet()));
        if (!candidates.containsKey(victim)) {
            throw new IllegalStateException("the victim policy named " + victim
                    + ", which is none of the candidates " + candidates.keySet());
        }
        return victim;
    }

    // ---- a request that waits ------------------------------------------------------------------

    /** A request for frames that are guaranteed. Used by the thread that needs them. */
    private final class Request implements Claim {
        private final FrameQueue.Waiter waiter;
        private final Set<Holder> asked = new HashSet<>(); // guarded by the lender
        private RevokeRequest.Stage stage;
        /** What a libOS has not heard by then it shall not take for a request of others. */
        private volatile boolean withdrawn;

        Request(FrameQueue.Waiter waiter) {
            this.waiter = waiter;
        }

        @Override
        public long outstanding() {
            return pool.shortfall(waiter);
        }

        @Override
        public void request(RevokeRequest.Stage now, long deadlineNanos) {
            boolean first = stage == null;
            stage = now;
            if (first) {
                comes();
            }
            List<Holder> called = callIn();
            ask(first ? called : debtors(), deadlineNanos);
        }

        private void comes() {
            synchronized (FrameLender.this) {
                waiting.add(this);
            }
        }

        @Override
        public void withdraw() {
            withdrawn = true;
            synchronized (FrameLender.this) {
                waiting.remove(this);
            }
        }

        private void ask(List<Holder> called, long deadlineNanos) {
            synchronized (FrameLender.this) {
                asked.addAll(called);
            }
            for (Holder holder : called) {
                RevocationEvent.asked(holder.name(), ResourceKind.FRAMES.name(), due(holder));
                holder.revocable(Charge.FRAMES).wantIdle(due(holder));
                holder.ask(asking(holder, stage, deadlineNanos));
            }
        }

        private Holder.Ask asking(Holder holder, RevokeRequest.Stage now, long deadlineNanos) {
            return new Holder.Ask() {
                @Override
                public Optional<RevokeRequest> request() {
                    int still = withdrawn ? 0 : due(holder);
                    return still == 0
                            ? Optional.empty()
                            : Optional.of(new RevokeRequest(now, ResourceKind.FRAMES, still,
                                    deadlineNanos, Optional.empty()));
                }

                @Override
                public boolean isOver() {
                    return withdrawn;
                }
            };
        }

        @Override
        public boolean await(long deadlineNanos) throws InterruptedException {
            long pause = FIRST_LOOK_NANOS;
            long look = System.nanoTime() + pause;
            while (!pool.await(waiter, deadlineNanos - look < 0 ? deadlineNanos : look)) {
                long now = System.nanoTime();
                if (now - deadlineNanos >= 0) {
                    return false;
                }
                ask(callIn(), deadlineNanos);
                pause = Math.min(2 * pause, LAST_LOOK_NANOS);
                look = now + pause;
            }
            return true;
        }

        /** Takes what is due: whoever has returned its share meanwhile loses nothing. */
        @Override
        public long force() {
            return Force.until(this::outstanding, any -> {
                callIn();
                long taken = 0;
                for (Holder holder : debtors()) {
                    // Snapshots go as a whole, with the views that others have of them.
                    long share = Math.min(outstanding(), due(holder));
                    if (share > 0) {
                        taken += takers.take(holder, share);
                    }
                }
                return taken;
            });
        }
    }
}
