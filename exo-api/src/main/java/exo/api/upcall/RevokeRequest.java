// SPDX-License-Identifier: Apache-2.0
package exo.api.upcall;

import exo.api.Capability;
import exo.api.ResourceKind;
import java.util.Objects;
import java.util.Optional;

/**
 * The visible request to return resources.
 *
 * @param stage how serious it is
 * @param kind the kind of resource
 * @param count how many are still to come back at this moment: frames, blocks, slots; 1 for a
 *        capability
 * @param deadlineNanos when the next stage begins, on the clock of {@link System#nanoTime}: the
 *        demand after a plea, if the {@linkplain exo.api.revoke.Notice notice} has one, otherwise
 *        force
 * @param capability the one that shall be given up, by {@link exo.api.KeyRing#drop}, if the request
 *        is not about an amount
 */
public record RevokeRequest(Stage stage, ResourceKind kind, long count, long deadlineNanos,
        Optional<Capability> capability) {
    /** How serious a request is. */
    public enum Stage {
        /** A plea: whoever has something to spare returns it. */
        ASK,
        /** An order: what is not back at the deadline is taken by force. */
        DEMAND,
        /**
         * An order for more frames than the environment has beyond those that it marked to go last:
         * at the deadline some of these are taken too. What it cannot run without it has to bring
         * to safety now, with a swap server for example.
         *
         * @see exo.api.mem.Window#guarantee
         */
        EMERGENCY
    }

    /** Refuses nulls. */
    public RevokeRequest {
        Objects.requireNonNull(stage, "stage");
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(capability, "capability");
    }
}
