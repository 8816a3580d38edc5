// SPDX-License-Identifier: Apache-2.0

/**
 * Stretches of virtual memory and the drivers behind them, after Nemesis.
 *
 * <p>Guarantees: <ul>
 * <li><b>Self-paging.</b> Whoever faults pays: with its own frames, on its own thread, to its own
 * blocks.
 * <li><b>Nothing false is read.</b> A page that was taken by force is read back, or the access
 * says that it is lost.
 * <li><b>Frames come back in time.</b> A paged driver that is asked writes out what it must, and
 * returns each frame as soon as it is written.
 * <li><b>No cost when it is there.</b> A hit allocates nothing and makes no host call.
 * </ul>
 *
 * <p>It does not guarantee that what is paged out is there after a crash, nor that a thread which
 * never polls its upcalls hears of a request before force.
 *
 * <p>Reading order: {@link exo.libos.vm.stretch.Stretch}, {@link
 * exo.libos.vm.stretch.StretchDriver}, {@link exo.libos.vm.stretch.NailedDriver}, {@link
 * exo.libos.vm.stretch.PhysicalDriver}, {@link exo.libos.vm.stretch.PagedDriver}, {@link
 * exo.libos.vm.stretch.NullDriver}.
 *
 * {@snippet lang="java" :
 * PagedDriver driver = PagedDriver.open(env, extent, 4096, 256);   // 16 MiB on 1 MiB
 * env.upcalls().handler(driver);
 * Stretch heap = driver.bindStretch(4096, Rights.READ_WRITE);
 * heap.putLong(123_456, 42);
 * }
 *
 * <p>Imports allowed: {@code exo.api}, {@code exo.libos.vm.io}. Threading: the thread that made the
 * driver.
 *
 * <p>Source: Hand, "Self-Paging in the Nemesis Operating System", OSDI 1999. Departure: Java code
 * cannot be stopped at a load, so a stretch asks before each access.
 *
 * <p>Held by: {@code NailedDriverTest}, {@code PhysicalDriverTest}, {@code NullDriverTest}, {@code
 * PagedDriverContract}, {@code PagedReclaimTest}, {@code PagersTest}.
 */
package exo.libos.vm.stretch;
