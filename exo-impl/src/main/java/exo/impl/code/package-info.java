// SPDX-License-Identifier: Apache-2.0

/**
 * The engine for downloaded code, as the kernel and everybody else sees it.
 *
 * <p>Guarantees: <ul>
 * <li><b>Pure.</b> Nothing here or below reads a clock, does I/O, or knows a capability. Chance
 * decides where a set of filters keeps its entries, never an answer.
 * <li><b>Verified first.</b> A program comes to an engine by way of {@code KernelProgram} only, and
 * there only by way of the verifier.
 * <li><b>Two engines, one meaning.</b> Interpreter and compiler give the same answers.
 * </ul>
 *
 * <p>It does not decide what a program is for: that is its contract.
 *
 * <p>Reading order: {@link exo.impl.code.ExoCodeEngine}, {@link exo.impl.code.KernelProgram}; then
 * below, in the order in which a program passes them: {@code classic}, {@code pcap} and {@code
 * text} are forms of programs, {@code isa} the instruction set, {@code verify}, {@code engine},
 * {@code merge} sets of filters.
 *
 * {@snippet lang="java" :
 * PacketFilter filter = new ExoCodeEngine().verify(program).filter(Engine.COMPILE);
 * boolean wanted = filter.accept(memory, 0, length) != 0;
 * }
 *
 * <p>Imports allowed: the JDK, {@code exo.api}, {@code exo.api.code}. Threading: programs and
 * filters are immutable.
 *
 * <p>Source: RFC 9669; McCanne, Jacobson, USENIX Winter 1993.
 *
 * <p>Held by: {@code ExoCodeEngineTest}, {@code HostDifferentialTest}, and the tests of the
 * packages below.
 */
package exo.impl.code;
