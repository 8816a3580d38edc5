// SPDX-License-Identifier: Apache-2.0
package exo.impl.kernel;

import exo.api.ResourceKind;
import exo.api.upcall.RevokeRequest;
import exo.impl.audit.RevocationEvent;
import exo.impl.cap.Charge;
import exo.impl.cap.Invariant;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Takes frames back from an environment: the visible request, the deadline, the force.
 *
 * <pre>
 *   holder: reclaim(n, deadline)
 *     1. the quota shrinks by n: nothing new can be allocated beyond the rest
 *     2. idle mapped frames come back without asking
 *     3. onRevokeRequest: the libOS chooses what to return
 *     4. at the deadline: its own pages by force, then its children's
 *     5. the quota of the holder grows by n
 * </pre>
 *
 * <p>Fails if the quota is smaller than n, before anything was done.
 *
 * @see "Engler, PhD thesis, MIT 1998, pages 24-25"
 */
final class FrameRevocation {
    private static final long LOOK_NANOS = 50_000;
    /** No kernel call lasts that long: it zeroes and maps at most a pool of frames. */
    private static final long LONGEST_CALL_NANOS = 60_000_000_000L;

    private FrameRevocation() {}

    /** {@return how many frames had to be taken by force} */
    static int reclaim(KernelEnv target, int frameCount, Duration deadline) {
        long excess = target.ledger().lowerLimit(Charge.FRAMES, frameCount);
        int forced = excess == 0 ? 0 : recover(target, (int) excess, deadline);
        target.parent().ledger().release(Charge.FRAMES, frameCount);
        return forced;
    }

    private static int recover(KernelEnv target, int excess, Duration deadline) {
        long deadlineNanos = System.nanoTime() + Patience.nanos(deadline);
        RevocationEvent.asked(target.name(), ResourceKind.FRAMES.name(), excess);
        target.idleReturn().want(excess);
        target.control().post(handler -> {
            long still = over(target);
            if (still > 0) {
                handler.onRevokeRequest(
                        new RevokeRequest(ResourceKind.FRAMES, still, deadlineNanos));
            }
        });
        boolean obeyed = await(target, deadlineNanos);
        target.idleReturn().want(0);
        return obeyed ? 0 : force(target);
    }

    private static long over(KernelEnv target) {
        return Math.max(0,
                target.ledger().used(Charge.FRAMES) - target.ledger().limit(Charge.FRAMES));
    }

    private static boolean await(KernelEnv target, long deadlineNanos) {
        long limit = target.ledger().limit(Charge.FRAMES);
        try {
            return target.ledger().awaitUsedAtMost(Charge.FRAMES, limit, deadlineNanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false; // whoever is in a hurry gets its frames at once
        }
    }

    private static int force(KernelEnv target) {
        int taken = 0;
        long giveUp = System.nanoTime() + LONGEST_CALL_NANOS;
        while (over(target) > 0) {
            long before = over(target);
            taken += target.frames().repossess((int) before) + forceChildren(target);
            if (over(target) >= before) {
                // A frame that is charged is either mapped, or the call that maps or frees it is
                // under way; until it is over nothing may be given to the parent.
                Invariant.check(System.nanoTime() - giveUp < 0, "a charged frame can be taken");
                LockSupport.parkNanos(LOOK_NANOS);
            }
        }
        return taken;
    }

    private static int forceChildren(KernelEnv target) {
        int taken = 0;
        for (KernelEnv child : target.life().children()) {
            int most = (int) Math.min(over(target), child.ledger().limit(Charge.FRAMES));
            if (most > 0) {
                taken += reclaim(child, most, Duration.ZERO);
            }
        }
        return taken;
    }
}
