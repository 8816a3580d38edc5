// SPDX-License-Identifier: Apache-2.0

/**
 * Transfers between an extent and pages, and how a generation is found.
 *
 * <p>Guarantees: <ul>
 * <li><b>Consecutive frames.</b> Transfers use only pages of which this was looked up.
 * <li><b>Fallback.</b> The older generation is taken where anything of the newer is damaged.
 * </ul>
 *
 * <p>It does not know sources, nor the cache.
 *
 * <p>Reading order: {@link exo.libos.fs.io.PageArea}, {@link exo.libos.fs.io.BlockIo}, {@link
 * exo.libos.fs.io.BlockWriter}, {@link exo.libos.fs.io.GenerationReader}, {@link
 * exo.libos.fs.io.Found}, {@link exo.libos.fs.io.Generation}.
 *
 * {@snippet lang="java" :
 * Found found = GenerationReader.read(io, area);
 * FileTable table = found.orRefuse("extent").table();
 * }
 *
 * <p>Imports allowed: {@code exo.api}, {@code exo.libos.fs.format}. Threading: the thread of the
 * window.
 *
 * <p>Source: none beyond {@link exo.libos.fs}.
 *
 * <p>Held by: {@code RingVolumeTest}, {@code FileVolumeTest}, {@code TornWriteCrash}, {@code
 * DamageHostile}.
 */
package exo.libos.fs.io;
