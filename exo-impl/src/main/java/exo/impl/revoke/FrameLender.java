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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Calls lent frames in when somebody needs guaranteed ones: the contract of Nemesis.
 *
 * <p>The guarantees of all environments together never exceed the pool. Whenever it has no frame
 * left for a guaranteed request, as many are lent, and are called in from whoever the embedder's
 * policy names; all who are called for one request have the same deadline.
 *
 * <p><b>Locking.</b> This object guards {@code called}. The policy, the requests and the waiting
 * run outside it.
 *
 * @see "Hand: Self-Paging in the Nemesis Operating System, OSDI 1999, section 3.2"
 */
public final class FrameLender implements FrameQueue.Shortage {
    /** How often a request looks whether what others have called in is free to be called. */
    private static final long LOOK_NANOS = 200_000;

    private final FrameQueue pool;
    private final HostConfig.Lending lending;
    private final Supplier<List<? extends Holder>> holders;
    private final Map<Holder, Integer> called = new HashMap<>(); // guarded by this

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
        Loans loans = new Loans(pool.queue(count));
        try {
            loans.call(Math.min(count, pool.shortfall(loans.waiter)));
            AbortProtocol.run(loans, lending.notice());
        } finally {
            loans.settle();
            pool.leave(loans.waiter);
        }
    }

    private synchronized List<Candidate> candidates(Map<Long, Holder> byId) {
        List<Candidate> candidates = new ArrayList<>();
        for (Holder holder : holders.get()) {
            int extra = holder.ledger().extraFrames() - called.getOrDefault(holder, 0);
            if (extra > 0) {
                byId.put(holder.id(), holder);
                candidates.add(new Candidate(holder.id(), holder.name(),
                        (int) holder.ledger().used(Charge.FRAMES) + holder.ledger().extraFrames(),
                        extra));
            }
        }
        return candidates;
    }

    private synchronized void note(Holder holder, int change) {
        called.merge(holder, change, (a, b) -> a + b == 0 ? null : a + b);
    }

    /** The frames called in for one request. Used by the thread of the request. */
    private final class Loans implements Claim {
        private final FrameQueue.Waiter waiter;
        private final Map<Holder, Integer> owed = new HashMap<>();
        private int uncalled;
        private RevokeRequest.Stage stage;

        Loans(FrameQueue.Waiter waiter) {
            this.waiter = waiter;
        }

        /**
         * Chooses who shall return how many. Those before in the queue have called in theirs.
         *
         * @return who was chosen now; fewer frames than lack if all others were called in by others
         *         or are on their way back, and what lacks is called in at the next look
         */
        Map<Holder, Integer> call(int lacking) {
            Map<Holder, Integer> chosen = new HashMap<>();
            uncalled = lacking;
            while (uncalled > 0) {
                Map<Long, Holder> byId = new HashMap<>();
                List<Candidate> candidates = candidates(byId);
                if (candidates.isEmpty()) {
                    break;
                }
                Candidate victim = checked(lending.policy(), candidates);
                Holder holder = byId.get(victim.envId());
                int share = Math.min(uncalled, victim.extraFrames());
                note(holder, share);
                owed.merge(holder, share, Integer::sum);
                chosen.merge(holder, share, Integer::sum);
                uncalled -= share;
            }
            return chosen;
        }

        private static Candidate checked(VictimPolicy policy, List<Candidate> candidates) {
            Candidate victim = policy.choose(List.copyOf(candidates));
            if (!candidates.contains(victim)) {
                throw new IllegalStateException("the victim policy named " + victim
                        + ", which is none of the candidates " + candidates);
            }
            return victim;
        }

        void settle() {
            owed.forEach((holder, share) -> note(holder, -share));
        }

        @Override
        public long outstanding() {
            return pool.shortfall(waiter);
        }

        @Override
        public void request(RevokeRequest.Stage now, long deadlineNanos) {
            stage = now;
            ask(owed, deadlineNanos);
        }

        private void ask(Map<Holder, Integer> chosen, long deadlineNanos) {
            RevokeRequest.Stage now = stage;
            chosen.forEach((holder, share) -> {
                RevocationEvent.asked(holder.name(), ResourceKind.FRAMES.name(), share);
                holder.revocable(Charge.FRAMES).wantIdle(share);
                holder.ask(() -> {
                    int still = Math.min(Math.min(share, holder.ledger().extraFrames()),
                            pool.shortfall());
                    return still <= 0
                            ? Optional.empty()
                            : Optional.of(new RevokeRequest(now, ResourceKind.FRAMES, still,
                                    deadlineNanos, Optional.empty()));
                });
            });
        }

        @Override
        public boolean await(long deadlineNanos) throws InterruptedException {
            while (true) {
                long look = System.nanoTime() + LOOK_NANOS;
                boolean last = uncalled == 0 || look - deadlineNanos >= 0;
                if (pool.await(waiter, last ? deadlineNanos : look)) {
                    return true;
                }
                if (last) {
                    return false;
                }
                ask(call(Math.min(uncalled, pool.shortfall(waiter))), deadlineNanos);
            }
        }

        @Override
        public void withdraw() {
            owed.forEach((holder, share) -> holder.revocable(Charge.FRAMES).wantIdle(0));
        }

        /** Takes extra frames only: whoever has returned its share meanwhile loses nothing. */
        @Override
        public long force() {
            return Force.until(this::outstanding, most -> {
                long taken = 0;
                for (Holder holder : owed.keySet()) {
                    long share = Math.min(most - taken,
                            Math.min(owed.get(holder), holder.ledger().extraFrames()));
                    if (share > 0) {
                        taken += holder.revocable(Charge.FRAMES).take(share);
                    }
                }
                if (taken == 0) {
                    call((int) most); // whoever was called has none left; others must have them
                }
                return taken;
            });
        }
    }
}
