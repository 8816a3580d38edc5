// SPDX-License-Identifier: Apache-2.0

/**
 * A file system on one raw extent: imported at once, served from a cache of runs.
 *
 * <p>Guarantees: <ul>
 * <li><b>Old or new.</b> Whenever an import is cut short, the volume shows the generation it showed
 * before, or the new one, whole. A first import that was cut short shows nothing.
 * <li><b>No wrong bytes.</b> Superblocks, tables and every 64 KiB of files carry a CRC32C, which is
 * compared on each read from the device.
 * <li><b>No trust in images.</b> A volume made by an enemy, with all checksums right, is refused or
 * read within its extent; it cannot crash, hang or show another extent.
 * <li><b>Nothing allocated</b> to borrow and release what is read.
 * </ul>
 *
 * <p>It does not guarantee that a volume mounted across two imports can be read: its blocks may be
 * reused, which reading notices. It has no owners, permissions, links or writing in place.
 *
 * <p>Reading order: {@link exo.libos.fs.SourceTree}, {@link exo.libos.fs.Importer}, {@link
 * exo.libos.fs.Volume}, {@link exo.libos.fs.FileNode}, {@link exo.libos.fs.FileCache}; the format
 * is drawn in {@code exo.libos.fs.format.Layout}.
 *
 * {@snippet lang="java" :
 * Importer.of(env, extent, window, 0, 1024).run(source, ImportProgress.NONE);
 * try (Volume volume = Volume.mount(env, extent, window, 0, 1024)) {
 *     FileNode index = volume.root().child("index.html");
 *     int run = volume.cache().tryBorrow(index, 0);
 * }
 * }
 *
 * <p>Why it is so. <i>Two superblocks, blocks never overwritten in use</i>: the commit is one
 * write, and there is no log to replay. <i>A table without references</i>: it is a few dozen bytes
 * for each file, is read whole at the mount, and cannot describe a cycle or a block used twice.
 * <i>Whole chunks</i>: a checksum, a transfer and a run of the cache are the same 64 KiB, so that
 * nothing is read that cannot be checked; the price is that free pieces below 64 KiB serve small
 * files only. <i>Files in the order of their directories</i>: small files that are used together
 * lie together, and are written by one transfer.
 *
 * <p>Imports allowed: {@code exo.api}. Threading: everything that does input or output is confined
 * to the thread of the window; nodes are immutable.
 *
 * <p>Source: Ganger and Kaashoek, "Embedded Inodes and Explicit Grouping", USENIX 1997 (C-FFS), for
 * the grouping by directory; Hitz, Lau, Malcolm, "File System Design for an NFS File Server
 * Appliance", USENIX 1994, for replacing the root last. Departure: the table is one piece and
 * written anew by each import, since volumes are imported and not edited.
 *
 * <p>Held by: {@code RingVolumeTest} and {@code FileVolumeTest} (one contract for both queues),
 * {@code FileCacheTest}, {@code CacheAllocationTest}, {@code TornWriteCrash}, {@code ImportCrash},
 * {@code DamageHostile}, {@code VolumeHostile}.
 */
package exo.libos.fs;
