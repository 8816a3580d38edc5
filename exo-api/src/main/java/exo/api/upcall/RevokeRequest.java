// SPDX-License-Identifier: Apache-2.0
package exo.api.upcall;

import exo.api.ResourceKind;
import java.util.Objects;

/**
 * The visible request to return resources.
 *
 * @param kind the kind of resource
 * @param count how many are asked for
 * @param deadlineNanos when they are taken by force, on the clock of {@link System#nanoTime}
 */
public record RevokeRequest(ResourceKind kind, long count, long deadlineNanos) {
    /** Refuses nulls. */
    public RevokeRequest {
        Objects.requireNonNull(kind, "kind");
    }
}
