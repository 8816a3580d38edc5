// SPDX-License-Identifier: Apache-2.0
package exo.api;

import java.util.List;

/**
 * What is still held, and by whom.
 *
 * @param entries one line for each environment and resource kind that still holds something: the
 *        environment, the kind, the count
 */
public record LeakReport(List<String> entries) {
    /** Copies the list. */
    public LeakReport {
        entries = List.copyOf(entries);
    }

    /** {@return whether nothing is held} */
    public boolean isClean() {
        return entries.isEmpty();
    }
}
