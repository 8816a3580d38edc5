// SPDX-License-Identifier: Apache-2.0

/**
 * Exposed information: what the kernel knows of its resources, readable by all.
 *
 * <p>Guarantees: <ul>
 * <li><b>Read-only.</b> The segment cannot be written through, and the host would not let it.
 * <li><b>Read without a call.</b> A libOS looks at owners, free runs and timelines in memory, as
 * often as it likes, and asks the kernel only for what it wants.
 * <li><b>Extensible.</b> A reader of today reads the segment of a kernel of tomorrow.
 * <li><b>Whole.</b> What {@link exo.api.info.InfoReader} returns was so at one moment, for each
 * table.
 * </ul>
 *
 * <p>It does not guarantee that anything is still so: it says what to ask for, and the request is
 * checked as any other. Different tables are of different moments.
 *
 * <p>Reading order: {@link exo.api.info.KernelInfo}, {@link exo.api.info.InfoReader}, {@link
 * exo.api.info.InfoLayout}, {@link exo.api.info.InfoTable}; then the records.
 *
 * {@snippet lang="java" :
 * InfoReader info = env.info().reader();
 * int frame = 0;
 * while (frame < info.used(InfoTable.FRAMES) && info.frameOwner(frame) != InfoLayout.NOBODY) {
 *     frame++; // the first free one, without a call
 * }
 * }
 *
 * <p>Imports allowed: {@code exo.api}. Threading: any thread; readers take no lock.
 *
 * <p>Source: Engler, Kaashoek, O'Toole, SOSP 1995, section 3.1, Expose Information; Xok's pages
 * that every process could read.
 *
 * <p>Held by: {@code InfoLayoutTest}, {@code InfoReaderTest}, {@code ExposureTest}, {@code
 * InfoHostile}, {@code SequenceStress}.
 */
package exo.api.info;
