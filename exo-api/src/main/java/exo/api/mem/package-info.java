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
 * <li><b>Cheap copies.</b> A snapshot is copied by mapping it; a page costs a copy when it is
 * written. The frame for it was set aside before, so no write is ever refused.
 * <li><b>No stale translation.</b> A {@link exo.api.mem.SoftTlb} checks the name, the state and the
 * protection of the page at each hit.
 * </ul>
 *
 * <p>It does not guarantee that the host keeps the pool in memory unless locking was demanded, nor
 * that the host's numbers of the frames are readable, nor that it has huge pages. Which pages were
 * read is known only where the kernel read them for the libOS. Protection binds the kernel and the
 * software TLB, not loads and stores.
 *
 * <p>Reading order: {@link exo.api.mem.Memory}, {@link exo.api.mem.Window}, {@link
 * exo.api.mem.Pages}, {@link exo.api.mem.Frames}, {@link exo.api.mem.FrameRequest}, {@link
 * exo.api.mem.SoftTlb}.
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
 * <p>A whole window is cloned by freezing it and mapping copies, as fork does; whoever holds the
 * capability may do so, in its own window:
 *
 * {@snippet lang="java" :
 * Frames frozen = env.memory().snapshot(window, 0, 64, "frozen");  // window stays writable
 * Window clone = env.memory().bindWindow(64);
 * clone.mapCopy(0, frozen, 0, 64);                // nothing is copied yet
 * clone.segment().set(JAVA_LONG, 0, 43);          // seen here alone
 * clone.settle(0, 64);                            // frames of its own: fit for transfers
 * env.keys().drop(frozen);                        // the window's pages get their frames back
 * }
 *
 * <p>Imports allowed: {@code exo.api}. Threading: a window is confined to the thread that bound it.
 *
 * <p>Source: Engler, Kaashoek, O'Toole, SOSP 1995; Hand, "Self-Paging in the Nemesis Operating
 * System", OSDI 1999. Departure: a page taken by force shows void instead of faulting, since a
 * fault in the JVM arrives late or ends the process.
 *
 * <p>Held by: {@code exo.impl.mem} tests, {@code WindowHostile}, {@code CopyHostile}, and the page
 * benchmarks.
 */
package exo.api.mem;
