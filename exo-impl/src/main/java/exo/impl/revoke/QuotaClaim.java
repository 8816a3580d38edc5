// SPDX-License-Identifier: Apache-2.0
package exo.impl.revoke;

import exo.api.ResourceException;
import exo.api.ResourceKind;
import exo.api.revoke.Notice;
import exo.api.revoke.Reclaimed;
import exo.api.upcall.RevokeRequest;
import exo.impl.audit.RevocationEvent;
import exo.impl.cap.Charge;
import java.util.Optional;

/**
 * A part of an environment's quota that its creator takes back.
 *
 * <pre>
 *   1. the quota shrinks: nothing new can be allocated beyond the rest
 *   2. what is idle comes back, what is held is asked for, and taken at last
 *   3. the same of its children, if it gave the resource to them
 *   4. the quota of its creator grows
 * </pre>
 */
public final class QuotaClaim implements Claim {
    private final Holder holder;
    private final ResourceKind kind;
    private final Charge charge;
    /** What the libOS has not heard by then it shall not take for a later claim. */
    private volatile boolean withdrawn;

    private QuotaClaim(Holder holder, ResourceKind kind, Charge charge) {
        this.holder = holder;
        this.kind = kind;
        this.charge = charge;
    }

    /**
     * Takes a part of a quota back.
     *
     * @param holder who has it
     * @param creator who gets it
     * @param kind the kind of the charge
     * @param amount how much, at least 1
     * @param notice how long the holder may choose
     * @return what came back
     * @throws exo.api.ResourceException with {@link exo.api.ErrorCode#OUT_OF_RANGE} if the quota is
     *         smaller; with {@link exo.api.ErrorCode#ENV_ENDED} if it went back already; no effect
     */
    public static Reclaimed reclaim(Holder holder, Holder creator, ResourceKind kind, long amount,
            Notice notice) {
        Charge charge = chargeOf(kind).orElseThrow();
        holder.ledger().lowerLimit(charge, amount);
        return collect(holder, creator, kind, amount, notice);
    }

    /** Has what a quota was lowered by come back. */
    private static Reclaimed collect(Holder holder, Holder creator, ResourceKind kind, long amount,
            Notice notice) {
        Charge charge = chargeOf(kind).orElseThrow();
        long forced;
        try {
            forced = AbortProtocol.run(new QuotaClaim(holder, kind, charge), notice);
        } catch (RuntimeException | Error e) {
            raiseAgain(holder, creator, charge, amount);
            throw e;
        }
        creator.ledger().release(charge, amount);
        return new Reclaimed(Math.max(amount, forced), forced);
    }

    /** Gives a quota back that was not collected; to its creator, if the holder has ended. */
    private static void raiseAgain(Holder holder, Holder creator, Charge charge, long amount) {
        try {
            holder.ledger().raiseLimit(charge, amount);
        } catch (ResourceException e) { // the rest of its quota went back already
            creator.ledger().release(charge, amount);
        }
    }

    /**
     * {@return what a kind is charged as, if it is held by amount}
     *
     * @param kind the kind
     */
    public static Optional<Charge> chargeOf(ResourceKind kind) {
        return switch (kind) {
            case FRAMES -> Optional.of(Charge.FRAMES);
            case EXTENT -> Optional.of(Charge.BLOCKS);
            case QUANTUM -> Optional.of(Charge.SLOTS);
            default -> Optional.empty();
        };
    }

    @Override
    public long outstanding() {
        return Math.max(0, holder.ledger().used(charge) - holder.ledger().limit(charge));
    }

    @Override
    public void request(RevokeRequest.Stage stage, long deadlineNanos) {
        RevocationEvent.asked(holder.name(), kind.name(), outstanding());
        holder.revocable(charge).wantIdle(ownPart(outstanding()));
        holder.ask(new Holder.Ask() {
            @Override
            public Optional<RevokeRequest> request() {
                long still = outstanding();
                return still == 0 || withdrawn
                        ? Optional.empty()
                        : Optional.of(new RevokeRequest(weight(stage, still), kind, still,
                                deadlineNanos, Optional.empty()));
            }

            @Override
            public boolean isOver() {
                return withdrawn;
            }
        });
    }

    /** {@return how serious an order is: whether marked pages must go too} */
    private RevokeRequest.Stage weight(RevokeRequest.Stage stage, long still) {
        long last = holder.revocable(charge).lastCount();
        if (stage == RevokeRequest.Stage.ASK || last == 0) {
            return stage;
        }
        return still > holder.ledger().heldFrames() - last ? RevokeRequest.Stage.EMERGENCY : stage;
    }

    @Override
    public boolean await(long deadlineNanos) throws InterruptedException {
        return holder.ledger().awaitWithinLimit(charge, deadlineNanos);
    }

    @Override
    public long force() {
        return Force.until(this::outstanding,
                most -> holder.revocable(charge).take(ownPart(most)) + forceChildren());
    }

    /** {@return how much of it the holder can give back itself} Extra frames are no part of it. */
    private long ownPart(long most) {
        return charge == Charge.FRAMES ? Math.min(most, holder.ledger().ownFrames()) : most;
    }

    private long forceChildren() {
        long taken = 0;
        for (Holder child : holder.children()) {
            long amount = child.ledger().lowerLimitAtMost(charge, outstanding());
            if (amount > 0) { // otherwise it has nothing, or is ending, and returns it all
                taken += collect(child, holder, kind, amount, Notice.NONE).forced();
            }
        }
        return taken;
    }

    @Override
    public void withdraw() {
        withdrawn = true;
        holder.revocable(charge).wantIdle(0);
    }
}
