// SPDX-License-Identifier: Apache-2.0

/**
 * Pages: the kernel's against the host's and the JDK's.
 *
 * <p>Guarantees: <ul>
 * <li><b>The same thing.</b> Every contender ends with one page that it could write to, given back;
 * {@code exo} alone leaves the page untouched, and {@code exoTouched} is beside it.
 * </ul>
 *
 * <p>It does not compare what a page holds: the host and the JDK hand out zeros, the kernel an idle
 * page of the same environment, as that one left it.
 *
 * <p>Reading order: {@link exo.bench.mem.PagesBench}, {@link exo.bench.mem.PagesStudy}.
 *
 * {@snippet lang="java" :
 * new PagesStudy().measure(run);
 * }
 *
 * <p>Imports allowed: {@code exo.api}, {@code exo.api.mem}, {@code exo.impl.kernel}, {@code
 * exo.bench.run}, JMH. Threading: JMH's thread owns the window.
 *
 * <p>Source: Engler, PhD thesis, MIT 1998, pages 29-30 (application-defined page tables).
 *
 * <p>Held by: {@code PagesBenchTest}.
 */
package exo.bench.mem;
