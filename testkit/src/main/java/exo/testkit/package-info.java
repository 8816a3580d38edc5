// SPDX-License-Identifier: Apache-2.0

/**
 * Conditions, host fixtures, child processes and seeds for all tests.
 *
 * <p>It guarantees: <ul>
 * <li><b>No silent skip.</b> A test that wants root, a tool or a facility says so by annotation;
 * what was skipped, and for want of what, is counted, written to {@code target/skips.txt} and
 * printed. With {@code -Dexo.requireAll=true} a skip is a failure.
 * <li><b>Nothing is left behind.</b> Namespaces, loop devices and mounts carry the process id of
 * their owner in their name. They are removed when they are closed, else at the exit of the JVM,
 * else by the next process that makes one.
 * <li><b>No fixed waits.</b> Whoever waits, waits for a condition, with a deadline.
 * </ul>
 *
 * <p>It does not guarantee that fixtures are cheap: one costs milliseconds to make.
 *
 * <p>Reading order: {@link exo.testkit.NeedsRoot}, {@link exo.testkit.Await}, {@link
 * exo.testkit.self.SideThread}, {@link exo.testkit.Subprocess}, {@link exo.testkit.ChildJvm},
 * {@link exo.testkit.Netns}, {@link exo.testkit.Seeds}.
 *
 * {@snippet lang="java" :
 * @NeedsFacility(HostFacility.NETNS)
 * class PingTest {
 *     @Test
 *     void shouldAnswerAnEcho() {
 *         try (Netns left = Netns.create(); Netns right = Netns.create()) {
 *             Netns.link(left, "eth0", right, "eth0");
 *             left.address("eth0", "10.9.0.1/24");
 *             right.address("eth0", "10.9.0.2/24");
 *             left.exec("ping", "-c", "1", "10.9.0.2");
 *         }
 *     }
 * }
 * }
 *
 * <p>Imports allowed: JUnit and the JDK. Threading: every type may be used by any thread; a fixture
 * is closed by whoever made it.
 *
 * <p>Source: none; the idea of counting skips is that a green build must say what it did not test.
 *
 * <p>Held by: a test for each type, beside it.
 */
package exo.testkit;
