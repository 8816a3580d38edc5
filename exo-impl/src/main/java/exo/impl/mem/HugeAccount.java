// SPDX-License-Identifier: Apache-2.0
package exo.impl.mem;

import exo.impl.cap.Charge;
import exo.impl.cap.Invariant;
import exo.impl.cap.Ledger;

/**
 * Frames of 2 MiB, as one environment is charged for them. They are neither shared nor frozen.
 *
 * @param pool the pool they lie in
 * @param ledger what the environment holds
 */
record HugeAccount(FramePool pool, Ledger ledger) implements FrameAccount {
    @Override
    public boolean isHuge() {
        return true;
    }

    @Override
    public void charge(int frames) {
        ledger.charge(Charge.HUGE_FRAMES, frames);
        Invariant.check(pool.tryReserve(frames),
                "huge frames that the ledgers allow are in the pool");
    }

    @Override
    public void release(int frames) {
        pool.unreserve(frames);
        ledger.release(Charge.HUGE_FRAMES, frames);
    }

    @Override
    public void giveBack(int[] frames) {
        pool.free(frames);
        ledger.release(Charge.HUGE_FRAMES, frames.length);
    }
}
