// SPDX-License-Identifier: Apache-2.0
package exo.api.upcall;

import exo.api.ResourceKind;
import java.util.Objects;

/**
 * An entry of the repossession vector: a resource that was taken by force.
 *
 * @param kind the kind of resource
 * @param resource the number of the resource: the frame, the first block, the first slot
 * @param place where the environment had it: the page in its window, or -1
 * @param cause why it was taken
 * @param atNanos when, on the clock of {@link System#nanoTime}
 */
public record Repossession(ResourceKind kind, long resource, long place, Cause cause,
        long atNanos) {
    /** Why a resource was taken. */
    public enum Cause {
        /** A revoke request was not answered in time. */
        DEADLINE,
        /** The capability it was bound through was revoked. */
        REVOKED,
        /** The environment that shared it released it or ended. */
        OWNER_GONE
    }

    /** Refuses nulls. */
    public Repossession {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(cause, "cause");
    }
}
