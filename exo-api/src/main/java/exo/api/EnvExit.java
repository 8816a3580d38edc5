// SPDX-License-Identifier: Apache-2.0
package exo.api;

import java.util.Objects;
import java.util.Optional;

/**
 * How an environment ended.
 *
 * @param reason why
 * @param failure what its libOS threw, if {@code reason} is {@link Reason#FAILED}
 */
public record EnvExit(Reason reason, Optional<Throwable> failure) {
    /** Why an environment ended. */
    public enum Reason {
        /** Its libOS returned. */
        RETURNED,
        /** Its libOS threw. */
        FAILED,
        /** It was ended from outside and obeyed. */
        ENDED,
        /**
         * It was ended from outside and did not obey in time; its resources were taken by force.
         */
        ABORTED
    }

    /** Refuses nulls. */
    public EnvExit {
        Objects.requireNonNull(reason, "reason");
        Objects.requireNonNull(failure, "failure");
    }
}
