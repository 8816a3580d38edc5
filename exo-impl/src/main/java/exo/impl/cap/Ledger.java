// SPDX-License-Identifier: Apache-2.0
package exo.impl.cap;

import exo.api.Blame;
import exo.api.ErrorCode;
import exo.api.Quota;
import exo.api.ResourceException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * What one environment may hold, and holds.
 *
 * <p>A child's limit is charged to its parent's ledger, so the limits of all living environments
 * never add up to more than the kernel owns: a charge that is accepted can be honoured.
 *
 * <p><b>Invariant.</b> {@code 0 <= used[c]} for every charge; {@code used[c] <= limit[c]} except
 * between {@link #lowerLimit} and the end of the reclaim that called it. No frame is extra while
 * the limit of guaranteed ones has room.
 */
// The ordinal indexes arrays that never leave the process.
@SuppressWarnings("EnumOrdinal")
public final class Ledger {
    private static final Charge[] CHARGES = Charge.values();
    /** Before a deadline a thread looks again and again: a core that slept is late, and cold. */
    private static final long AWAKE_NANOS = 1_000_000;
    private static final long LOOK_NANOS = 50_000;

    private final String owner;
    private final Runnable settle; // brings the charges for objects up to date; takes locks
    private final long[] limit = new long[CHARGES.length]; // guarded by this
    private final long[] used = new long[CHARGES.length]; // guarded by this
    private final List<Thread> waiting = new ArrayList<>(0); // guarded by this
    private final boolean borrows;
    private boolean closed; // the limits went back to whoever they came from; guarded by this
    // Of the frames used, what is not passed on to children; guarded by this.
    private long ownFrames;
    private int extraFrames;

    /**
     * Makes a ledger with nothing used, whose charges are always up to date.
     *
     * @param owner the name of the environment, for messages
     * @param quota the limits
     */
    public Ledger(String owner, Quota quota) {
        this(owner, quota, () -> {});
    }

    /**
     * Makes a ledger with nothing used.
     *
     * @param owner the name of the environment, for messages
     * @param quota the limits
     * @param settle what to call, holding no lock of this ledger, before the charges for objects
     *        are read or are the reason for a refusal: {@link CapabilityTable#settle}
     */
    public Ledger(String owner, Quota quota, Runnable settle) {
        this(owner, quota, settle, true);
    }

    /**
     * Makes a ledger with nothing used.
     *
     * @param owner the name of the environment, for messages
     * @param quota the limits
     * @param settle as above
     * @param borrows whether the environment may hold extra frames, or only pass the right on
     */
    public Ledger(String owner, Quota quota, Runnable settle, boolean borrows) {
        this.settle = settle;
        this.owner = owner;
        this.borrows = borrows;
        for (Charge charge : CHARGES) {
            limit[charge.ordinal()] = charge.of(quota);
        }
    }

    /** {@return the limits at this moment} */
    public synchronized Quota quota() {
        Quota quota = Quota.LEAST;
        for (Charge charge : CHARGES) {
            quota = charge.in(quota, limit[charge.ordinal()]);
        }
        return quota;
    }

    /**
     * {@return how much is used at this moment}
     *
     * @param charge of what
     */
    public long used(Charge charge) {
        if (charge == Charge.OBJECTS) {
            settle.run();
        }
        return unsettled(charge);
    }

    /** {@return how much is charged, with what is dead already} */
    synchronized long unsettled(Charge charge) {
        return used[charge.ordinal()];
    }

    /**
     * {@return the limit at this moment}
     *
     * @param charge of what
     */
    public synchronized long limit(Charge charge) {
        return limit[charge.ordinal()];
    }

    /**
     * Charges an amount.
     *
     * @param charge of what
     * @param amount how much, not negative
     * @throws ResourceException with {@link ErrorCode#QUOTA} if the limit does not allow it; no
     *         effect
     */
    public void charge(Charge charge, long amount) {
        if (charge == Charge.OBJECTS && !hasRoom(charge, amount)) {
            settle.run();
        }
        chargeSettled(charge, amount);
    }

    /** {@return whether a charge of that amount would be accepted now, as it stands} */
    synchronized boolean hasRoom(Charge charge, long amount) {
        return amount <= limit[charge.ordinal()] - used[charge.ordinal()];
    }

    /** Charges an amount, and settles nothing: for the table, which does that itself. */
    synchronized void chargeSettled(Charge charge, long amount) {
        checkRoom(charge, amount);
        used[charge.ordinal()] += amount;
    }

    /**
     * Charges everything that a quota names, or nothing.
     *
     * @param quota the amounts
     * @throws ResourceException with {@link ErrorCode#QUOTA} if a limit does not allow it; no
     *         effect
     */
    public synchronized void charge(Quota quota) {
        for (Charge charge : CHARGES) {
            checkRoom(charge, charge.of(quota));
        }
        for (Charge charge : CHARGES) {
            used[charge.ordinal()] += charge.of(quota);
        }
    }

    /**
     * Gives an amount back.
     *
     * @param charge of what
     * @param amount how much, not negative, at most what is used
     */
    public synchronized void release(Charge charge, long amount) {
        long left = used[charge.ordinal()] - amount;
        Invariant.check(amount >= 0 && left >= 0, "a ledger never goes below zero");
        used[charge.ordinal()] = left;
        if (charge == Charge.FRAMES) {
            guaranteeExtraFrames();
        }
        wakeWaiting();
    }

    /** Room below the limit guarantees frames that were extra until now. */
    private void guaranteeExtraFrames() {
        int frames = Charge.FRAMES.ordinal();
        long room = Math.max(0, limit[frames] - used[frames]);
        int guaranteed = (int) Math.min(extraFrames, room);
        used[frames] += guaranteed;
        ownFrames += guaranteed;
        used[Charge.EXTRA_FRAMES.ordinal()] -= guaranteed;
        extraFrames -= guaranteed;
    }

    /**
     * Gives back everything that a quota names.
     *
     * @param quota the amounts
     */
    public synchronized void release(Quota quota) {
        for (Charge charge : CHARGES) {
            release(charge, charge.of(quota));
        }
    }

    /**
     * Charges page frames: guaranteed ones as long as there are, then extra ones.
     *
     * @param count how many
     * @return how many of them are extra
     * @throws ResourceException with {@link ErrorCode#QUOTA} if the limits do not allow it; no
     *         effect
     */
    public synchronized int chargeFrames(int count) {
        int frames = Charge.FRAMES.ordinal();
        int extra = Charge.EXTRA_FRAMES.ordinal();
        long guaranteed = Math.min(count, Math.max(0, limit[frames] - used[frames]));
        long beyond = count - guaranteed;
        if (beyond > 0 && (!borrows || beyond > limit[extra] - used[extra])) {
            String lent = borrows && limit[extra] > 0
                    ? ", and " + used[extra] + " of " + limit[extra] + " extra ones"
                    : "";
            throw new ResourceException(ErrorCode.QUOTA, Blame.CALLER, "env " + owner,
                    count + " frames were asked for, but " + used[frames] + " of "
                            + limit[frames] + " are used" + lent,
                    "return some, or create the environment with a larger quota");
        }
        used[frames] += guaranteed;
        used[extra] += beyond;
        ownFrames += guaranteed;
        extraFrames += (int) beyond;
        return (int) beyond;
    }

    /**
     * Gives page frames back: those beyond a limit that was lowered first, then extra ones, then
     * guaranteed ones. What children have of a limit that was lowered only they can give back.
     *
     * @param count how many, at most what the environment holds itself
     */
    public synchronized void releaseFrames(int count) {
        int frames = Charge.FRAMES.ordinal();
        long excess = Math.clamp(used[frames] - limit[frames], 0, Math.min(count, ownFrames));
        int lent = (int) Math.min(extraFrames, count - excess);
        extraFrames -= lent;
        ownFrames -= count - lent;
        Invariant.check(ownFrames >= 0, "a ledger gives back what the environment holds itself");
        release(Charge.EXTRA_FRAMES, lent);
        release(Charge.FRAMES, count - lent);
    }

    /** {@return how many guaranteed frames the environment holds itself} */
    public synchronized long ownFrames() {
        return ownFrames;
    }

    /** {@return how many frames the environment holds itself, guaranteed and extra} */
    public synchronized long heldFrames() {
        return ownFrames + extraFrames;
    }

    /** {@return how many extra frames the environment holds itself} */
    public synchronized int extraFrames() {
        return extraFrames;
    }

    /**
     * Lowers a limit, even below what is used: nothing more can be charged until enough is
     * released.
     *
     * @param charge of what
     * @param amount by how much
     * @return what must be released until the ledger is within its limit again, or 0
     * @throws ResourceException with {@link ErrorCode#OUT_OF_RANGE} if the limit is smaller than
     *         the amount; with {@link ErrorCode#ENV_ENDED} once the ledger is closed; no effect
     */
    public synchronized long lowerLimit(Charge charge, long amount) {
        checkOpen();
        int c = charge.ordinal();
        if (amount > limit[c]) {
            throw new ResourceException(ErrorCode.OUT_OF_RANGE, Blame.CALLER, "env " + owner,
                    "cannot take " + amount + " " + charge.plural() + " from a quota of "
                            + limit[c],
                    "ask for at most that many");
        }
        limit[c] -= amount;
        return Math.max(0, used[c] - limit[c]);
    }

    /**
     * Lowers a limit as far as it goes.
     *
     * @param charge of what
     * @param most by how much at most
     * @return by how much; 0 once the ledger is closed
     */
    public synchronized long lowerLimitAtMost(Charge charge, long most) {
        int c = charge.ordinal();
        long amount = closed ? 0 : Math.min(most, limit[c]);
        limit[c] -= amount;
        return amount;
    }

    /**
     * Ends the ledger: its limits go back, once, and cannot be changed any more.
     *
     * @return the limits at this moment
     */
    public synchronized Quota close() {
        Invariant.check(!closed, "a quota goes back once");
        closed = true;
        return quota();
    }

    private void checkOpen() {
        if (closed) {
            throw new ResourceException(ErrorCode.ENV_ENDED, Blame.PEER, "env " + owner,
                    "it has ended, and its quota went back", "create another");
        }
    }

    /**
     * Raises a limit. Extra frames become guaranteed ones as far as it goes.
     *
     * @param charge of what
     * @param amount by how much, charged elsewhere
     */
    public synchronized void raiseLimit(Charge charge, long amount) {
        checkOpen();
        limit[charge.ordinal()] += amount;
        if (charge == Charge.FRAMES) {
            guaranteeExtraFrames();
        }
        wakeWaiting();
    }

    /**
     * Waits until no more is used than the limit allows.
     *
     * @param charge of what
     * @param deadlineNanos the latest moment to return, on the clock of {@link System#nanoTime}
     * @return whether it is so
     * @throws InterruptedException if the thread was interrupted
     */
    public boolean awaitWithinLimit(Charge charge, long deadlineNanos)
            throws InterruptedException {
        // Not the monitor: it rounds up to whole milliseconds, and whoever wakes at a deadline must
        // get it back from a libOS that may ask for its account all the time.
        Thread self = Thread.currentThread();
        waits(self);
        try {
            while (!isWithinLimit(charge)) {
                long left = deadlineNanos - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                // Pairs with the unpark in wakeWaiting.
                LockSupport.parkNanos(this, left > AWAKE_NANOS
                        ? left - AWAKE_NANOS
                        : Math.min(left, LOOK_NANOS));
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
            }
            return true;
        } finally {
            goesOn(self);
        }
    }

    private synchronized void waits(Thread thread) {
        waiting.add(thread);
    }

    private synchronized void goesOn(Thread thread) {
        waiting.remove(thread);
    }

    private synchronized boolean isWithinLimit(Charge charge) {
        return used[charge.ordinal()] <= limit[charge.ordinal()];
    }

    private void wakeWaiting() {
        if (!waiting.isEmpty()) {
            waiting.forEach(LockSupport::unpark);
        }
    }

    /** Refuses an amount that {@link #charge(Charge, long)} would refuse, as it stands. */
    synchronized void checkRoom(Charge charge, long amount) {
        int c = charge.ordinal();
        if (amount > limit[c] - used[c]) {
            throw new ResourceException(ErrorCode.QUOTA, Blame.CALLER, "env " + owner,
                    amount + " " + charge.plural() + " were asked for, but " + used[c] + " of "
                            + limit[c] + " are used",
                    "return some, or create the environment with a larger quota");
        }
    }
}
