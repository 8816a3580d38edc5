// SPDX-License-Identifier: Apache-2.0

/**
 * Pages and windows: the kernel's against the host's and the JDK's.
 *
 * <p>Guarantees: <ul>
 * <li><b>The same thing.</b> Every contender ends with one page that it could write to, given back;
 * {@code exo} alone leaves the page untouched, and {@code exoTouched} is beside it.
 * </ul>
 *
 * <p>It does not compare what a page holds: the host and the JDK hand out zeros, the kernel an idle
 * page of the same environment, as that one left it. Nor are the operations of Appel and Li the
 * same: the host's protection is the processor's, ours is checked by code.
 *
 * <p>Reading order: {@link exo.bench.mem.PagesBench}, {@link exo.bench.mem.PagesStudy}, {@link
 * exo.bench.mem.AppelPages}, {@link exo.bench.mem.AppelStudy}, {@link exo.bench.mem.MoveStudy},
 * {@link exo.bench.mem.WindowStudy}.
 *
 * {@snippet lang="java" :
 * new PagesStudy().measure(run);
 * }
 *
 * <p>Imports allowed: {@code exo.api}, {@code exo.api.mem}, {@code exo.impl.kernel}, {@code
 * exo.bench.run}, JMH. Threading: JMH's thread owns the window; two environments have one each.
 *
 * <p>Source: Engler, PhD thesis, MIT 1998, pages 29-30 (application-defined page tables); Appel,
 * Li: Virtual Memory Primitives for User Programs, ASPLOS 1991.
 *
 * <p>Held by: {@code PagesBenchTest}, {@code AppelBenchTest}, {@code AppelStudyTest}, {@code
 * MoveStudyTest}, {@code WindowBenchTest}.
 */
package exo.bench.mem;
