// SPDX-License-Identifier: Apache-2.0

/**
 * Whole pages to and from an extent.
 *
 * <p>Guarantees: <ul>
 * <li><b>It outlives its queue.</b> A queue that the kernel killed is replaced.
 * </ul>
 *
 * <p>It does not guarantee that what was under way when the queue died arrived.
 *
 * <p>Reading order: {@link exo.libos.vm.io.PageQueue}.
 *
 * {@snippet lang="java" :
 * queue.tryWrite(slot, window.page(3), 3);
 * while (!queue.await(deadline) && !queue.isDead()) {}
 * }
 *
 * <p>Imports allowed: {@code exo.api}. Threading: the thread of the window. Not exported.
 *
 * <p>Source: none beyond the API's.
 *
 * <p>Held by: {@code PagedDriverTest}, {@code SwapTest}.
 */
package exo.libos.vm.io;
