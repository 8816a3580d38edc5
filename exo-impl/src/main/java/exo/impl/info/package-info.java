// SPDX-License-Identifier: Apache-2.0

/**
 * The writers of the exposed information.
 *
 * <p>Guarantees: <ul>
 * <li><b>One writer a table.</b> Whoever writes to a table holds its {@link
 * exo.impl.info.TableWriter}.
 * <li><b>No torn record is taken for whole.</b> A sequence number is odd while a table is written.
 * <li><b>No data path pays.</b> Frames are written when they are allocated, mapped or freed,
 * environments when they are born or gone; the rest by a refresh, on the time of whoever asks.
 * </ul>
 *
 * <p>It does not know the resources: they hand over figures.
 *
 * <p>Reading order: {@link exo.impl.info.InfoSegment}, {@link exo.impl.info.TableWriter}, {@link
 * exo.impl.info.FrameTable} and {@link exo.impl.info.FrameCensus}, {@link
 * exo.impl.info.EnvTable}, {@link exo.impl.info.DeviceTables}. What is read is described in {@link
 * exo.api.info.InfoLayout}.
 *
 * {@snippet lang="java" :
 * synchronized (table) {
 *     if (table.begin()) {
 *         table.put(table.record(3) + FLAGS, InfoLayout.FRAME_DIRTY);
 *         table.end();
 *     }
 * }
 * }
 *
 * <p>Imports allowed: {@code exo.api}, {@code exo.api.info}, {@code exo.impl.cap}, {@code
 * exo.host}.
 *
 * <p>Threading: any thread. Lock order: a table's lock is innermost.
 *
 * <p>Source: sequence locks, as in the Linux kernel; H. Boehm, "Can Seqlocks Get Along With
 * Programming Language Memory Models?", MSPC 2012, for the fences.
 *
 * <p>Held by: {@code TableWriterTest}, {@code ExposureTest}, {@code SequenceStress}.
 */
package exo.impl.info;
