// SPDX-License-Identifier: Apache-2.0

/**
 * What the kernel records in Java Flight Recorder, and keeps of what failed.
 *
 * <p>Guarantees: <ul>
 * <li><b>Complete.</b> Every capability made, granted, revoked or dead, every environment begun or
 * ended, every revoke request and repossession, every leak, and every fault that no caller is told
 * of, is an event; so are deliveries of upcalls and batches of pages, for recordings that ask for
 * them. The settings {@code exo.jfc}, at the root of this module's jar, ask for all of it.
 * <li><b>Cheap.</b> An event that no recording asks for costs a test of a flag.
 * <li><b>Nothing left half.</b> {@link exo.impl.audit.Failures} takes every step of an end, and
 * throws afterwards what failed.
 * </ul>
 *
 * <p>It does not record single data-path operations; their counters are in {@code exo.api.Account}.
 *
 * <p>Reading order: any; each event is one class.
 *
 * {@snippet lang="java" :
 * CapabilityEvent.adopted(capability);
 * }
 *
 * <p>Imports allowed: {@code exo.api}, {@code jdk.jfr}. Threading: any thread; no locks.
 *
 * <p>Source: none; the names begin with {@code dev.exo.} as JFR asks of libraries.
 *
 * <p>Held by: {@code AuditTest}.
 */
package exo.impl.audit;
