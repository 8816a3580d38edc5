// SPDX-License-Identifier: Apache-2.0

/**
 * The test's own process: threads beside the test's, and what the host counts.
 *
 * <p>It guarantees that what a side thread throws fails the test that waits for its end, and that
 * no wait is endless. It does not guarantee that somebody waits; whoever starts a thread does so.
 *
 * <p>Reading order: {@link exo.testkit.self.SideThread}, {@link exo.testkit.self.OwnProcess}.
 *
 * {@snippet lang="java" :
 * long files = OwnProcess.openFiles();
 * SideThread taker = SideThread.start(() -> control.reclaim(ResourceKind.FRAMES, 1, Notice.NONE));
 * assertFalse(taker.endsWithin(Duration.ofMillis(100)), "the device is not done");
 * mount.thaw();
 * taker.join();
 * assertEquals(files, OwnProcess.openFiles());
 * }
 *
 * <p>Imports allowed: the JDK. Threading: any thread may wait for any other.
 *
 * <p>Source: none; JUnit sees only what its own thread throws.
 *
 * <p>Held by: a test for each type, beside it.
 */
package exo.testkit.self;
