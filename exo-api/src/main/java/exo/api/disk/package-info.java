// SPDX-License-Identifier: Apache-2.0

/**
 * Block devices, extents of raw blocks, and queues that move them.
 *
 * <p>Guarantees: <ul>
 * <li><b>Only its own blocks.</b> A transfer outside the extents bound to its queue is refused
 * before the host sees it.
 * <li><b>Physical names.</b> Extents are asked for by block number, and the free ones are visible.
 * <li><b>Direct.</b> Where the device permits, transfers bypass the host's page cache, straight
 * into the environment's frames.
 * <li><b>One contract.</b> The io_uring backend and its fallback pass the same tests.
 * <li><b>One kernel.</b> A device is locked against a second kernel.
 * </ul>
 *
 * <p>It does not guarantee the order of transfers in flight, nor that freed blocks are erased:
 * whoever allocates blocks reads what was there before.
 *
 * <p>Reading order: {@link exo.api.disk.DiskConfig}, {@link exo.api.disk.BlockDevice}, {@link
 * exo.api.disk.Disk}, {@link exo.api.disk.Extent}, {@link exo.api.disk.ExtentQueue},
 * {@link exo.api.disk.SpillArea}.
 *
 * {@snippet lang="java" :
 * BlockDevice device = env.keys().find("disk0", BlockDevice.class);
 * Extent extent = env.disk().allocExtent(device, "site", 1024);
 * ExtentQueue queue = env.disk().bindQueue(device, window, 32);
 * }
 *
 * <p>Imports allowed: {@code exo.api}, {@code exo.api.mem}. Threading: a queue is confined to the
 * thread that bound it.
 *
 * <p>Source: Engler, PhD thesis, MIT 1998, pages 42-46 (the disk of Xok). Departure: extents
 * here are granted whole; per-file-system metadata interpretation is not part of this package.
 *
 * <p>Held by: {@code ExtentQueueContract} for each backend, {@code CatalogueCrash}, {@code
 * ExtentHostile}, {@code SpillTest}.
 */
package exo.api.disk;
