// SPDX-License-Identifier: Apache-2.0
package exo.api.revoke;

/**
 * What came back from an environment that was asked to return resources.
 *
 * @param amount how much came back in all, what was not in use included; more than was asked for
 *        if the resource comes in larger pieces, such as extents
 * @param forced how much of it had to be taken by force
 */
public record Reclaimed(long amount, long forced) {
    /** Refuses amounts that cannot be. */
    public Reclaimed {
        if (forced < 0 || amount < forced) {
            throw new IllegalArgumentException(
                    "forced must be 0 to amount, but was " + forced + " of " + amount);
        }
    }
}
