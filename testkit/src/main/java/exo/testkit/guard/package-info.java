// SPDX-License-Identifier: Apache-2.0

/**
 * What JUnit does around every class of tests, without being asked to.
 *
 * <p>It guarantees that no class leaves threads of the project behind that compute: {@link
 * exo.testkit.guard.Spinners}. It does not guarantee that none sleeps.
 *
 * <p>Imports allowed: {@link exo.testkit}, JUnit and the JDK. Threading: JUnit's.
 *
 * <p>Source: none; a thread that spun after its test once took half of the processor from others.
 *
 * <p>Held by: {@code SpinnersTest}.
 */
package exo.testkit.guard;
