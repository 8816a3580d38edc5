// SPDX-License-Identifier: Apache-2.0

/**
 * What the kernel tells an environment: events, requests, and what it took.
 *
 * <p>Guarantees: <ul>
 * <li><b>On its own thread.</b> Upcalls run where the libOS asked for them, never inside another
 * call.
 * <li><b>Never under a kernel lock.</b> A libOS that blocks in an upcall delays itself alone.
 * <li><b>Nothing lost.</b> Repeated events are joined, never dropped; the repossession vector keeps
 * its entries until it is cleared, and counts those that it has no room for.
 * <li><b>Nothing without end.</b> What a libOS does not hear takes a bounded part of the heap.
 * </ul>
 *
 * <p>It does not guarantee promptness to a libOS that does not poll: the kernel does not interrupt
 * running Java code to deliver an upcall.
 *
 * <p>Reading order: {@link exo.api.upcall.UpcallHandler}, {@link exo.api.upcall.Upcalls}, {@link
 * exo.api.upcall.RevokeRequest}, {@link exo.api.upcall.Repossession}.
 *
 * {@snippet lang="java" :
 * boolean[] stop = {false};
 * env.upcalls().handler(new UpcallHandler() {
 *     @Override
 *     public void onStopRequest() {
 *         stop[0] = true;
 *     }
 * });
 * while (!stop[0]) {
 *     env.upcalls().await(Upcalls.NEVER);
 * }
 * }
 *
 * <p>Imports allowed: {@code exo.api} and its resource packages. Threading: each thread has its
 * own.
 *
 * <p>Source: Engler, PhD thesis, MIT 1998, pages 24-25 (visible revocation, abort protocol) and
 * 33-34 (upcall contexts).
 *
 * <p>Held by: {@code exo.impl.kernel.UpcallTest}, {@code RevocationTest}.
 */
package exo.api.upcall;
