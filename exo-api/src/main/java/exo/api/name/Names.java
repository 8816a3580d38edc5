// SPDX-License-Identifier: Apache-2.0
package exo.api.name;

import exo.api.Capability;
import exo.api.CapabilityException;
import exo.api.ErrorCode;
import exo.api.ResourceException;
import exo.api.Rights;
import java.util.List;

/**
 * Capabilities offered under names, to whoever has a key that dominates the name.
 *
 * <p><b>The rule.</b> A key <em>dominates</em> a name with certain rights if the key's name is a
 * prefix of that name, equal or shorter, and the key has these rights. Each offer has a name, which
 * guards it, and rights. A key opens an offer for certain rights if it dominates the offer's name
 * with them, and the offer has them too: <pre>
 *   key.name() is a prefix of offer.name,  wanted within key.rights(),  wanted within offer.rights
 * </pre> So a shorter name is the stronger one, and the key with the empty name and all rights
 * opens everything. The kernel gives that key, labelled {@value #ROOT_LABEL}, to the root
 * environment; every other key was derived from it and is weaker, or equal.
 *
 * <p><b>What is found is derived.</b> A capability that {@link #find} gives is a child of the one
 * that was offered, in another environment's key-ring. Revoking or dropping the latter takes every
 * copy back, wherever it went. Withdrawing an offer takes nothing back: it only ends the finding.
 *
 * <p><b>Ownership and lifetime.</b> An offer belongs to the environment that made it and is charged
 * to it as one kernel object. It ends when it is withdrawn, or when the capability that was offered
 * or the key that it was offered with dies; so it ends with the environment. What is found is
 * charged to the finder, so that nobody can fill a stranger's quota.
 *
 * <p><b>Errors.</b> All methods throw {@link CapabilityException} with no effect when a capability
 * passed in is not valid, as {@link exo.api.KeyRing} says; with {@link ErrorCode#INSUFFICIENT} also
 * when a key does not dominate what it must. Whoever has no key for a name does not learn whether
 * something is offered there.
 *
 * <p><b>Thread-safety.</b> Threads of the environment.
 *
 * <p><b>Cost.</b> Cold: each call allocates and takes the lock of the names, the capability lock,
 * or both.
 *
 * @see "Xok, sys/xok/capability.h: domination and the check of access-control lists. Departures: a
 *         resource has no list of its own, names stand for offers; READ is not implied; and what
 *         was handed out can be taken back, for which Xok had no means"
 */
public interface Names {
    /** The label of the root environment's key, with the empty name and all rights. */
    String ROOT_LABEL = "name-root";

    /**
     * Derives a key that is dominated by another, for the same environment.
     *
     * @param source the key to derive from
     * @param longer the name of the new one; the source's, or below it
     * @param rights the rights of the new one; a subset of the source's
     * @param label the label of the new one; not yet used in this key-ring
     * @return the new key, a child of {@code source}
     * @throws CapabilityException with {@link ErrorCode#INSUFFICIENT} if the source does not
     *         dominate the name with these rights
     * @throws ResourceException with {@link ErrorCode#QUOTA} if no kernel object is left; with
     *         {@link ErrorCode#ALREADY_EXISTS} if the label is taken
     */
    NameKey narrow(NameKey source, Name longer, Rights rights, String label);

    /**
     * Offers a capability under a name.
     *
     * @param key a key that dominates the name with {@link Rights#WRITE}
     * @param name the name; nothing is offered under it yet
     * @param resource a capability with {@link Rights#GRANT}
     * @param rights the most that may be found; a subset of the resource's
     * @throws CapabilityException with {@link ErrorCode#INSUFFICIENT} if the key does not dominate
     *         the name, or {@code resource} lacks a right
     * @throws ResourceException with {@link ErrorCode#ALREADY_EXISTS} if something is offered under
     *         the name; with {@link ErrorCode#QUOTA} if no kernel object is left
     */
    void publish(NameKey key, Name name, Capability resource, Rights rights);

    /**
     * Gives this environment a capability derived from the one that is offered under a name.
     *
     * @param <C> the type of capability
     * @param key a key that dominates the name with {@link Rights#READ} and the rights wanted
     * @param name the name
     * @param wanted the rights of the new capability; a subset of those offered
     * @param type the type of capability
     * @param label the label of the new one; not yet used in this key-ring
     * @return the new capability, a child of the one that is offered
     * @throws CapabilityException with {@link ErrorCode#INSUFFICIENT} if the key does not dominate
     *         the name, or a right is not offered; with {@link ErrorCode#REVOKED} if the key or
     *         what is offered dies meanwhile
     * @throws ResourceException with {@link ErrorCode#NOT_FOUND} if nothing of that type is offered
     *         under the name; with {@link ErrorCode#QUOTA} if no kernel object is left; with {@link
     *         ErrorCode#ALREADY_EXISTS} if the label is taken; with {@link ErrorCode#TOO_BIG} if
     *         what is offered is too many derivations away from its resource
     */
    <C extends Capability> C find(NameKey key, Name name, Rights wanted, Class<C> type,
            String label);

    /**
     * Ends an offer, whoever made it. What was found before stays with its finders.
     *
     * @param key a key that dominates the name with {@link Rights#WRITE}
     * @param name the name
     * @throws CapabilityException with {@link ErrorCode#INSUFFICIENT} if the key does not dominate
     *         the name
     * @throws ResourceException with {@link ErrorCode#NOT_FOUND} if nothing is offered under it
     */
    void withdraw(NameKey key, Name name);

    /**
     * {@return the names under which something is offered, at the key's name and below, in order}
     *
     * @param key a key with {@link Rights#READ}
     */
    List<Name> list(NameKey key);
}
