// SPDX-License-Identifier: Apache-2.0

/**
 * Programs that a libOS gives to the kernel to run: packet filters.
 *
 * <p>Guarantees: <ul>
 * <li><b>Values only.</b> A program here is text or numbers; it runs nowhere until the kernel has
 * verified it.
 * <li><b>A refusal explains itself</b>: {@link exo.api.VerificationException} names the instruction
 * and the rule.
 * </ul>
 *
 * <p>It does not guarantee that a program means what its author meant.
 *
 * <p>Reading order: {@link exo.api.code.ClassicProgram}; ready-made filters are in {@code
 * exo.api.net}.
 *
 * {@snippet lang="java" :
 * // What "tcpdump -ddd arp" prints.
 * ClassicProgram arp = ClassicProgram.parseDecimal(
 *         "4, 40 0 0 12, 21 0 1 2054, 6 0 0 262144, 6 0 0 0");
 * }
 *
 * <p>Imports allowed: {@code exo.api}. Threading: everything is immutable.
 *
 * <p>Source: McCanne, Jacobson, USENIX Winter 1993.
 *
 * <p>Held by: {@code ClassicProgramTest}, and the engine's tests in {@code exo.impl.code}.
 */
package exo.api.code;
