// SPDX-License-Identifier: Apache-2.0

/**
 * A web server that sends files from the pages they were read into.
 *
 * <p>Guarantees: <ul>
 * <li><b>No copy, hardly any garbage.</b> A cached file goes from the cache's pages to the network
 * by reference; a request for a file that was asked for before makes no objects of the server's
 * own.
 * <li><b>Nobody waits for a slow client.</b> Each connection holds a bounded number of pages, gets
 * a bounded turn, and has a deadline for everything it owes.
 * <li><b>Nothing outside the root.</b> No spelling of a path leaves the volume, which is mounted
 * for reading.
 * <li><b>An orderly end.</b> After a stop request what is being sent is finished within the grace
 * period, and everything is closed.
 * </ul>
 *
 * <p>It does not encrypt, compress, run programs, keep a log, or send several ranges in one
 * response.
 *
 * <p>Reading order: {@link exo.libos.cheetah.Cheetah}, {@link exo.libos.cheetah.CheetahConfig},
 * {@code Server}, {@code Session}, {@code Responder}, {@code Outgoing}, {@code Site}.
 *
 * {@snippet lang="java" :
 * CheetahConfig config = CheetahConfig.on(StackConfig.network(24)).port(8080);
 * Cheetah server = new Cheetah(config);
 * EnvSpec spec = EnvSpec.named("web")
 *         .frames(config.pages(station.mtu(), root.memory().pageBytes()))
 *         .grant(Cheetah.STATION, station, Rights.READ_WRITE)
 *         .grant(Cheetah.SITE, extent, Rights.READ);
 * EnvControl web = root.createEnv(spec, server);
 * }
 *
 * <p>Imports allowed: {@code exo.api} and its resource packages, {@code exo.libos.net}, {@code
 * exo.libos.fs}, {@code exo.libos.cheetah.http}. Threading: one thread, that of the environment;
 * the counters may be read by any.
 *
 * <p>Source: Engler, PhD thesis, MIT 1998, chapter 7 (Cheetah); Kaashoek et al., SOSP 1997, section
 * 7.3. Departure: files are not grouped by hyperlinks.
 *
 * <p>Held by: {@code CheetahContract} for each backend of the disk, {@code CheetahHostile}, {@code
 * CheetahDamageHostile}, {@code CheetahConfigTest}, {@code SessionListTest}.
 */
package exo.libos.cheetah;
