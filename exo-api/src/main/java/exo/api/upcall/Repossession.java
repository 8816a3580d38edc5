// SPDX-License-Identifier: Apache-2.0
package exo.api.upcall;

import exo.api.ResourceKind;
import exo.api.disk.SpillArea;
import exo.api.mem.Window;
import java.util.Objects;
import java.util.Optional;

/**
 * An entry of the repossession vector: a resource that was taken by force; or how many there were
 * for which the vector had no room.
 *
 * <pre>
 *   kind      resource               place
 *   FRAMES    the frame              its page in the window; -1 if no window showed it
 *   EXTENT    the first block        -1
 *   QUANTUM   the first slot         the core
 *   STATION   the bits of its MAC    the first page of the ring that lay in a window
 * </pre>
 *
 * @param kind the kind of resource; of many, that of the last
 * @param resource the number of the resource, as above; {@link #MANY} for many
 * @param place where the environment had it, as above; of many, how many
 * @param cause why it was taken
 * @param atNanos when, on the clock of {@link System#nanoTime}
 * @param window the window that {@code place} counts in, if a page of it lost its frame
 * @param spill where its content is kept, if it is a page that was spilled
 */
public record Repossession(ResourceKind kind, long resource, long place, Cause cause,
        long atNanos, Optional<Window> window, Optional<Spill> spill) {
    /** The number of the resource in an entry that stands for many. */
    public static final long MANY = -2;

    /** Why a resource was taken. */
    public enum Cause {
        /** A revoke request was not answered in time. */
        DEADLINE,
        /** The capability it was bound through was revoked. */
        REVOKED,
        /** The environment that shared it released it or ended. */
        OWNER_GONE
    }

    /**
     * Where the content of a page is kept.
     *
     * @param area the area
     * @param place the place in it, which is written, or being written
     */
    public record Spill(SpillArea area, int place) {
        /** Refuses nulls. */
        public Spill {
            Objects.requireNonNull(area, "area");
        }
    }

    /**
     * Makes the entry of something that is no page of a window.
     *
     * @param kind the kind of resource
     * @param resource the number of the resource
     * @param place where the environment had it
     * @param cause why it was taken
     * @param atNanos when
     */
    public Repossession(ResourceKind kind, long resource, long place, Cause cause, long atNanos) {
        this(kind, resource, place, cause, atNanos, Optional.empty(), Optional.empty());
    }

    /**
     * {@return whether the entry stands for many that found the vector full} Then windows and
     * capabilities alone say what is left, by {@link Window#isLive} and {@link
     * exo.api.Capability#isLive}.
     */
    public boolean isMany() {
        return resource == MANY;
    }

    /** Refuses nulls. */
    public Repossession {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(cause, "cause");
        Objects.requireNonNull(window, "window");
        Objects.requireNonNull(spill, "spill");
    }
}
