// SPDX-License-Identifier: Apache-2.0

/**
 * The swap server of last resort, and what a libOS needs to use it.
 *
 * <p>Guarantees: <ul>
 * <li><b>No paging needed.</b> A libOS hands pages over and gets them back by two calls, each under
 * a deadline.
 * <li><b>No trust in content.</b> What comes back is compared with checksums that never left the
 * libOS, after the server's access is over.
 * <li><b>Nothing left behind.</b> A client that ends in the middle leaves nothing at the server,
 * and a server that ends takes nothing of a client's but what it was given.
 * </ul>
 *
 * <p>It does not guarantee secrecy towards the server, nor that what it holds outlives it.
 *
 * <p>Reading order: {@link exo.libos.vm.swap.SwapServer}, {@link exo.libos.vm.swap.SwapClient},
 * {@link exo.libos.vm.swap.SwapTicket}.
 *
 * {@snippet lang="java" :
 * EnvControl server = root.createEnv(EnvSpec.named("swap").grant("extent", extent,
 *         Rights.READ_WRITE), new SwapServer("extent", 16, 4096));
 * EnvControl libOs = root.createEnv(EnvSpec.named("libos").frames(64).grant("swap-server", server,
 *         Rights.GRANT), env -> run(env));
 * // in the libOS
 * SwapClient client = SwapClient.connect(env, env.keys().find("swap-server", EnvControl.class),
 *         System.nanoTime() + SECOND);
 * SwapTicket ticket = client.swapOut(window, 8, 4, System.nanoTime() + SECOND);
 * }
 *
 * <p>Imports allowed: {@code exo.api}, {@code exo.libos.vm.gib}, {@code exo.libos.vm.io}.
 * Threading: a client is confined to the thread that connected; the server has one thread.
 *
 * <p>Source: Engler, PhD thesis, MIT 1998, page 25. Departure: the libOS hands over as many pages
 * as it likes, not itself.
 *
 * <p>Held by: {@code SwapTest}, {@code SwapHostile}.
 */
package exo.libos.vm.swap;
