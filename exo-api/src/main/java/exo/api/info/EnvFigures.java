// SPDX-License-Identifier: Apache-2.0
package exo.api.info;

import exo.api.Account;
import exo.api.Quota;

/**
 * An environment, with its quota and its account at the last refresh.
 *
 * @param id its number
 * @param parent the number of its parent; {@link InfoLayout#NOBODY} for the root
 * @param name its name, up to 31 bytes of it
 * @param leaving whether it is ending
 * @param bornTick when it was created, in milliseconds since boot
 * @param quota what it may hold at most, its descendants included
 * @param account what it holds and has consumed
 */
public record EnvFigures(long id, long parent, String name, boolean leaving, long bornTick,
        Quota quota, Account account) {}
