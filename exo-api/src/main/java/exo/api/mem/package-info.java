// SPDX-License-Identifier: Apache-2.0

/**
 * Page frames, and the windows through which an environment sees them.
 *
 * <p>Guarantees: <ul>
 * <li><b>No foreign bytes.</b> A frame is zeroed before it passes to another environment, and a
 * page whose frame was taken shows void.
 * <li><b>No crash.</b> No access through a window's segment, at any time, faults.
 * <li><b>Physical names.</b> Frames are asked for by number, and the free ones are visible.
 * <li><b>Cheap reuse.</b> A frame that stays with its environment costs nanoseconds to give back
 * and take again.
 * </ul>
 *
 * <p>It does not guarantee that the host keeps the pool in memory unless locking was demanded, nor
 * that the host's numbers of the frames are readable.
 *
 * <p>Reading order: {@link exo.api.mem.Memory}, {@link exo.api.mem.Window}, {@link
 * exo.api.mem.Pages}, {@link exo.api.mem.Frames}.
 *
 * {@snippet lang="java" :
 * Window window = env.memory().bindWindow(64);
 * window.allocPages(0, 64);                       // cold: 64 frames in one host call
 * for (int i = 0; i < 64; i++) {
 *     window.tryReturnPage(window.page(i));       // now idle
 * }
 * long page = window.tryTakePage();               // hot: nanoseconds
 * window.segment().set(JAVA_LONG, (long) Pages.index(page) * env.memory().pageBytes(), 42);
 * window.tryReturnPage(page);
 * }
 *
 * <p>Imports allowed: {@code exo.api}. Threading: a window is confined to the thread that bound it.
 *
 * <p>Source: Engler, Kaashoek, O'Toole, SOSP 1995; Hand, "Self-Paging in the Nemesis Operating
 * System", OSDI 1999. Departure: a page taken by force shows void instead of faulting, since a
 * fault in the JVM arrives late or ends the process.
 *
 * <p>Held by: {@code exo.impl.mem} tests, {@code WindowHostile}, and the page benchmarks.
 */
package exo.api.mem;
