// SPDX-License-Identifier: Apache-2.0
package exo.api;

import java.time.Duration;
import java.util.Optional;

/**
 * The capability over an environment, held by whoever may govern it.
 *
 * <p><b>Rights.</b> {@link Rights#READ} shows account and state; {@link Rights#GRANT} allows
 * granting capabilities to the environment; {@link Rights#REVOKE} allows asking for resources back,
 * and ending it.
 *
 * <p><b>Thread-safety.</b> Threads of the environment that holds it.
 */
public interface EnvControl extends Capability {
    /** {@return the name of the environment} */
    String envName();

    /** {@return the number of the environment} */
    long envId();

    /** {@return whether the environment has ended and everything it held is back} */
    boolean isEnded();

    /**
     * {@return what the environment holds and has consumed}
     *
     * @throws CapabilityException with {@link ErrorCode#INSUFFICIENT} without {@link Rights#READ}
     */
    Account account();

    /**
     * Takes frames out of the environment's quota and back to this environment's.
     *
     * <p>As many of the frames that the environment holds as exceed its remaining quota must come
     * back: idle ones come without asking; for the others it sees {@link
     * exo.api.upcall.UpcallHandler#onRevokeRequest}, and what it has not returned at the deadline
     * is taken by force, remapped to void pages, recorded in its repossession vector and announced
     * by {@link exo.api.upcall.UpcallHandler#onRepossession}. The call returns when the frames are
     * back.
     *
     * @param frameCount how many frames, at least 1
     * @param deadline how long the environment may choose for itself
     * @return how many frames had to be taken by force
     * @throws ResourceException with {@link ErrorCode#OUT_OF_RANGE} if the environment's quota is
     *         smaller; no effect
     * @throws CapabilityException with {@link ErrorCode#INSUFFICIENT} without {@link Rights#REVOKE}
     * @see "Engler, PhD thesis, MIT 1998, pages 24-25: visible revocation and the abort protocol"
     */
    int reclaimFrames(int frameCount, Duration deadline);

    /**
     * Asks the environment to stop, by {@link exo.api.upcall.UpcallHandler#onStopRequest}. Returns
     * at once.
     *
     * @throws CapabilityException with {@link ErrorCode#INSUFFICIENT} without {@link Rights#REVOKE}
     */
    void requestStop();

    /**
     * Ends the environment: asks it to stop, waits for the grace period, then takes everything by
     * force. When the call returns, all it held is back with this environment's holder. Idempotent.
     *
     * @param grace how long the environment may take to stop by itself
     * @return how it ended
     * @throws CapabilityException with {@link ErrorCode#INSUFFICIENT} without {@link Rights#REVOKE}
     */
    EnvExit end(Duration grace);

    /**
     * Waits until the environment has ended by itself and everything is back.
     *
     * @param timeout how long to wait at most
     * @return how it ended, or empty if it still lives at the timeout
     * @throws InterruptedException if the waiting thread was interrupted
     */
    Optional<EnvExit> awaitExit(Duration timeout) throws InterruptedException;
}
