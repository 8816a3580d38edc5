// SPDX-License-Identifier: Apache-2.0

/**
 * How the kernel takes something back: one protocol for every kind of resource.
 *
 * <p>Guarantees: <ul>
 * <li><b>Visible.</b> Whoever loses something was asked first, unless the notice says otherwise,
 * and reads afterwards what it lost.
 * <li><b>In time.</b> No holder can delay the force stage: its code runs before it, on its own
 * thread.
 * <li><b>Guaranteed minimum.</b> Frames that are guaranteed are never called in for somebody else's
 * request; only whoever gave the quota can take it back.
 * </ul>
 *
 * <p>It does not guarantee that a device finishes in time: a frame that a transfer is writing to is
 * free only when the transfer was cancelled or is over, and is taken last. Whoever needs lent
 * frames goes on to another holder when a device hangs.
 *
 * <p>Reading order: {@link exo.impl.revoke.AbortProtocol}, {@code Claim} and its three kinds:
 * {@link exo.impl.revoke.QuotaClaim}, {@link exo.impl.revoke.RecallClaim}, {@link
 * exo.impl.revoke.FrameLender}; {@code Takers}.
 *
 * {@snippet lang="java" :
 * Reclaimed back = QuotaClaim.reclaim(holder, creator, ResourceKind.FRAMES, 64,
 *         Notice.demand(Duration.ofMillis(5)));
 * }
 *
 * <p>Imports allowed: {@code exo.api}, {@code exo.impl.cap}, {@code exo.impl.audit}.
 *
 * <p>Threading: each claim is used by the thread that wants something back.
 *
 * <p>Source: Engler, PhD thesis, MIT 1998, pages 24-25 and 29 (revocation, abort protocol, what to
 * break); Hand, OSDI 1999 (guaranteed and extra frames).
 *
 * <p>Held by: {@code RevocationTest}, {@code ReclaimTest}, {@code LendingTest},
 * {@code ProtocolHostile}, {@code HeldUpHostile}.
 */
package exo.impl.revoke;
