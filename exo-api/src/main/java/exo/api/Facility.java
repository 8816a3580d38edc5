// SPDX-License-Identifier: Apache-2.0
package exo.api;

import java.util.Objects;

/**
 * What backs one facility of the kernel on this host.
 *
 * <p><b>Shape.</b> A facility that runs at full strength has an empty {@code cause} and {@code
 * remedy}. One that runs on its fallback, or not at all, names the cause (the host call and its
 * errno, or the limit with its value) and the remedy.
 *
 * @param name the facility, for example {@code disk.queue}
 * @param state how it runs
 * @param backing what does the work, for example {@code io_uring, registered buffers}
 * @param cause why it does not run at full strength; empty if it does
 * @param remedy what would mend it; empty if nothing needs mending
 */
public record Facility(String name, State state, String backing, String cause, String remedy) {

    /** How a facility runs. */
    public enum State {
        /** At full strength. */
        FULL,
        /** On a fallback with the same contract. */
        FALLBACK,
        /** Not at all; requests for it are refused with {@link ErrorCode#UNAVAILABLE}. */
        ABSENT
    }

    /** Refuses nulls. */
    public Facility {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(state, "state");
        Objects.requireNonNull(backing, "backing");
        Objects.requireNonNull(cause, "cause");
        Objects.requireNonNull(remedy, "remedy");
    }

    /**
     * {@return a facility at full strength}
     *
     * @param name the facility
     * @param backing what does the work
     */
    public static Facility full(String name, String backing) {
        return new Facility(name, State.FULL, backing, "", "");
    }

    /**
     * {@return a facility on its fallback}
     *
     * @param name the facility
     * @param backing the fallback
     * @param cause why the full strength was refused
     * @param remedy what would mend it
     */
    public static Facility fallback(String name, String backing, String cause, String remedy) {
        return new Facility(name, State.FALLBACK, backing, cause, remedy);
    }

    /**
     * {@return a facility that is missing}
     *
     * @param name the facility
     * @param cause why it is missing
     * @param remedy what would mend it
     */
    public static Facility absent(String name, String cause, String remedy) {
        return new Facility(name, State.ABSENT, "none", cause, remedy);
    }

    /** {@return one line: name, backing, and where they apply the cause and the remedy} */
    @Override
    public String toString() {
        return cause.isEmpty()
                ? name + ": " + backing
                : name + ": " + backing + " (" + cause + "; " + remedy + ")";
    }
}
