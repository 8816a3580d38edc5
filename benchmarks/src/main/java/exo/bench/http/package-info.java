// SPDX-License-Identifier: Apache-2.0

/**
 * Web servers: {@code ./exo serve} against nginx and jwebserver.
 *
 * <p>Guarantees: <ul>
 * <li><b>The same files.</b> What each server serves is compared with the file before anything is
 * measured.
 * <li><b>Alone.</b> While one server is asked, the others are stopped.
 * <li><b>Inside.</b> All traffic stays in network namespaces that are removed at the end.
 * </ul>
 *
 * <p>It does not measure a network: both ends of the cable share the machine.
 *
 * <p>Reading order: {@code Cable}, {@code Server}, {@code Wrk}, {@link exo.bench.http.HttpStudy}.
 *
 * {@snippet lang="java" :
 * try (Cable cable = Cable.lay(1, true)) {
 *     Server server = Server.start("nginx", cable, 8080, command, log);
 * }
 * }
 *
 * <p>Imports allowed: {@code exo.bench.run}. Threading: the thread of the run.
 *
 * <p>Source: Kaashoek et al., SOSP 1997 (Cheetah), for the question.
 *
 * <p>Held by: {@code WrkTest}, {@code ServerTest}.
 */
package exo.bench.http;
