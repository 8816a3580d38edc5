// SPDX-License-Identifier: Apache-2.0
package exo.api.info;

import java.util.List;

/**
 * A managed core and its timeline, at the last refresh.
 *
 * @param core its number
 * @param slotNanos the length of a slot in nanoseconds
 * @param enforced whether the host enforces the timeline
 * @param owners for each slot the environment that allocated it, or {@link InfoLayout#NOBODY}
 * @param users for each slot the environment whose thread is bound to it, or nobody
 */
public record CoreFigures(int core, long slotNanos, boolean enforced, List<Long> owners,
        List<Long> users) {
    /** Copies the lists. */
    public CoreFigures {
        owners = List.copyOf(owners);
        users = List.copyOf(users);
    }
}
