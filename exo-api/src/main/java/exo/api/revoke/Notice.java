// SPDX-License-Identifier: Apache-2.0
package exo.api.revoke;

import java.time.Duration;
import java.util.Objects;

/**
 * How long a holder may choose for itself what it returns, before it is taken by force.
 *
 * <pre>
 *   ask                      demand                  force
 *   |-- Notice.ask() --------|-- Notice.demand() ----|
 *   "please return some"     "return some by ..."    taken, recorded, announced
 * </pre>
 *
 * <p>A stage of no length is left out: {@link #NONE} takes at once. Negative lengths count as none.
 * Whoever gives a notice waits as long; if its thread is interrupted, what is not back yet is taken
 * at once, and the thread stays interrupted.
 *
 * @param ask how long the request is a plea
 * @param demand how long it is an order
 * @see "Engler, PhD thesis, MIT 1998, pages 24-25: visible revocation and the abort protocol"
 */
public record Notice(Duration ask, Duration demand) {
    /** Take at once. */
    public static final Notice NONE = new Notice(Duration.ZERO, Duration.ZERO);

    /** Refuses nulls. */
    public Notice {
        Objects.requireNonNull(ask, "ask");
        Objects.requireNonNull(demand, "demand");
    }

    /**
     * {@return a notice without a plea before it}
     *
     * @param deadline how long the order lasts
     */
    public static Notice demand(Duration deadline) {
        return new Notice(Duration.ZERO, deadline);
    }
}
