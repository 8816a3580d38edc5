// SPDX-License-Identifier: Apache-2.0

/**
 * Threads that a test runs beside its own.
 *
 * <p>It guarantees that what such a thread throws fails the test that waits for its end, and that
 * no wait is endless: {@link exo.testkit.thread.SideThread}. It does not guarantee that somebody
 * waits; whoever starts a thread does so.
 *
 * {@snippet lang="java" :
 * SideThread taker = SideThread.start(() -> control.reclaim(ResourceKind.FRAMES, 1, Notice.NONE));
 * assertFalse(taker.endsWithin(Duration.ofMillis(100)), "the device is not done");
 * mount.thaw();
 * taker.join();
 * }
 *
 * <p>Imports allowed: the JDK. Threading: any thread may wait for any other.
 *
 * <p>Source: none; JUnit sees only what its own thread throws.
 *
 * <p>Held by: {@code SideThreadTest}.
 */
package exo.testkit.thread;
