// SPDX-License-Identifier: Apache-2.0

/**
 * Programs as text, in the language that users of eBPF assemblers know.
 *
 * <p>Guarantees: <ul>
 * <li><b>There and back.</b> The text of any program is read as an equal program.
 * <li><b>A refusal explains itself</b>: line, column, what was read, and what would fit.
 * <li><b>Any text ends in one of two ways</b>: as a program, or as a {@link
 * exo.api.code.CodeSyntaxException}.
 * </ul>
 *
 * <p>It does not ask whether a program may run.
 *
 * <p>The language. Registers are {@code %r0} to {@code %r10}, the {@code %} may be left out;
 * numbers are decimal or hexadecimal; comments begin with {@code #} or {@code ;}. Arithmetic is 64
 * bits wide, with {@code 32} behind the mnemonic 32. A jump goes to a label, {@code +n} or {@code
 * -n}; the label {@code exit} is the first {@code exit} unless the text has its own. {@code .region
 * name constant} or {@code writable}, with bytes as hexadecimal pairs or {@code 16*00} there or on
 * {@code .bytes} lines that follow, declares a region; {@code .slot} gives a slot as a number.
 *
 * <p>Reading order: {@link exo.impl.code.text.Form}, {@link exo.impl.code.text.Forms}, {@link
 * exo.impl.code.text.Assembler}, {@link exo.impl.code.text.Disassembler}.
 *
 * {@snippet lang="java" :
 * Program program = Assembler.assemble("""
 *         .region limits constant 00100000
 *             lddw %r1, region limits
 *             ldxw %r0, [%r1]
 *             exit
 *         """);
 * }
 *
 * <p>Imports allowed: the JDK, {@code exo.api}, {@code exo.api.code}, {@code exo.impl.code.isa}.
 * Threading: static functions only.
 *
 * <p>Source: RFC 9669; the suite bpf_conformance for the spelling.
 *
 * <p>Held by: {@code AssemblerTest}, {@code DisassemblerTest}.
 */
package exo.impl.code.text;
