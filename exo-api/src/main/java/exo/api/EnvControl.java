// SPDX-License-Identifier: Apache-2.0
package exo.api;

import exo.api.revoke.Notice;
import exo.api.revoke.Reclaimed;
import java.time.Duration;
import java.util.Optional;

/**
 * The capability over an environment, held by whoever may govern it.
 *
 * <p><b>Rights.</b> {@link Rights#READ} shows account and state; {@link Rights#GRANT} allows
 * granting capabilities to the environment, and adding to its quota; {@link Rights#REVOKE} allows
 * asking for resources back, and ending it.
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
    default int reclaimFrames(int frameCount, Duration deadline) {
        return (int) reclaim(ResourceKind.FRAMES, frameCount, Notice.demand(deadline)).forced();
    }

    /**
     * Takes an amount out of the environment's quota and back to this environment's.
     *
     * <p>As much of what the environment holds as exceeds its remaining quota must come back. It is
     * asked, then told, by {@link exo.api.upcall.UpcallHandler#onRevokeRequest}; what it has not
     * returned at the end of the notice is taken by force, recorded in its repossession vector and
     * announced by {@link exo.api.upcall.UpcallHandler#onRepossession}: <ul>
     * <li>{@link ResourceKind#FRAMES}: idle frames come without asking; pages show void afterwards;
     * <li>{@link ResourceKind#EXTENT}: whole extents, those allocated last first, until as many
     * blocks are back; one with a name stays in the device's catalogue with its content;
     * <li>{@link ResourceKind#QUANTUM}: whole quanta, those allocated last first, until as many
     * slots are back.
     * </ul>
     *
     * <p>The call returns when they are back. If the environment does not hold enough itself, its
     * children lose theirs. If the calling thread is interrupted, what is not back yet is taken by
     * force at once.
     *
     * @param kind what: frames, blocks of extents, or slots of quanta
     * @param amount how many frames, blocks or slots, at least 1
     * @param notice how long the environment may choose for itself
     * @return what came back
     * @throws ResourceException with {@link ErrorCode#OUT_OF_RANGE} if the environment's quota is
     *         smaller; with {@link ErrorCode#UNAVAILABLE} for a kind that is not held by amount: a
     *         capability of it is taken back by {@link KeyRing#revoke(Capability, Notice)}; no
     *         effect
     * @throws CapabilityException with {@link ErrorCode#INSUFFICIENT} without {@link Rights#REVOKE}
     * @see "Engler, PhD thesis, MIT 1998, pages 24-25: visible revocation and the abort protocol"
     */
    Reclaimed reclaim(ResourceKind kind, long amount, Notice notice);

    /**
     * Adds an amount to the environment's quota, out of this environment's. It sees {@link
     * exo.api.upcall.UpcallHandler#onQuotaGrown}.
     *
     * @param kind what: frames, blocks of extents, or slots of quanta
     * @param amount how many frames, blocks or slots, at least 1
     * @throws ResourceException with {@link ErrorCode#QUOTA} if this environment's quota has less
     *         to spare; with {@link ErrorCode#UNAVAILABLE} for another kind;
     *         with {@link ErrorCode#ENV_ENDED} if the environment is ending; no effect
     * @throws CapabilityException with {@link ErrorCode#INSUFFICIENT} without {@link Rights#GRANT},
     *         or if another environment created it; no effect
     */
    void give(ResourceKind kind, long amount);

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
