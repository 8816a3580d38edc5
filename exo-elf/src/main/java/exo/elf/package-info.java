// SPDX-License-Identifier: Apache-2.0

/**
 * Programs from ELF objects, as {@code clang -target bpf} writes them.
 *
 * <p>Guarantees: <ul>
 * <li><b>Any file ends in one of two ways</b>: as a program, or as an {@link
 * exo.elf.ElfException} that names the section, the values and a remedy. Time and memory are
 * bounded by the file's size.
 * <li><b>Nothing is guessed.</b> A relocation or symbol that is not understood is refused.
 * </ul>
 *
 * <p>It does not verify programs, and it knows no maps: a program keeps its state in global
 * variables, which become regions.
 *
 * <p>Reading order: {@link exo.elf.ElfObject}, then {@code Composer} and {@code ObjectFile}.
 *
 * {@snippet lang="java" :
 * ElfObject object = ElfObject.read(Files.readAllBytes(Path.of("firewall.o")));
 * VerifiedProgram firewall = engine.verify(object.program("xdp"), Contract.filter());
 * }
 *
 * <p>Imports allowed: the JDK, {@code exo.api.code}, {@code net.fornwall.jelf}. Threading:
 * everything is immutable.
 *
 * <p>Source: System V ABI, chapters 4 and 5; "BPF LLVM Relocations" of the Linux documentation.
 *
 * <p>Held by: {@code ElfObjectTest}, {@code ElfObjectHostile}, {@code SamplesTest}.
 */
package exo.elf;
