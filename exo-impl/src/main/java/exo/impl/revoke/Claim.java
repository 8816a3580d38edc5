// SPDX-License-Identifier: Apache-2.0
package exo.impl.revoke;

import exo.api.upcall.RevokeRequest;

/** Something that is wanted back, as the {@link AbortProtocol} sees it. */
interface Claim {
    /** {@return how much is still to come back} */
    long outstanding();

    /**
     * Puts the request to whoever holds it; returns at once.
     *
     * @param stage plea or order
     * @param deadlineNanos when the next stage begins
     */
    void request(RevokeRequest.Stage stage, long deadlineNanos);

    /**
     * Waits until everything is back.
     *
     * @param deadlineNanos the latest moment to return
     * @return whether it is
     * @throws InterruptedException if the thread was interrupted
     */
    boolean await(long deadlineNanos) throws InterruptedException;

    /**
     * Takes what is left by force, and returns when it is back.
     *
     * @return how much was taken
     */
    long force();

    /** Withdraws the request: everything is back, or will be taken. */
    default void withdraw() {}
}
