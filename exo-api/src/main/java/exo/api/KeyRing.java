// SPDX-License-Identifier: Apache-2.0
package exo.api;

import exo.api.revoke.Notice;
import java.util.List;

/**
 * The capabilities that one environment holds.
 *
 * <p>All methods throw {@link CapabilityException} with no effect when a capability passed in is
 * not valid: {@link ErrorCode#INVALID} if it is not an object of this kernel, {@link
 * ErrorCode#FOREIGN} if another environment holds it, {@link ErrorCode#REVOKED} if it is no longer
 * live, {@link ErrorCode#INSUFFICIENT} if it lacks a right.
 *
 * <p><b>Thread-safety.</b> Threads of the environment.
 *
 * <p><b>Cost.</b> Cold: each call allocates and takes the kernel's capability lock.
 *
 * @see "Engler, PhD thesis, MIT 1998, pages 23-26: capabilities named on each call, secure
 *         bindings"
 */
public interface KeyRing {
    /** {@return all live capabilities, in the order they arrived} */
    List<Capability> all();

    /**
     * {@return the live capability with that label}
     *
     * @param <C> the type of capability
     * @param label the label it was granted or derived under
     * @param type the type of capability
     * @throws ResourceException with {@link ErrorCode#NOT_FOUND} if there is none with that label
     *         and type
     */
    <C extends Capability> C find(String label, Class<C> type);

    /**
     * Derives a capability with the same or fewer rights, held by this environment.
     *
     * @param <C> the type of capability
     * @param source the capability to derive from
     * @param rights the rights of the new one; a subset of the source's
     * @param label the label of the new one; not yet used in this key-ring
     * @return the new capability, a child of {@code source}
     * @throws CapabilityException with {@link ErrorCode#INSUFFICIENT} if {@code rights} holds a
     *         right that the source lacks
     * @throws ResourceException with {@link ErrorCode#QUOTA} if no kernel object is left; with
     *         {@link ErrorCode#ALREADY_EXISTS} if the label is taken
     */
    <C extends Capability> C derive(C source, Rights rights, String label);

    /**
     * Gives another environment a capability derived from one of this environment's.
     *
     * <p>The other environment sees {@link exo.api.upcall.UpcallHandler#onGrant}. The kernel memory
     * is charged to the granting environment, so that nobody can fill a stranger's quota.
     *
     * @param source a capability with {@link Rights#GRANT}
     * @param to the environment that shall get it; a capability with {@link Rights#GRANT}
     * @param rights the rights it gets; a subset of the source's
     * @param label the label there; not yet used in that key-ring
     * @throws CapabilityException with {@link ErrorCode#INSUFFICIENT} if {@code rights} holds a
     *         right that the source lacks, or either capability lacks {@link Rights#GRANT}
     * @throws ResourceException with {@link ErrorCode#QUOTA} if no kernel object is left; with
     *         {@link ErrorCode#ALREADY_EXISTS} if the label is taken; with {@link
     *         ErrorCode#ENV_ENDED} if the other environment has ended
     */
    void grant(Capability source, EnvControl to, Rights rights, String label);

    /**
     * Revokes everything that was derived from a capability, in whatever environment it is, however
     * often it was derived again. The capability itself stays.
     *
     * <p>When the call returns, none of the derived capabilities is accepted any more and nothing
     * bound through them reaches the resource: windows show void pages, queues refuse, bindings are
     * closed. That holds too for what another call was still severing above or below. The time it
     * takes grows with the bindings and resources below, not with the number of capabilities.
     *
     * @param source a capability with {@link Rights#REVOKE}
     * @return how many capabilities were revoked
     */
    int revoke(Capability source);

    /**
     * Asks whoever holds a capability derived from this one to drop it, and revokes what is left at
     * the end of the notice.
     *
     * <p>Each holder sees {@link exo.api.upcall.UpcallHandler#onRevokeRequest} for each of its
     * capabilities. Those that this environment derived for itself are not asked for,
     * but revoked at the end like all that is left.
     *
     * @param source a capability with {@link Rights#REVOKE}
     * @param notice how long the holders may take
     * @return how many capabilities had to be revoked
     */
    int revoke(Capability source, Notice notice);

    /**
     * Gives a capability up, and with it everything that was derived from it. What the resource
     * itself holds returns to the holder of the parent capability.
     *
     * @param capability a capability of this environment
     */
    void drop(Capability capability);
}
