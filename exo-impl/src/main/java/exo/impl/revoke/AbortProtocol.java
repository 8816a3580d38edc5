// SPDX-License-Identifier: Apache-2.0
package exo.impl.revoke;

import exo.api.revoke.Notice;
import exo.api.upcall.RevokeRequest.Stage;
import java.time.Duration;

/**
 * Visible revocation and the abort protocol: the one way in which the kernel takes anything back.
 *
 * <pre>
 *   1. nothing outstanding: done, and nobody was troubled
 *   2. ask      the holders choose, and may refuse
 *   3. demand   the holders choose, until the deadline
 *   4. force    bindings broken, vector written, upcall raised
 * </pre>
 *
 * <p>No holder can delay the fourth stage: its code runs in the second and third only, on its own
 * thread and time. Runs on the thread of whoever wants something back, under no lock. An
 * interrupted thread is in a hurry and goes to the fourth stage at once.
 *
 * @see "Engler, PhD thesis, MIT 1998, pages 24-25 and 29"
 */
public final class AbortProtocol {
    private AbortProtocol() {}

    /** {@return how much had to be taken by force} */
    static long run(Claim claim, Notice notice) {
        if (claim.outstanding() == 0) {
            return 0;
        }
        boolean back;
        try {
            long asked = System.nanoTime() + Patience.nanos(notice.ask());
            back = stage(claim, Stage.ASK, notice.ask(), asked)
                    || stage(claim, Stage.DEMAND, notice.demand(),
                            asked + Patience.nanos(notice.demand()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            back = false;
        } finally {
            claim.withdraw();
        }
        return back ? 0 : claim.force();
    }

    private static boolean stage(Claim claim, Stage stage, Duration length, long end)
            throws InterruptedException {
        if (length.compareTo(Duration.ZERO) <= 0) {
            return false;
        }
        claim.request(stage, end);
        return claim.await(end);
    }
}
