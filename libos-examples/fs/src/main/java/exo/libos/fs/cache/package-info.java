// SPDX-License-Identifier: Apache-2.0

/**
 * Which run of a file lies in which pages, and which one must go.
 *
 * <p>Guarantees: <ul>
 * <li><b>Nothing pinned is evicted</b>, and nothing awaited while that keeps others waiting.
 * <li><b>Bounded.</b> All tables have the size they were made with; nothing is allocated later.
 * </ul>
 *
 * <p>It does not do any input or output, and does not know files: only numbers.
 *
 * <p>Reading order: {@link exo.libos.fs.cache.SlotPool}, {@link exo.libos.fs.cache.RunIndex},
 * {@code IntLists}.
 *
 * {@snippet lang="java" :
 * SlotPool pool = new SlotPool(whole, 16, slot -> index.remove(keyOf(slot)));
 * int slot = pool.take(4, true);
 * pool.toIdle(slot);
 * }
 *
 * <p>Imports allowed: {@code exo.libos.fs.format}. Threading: confined.
 *
 * <p>Source: Bonwick, "The Slab Allocator", USENIX 1994, for groups cut into slots of one size.
 * Departure: a group that was unused longest is cut anew, so that a change of the mix of sizes does
 * not leave groups stranded.
 *
 * <p>Held by: {@code SlotPoolTest}, {@code RunIndexTest}.
 */
package exo.libos.fs.cache;
