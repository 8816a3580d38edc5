// SPDX-License-Identifier: Apache-2.0
package exo.impl.revoke;

import exo.api.upcall.RevokeRequest;
import exo.impl.cap.Charge;
import exo.impl.cap.Principal;
import exo.impl.cap.Revocable;
import java.util.List;
import java.util.Optional;

/** An environment, as the abort protocol sees it. */
public interface Holder extends Principal {
    /** {@return whether the calling thread is one of its own} */
    boolean isCaller();

    /** {@return the environments it has created that still live} */
    List<? extends Holder> children();

    /**
     * {@return what it holds of a charge and can lose}
     *
     * @param charge frames, blocks or slots
     */
    Revocable revocable(Charge charge);

    /** What a libOS is asked for, once it listens. */
    interface Ask {
        /** {@return the request at the moment of delivery, or none if it is settled by then} */
        Optional<RevokeRequest> request();

        /** {@return whether it is settled for good} Any thread, under any lock. */
        boolean isOver();
    }

    /**
     * Puts a revoke request to its libOS; returns at once.
     *
     * @param ask makes the request
     */
    void ask(Ask ask);
}
