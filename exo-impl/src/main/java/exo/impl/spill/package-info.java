// SPDX-License-Identifier: Apache-2.0

/**
 * What memory and disks have between them when pages that are taken go to blocks.
 *
 * <p>Memory offers what it takes to {@code SpillTarget}s and knows nothing of devices; a disk
 * implements one over an extent, with frames it has through {@code SpillFrames}.
 *
 * <p>Guarantees: <ul>
 * <li><b>Nobody waits for the device</b> but whoever takes the buffers themselves.
 * </ul>
 *
 * <p>It does not choose which pages are kept: whatever is taken is offered until there is no room.
 *
 * <p>Reading order: {@link exo.impl.spill.SpillTarget}, {@link exo.impl.spill.SpillFrames}.
 *
 * {@snippet lang="java" :
 * Optional<Repossession.Spill> kept = target.trySpill(page);
 * }
 *
 * <p>Imports allowed: {@code exo.api}, {@code exo.host}. Threading: any thread.
 *
 * <p>Source: Engler, PhD thesis, MIT 1998, page 25.
 *
 * <p>Held by: {@code SpillTest}, {@code SpillHostile}.
 */
package exo.impl.spill;
