// SPDX-License-Identifier: Apache-2.0

/**
 * The instruction set of eBPF: numbers, pointers, and the form of programs.
 *
 * <p>Guarantees: <ul>
 * <li><b>Form first.</b> What passes {@link exo.impl.code.isa.ProgramForm} can be taken apart
 * without further checks, under any contract.
 * <li><b>No addresses.</b> A pointer is a number of {@link exo.impl.code.isa.AddressSpace}, never
 * an address of the host.
 * </ul>
 *
 * <p>It does not know what instructions do.
 *
 * <p>Reading order: {@link exo.impl.code.isa.Isa}, {@link exo.impl.code.isa.AddressSpace}, {@link
 * exo.impl.code.isa.Rule}, {@link exo.impl.code.isa.ProgramForm}.
 *
 * {@snippet lang="java" :
 * ProgramForm.check(program, contract);
 * int opcode = Isa.opcode(program.slot(0));
 * }
 *
 * <p>Imports allowed: the JDK, {@code exo.api}, {@code exo.api.code}. Threading: no shared state.
 *
 * <p>Source: RFC 9669, "BPF Instruction Set Architecture (ISA)".
 *
 * <p>Held by: {@code ProgramFormTest}.
 */
package exo.impl.code.isa;
