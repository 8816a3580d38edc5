// SPDX-License-Identifier: Apache-2.0

/**
 * Block reads: extent queues against direct file channels and fio.
 *
 * <p>Guarantees: <ul>
 * <li><b>The same blocks.</b> All read random blocks of 4 KiB from one area of one image, past the
 * host's page cache.
 * <li><b>The same ring.</b> fio registers file and buffers and works in batches as the queue does,
 * and keeps no time of its own.
 * <li><b>All of the time.</b> Processor time is given for the issuing threads and for the whole
 * process, which has the host's ring workers in it.
 * </ul>
 *
 * <p>It does not measure latencies, writes, or more than one queue.
 *
 * <p>Reading order: {@code Load}, {@code Reading}, {@code Contender}, {@code QueueContender},
 * {@link exo.bench.disk.DiskStudy}.
 *
 * {@snippet lang="java" :
 * Reading reading = new QueueContender("exo", QueueBackend.AUTO).read(load);
 * }
 *
 * <p>Imports allowed: {@code exo.api}, {@code exo.api.disk}, {@code exo.api.mem}, {@code
 * exo.api.upcall}, {@code exo.impl.kernel}, {@code exo.bench.run}. Threading: the thread of the
 * run, and a thread for each read of a file channel.
 *
 * <p>Source: Engler, PhD thesis, MIT 1998, pages 42-46 (the disk of Xok).
 *
 * <p>Held by: {@code ContenderTest}, {@code FioContenderTest}.
 */
package exo.bench.disk;
