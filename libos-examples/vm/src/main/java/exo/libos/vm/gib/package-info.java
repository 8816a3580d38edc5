// SPDX-License-Identifier: Apache-2.0

/**
 * Gibs: memory segments of a power of two in size, shared between environments.
 *
 * <p>Guarantees: <ul>
 * <li><b>The same memory.</b> What one side writes the others see, without a copy.
 * <li><b>No more than was given.</b> A gib that was given out for reading is not attached for
 * writing.
 * <li><b>Void at the end.</b> When a gib ends its views show nothing of anybody's.
 * </ul>
 *
 * <p>It does not guarantee any order of accesses beyond that of memory.
 *
 * <p>Reading order: {@link exo.libos.vm.gib.Gib}, {@link exo.libos.vm.gib.Mode}, {@link
 * exo.libos.vm.gib.GibView}.
 *
 * {@snippet lang="java" :
 * Gib gib = Gib.create(env, 16, "board");                          // 64 KiB
 * gib.offer(key, Name.of(7, 1), Mode.READ);
 * // elsewhere
 * GibView view = GibView.attach(env, key, Name.of(7, 1), Mode.READ, "board");
 * }
 *
 * <p>Imports allowed: {@code exo.api}. Threading: a gib and a view are confined to the thread that
 * made them, their segments are not.
 *
 * <p>Source: XOmB, its gibs. Departure: they are passed by capability, so that they can be taken
 * back.
 *
 * <p>Held by: {@code GibTest}.
 */
package exo.libos.vm.gib;
