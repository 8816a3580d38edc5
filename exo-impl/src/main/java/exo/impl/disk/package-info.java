// SPDX-License-Identifier: Apache-2.0

/**
 * Block devices, extents and their queues.
 *
 * <p>Guarantees: <ul>
 * <li><b>Only its own blocks, only its own frames.</b> A transfer is built from numbers that the
 * kernel computed, after it checked the libOS's against what was bound.
 * <li><b>Revoked means over.</b> When an extent or a frame is taken, no transfer on it is under
 * way: the owner takes its completions, or the queue is destroyed.
 * <li><b>A catalogue that survives.</b> One valid copy of the catalogue exists at every moment.
 * <li><b>One contract.</b> {@code RingTransfers} and {@code FileTransfers} pass the same tests.
 * </ul>
 *
 * <p>It does not erase freed blocks and does not order transfers.
 *
 * <p>Reading order: {@code Catalogue}, {@code FreeMap}, {@code Device}, {@code KernelExtent},
 * {@code KernelQueue}, {@code Transfers}, {@code KernelSpill}, {@link exo.impl.disk.KernelDisk},
 * {@link exo.impl.disk.Disks}.
 *
 * {@snippet lang="java" :
 * Disks disks = new Disks(configs, pool);
 * disks.giveTo(root, capabilities);
 * }
 *
 * <p>Imports allowed: {@code exo.api}, {@code exo.api.disk}, {@code exo.api.mem}, {@code
 * exo.impl.cap}, {@code exo.impl.spill}, {@code exo.impl.info}, {@code exo.impl.audit}, {@code
 * exo.host}.
 *
 * <p>Lock order: a device's lock is innermost. That of a spill area is taken under a window's, and
 * only its writer's inside it. A queue has no lock: it belongs to its thread, and
 * what others may touch is volatile.
 *
 * <p>Source: Engler, PhD thesis, MIT 1998, pages 42-46; departures are in {@link exo.api.disk}.
 *
 * <p>Held by: {@code ExtentQueueContract} for each backend, on files and on loop devices, {@code
 * DeviceTest}, {@code DiskFaultsTest}, {@code FreeMapTest}, {@code CatalogueCrash}, {@code
 * ExtentHostile}, {@code SpillTest}, {@code SpillHostile}.
 */
package exo.impl.disk;
