// SPDX-License-Identifier: Apache-2.0

/**
 * How resources are taken back: the notice, the victim, and what came back.
 *
 * <p>Guarantees: <ul>
 * <li><b>Visible.</b> A holder is asked before it loses anything, as long as the notice says.
 * <li><b>In time.</b> At the end of the notice the resource is taken, whatever the holder does.
 * </ul>
 *
 * <p>It does not guarantee that a device that writes to a frame is done in time.
 *
 * <p>Reading order: {@link exo.api.revoke.Notice}, {@link exo.api.EnvControl#reclaim}, {@link
 * exo.api.revoke.VictimPolicy}.
 *
 * {@snippet lang="java" :
 * Reclaimed back = child.reclaim(ResourceKind.FRAMES, 64, Notice.demand(Duration.ofMillis(5)));
 * }
 *
 * <p>Imports allowed: none. Threading: values; a policy says what it must bear.
 *
 * <p>Source: Engler, PhD thesis, MIT 1998, pages 24-25; Hand, Self-Paging in the Nemesis Operating
 * System, OSDI 1999.
 *
 * <p>Held by: {@code exo.impl.revoke.ReclaimTest}, {@code LendingTest}, {@code ProtocolHostile}.
 */
package exo.api.revoke;
