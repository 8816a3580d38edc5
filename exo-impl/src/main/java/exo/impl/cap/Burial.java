// SPDX-License-Identifier: Apache-2.0
package exo.impl.cap;

import exo.api.upcall.Repossession;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * The part of one revocation or drop that is done after the table's lock was released: bindings are
 * severed and resources return.
 *
 * @param top the capability that was revoked or dropped
 * @param cause why
 * @param dead what needs care, parents before children
 * @param undertaker the thread that does it
 * @param earlier the burials under way, by other threads, above or below the same capability; what
 *        they sever counts as severed only when they are over
 * @param over opens when this one is over
 */
record Burial(KernelCapability top, Repossession.Cause cause, List<KernelCapability> dead,
        Thread undertaker, List<Burial> earlier, CountDownLatch over) {
    /** Nothing to do, and nobody to wait for. */
    static final Burial NONE = new Burial(null, Repossession.Cause.REVOKED, List.of(), null,
            List.of(), new CountDownLatch(0));

    /** {@return whether one of the two tops was derived from the other, or is the other} */
    boolean overlaps(KernelCapability node) {
        return top.isOrDescendsFrom(node) || node.isOrDescendsFrom(top);
    }

    /** Waits until it is over, whatever interrupts the thread: a revocation is not left half. */
    void await() {
        boolean interrupted = false;
        while (true) {
            try {
                over.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
